"""Labeling jobs by their names, the same for both backends."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import click
from botocore.exceptions import BotoCoreError, ClientError

from ground_truth.engine.model import NotThere
from ground_truth.tasks.request_parts import Request
from ground_truth_cli.backends.deployed_engine import find_engine, look_for_engine
from ground_truth_cli.backends.engine import EngineJobs
from ground_truth_cli.backends.ground_truth import GroundTruthJobs
from ground_truth_cli.commands.request import checked_name
from ground_truth_cli.deployment import Deployment, find_deployment
from ground_truth_cli.refusals import NotAllowed

BACKENDS = (EngineJobs.backend, GroundTruthJobs.backend)
ENDED = ("Completed", "Failed", "Stopped")
Described = dict[str, Any]
of_named_job = click.option("--env", "environment", help="The environment of a job that is given by its name.")
C = TypeVar("C", bound=Callable[..., Any])

of_environment = click.option("--env", "environment", required=True, help="The environment, such as dev.")
on_backend = click.option("--backend", type=click.Choice(BACKENDS), help="Look there only; by default at both.")
for_programs = click.option("--json", "as_json", is_flag=True, help="Print for programs.")


class Jobs(Protocol):
    """The labeling jobs of one backend, in the shapes of SageMaker."""

    backend: str

    def describe(self, name: str) -> Described:
        """What DescribeLabelingJob tells. Raises NotThere where there is no such job."""

    def list(self) -> Iterator[Described]:
        """The summaries of ListLabelingJobs, newest first."""

    def request(self, name: str) -> Request:
        """What CreateLabelingJob was given."""

    def answers(self, name: str) -> int | None:
        """How many answers there are; None where the backend does not tell."""

    def at_work(self, name: str) -> int | None:
        """How many workers have an object in hand; None where it cannot be told."""

    def stop(self, name: str) -> None:
        """Stops a job. Raises ValueError for one that has ended."""

    def start(self, request: Request) -> str:
        """Starts a job; returns what AWS knows it by. Raises ValueError for a name that is taken."""


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


def of_one_job(command: C) -> C:
    """Gives a command what names a job: ``JOB``, ``--env``, ``--backend``; and ``--json``."""
    for option in (for_programs, on_backend, of_environment, click.argument("name", metavar="JOB")):
        command = option(command)
    return command


def jobs_on(deployment: Deployment, backend: str) -> Jobs:
    """The jobs of a backend. Raises ValueError where the environment has no such."""
    if backend == GroundTruthJobs.backend:
        return GroundTruthJobs(deployment)
    return EngineJobs(deployment, find_engine(deployment))


def all_jobs(deployment: Deployment, backend: str | None) -> list[Jobs]:
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


def find_job(deployment: Deployment, name: str, backend: str | None) -> Job:
    """Finds a job by its name, in upper or lower case.

    Raises ValueError for one that is not there, or is on both backends.
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
        raise ValueError(f"there is a job {name!r} on both backends: choose with --backend {' or '.join(BACKENDS)}")
    if found:
        for text in unseen:
            click.echo(text, err=True)
        return found[0]
    looked = " or ".join(jobs.backend for jobs in places)
    text = f"there is no job {name!r} ({looked}): see ground-truth list --env {deployment.environment}"
    raise ValueError("\n".join([text, *unseen]))


def place_of(source: str, environment: str | None) -> str:
    """Where a job's files are: ``source`` itself, or the folder of the job of that name in an environment."""
    return find_job(find_deployment(environment), source, None).folder if environment else source
