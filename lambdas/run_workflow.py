"""What the labeling workflow does between the services: checks, merges, reports, explains."""

import functools
import os
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import boto3
from botocore.exceptions import ClientError

from ground_truth import workflow
from ground_truth.aws.s3 import Files
from ground_truth.contract.backends import Backend
from ground_truth.contract.parameters import parameter_name
from ground_truth.tasks.description import TaskDescription


def handler(event: Mapping[str, Any], _: Any) -> Any:
    """Does the step that the event names; each may be done again."""
    return _STEPS[event["step"]](event)


_STEPS = {
    "check": lambda event: workflow.check(event["given"], datetime.fromisoformat(event["started"]), _place()),
    "merge": lambda event: workflow.merge_jobs(event["plan"], _place()),
    "report": lambda event: workflow.report(event["plan"], _place(), boto3.client("s3")),
    "explain": lambda event: workflow.explain(event["error"], event["name"]),
}


@functools.cache
def _place() -> workflow.Place:
    return workflow.Place(
        find_task=_find_task,
        files=Files(),
        backends=[Backend(name) for name in os.environ["BACKENDS"].split(",")],
        region=os.environ["AWS_REGION"],
    )


def _find_task(name: str) -> TaskDescription:
    environment = os.environ["ENVIRONMENT"]
    try:
        found = boto3.client("ssm").get_parameter(Name=parameter_name(environment, name))
    except ClientError as error:
        if error.response["Error"]["Code"] != "ParameterNotFound":
            raise
        raise workflow.Refused(
            f"environment {environment!r} has no task {name!r}: deploy it, or correct 'task'"
        ) from error
    return TaskDescription.read(found["Parameter"]["Value"])
