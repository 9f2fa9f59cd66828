"""What a job's manifest tells about the job that wrote it: attribute, name and classes (contract 7.2)."""

from collections.abc import Iterable, Iterator, Sequence

from ground_truth.contract.json_types import Json
from ground_truth.contract.task_types import TaskType
from ground_truth.manifests.lines import Lines, read_manifest
from ground_truth.manifests.manifest_line import ManifestLine


def label_attribute_in(lines: Sequence[ManifestLine], task_type: TaskType, job_name: str) -> str | None:
    """The attribute that a job of this type wrote: the one with the job's name, else the only one of the type."""
    records = [record for line in lines for record in line.records if record.type == task_type.record_type]
    own = {record.attribute for record in records if record.job_name == job_name.lower()}
    for attributes in (own, {record.attribute for record in records}):
        if len(attributes) == 1:
            return attributes.pop()
    return None


def job_name_in(lines: Iterable[ManifestLine], attribute: str) -> str | None:
    """The name of the job that wrote an attribute, lower-cased as it is in label records."""
    return next((name for line in lines if (name := line.record(attribute).job_name)), None)


def labels_in(lines: Iterable[ManifestLine], attribute: str) -> dict[int, str]:
    """Labels by class index, as far as the label records of an attribute tell."""
    labels: dict[int, str] = {}
    for line in lines:
        record = line.record(attribute)
        if "class-name" in record.metadata:
            labels |= _by_index({str(record.label): record.metadata["class-name"]})
        labels |= _by_index(record.metadata.get("class-map"))
        colors = record.metadata.get("internal-color-map")
        names = {index: entry["class-name"] for index, entry in _objects(colors) if "class-name" in entry}
        # In masks 0 is the background, and labels come after it.
        labels |= {index - 1: name for index, name in _by_index(names).items() if index}
    return labels


def _objects(value: Json) -> Iterator[tuple[str, dict[str, Json]]]:
    entries = value.items() if isinstance(value, dict) else ()
    return ((key, entry) for key, entry in entries if isinstance(entry, dict))


def _by_index(names: Json) -> dict[int, str]:
    """What is named by a class index in digits, and nothing else."""
    entries = names.items() if isinstance(names, dict) else ()
    return {int(index): str(name) for index, name in entries if index.isdigit()}


def failed_objects(manifest: Lines, label_attribute: str) -> Iterator[tuple[ManifestLine, str]]:
    """Yields the lines of the objects that failed, without what the job wrote, each with its failure reason.

    Raises ManifestError for a manifest that is none.
    """
    for line in read_manifest(manifest):
        reason = line.record(label_attribute).failure_reason
        if reason is not None:
            yield line.without_record(label_attribute), reason
