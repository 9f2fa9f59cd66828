"""What is wrong with the record of one manifest line, as it is for one job (contract sections 2 and 14)."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ground_truth.contract.limits import OBJECT_KEY_BYTES
from ground_truth.contract.task_types import TASK_TYPES, Output, TaskType
from ground_truth.manifests import faults as faults
from ground_truth.manifests.faults import Fault
from ground_truth.manifests.lines import Record

FoundFault = tuple[Fault, str]

_METADATA = "-metadata"
_WEB_ADDRESS = re.compile(r"https://([^/]+\.)?s3[.-][^/]*amazonaws\.com(\.cn)?/.+")
# A shown value must not flood the terminal.
_SHOWN_CHARACTERS = 120


@dataclass(frozen=True, kw_only=True)
class Rules:
    """The rules for the record of one line, as they are for one job."""

    task_type: TaskType | None
    label_attribute: str
    audited_attribute: str

    def faults(self, record: Record) -> Iterator[FoundFault]:
        """Yields each rule the record breaks, with what was found."""
        for key in record:
            if key[:1] == "$":
                yield faults.DOLLAR_KEY, f"the key {shown(key)}"
        yield from self._source_faults(record)
        if self.label_attribute:
            yield from self._label_faults(record)
        if self.task_type is not None and self.task_type.audits is not None:
            yield from self._review_faults(record, TASK_TYPES[self.task_type.audits])

    def _source_faults(self, record: Record) -> Iterator[FoundFault]:
        present = [key for key in ("source-ref", "source") if key in record]
        if len(present) != 1:
            yield faults.SOURCE, "both source-ref and source" if present else "neither source-ref nor source"
            return
        key = present[0]
        task_type = self.task_type
        if task_type is not None and key not in task_type.manifest_keys:
            yield (
                faults.MEDIA_KEY,
                f"{task_type.key} labels {' or '.join(task_type.manifest_keys)}, this line has {key}",
            )
        elif key == "source-ref":
            yield from _address_faults(record[key], task_type.file_endings if task_type else ())
        elif not isinstance(record[key], str) or not record[key].strip():
            yield faults.ADDRESS, f"source should be a text that is not blank, got {shown(record[key])}"

    def _label_faults(self, record: Record) -> Iterator[FoundFault]:
        metadata = self.label_attribute + _METADATA
        if self.label_attribute in record:
            yield faults.LABELED, f"there is a {self.label_attribute!r} already"
        elif metadata in record and not _failure(record[metadata]):
            yield faults.OVERWRITTEN, f"there is a {metadata!r} without its label"

    def _review_faults(self, record: Record, audited: TaskType) -> Iterator[FoundFault]:
        earlier = self._earlier_metadata(record, audited)
        failures = [failure for _, metadata in earlier if (failure := _failure(metadata))]
        labels = [metadata for key, metadata in earlier if key in record and not _failure(metadata)]
        if not labels and failures:
            yield faults.FAILED, f"the object failed: {shown(failures[0])}"
        elif not labels:
            name = repr(self.audited_attribute) if self.audited_attribute else f"label of type {audited.record_type}"
            yield faults.UNREVIEWABLE, f"there is no {name} with its metadata"
        elif audited.output is Output.MASK_FILE and not any(_has_colors(metadata) for metadata in labels):
            yield faults.COLORS, "the metadata has no internal-color-map with a hex-color for each class"

    def _earlier_metadata(self, record: Record, audited: TaskType) -> list[tuple[str, Any]]:
        """Pairs of label attribute and metadata that may be what is to be reviewed."""
        if self.audited_attribute:
            metadata = record.get(self.audited_attribute + _METADATA)
            return [(self.audited_attribute, metadata)] if isinstance(metadata, dict) else []
        return [
            (key.removesuffix(_METADATA), value)
            for key, value in record.items()
            if key.endswith(_METADATA)
            and isinstance(value, dict)
            and key != self.label_attribute + _METADATA
            and (value.get("type") == audited.record_type or _failure(value))
        ]


def _address_faults(address: object, endings: tuple[str, ...]) -> Iterator[FoundFault]:
    if not isinstance(address, str):
        yield faults.ADDRESS, f"source-ref should be a text like s3://bucket/key, got {shown(address)}"
        return
    bucket, _, key = address.removeprefix("s3://").partition("/")
    if not address.startswith("s3://") or not bucket or not key:
        if not _WEB_ADDRESS.fullmatch(address):
            yield faults.ADDRESS, f"source-ref should be like s3://bucket/key, got {shown(address)}"
            return
        yield faults.WEB_ADDRESS, shown(address)
    if len(key) > OBJECT_KEY_BYTES // 4 and len(key.encode(errors="replace")) > OBJECT_KEY_BYTES:
        yield faults.ADDRESS, f"source-ref has a key of more than {OBJECT_KEY_BYTES:,} bytes, longer than S3 allows"
    if endings and not address.endswith(endings) and not address.lower().endswith(endings):
        yield faults.FILE_ENDING, f"should end with {', '.join(endings)}, got {shown(address)}"


def _failure(metadata: Any) -> str:
    """Why the object failed, and nothing if it did not."""
    failed = isinstance(metadata, dict) and "failure-reason" in metadata
    return (str(metadata["failure-reason"]) or "no reason given") if failed else ""


def _has_colors(metadata: Record) -> bool:
    colors = metadata.get("internal-color-map")
    return (
        isinstance(colors, dict)
        and bool(colors)
        and all(isinstance(entry, dict) and "hex-color" in entry for entry in colors.values())
    )


def shown(value: object) -> str:
    """A value as findings quote it, shortened."""
    text = repr(value) if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= _SHOWN_CHARACTERS else text[: _SHOWN_CHARACTERS - 1] + "…"
