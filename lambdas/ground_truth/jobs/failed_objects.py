"""What a job could not label, from its output manifest: the lines to label again, and why."""

from collections.abc import Iterator, Mapping

from ground_truth.manifests.lines import Lines, Record, read_manifest


def failed_objects(manifest: Lines, label_attribute: str) -> Iterator[tuple[Record, str]]:
    """Yields the lines of the objects that failed, without what the job wrote, each with its failure reason.

    Raises ManifestError for a manifest that is none.
    """
    own = (label_attribute, f"{label_attribute}-metadata")
    for line in read_manifest(manifest):
        metadata = line.get(own[1])
        if isinstance(metadata, Mapping) and "failure-reason" in metadata:
            yield {key: value for key, value in line.items() if key not in own}, str(metadata["failure-reason"])
