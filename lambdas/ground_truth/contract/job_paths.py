"""Where the files of a job lie: Ground Truth's own layout (contract section 8), and beside it what the engine needs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

_ITERATION = "iteration-1"


@dataclass(frozen=True)
class Layout:
    """The addresses of a job's files below ``<S3OutputPath>/<job name>``; ``created`` is in seconds since 1970."""

    root: str
    created: float

    @classmethod
    def of(cls, request: Mapping[str, Any], created: float) -> "Layout":
        """The layout of a request's job."""
        path = request["OutputConfig"]["S3OutputPath"].rstrip("/")
        return cls(root=f"{path}/{request['LabelingJobName']}", created=created)

    @property
    def annotations(self) -> str:
        """The folder of answers and consolidations."""
        return f"{self.root}/annotations"

    @property
    def output_manifest(self) -> str:
        """The final manifest."""
        return f"{self.root}/manifests/output/output.manifest"

    @property
    def batches(self) -> str:
        """The list of batches, over which the state machine maps."""
        return f"{self.root}/engine/batches.json"

    @property
    def results(self) -> str:
        """Where the state machine notes what became of each batch."""
        return f"{self.root}/engine/results"

    def intermediate(self, batch: int) -> str:
        """The lines of one batch; numbers sort as texts."""
        return f"{self.annotations}/intermediate/{batch:06}/output.manifest"

    def worker_response(self, object_id: str, moment: float) -> str:
        """The answers on one object, named after the last of them: written twice it is the same file."""
        return f"{self.annotations}/worker-response/{_ITERATION}/{object_id}/{_stamp(moment)}.json"

    def consolidation_request(self, batch: int) -> str:
        """What the post-annotation hook is given."""
        return f"{self.annotations}/consolidated-annotation/consolidation-request/{_ITERATION}/{self._name(batch)}"

    def consolidation_response(self, batch: int) -> str:
        """What it gave."""
        return f"{self.annotations}/consolidated-annotation/consolidation-response/{_ITERATION}/{self._name(batch)}"

    def _name(self, batch: int) -> str:
        # A second for each batch, so that each has a name of its own that is the same on every try.
        return f"{_stamp(self.created + batch)}.json"


def moment_text(moment: float) -> str:
    """A time as worker responses have it (contract section 8)."""
    at = datetime.fromtimestamp(moment, UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z"


def _stamp(moment: float) -> str:
    return f"{datetime.fromtimestamp(0, UTC) + timedelta(seconds=int(moment)):%Y-%m-%d_%H:%M:%S}"
