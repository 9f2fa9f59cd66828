"""What is wrong with one manifest line, as it is for one job (contract sections 2 and 14)."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ground_truth.contract.json_types import Json
from ground_truth.contract.limits import OBJECT_KEY_BYTES
from ground_truth.contract.task_types import TASK_TYPES, Output, TaskType
from ground_truth.manifests import faults
from ground_truth.manifests.faults import Fault
from ground_truth.manifests.manifest_line import LabelRecord, ManifestLine, metadata_key

Breach = tuple[Fault, str]
"""A rule that a line breaks, and in words how."""

_WEB_ADDRESS = re.compile(r"https://([^/]+\.)?s3[.-][^/]*amazonaws\.com(\.cn)?/.+")
# A shown value must not flood the terminal.
_SHOWN_CHARACTERS = 120


@dataclass(frozen=True, kw_only=True)
class Rules:
    """The rules for a manifest line, as they are for one job."""

    task_type: TaskType | None
    label_attribute: str
    audited_attribute: str

    def breaches(self, line: ManifestLine) -> Iterator[Breach]:
        """Yields each rule that the line breaks, and how."""
        for key in line.content:
            if key[:1] == "$":
                yield faults.DOLLAR_KEY, f"the key {shown(key)}"
        yield from self._source_breaches(line)
        if self.label_attribute:
            yield from self._label_breaches(line)
        if self.task_type is not None and self.task_type.audits is not None:
            yield from self._review_breaches(line, TASK_TYPES[self.task_type.audits])

    def _source_breaches(self, line: ManifestLine) -> Iterator[Breach]:
        keys = line.source_keys
        if len(keys) != 1:
            yield faults.SOURCE, "both source-ref and source" if keys else "neither source-ref nor source"
            return
        key = keys[0]
        source = line.content[key]
        task_type = self.task_type
        if task_type is not None and key not in task_type.manifest_keys:
            yield (
                faults.MEDIA_KEY,
                f"{task_type.key} labels {' or '.join(task_type.manifest_keys)}, this line has {key}",
            )
        elif key == "source-ref":
            yield from _address_breaches(source, task_type.file_endings if task_type else ())
        elif not isinstance(source, str) or not source.strip():
            yield faults.ADDRESS, f"source should be a text that is not blank, got {shown(source)}"

    def _label_breaches(self, line: ManifestLine) -> Iterator[Breach]:
        metadata = metadata_key(self.label_attribute)
        if line.has_label(self.label_attribute):
            yield faults.LABELED, f"there is a {self.label_attribute!r} already"
        elif metadata in line.content and line.record(self.label_attribute).failure_reason is None:
            yield faults.OVERWRITTEN, f"there is a {metadata!r} without its label"

    def _review_breaches(self, line: ManifestLine, audited: TaskType) -> Iterator[Breach]:
        earlier = self._earlier_records(line, audited)
        failures = [reason for record in earlier if (reason := record.failure_reason) is not None]
        labeled = [record for record in earlier if line.has_label(record.attribute) and record.failure_reason is None]
        if not labeled and failures:
            yield faults.FAILED, f"the object failed: {shown(failures[0] or 'no reason given')}"
        elif not labeled:
            name = repr(self.audited_attribute) if self.audited_attribute else f"label of type {audited.record_type}"
            yield faults.UNREVIEWABLE, f"there is no {name} with its metadata"
        elif audited.output is Output.MASK_FILE and not any(_has_colors(record) for record in labeled):
            yield faults.COLORS, "the metadata has no internal-color-map with a hex-color for each class"

    def _earlier_records(self, line: ManifestLine, audited: TaskType) -> list[LabelRecord]:
        """The label records that may be what is to be reviewed."""
        if self.audited_attribute:
            metadata = line.content.get(metadata_key(self.audited_attribute))
            return [line.record(self.audited_attribute)] if isinstance(metadata, dict) else []
        return [
            record
            for record in line.records
            if record.attribute != self.label_attribute
            and (record.type == audited.record_type or record.failure_reason is not None)
        ]


def _address_breaches(address: Json, endings: tuple[str, ...]) -> Iterator[Breach]:
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


def _has_colors(record: LabelRecord) -> bool:
    colors = record.metadata.get("internal-color-map")
    return (
        isinstance(colors, dict)
        and bool(colors)
        and all(isinstance(entry, dict) and "hex-color" in entry for entry in colors.values())
    )


def shown(value: object) -> str:
    """A value as findings quote it, shortened."""
    text = repr(value) if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= _SHOWN_CHARACTERS else text[: _SHOWN_CHARACTERS - 1] + "…"
