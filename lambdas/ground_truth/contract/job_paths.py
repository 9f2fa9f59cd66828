"""Where the files of a job lie: Ground Truth's own layout (contract section 8), and beside it what this library adds.

The constants are paths below ``<S3OutputPath>/<job name>``, or below its ``annotations`` where they say so.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ground_truth.contract.request import LabelingJobRequest

OUTPUT_MANIFEST = "manifests/output/output.manifest"
ANNOTATIONS = "annotations"
# In ``annotations``.
WORKER_RESPONSES = "worker-response"
INTERMEDIATE = "intermediate"
CONSOLIDATED = "consolidated-annotation"
# Labels that are files, such as masks.
_FILES = "output"
LABEL_FILES = f"{CONSOLIDATED}/{_FILES}"
# What batches teach about their workers: tools that know the contract's folders alone pass over it.
_SKILL = "worker-skill"
WORKER_SKILL = f"{CONSOLIDATED}/{_SKILL}"
# The engine's own, and the workflow's.
BATCHES = "engine/batches.json"
BATCH_RESULTS = "engine/results"
LONG_ANSWERS = "engine/answers"
REPORT = "report"

_REQUESTS = "consolidation-request"
_RESPONSES = "consolidation-response"
_ITERATION = "iteration-1"
_STAMP = "%Y-%m-%d_%H:%M:%S"


@dataclass(frozen=True)
class JobPaths:
    """The addresses of a job's files below ``root``; moments are seconds since 1970."""

    root: str

    @classmethod
    def of(cls, output_path: str, job_name: str) -> "JobPaths":
        """The addresses of a job by its name and the output path of its request."""
        return cls(f"{output_path.rstrip('/')}/{job_name}")

    @classmethod
    def of_request(cls, request: LabelingJobRequest) -> "JobPaths":
        """The addresses of a request's job."""
        return cls.of(request["OutputConfig"]["S3OutputPath"], request["LabelingJobName"])

    @property
    def annotations(self) -> str:
        """The folder of answers and consolidations."""
        return f"{self.root}/{ANNOTATIONS}"

    @property
    def output_manifest(self) -> str:
        """The final manifest."""
        return f"{self.root}/{OUTPUT_MANIFEST}"

    @property
    def batches(self) -> str:
        """The list of batches, over which the state machine maps."""
        return f"{self.root}/{BATCHES}"

    @property
    def batch_results(self) -> str:
        """Where the state machine notes what became of each batch."""
        return f"{self.root}/{BATCH_RESULTS}"

    def intermediate(self, batch: int) -> str:
        """The lines of one batch; numbers sort as texts."""
        return f"{self.annotations}/{INTERMEDIATE}/{batch:06}/output.manifest"

    def worker_response(self, object_id: str, moment: float) -> str:
        """The answers on one object, named after the last of them: written twice it is the same file."""
        return f"{self.annotations}/{WORKER_RESPONSES}/{_ITERATION}/{object_id}/{_stamp(moment)}.json"

    def long_answer(self, object_id: str, worker_id: str) -> str:
        """An answer of one worker that is too long for a request or for the engine's table."""
        return f"{self.root}/{LONG_ANSWERS}/{object_id}/{worker_id}.json"

    def consolidation_request(self, batch: int, created: float) -> str:
        """What the post-annotation hook is given of a job made at ``created``."""
        return f"{self.annotations}/{CONSOLIDATED}/{_REQUESTS}/{_ITERATION}/{_batch_name(batch, created)}"

    def consolidation_response(self, batch: int, created: float) -> str:
        """What the hook gave back."""
        return f"{self.annotations}/{CONSOLIDATED}/{_RESPONSES}/{_ITERATION}/{_batch_name(batch, created)}"

    def label_file(self, object_id: str, created: float, ending: str) -> str:
        """The label of an object, where it is a file, in a job made at ``created``."""
        stamp = f"{datetime.fromtimestamp(created, UTC):%Y-%m-%dT%H:%M:%S.%f}"
        return f"{self.annotations}/{LABEL_FILES}/{object_id}_{stamp}.{ending}"

    @property
    def report_page(self) -> str:
        """The report for people."""
        return f"{self.root}/{REPORT}/report.html"

    @property
    def report_summary(self) -> str:
        """The report's numbers, as JSON."""
        return f"{self.root}/{REPORT}/quality.json"


@dataclass(frozen=True)
class PayloadPaths:
    """The addresses beside a payload of the post-annotation hook, which it is told instead of its job's root."""

    payload: str

    @property
    def batch(self) -> str:
        """What tells the batch from the others of its job: iteration and file name of the payload."""
        return self._split[1].removesuffix(".json")

    @property
    def moment(self) -> datetime | None:
        """When the batch was made, after which its files are named; None where the name does not tell."""
        try:
            return datetime.strptime(self._stamp, _STAMP).replace(tzinfo=UTC)
        except ValueError:
            return None

    def label_file(self, object_id: str, ending: str) -> str:
        """A label that is a file, named after object and batch: a batch that comes again overwrites its own."""
        return f"{self._split[0]}/{_FILES}/{object_id}_{self._stamp}.{ending}"

    @property
    def worker_skill(self) -> str:
        """The folder of what the job's batches taught about its workers."""
        return f"{self._split[0]}/{_SKILL}"

    @property
    def _stamp(self) -> str:
        return self.batch.rpartition("/")[2]

    @property
    def _split(self) -> tuple[str, str]:
        """The folder of everything consolidated, and the payload's place among the requests in it."""
        folder, requests, batch = self.payload.partition(f"/{_REQUESTS}/")
        if not requests:
            folder, _, batch = self.payload.rpartition("/")
        return folder, batch


def moment_text(moment: float) -> str:
    """A time as worker responses have it (contract section 8)."""
    at = datetime.fromtimestamp(moment, UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z"


def _batch_name(batch: int, created: float) -> str:
    # A second for each batch, so that each has a name of its own that is the same on every try.
    return f"{_stamp(created + batch)}.json"


def _stamp(moment: float) -> str:
    return f"{datetime.fromtimestamp(0, UTC) + timedelta(seconds=int(moment)):{_STAMP}}"
