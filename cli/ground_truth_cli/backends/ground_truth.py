"""The labeling jobs of SageMaker Ground Truth: all of an account and region."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import cast

from botocore.exceptions import ClientError

from ground_truth.contract.backends import Backend
from ground_truth.contract.errors import StateError
from ground_truth.contract.labeling_job import JobDescription, JobSummary
from ground_truth.contract.request import LabelingJobRequest
from ground_truth.engine.model import NotThere
from ground_truth.engine.status import AS_REQUESTED
from ground_truth.tasks.request_parts import merge_parts
from ground_truth_cli.account.deployment import Deployment
from ground_truth_cli.account.refusals import NameTaken, code_of, needing

# Names are checked before, so that what is not valid is a name without a job.
_NOT_THERE = ("ResourceNotFound", "ValidationException")


class GroundTruthJobs:
    """The jobs of Ground Truth in the account and region of a deployment."""

    backend = Backend.GROUND_TRUTH

    def __init__(self, deployment: Deployment) -> None:
        self._sagemaker = deployment.aws.sagemaker

    def describe(self, name: str) -> JobDescription:
        """What DescribeLabelingJob tells. Raises NotThere where there is no such job."""
        with _needing("DescribeLabelingJob", "look at jobs of Ground Truth"), _telling(name):
            response = self._sagemaker.describe_labeling_job(LabelingJobName=name)
        return cast(JobDescription, {key: value for key, value in response.items() if key != "ResponseMetadata"})

    def list(self) -> Iterator[JobSummary]:
        """The summaries of ListLabelingJobs, newest first."""
        pages = self._sagemaker.get_paginator("list_labeling_jobs")
        with _needing("ListLabelingJobs", "list jobs of Ground Truth"):
            for page in pages.paginate(SortBy="CreationTime", SortOrder="Descending"):
                yield from cast(list[JobSummary], page["LabelingJobSummaryList"])

    def request(self, name: str) -> LabelingJobRequest:
        """What CreateLabelingJob was given."""
        description: Mapping[str, object] = self.describe(name)
        return merge_parts({key: description[key] for key in ("LabelingJobName", *AS_REQUESTED) if key in description})

    def answers(self, name: str) -> None:
        """Ground Truth does not tell how many answers there are."""

    def at_work(self, name: str) -> None:
        """Ground Truth does not tell who is at work."""

    def stop(self, name: str) -> None:
        """Stops a job. Raises StateError for one that has ended."""
        status = self.describe(name)["LabelingJobStatus"]
        if status in ("Completed", "Failed", "Stopped"):
            raise StateError(f"job {name!r} has ended already: it is {status}")
        with _needing("StopLabelingJob", "stop jobs of Ground Truth"), _telling(name):
            self._sagemaker.stop_labeling_job(LabelingJobName=name)

    def start(self, request: LabelingJobRequest) -> str:
        """Starts a job; returns its ARN. Raises NameTaken for a name that is taken."""
        name = request["LabelingJobName"]
        with _needing("CreateLabelingJob, and iam:PassRole on the execution role", "start jobs of Ground Truth"):
            try:
                # boto3's stubs have shapes of their own for what the contract's request says.
                call = cast(Callable[..., Mapping[str, object]], self._sagemaker.create_labeling_job)
                return str(call(**request)["LabelingJobArn"])
            except ClientError as error:
                if code_of(error) != "ResourceInUse":
                    raise
                raise NameTaken(name) from error


def _needing(action: str, what: str) -> AbstractContextManager[None]:
    return needing(f"sagemaker:{action}", what)


@contextmanager
def _telling(name: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if code_of(error) not in _NOT_THERE:
            raise
        raise NotThere(f"there is no labeling job {name!r}") from error
