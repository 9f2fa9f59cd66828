"""Labeling jobs by their names, the same for both backends."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import click
from botocore.exceptions import BotoCoreError, ClientError

from ground_truth.contract.backends import Backend
from ground_truth.contract.errors import StateError
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
Described = dict[str, Any]


class Jobs(Protocol):
    """The labeling jobs of one backend, in the shapes of SageMaker."""

    backend: Backend

    def describe(self, name: str) -> Described:
        """What DescribeLabelingJob tells. Raises NotThere where there is no such job."""

    def list(self) -> Iterator[Described]:
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

    jobs: Jobs
    described: Described

    @property
    def name(self) -> str:
        """The name as it was given when the job was started."""
        return str(self.described["LabelingJobName"])

    @property
    def output(self) -> str | None:
        """The address of the output manifest; None as long as there is none."""
        found = self.described.get("LabelingJobOutput") or {}
        return found.get("OutputDatasetS3Uri") or None

    @property
    def folder(self) -> str:
        """The address of the folder with everything of the job (contract section 8)."""
        return f"{self.described['OutputConfig']['S3OutputPath'].rstrip('/')}/{self.name}"

    @property
    def label_attribute(self) -> str:
        """The name under which the job's labels stand in its manifest."""
        return str(self.described.get("LabelAttributeName", self.name))

    @property
    def status(self) -> str:
        """One of the states of DescribeLabelingJob."""
        return str(self.described["LabelingJobStatus"])


def jobs_on(deployment: Deployment, backend: Backend) -> Jobs:
    """The jobs of a backend. Raises StateError where the environment has no such."""
    if backend is Backend.GROUND_TRUTH:
        return GroundTruthJobs(deployment)
    return EngineJobs(deployment, find_engine(deployment))


def all_jobs(deployment: Deployment, backend: Backend | None) -> list[Jobs]:
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
    places = all_jobs(deployment, backend)
    found, unseen = [], []
    for jobs in places:
        try:
            found.append(Job(jobs=jobs, described=jobs.describe(name)))
        except NotThere:
            continue
        except (NotAllowed, ClientError, BotoCoreError) as error:
            unseen.append(f"{jobs.backend} could not be looked at: {error}")
    if len(found) > 1:
        raise StateError(f"there is a job {name!r} on both backends: choose with --backend {' or '.join(Backend)}")
    if found:
        for text in unseen:
            click.echo(text, err=True)
        return found[0]
    looked = " or ".join(jobs.backend for jobs in places)
    text = f"there is no job {name!r} ({looked}): see ground-truth list --env {deployment.environment}"
    raise StateError("\n".join([text, *unseen]))


def place_of(source: str, environment: str | None) -> str:
    """Where a job's files are: ``source`` itself, or the folder of the job of that name in an environment."""
    return find_job(find_deployment(environment), source, None).folder if environment else source


def output_manifest_of(job: Job, environment: str) -> str:
    """The address of a job's output manifest.

    Raises StateError where there is none, with the reason or the time to wait.
    """
    if job.output:
        return job.output
    if "FailureReason" in job.described:
        raise StateError(f"job {job.name!r} has failed: {failure_text(job.described['FailureReason'])}")
    raise StateError(
        f"job {job.name!r} is {job.status}, and has no output manifest: "
        f"see ground-truth status {job.name} --env {environment}"
    )
