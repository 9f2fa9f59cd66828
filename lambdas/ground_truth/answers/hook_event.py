"""The post-annotation event, as documented and as really sent (contract sections 6.1 and 6.2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

# Beside the contract's folders (section 8), which tools that know only those pass over.
WORKER_SKILL_FOLDER = "worker-skill"


@dataclass(frozen=True, kw_only=True)
class ConsolidationRequest:
    """What a post-annotation hook is asked to do.

    ``label_categories`` is empty where the event has none, as with jobs made in the console.
    """

    labeling_job_arn: str
    label_attribute_name: str
    label_categories: tuple[str, ...]
    payload_uri: str

    @classmethod
    def read(cls, event: Mapping[str, Any]) -> "ConsolidationRequest":
        """Reads an event. Its version is not looked at: the real one differs from the documented one.

        Raises ValueError, naming what is missing.
        """
        try:
            return cls(
                labeling_job_arn=event["labelingJobArn"],
                label_attribute_name=event["labelAttributeName"],
                label_categories=tuple(event.get("labelCategories") or ()),
                payload_uri=event["payload"]["s3Uri"],
            )
        except (KeyError, TypeError) as error:
            raise ValueError(f"not a post-annotation event: {error} is missing, it has {sorted(event)}") from error

    @property
    def moment(self) -> datetime:
        """When the batch was made, after which its files are named; now, where the name does not tell.

        A batch that comes again gets the same moment, and so the same records.
        """
        name = self.payload_uri.rpartition("/")[2]
        try:
            return datetime.strptime(name, "%Y-%m-%d_%H:%M:%S.json").replace(tzinfo=UTC)
        except ValueError:
            return datetime.now(UTC)

    @property
    def batch(self) -> str:
        """What tells this batch from the others of its job: iteration and file name of the payload."""
        return self._split[1].removesuffix(".json")

    def file_uri(self, dataset_object_id: str, extension: str) -> str:
        """Where a label that is a file goes (contract section 8): named after object and batch.

        A batch that is handed over again overwrites its own files.
        """
        return f"{self._split[0]}/output/{dataset_object_id}_{self.batch.rpartition('/')[2]}.{extension}"

    @property
    def worker_skill_uri(self) -> str:
        """The folder of what the job's batches taught about its workers."""
        return f"{self._split[0]}/{WORKER_SKILL_FOLDER}"

    @property
    def _split(self) -> tuple[str, str]:
        """The folder of everything consolidated, and the payload's place among the requests in it."""
        folder, requests, batch = self.payload_uri.partition("/consolidation-request/")
        if not requests:
            folder, _, batch = self.payload_uri.rpartition("/")
        return folder, batch
