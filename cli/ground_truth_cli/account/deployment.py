"""Finds the tasks that a stack has published, and says in plain words what is missing."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import (
    ClientError,
    CredentialRetrievalError,
    NoCredentialsError,
    NoRegionError,
    ProfileNotFound,
)

from ground_truth.aws.s3 import split_uri
from ground_truth.contract.errors import StateError
from ground_truth.contract.parameters import parameter_prefix
from ground_truth.contract.request import LabelingJobRequest
from ground_truth.tasks.description import TaskDescription
from ground_truth_cli.account.clients import Clients
from ground_truth_cli.account.refusals import code_of, is_refusal

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient
    from mypy_boto3_sts.type_defs import GetCallerIdentityResponseTypeDef

_ROOT = "/ground-truth"
_NOT_VALID = {
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "UnrecognizedClientException",
}


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """An environment as it lies in the account: where, and the tasks it has published, by name."""

    environment: str
    aws: Clients
    tasks: Mapping[str, TaskDescription]

    @property
    def region(self) -> str:
        """The region that was looked into."""
        return str(self.aws.session.region_name)

    @cached_property
    def caller(self) -> "GetCallerIdentityResponseTypeDef":
        """Who asks: ``Account`` and ``Arn``."""
        return self.aws.session.client("sts").get_caller_identity()

    def task(self, name: str) -> TaskDescription:
        """Finds a task by name.

        Raises StateError with the names there are.
        """
        if name not in self.tasks:
            raise StateError(
                f"'task' should be one of {', '.join(self.tasks)}, got {name!r}: "
                f"these are the tasks of environment {self.environment!r}"
            )
        return self.tasks[name]

    def request(self, task_name: str, job_name: str, manifest_uri: str) -> LabelingJobRequest:
        """The complete CreateLabelingJob request of a job (contract section 4.1).

        Raises StateError for an unknown task.
        """
        task = self.task(task_name)
        return task.job_request(self.task_part(task), job_name, manifest_uri)

    def task_part(self, task: TaskDescription) -> LabelingJobRequest:
        """The published part of the request, which the task itself determines."""
        bucket, key = split_uri(task.request)
        part: LabelingJobRequest = json.loads(self.aws.s3.get_object(Bucket=bucket, Key=key)["Body"].read())
        return part


def find_deployment(environment: str, *, session: boto3.Session | None = None) -> Deployment:
    """Finds an environment with the credentials and the region of the command line, unless a session is given.

    Raises StateError where credentials, region or environment are missing, saying which environments there are.
    """
    prefix = parameter_prefix(environment)
    try:
        aws = Clients(session or boto3.Session())
        tasks = _tasks(aws.parameters, prefix)
        if not tasks:
            raise StateError(_nothing_there(aws, environment))
    except ProfileNotFound as error:
        raise StateError(f"{error}: correct AWS_PROFILE, or run 'aws configure'") from error
    except (NoCredentialsError, CredentialRetrievalError) as error:
        raise StateError(
            "no AWS credentials were found: run 'aws configure' or 'aws sso login', or set AWS_PROFILE"
        ) from error
    except NoRegionError as error:
        raise StateError("no AWS region is chosen: set AWS_DEFAULT_REGION to the region of the stack") from error
    except ClientError as error:
        if code_of(error) in _NOT_VALID:
            raise StateError(
                "your AWS credentials have expired or are not valid: run 'aws sso login' or 'aws configure'"
            ) from error
        if is_refusal(error):
            raise StateError(
                f"AWS does not let you look for environment {environment!r}: you need ssm:GetParametersByPath on "
                f"{prefix}; the stack's grant_start() gives it"
            ) from error
        raise
    return Deployment(environment=environment, aws=aws, tasks=tasks)


def _tasks(ssm: "SSMClient", prefix: str) -> dict[str, TaskDescription]:
    pages = ssm.get_paginator("get_parameters_by_path").paginate(Path=f"{prefix}/tasks", Recursive=False)
    return {
        parameter["Name"].rpartition("/")[2]: TaskDescription.read(parameter["Value"])
        for page in pages
        for parameter in page["Parameters"]
    }


def _nothing_there(aws: Clients, environment: str) -> str:
    missing = f"environment {environment!r} has no tasks in {aws.session.region_name}"
    try:
        pages = aws.parameters.get_paginator("get_parameters_by_path").paginate(Path=_ROOT, Recursive=True)
        names = sorted({entry["Name"].split("/")[2] for page in pages for entry in page["Parameters"]})
    except ClientError:
        elsewhere = "deploy its stack, or set AWS_DEFAULT_REGION to where it is"
        return f"{missing}: {elsewhere} (you may not list the other environments)"
    if not names:
        return f"{missing}, nor has any other: deploy a stack, or set AWS_DEFAULT_REGION and AWS_PROFILE to where it is"
    return f"{missing}: there are {', '.join(names)}; name one of these or deploy the stack"
