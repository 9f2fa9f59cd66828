"""One line of a manifest, and what a job says in it of its object (contract sections 2.1 and 7.2).

A *manifest line* is all that a manifest has of one object. A *label record* is what one job says of it: the *label*
under the label attribute name, and its *metadata* beside it.
"""

from dataclasses import dataclass

from ground_truth.contract.json_types import Json, JsonObject

SOURCE_KEYS = ("source-ref", "source")
_METADATA = "-metadata"


def metadata_key(attribute: str) -> str:
    """The key of a label attribute's metadata."""
    return attribute + _METADATA


@dataclass(frozen=True)
class LabelRecord:
    """What one job says of one object.

    ``content`` has label and metadata under their keys, and whatever else a hook of one's own put beside them.
    """

    attribute: str
    content: JsonObject

    @property
    def label(self) -> Json:
        """The label; None for an object that failed."""
        return self.content.get(self.attribute)

    @property
    def metadata(self) -> JsonObject:
        """The metadata, empty where there is none."""
        metadata = self.content.get(metadata_key(self.attribute))
        return metadata if isinstance(metadata, dict) else {}

    @property
    def type(self) -> str:
        """The type of the label, empty where it is not told."""
        return str(self.metadata.get("type", ""))

    @property
    def job_name(self) -> str:
        """The job that wrote it, without the ``labeling-job/`` before it, lower-cased as real jobs write it."""
        return str(self.metadata.get("job-name", "")).rpartition("/")[2]

    @property
    def failure_reason(self) -> str | None:
        """Why the object has no label; None for one that did not fail."""
        reason = self.metadata.get("failure-reason")
        return str(reason) if "failure-reason" in self.metadata else None


@dataclass(frozen=True)
class ManifestLine:
    """One object of a manifest: ``content`` has where it lies, labels of earlier jobs, and keys of the user's own."""

    content: JsonObject

    @property
    def source(self) -> str:
        """The address of the object, or its text; empty where the line has neither."""
        return str(self.content.get("source-ref", self.content.get("source", "")))

    @property
    def source_keys(self) -> list[str]:
        """Which of the two keys of data the line has; a good line has one."""
        return [key for key in SOURCE_KEYS if key in self.content]

    @property
    def records(self) -> list[LabelRecord]:
        """The label records, earliest first: of what was labeled and of what failed."""
        return [
            self.record(key.removesuffix(_METADATA))
            for key, value in self.content.items()
            # Video and point cloud objects have a source-ref-metadata, which is no label's.
            if key.endswith(_METADATA) and isinstance(value, dict) and ("type" in value or "failure-reason" in value)
        ]

    def has_label(self, attribute: str) -> bool:
        """Whether there is a label under an attribute, which counts as labeled (contract section 14)."""
        return attribute in self.content

    def record(self, attribute: str) -> LabelRecord:
        """What the line has under a label attribute, be it nothing."""
        keys = (attribute, metadata_key(attribute))
        return LabelRecord(attribute, {key: self.content[key] for key in keys if key in self.content})

    def without_record(self, attribute: str) -> "ManifestLine":
        """The line as it was before the job that wrote the attribute."""
        keys = (attribute, metadata_key(attribute))
        return ManifestLine({key: value for key, value in self.content.items() if key not in keys})

    def with_record(self, record: LabelRecord) -> "ManifestLine":
        """The line with a job's record in the place of an earlier one: what failed keeps no earlier label."""
        return ManifestLine({**self.without_record(record.attribute).content, **record.content})
