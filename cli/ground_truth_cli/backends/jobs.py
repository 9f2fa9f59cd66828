"""Labeling jobs by their names, the same for both backends."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import click
from botocore.exceptions import BotoCoreError, ClientError

from ground_truth.contract.backends import Backend
from ground_truth.contract.errors import StateError
from ground_truth.contract.labeling_job import JobDescription, JobSummary
from ground_truth.contract.request import LabelingJobRequest
from ground_truth.engine.model import NotThere
from ground_truth_cli.account.deployment import Deployment, find_deployment
from ground_truth_cli.account.refusals import NotAllowed
from ground_truth_cli.backends.deployed_engine import find_engine, look_for_engine
from ground_truth_cli.backends.engine import EngineJobs
from ground_truth_cli.backends.ground_truth import GroundTruthJobs
from ground_truth_cli.backends.names import checked_name
from ground_truth_cli.terminal.failure_text import failure_text

ENDED = ("Completed", "Failed", "Stopped")


class BackendJobs(Protocol):
    """The labeling jobs of one backend, in the shapes of SageMaker."""

    backend: Backend

    def describe(self, name: str) -> JobDescription:
        """What DescribeLabelingJob tells. Raises NotThere where there is no such job."""

    def list(self) -> Iterator[JobSummary]:
        """The summaries of ListLabelingJobs, newest first."""

    def request(self, name: str) -> LabelingJobRequest:
        """What CreateLabelingJob was given."""

    def answers(self, name: str) -> int | None:
        """How many answers there are; None where the backend does not tell."""

    def at_work(self, name: str) -> int | None:
        """How many workers have an object in hand; None where it cannot be told."""

    def stop(self, name: str) -> None:
        """Stops a job. Raises StateError for one that has ended."""

    def start(self, request: LabelingJobRequest) -> str:
        """Starts a job; returns what AWS knows it by. Raises StateError for a name that is taken."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """A job that was found: where it is, and how it is described."""

    jobs: BackendJobs
    description: JobDescription

    @property
    def name(self) -> str:
        """The name as it was given when the job was started."""
        return str(self.description["LabelingJobName"])

    @property
    def output(self) -> str | None:
        """The address of the output manifest; None as long as there is none."""
        output = self.description.get("LabelingJobOutput")
        return output.get("OutputDatasetS3Uri") or None if output else None

    @property
    def folder(self) -> str:
        """The address of the folder with everything of the job (contract section 8)."""
        return f"{self.description['OutputConfig']['S3OutputPath'].rstrip('/')}/{self.name}"

    @property
    def label_attribute(self) -> str:
        """The name under which the job's labels stand in its manifest."""
        return str(self.description.get("LabelAttributeName", self.name))

    @property
    def status(self) -> str:
        """One of the states of DescribeLabelingJob."""
        return str(self.description["LabelingJobStatus"])


def jobs_on(deployment: Deployment, backend: Backend) -> BackendJobs:
    """The jobs of a backend. Raises StateError where the environment has no such."""
    if backend is Backend.GROUND_TRUTH:
        return GroundTruthJobs(deployment)
    return EngineJobs(deployment, find_engine(deployment))


def all_jobs(deployment: Deployment, backend: Backend | None) -> list[BackendJobs]:
    """The jobs of the backend given, else of those that the environment has."""
    if backend:
        return [jobs_on(deployment, backend)]
    engine = look_for_engine(deployment)
    # Without a work team no task can have been sent to Ground Truth.
    has_team = any("WorkteamArn" in task.deployment["HumanTaskConfig"] for task in deployment.tasks.values())
    return [
        *([EngineJobs(deployment, engine)] if engine else []),
        *([GroundTruthJobs(deployment)] if has_team or not engine else []),
    ]


def find_job(deployment: Deployment, name: str, backend: Backend | None) -> Job:
    """Finds a job by its name, in upper or lower case.

    Raises StateError for one that is not there, or is on both backends.
    """
    checked_name(name, name)
    backends = all_jobs(deployment, backend)
    candidates: list[Job] = []
    failures = []
    for jobs in backends:
        try:
            candidates.append(Job(jobs=jobs, description=jobs.describe(name)))
        except NotThere:
            continue
        except (NotAllowed, ClientError, BotoCoreError) as error:
            failures.append(f"{jobs.backend} could not be looked at: {error}")
    if len(candidates) > 1:
        raise StateError(f"there is a job {name!r} on both backends: choose with --backend {' or '.join(Backend)}")
    if candidates:
        for text in failures:
            click.echo(text, err=True)
        return candidates[0]
    looked = " or ".join(jobs.backend for jobs in backends)
    text = f"there is no job {name!r} ({looked}): see ground-truth list --env {deployment.environment}"
    raise StateError("\n".join([text, *failures]))


def folder_of_source(source: str, environment: str | None) -> str:
    """Where a job's files are: ``source`` itself, or the folder of the job of that name in an environment."""
    return find_job(find_deployment(environment), source, None).folder if environment else source


def output_manifest_of(job: Job, environment: str) -> str:
    """The address of a job's output manifest.

    Raises StateError where there is none, with the reason or the time to wait.
    """
    if job.output:
        return job.output
    if "FailureReason" in job.description:
        raise StateError(f"job {job.name!r} has failed: {failure_text(job.description['FailureReason'])}")
    raise StateError(
        f"job {job.name!r} is {job.status}, and has no output manifest: "
        f"see ground-truth status {job.name} --env {environment}"
    )
