"""The post-annotation event, as documented and as really sent (contract sections 6.1 and 6.2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeGuard

from ground_truth.contract.errors import InputError
from ground_truth.contract.hook_events import PostAnnotationEvent
from ground_truth.contract.job_paths import PayloadPaths


@dataclass(frozen=True, kw_only=True)
class ConsolidationRequest:
    """What a post-annotation hook is asked to do.

    ``labels`` is empty where the event has none, as with jobs made in the console.
    """

    labeling_job_arn: str
    label_attribute_name: str
    labels: tuple[str, ...]
    payload_uri: str

    @classmethod
    def read(cls, event: Mapping[str, object]) -> "ConsolidationRequest":
        """Reads an event. Its version is not looked at: the real one differs from the documented one.

        Raises InputError, naming what is missing.
        """
        if not _is_post_annotation(event):
            missing = [key for key in _NEEDED if key not in event] or ["payload.s3Uri"]
            raise InputError(f"not a post-annotation event: {missing[0]!r} is missing, it has {sorted(event)}")
        return cls(
            labeling_job_arn=event["labelingJobArn"],
            label_attribute_name=event["labelAttributeName"],
            labels=tuple(event.get("labelCategories") or ()),
            payload_uri=event["payload"]["s3Uri"],
        )

    @property
    def paths(self) -> PayloadPaths:
        """Where the files of the batch lie."""
        return PayloadPaths(self.payload_uri)

    @property
    def moment(self) -> datetime:
        """When the batch was made, now where that is not known: one that comes again gets the same records."""
        return self.paths.moment or datetime.now(UTC)


_NEEDED = ("labelingJobArn", "labelAttributeName", "payload")


def _is_post_annotation(event: Mapping[str, object]) -> TypeGuard[PostAnnotationEvent]:
    payload = event.get("payload")
    return all(key in event for key in _NEEDED) and isinstance(payload, Mapping) and "s3Uri" in payload
