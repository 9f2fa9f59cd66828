"""Reads output manifests: the label of each object, whatever the type of its task (contract section 7)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from ground_truth.contract.errors import ContractError, InputError
from ground_truth.manifests.label_forms import FORMS, read_any
from ground_truth.manifests.labels import Label
from ground_truth.manifests.lines import Lines, read_manifest
from ground_truth.manifests.manifest_line import ManifestLine, metadata_key


@dataclass(frozen=True, kw_only=True)
class LabeledObject:
    """One object and what a job made of it.

    ``label`` is None for an object that failed, which has a ``failure_reason``, and for one that was not
    labeled, which has none. ``line`` is the whole line, with earlier labels. ``record_type`` is the
    metadata's ``type``. ``created`` is in UTC. ``human_annotated`` is False for labels of a model,
    ``adjusted`` tells whether a worker changed the label under review; both are None where it is not said.
    """

    line: ManifestLine
    label: Label | None
    record_type: str = ""
    job_name: str = ""
    created: datetime | None = None
    human_annotated: bool | None = None
    adjusted: bool | None = None
    failure_reason: str | None = None

    @property
    def source(self) -> str:
        """The address of the object, or its text."""
        return self.line.source


def read_output_manifest(lines: Lines, label_attribute: str) -> Iterator[LabeledObject]:
    """Yields each object with what is under ``label_attribute``.

    Raises InputError, with the number of the line, for one that cannot be read and for a label that is not
    as its type demands.
    """
    return read_labels_of(read_manifest(lines), label_attribute)


def read_labels_of(lines: Iterable[ManifestLine], label_attribute: str) -> Iterator[LabeledObject]:
    """Yields the same of lines that are read already."""
    for number, line in enumerate(lines, 1):
        try:
            labeled = read_label(line, label_attribute)
        except ContractError as error:
            raise InputError(f"line {number}: {error}") from error
        yield labeled


def read_label(line: ManifestLine, label_attribute: str) -> LabeledObject:
    """What one line has under ``label_attribute``.

    Raises ContractError for a label that is not as its type demands.
    """
    metadata = line.content.get(metadata_key(label_attribute), {})
    if not isinstance(metadata, dict):
        raise ContractError(metadata_key(label_attribute), metadata, "a JSON object", "take the job's own output")
    record = line.record(label_attribute)
    is_labeled = record.label is not None and record.failure_reason is None
    read = FORMS.get(record.type, read_any)
    return LabeledObject(
        line=line,
        label=read(label_attribute, record.label, metadata) if is_labeled else None,
        record_type=record.type,
        job_name=str(metadata.get("job-name", "")),
        created=_moment(metadata["creation-date"]) if "creation-date" in metadata else None,
        human_annotated=_is(metadata.get("human-annotated"), "yes"),
        adjusted=_is(metadata.get("adjustment-status"), "adjusted"),
        failure_reason=record.failure_reason,
    )


def _is(value: object, meaning: str) -> bool | None:
    return None if value is None else value == meaning


def _moment(text: object) -> datetime:
    """Reads a creation date: without a zone it is UTC; video and old custom jobs write +0000 (contract 7.2)."""
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError as error:
        allowed = "like 2026-11-23T10:02:14.527256, with or without a zone"
        raise ContractError("creation-date", text, allowed, "correct the date") from error
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
