"""What the engine knows: jobs, the objects of a job, who holds one, and what was answered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ground_truth.contract.errors import StateError
from ground_truth.contract.json_types import JsonObject
from ground_truth.contract.request import LabelingJobRequest


class Status(StrEnum):
    """The states of a job, as DescribeLabelingJob names them (contract section 8)."""

    INITIALIZING = "Initializing"
    IN_PROGRESS = "InProgress"
    COMPLETED = "Completed"
    FAILED = "Failed"
    STOPPING = "Stopping"
    STOPPED = "Stopped"


@dataclass(frozen=True, kw_only=True)
class EngineJob:
    """One labeling job.

    ``request`` is what CreateLabelingJob takes. ``created``, ``expires``, the end of the availability of its
    tasks, and ``changed``, the last change of its status, are seconds since 1970. ``token`` wakes the state machine
    that waits for the workers.
    """

    name: str
    request: LabelingJobRequest
    status: Status
    created: float
    expires: float
    failure_reason: str | None = None
    token: str | None = None
    changed: float | None = None

    @property
    def key(self) -> str:
        """Names of jobs are the same in upper and lower case (contract 4.1)."""
        return self.name.lower()

    @property
    def workers(self) -> int:
        """How many people answer each object."""
        return int(self.request["HumanTaskConfig"]["NumberOfHumanWorkersPerDataObject"])

    @property
    def attribute(self) -> str:
        """The name that labels have in the manifest."""
        return self.request["LabelAttributeName"]

    @property
    def manifest(self) -> str:
        """The address of the input manifest."""
        return self.request["InputConfig"]["DataSource"]["S3DataSource"]["ManifestS3Uri"]

    @property
    def pre_annotation(self) -> str | None:
        """The ARN of the pre-annotation function; None where the page gets the line itself."""
        return self.request["HumanTaskConfig"].get("PreHumanTaskLambdaArn")

    @property
    def post_annotation(self) -> str | None:
        """The ARN of the post-annotation function; None where nothing is consolidated."""
        consolidation = self.request["HumanTaskConfig"].get("AnnotationConsolidationConfig")
        return consolidation["AnnotationConsolidationLambdaArn"] if consolidation else None

    @property
    def concurrent(self) -> int | None:
        """How many objects may be in work at once; None for all (contract 4.1)."""
        return self.request["HumanTaskConfig"].get("MaxConcurrentTaskCount")

    @property
    def time_limit(self) -> float:
        """How long a worker may hold an object, in seconds."""
        return float(self.request["HumanTaskConfig"]["TaskTimeLimitInSeconds"])


@dataclass(frozen=True, kw_only=True)
class Worker:
    """Who signed in: ``worker_id`` and ``identity`` are as worker responses have them (contract section 8)."""

    worker_id: str
    identity: JsonObject


@dataclass(frozen=True, kw_only=True)
class OpenObject:
    """An object for workers: its number in the manifest, and what its page is given."""

    object_id: str
    task_input: JsonObject


@dataclass(frozen=True, kw_only=True)
class Hold:
    """A worker's hold on an object; times are seconds since 1970."""

    accepted: float
    expires: float


@dataclass(frozen=True, kw_only=True)
class StoredObject:
    """An object as it lies in the table.

    ``holds`` are by worker, expired ones included; ``finished_by`` are those who answered or declined.
    ``started`` is set once somebody took it, ``done`` when no more answers are wanted; ``failure`` says why there
    will be no label.
    """

    object_id: str
    task_input: JsonObject
    answers: int = 0
    declines: int = 0
    holds: Mapping[str, Hold] = field(default_factory=dict)
    finished_by: frozenset[str] = frozenset()
    started: bool = False
    done: bool = False
    failure: str | None = None
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class Lease:
    """An object in a worker's hands, until ``expires``."""

    job: str
    object_id: str
    worker_id: str
    accepted: float
    expires: float
    task_input: JsonObject
    draft: JsonObject | None


@dataclass(frozen=True, kw_only=True)
class SentAnswer:
    """An answer as a worker's page sends it.

    A long one lies at ``content_uri`` instead of in ``content``; ``seconds`` is what the page measured, ``identity``
    who signed in, as worker responses have it (contract section 8).
    """

    content: JsonObject | None
    content_uri: str | None = None
    seconds: float
    identity: JsonObject


@dataclass(frozen=True, kw_only=True)
class StoredAnswer:
    """What a worker answered on an object; a long answer lies at ``content_uri`` instead of in ``content``.

    ``counted`` is False for one that came after the object had enough.
    """

    worker_id: str
    content: JsonObject | None
    content_uri: str | None
    accepted: float
    submitted: float
    seconds: float
    identity: JsonObject
    counted: bool = True


@dataclass(frozen=True, kw_only=True)
class ObjectResult:
    """What became of an object: its counted answers, earliest first, or why there are none."""

    object_id: str
    answers: tuple[StoredAnswer, ...]
    failure: str | None


@dataclass(frozen=True, kw_only=True)
class WorkerPosition:
    """Where a worker is in a job: the objects they took last, and the shard and the object in it they looked at last.

    An empty ``cursor`` is the shard's beginning.
    """

    held: tuple[str, ...] = ()
    shard: int
    cursor: str = ""


@dataclass(frozen=True, kw_only=True)
class JobCounts:
    """How far a job is: ``finished`` objects need nobody any more, ``failed`` are those of them without an answer.

    ``started`` is only counted for jobs that limit how many objects are in work at once.
    """

    total: int = 0
    finished: int = 0
    failed: int = 0
    answers: int = 0
    started: int = 0


@dataclass(frozen=True, kw_only=True)
class LabelOutcome:
    """What became of the objects that workers were to label, once they are consolidated."""

    labeled: int = 0
    failed: int = 0


class JobExists(StateError):
    """Another job has this name already."""


class NotThere(StateError):
    """There is no such job, or no such object in it."""


class NotHeld(StateError):
    """The worker does not hold the object, or no longer."""
