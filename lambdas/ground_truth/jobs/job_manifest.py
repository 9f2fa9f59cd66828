"""What a job's manifest tells about the job that wrote it: attribute, name and classes (contract 7.2)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ground_truth.contract.task_types import TaskType
from ground_truth.manifests.lines import Lines, Record, read_manifest


def image_of(line: Mapping[str, object]) -> str:
    """What the line is about: the image's URI, or the text itself."""
    return str(line.get("source-ref", line.get("source", "")))


def label_attribute_in(lines: Sequence[Record], task_type: TaskType, job_name: str) -> str | None:
    """The attribute that a job of this type wrote: the one with the job's name, else the only one of the type."""
    written = {
        (key.removesuffix("-metadata"), str(value.get("job-name", "")).rpartition("/")[2])
        for line in lines
        for key, value in line.items()
        if key.endswith("-metadata") and isinstance(value, Mapping) and value.get("type") == task_type.record_type
    }
    own = {attribute for attribute, job in written if job == job_name.lower()}
    for candidates in (own, {attribute for attribute, _ in written}):
        if len(candidates) == 1:
            return candidates.pop()
    return None


def job_name_in(lines: Iterable[Record], attribute: str) -> str | None:
    """The name of the job that wrote an attribute, lower-cased as it is in records."""
    for line in lines:
        metadata = line.get(f"{attribute}-metadata")
        if isinstance(metadata, Mapping) and metadata.get("job-name"):
            return str(metadata["job-name"]).rpartition("/")[2]
    return None


def labels_in(lines: Iterable[Record], attribute: str) -> dict[int, str]:
    """Labels by class index, as far as the records of an attribute tell."""
    labels: dict[int, str] = {}
    for line in lines:
        metadata = line.get(f"{attribute}-metadata")
        if not isinstance(metadata, Mapping):
            continue
        label = line.get(attribute)
        if "class-name" in metadata:
            labels |= _names({str(label): metadata["class-name"]})
        labels |= _names(metadata.get("class-map"))
        # In masks 0 is the background, and labels come after it.
        named = _by_index(metadata.get("internal-color-map"))
        labels |= {
            index - 1: str(entry["class-name"])
            for index, entry in named.items()
            if index and isinstance(entry, Mapping)
        }
    return labels


def _names(named: object) -> dict[int, str]:
    return {index: str(name) for index, name in _by_index(named).items()}


def _by_index(named: object) -> dict[int, object]:
    """What is named by a class index, be it a number or its digits, and nothing else."""
    entries = named.items() if isinstance(named, Mapping) else ()
    return {int(index): value for index, value in entries if str(index).isdigit()}


def failed_objects(manifest: Lines, label_attribute: str) -> Iterator[tuple[Record, str]]:
    """Yields the lines of the objects that failed, without what the job wrote, each with its failure reason.

    Raises ManifestError for a manifest that is none.
    """
    own = (label_attribute, f"{label_attribute}-metadata")
    for line in read_manifest(manifest):
        metadata = line.get(own[1])
        if isinstance(metadata, Mapping) and "failure-reason" in metadata:
            yield {key: value for key, value in line.items() if key not in own}, str(metadata["failure-reason"])
