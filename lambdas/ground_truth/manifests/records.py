"""Label records: label and metadata of one object in the form of each task type (contract section 7)."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from ground_truth.contract.json_types import Json, JsonObject
from ground_truth.contract.task_types import TaskType
from ground_truth.manifests.manifest_line import LabelRecord, metadata_key

BACKGROUND = {"class-name": "BACKGROUND", "hex-color": "#ffffff"}
# What is less probable than this is no alternative; more of them would only swell the response.
LEAST_ALTERNATIVE = 0.01
MOST_ALTERNATIVES = 5


def label_record(
    attribute: str,
    task_type: TaskType,
    label: Json,
    details: Mapping[str, Json],
    *,
    job_arn: str,
    moment: datetime,
) -> LabelRecord:
    """Joins a label and its metadata under the label attribute name (contract 7.2).

    ``details`` are the metadata peculiar to the type; ``job_arn`` may be the job's name alone;
    ``moment`` is written as UTC without a zone.
    """
    metadata: JsonObject = {**details, **_common(task_type, job_arn, moment)}
    return LabelRecord(attribute, {attribute: label, metadata_key(attribute): metadata})


def failed_record(attribute: str, task_type: TaskType, reason: str, *, job_arn: str, moment: datetime) -> LabelRecord:
    """What stands in the manifest for an object that could not be labeled (contract 7.2)."""
    metadata: JsonObject = {"failure-reason": reason, **_common(task_type, job_arn, moment)}
    return LabelRecord(attribute, {metadata_key(attribute): metadata})


def _common(task_type: TaskType, job_arn: str, moment: datetime) -> JsonObject:
    return {
        "type": task_type.record_type,
        # Real outputs name the job like this, lower-cased, whatever the documentation prints.
        "job-name": "labeling-job/" + job_arn.rpartition("/")[2].lower(),
        "human-annotated": "yes",
        "creation-date": moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds"),
    }


def classification_details(name: str, confidence: float) -> JsonObject:
    """Metadata of one chosen class."""
    return {"class-name": name, "confidence": confidence}


def alternatives(ranked: Sequence[tuple[str, float]], margin: float) -> JsonObject:
    """Metadata that the contract does not have: the likelier classes, best first, and how far the first leads."""
    likely: JsonObject = {
        name: round(value, 2) for name, value in ranked[:MOST_ALTERNATIVES] if value >= LEAST_ALTERNATIVE
    }
    return {"alternatives": likely, "margin": round(margin, 2)}


def multi_label_details(labels: Sequence[str], confidence: Mapping[int, float]) -> JsonObject:
    """Metadata of several chosen classes, by class index."""
    return {
        "class-map": {str(index): labels[index] for index in confidence},
        "confidence-map": {str(index): value for index, value in confidence.items()},
    }


def boxes_label(image_size: Mapping[str, int], boxes: Sequence[Mapping[str, Json]]) -> JsonObject:
    """The label of a box task; ``boxes`` have class_id, left, top, width and height in pixels."""
    return {
        "image_size": [{"width": image_size["width"], "height": image_size["height"], "depth": 3}],
        "annotations": [dict(box) for box in boxes],
    }


def boxes_details(
    labels: Sequence[str], boxes: Sequence[Mapping[str, Json]], objects: Sequence[Mapping[str, Json]]
) -> JsonObject:
    """Metadata of boxes; ``objects`` pair with them, each with its ``confidence``."""
    used = {class_id for box in boxes if isinstance(class_id := box["class_id"], int)}
    return {
        "objects": [dict(entry) for entry in objects],
        "class-map": {str(index): labels[index] for index in sorted(used)},
    }


def mask_details(classes: Mapping[int, tuple[str, str]], confidence: float) -> JsonObject:
    """Metadata of a mask; ``classes`` gives (label, hex colour) of each pixel value but 0, the background."""
    colors = {0: BACKGROUND} | {
        index: {"class-name": name, "hex-color": color} for index, (name, color) in sorted(classes.items())
    }
    return {"internal-color-map": {str(index): {**entry, "confidence": confidence} for index, entry in colors.items()}}
