"""Consolidation of one object's answers by simple majority, per task type.

Every function takes the answers of different workers and the labels in class-index order, and returns the
label and the metadata details of the output record; a label that is a file comes as its bytes. Confidence
is 0 with a single worker, as the service gives it (contract 7.2).
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import Any

from ground_truth import masks, records, task_types
from ground_truth.annotations import AnnotatedObject, Answer, ObjectError, answer_field

Result = tuple[Any, dict[str, Any]]

# Boxes of two workers show the same object from this overlap on (contract section 9: Jaccard index).
SAME_OBJECT_IOU = 0.5


def classification(labeled: AnnotatedObject, labels: Sequence[str]) -> Result:
    """The label most workers chose; the first in class order where several are level."""
    votes = Counter(_index(answer_field(answer.content, "label")["label"], labels) for answer in labeled.answers)
    chosen = min(votes, key=lambda index: (-votes[index], index))
    return chosen, records.classification_details(labels[chosen], _share(votes[chosen], labeled))


def multi_label(labeled: AnnotatedObject, labels: Sequence[str]) -> Result:
    """Every label that at least one worker chose, with the share of workers who did (contract 7.3)."""
    votes = Counter(
        _index(label, labels)
        for answer in labeled.answers
        for label in set(answer_field(answer.content, "labels")["labels"])
    )
    chosen = sorted(votes)
    return chosen, records.multi_label_details(labels, {index: _share(votes[index], labeled) for index in chosen})


def boxes(labeled: AnnotatedObject, labels: Sequence[str]) -> Result:
    """Boxes that more than half of the workers drew: greedy groups by overlap, then the median of each edge."""
    size = answer_field(labeled.answers[0].content, "inputImageProperties")["inputImageProperties"]
    groups: list[list[tuple[str, dict[str, Any]]]] = []
    for answer in sorted(labeled.answers, key=lambda answer: answer.worker_id):
        for box in _read_boxes(answer, labels):
            _join_group(groups, answer.worker_id, box)
    kept = [group for group in groups if 2 * len(group) > len(labeled.answers)]
    merged = [_merge([box for _, box in group]) for group in kept]
    confidences = [_share(len(group), labeled) for group in kept]
    return records.boxes_label(size, merged), records.boxes_details(labels, merged, confidences)


def segmentation(labeled: AnnotatedObject, labels: Sequence[str]) -> Result:
    """Each pixel's majority label, as a palette PNG."""
    png, classes, confidence = masks.majority(labeled, labels)
    return png, records.mask_details(classes, confidence)


def verification(labeled: AnnotatedObject, labels: Sequence[str]) -> Result:
    """The verdict most workers gave, with what they wrote (contract 7.3)."""
    verdict, details = classification(labeled, labels)
    parts = (answer_field(answer.content, "label") for answer in labeled.answers)
    comments = [{"comment": part["workerComment"]} for part in parts if part.get("workerComment")]
    return verdict, details | ({"worker-feedback": comments} if comments else {})


def adjusted_boxes(labeled: AnnotatedObject, labels: Sequence[str]) -> Result:
    """Boxes as in the task they adjust, and whether anybody changed them."""
    label, details = boxes(labeled, labels)
    return label, details | _adjustment_status(labeled, "boundingBoxes")


def adjusted_segmentation(labeled: AnnotatedObject, labels: Sequence[str]) -> Result:
    """A mask as in the task it adjusts, and whether anybody changed it."""
    label, details = segmentation(labeled, labels)
    return label, details | _adjustment_status(labeled, "labeledImage")


def every_answer(labeled: AnnotatedObject, labels: Sequence[str]) -> Result:
    """All answers side by side, for custom tasks, whose meaning only their author knows."""
    answers = [
        {"workerId": answer.worker_id, "annotationData": {"content": answer.content}} for answer in labeled.answers
    ]
    return {"annotationsFromAllWorkers": answers}, {}


CONSOLIDATORS: Mapping[str, Callable[[AnnotatedObject, Sequence[str]], Result]] = {
    task_types.IMAGE_CLASSIFICATION.key: classification,
    task_types.MULTI_LABEL_CLASSIFICATION.key: multi_label,
    task_types.BOUNDING_BOX.key: boxes,
    task_types.SEMANTIC_SEGMENTATION.key: segmentation,
    task_types.VERIFICATION_OF_BOXES.key: verification,
    task_types.VERIFICATION_OF_MASKS.key: verification,
    task_types.ADJUSTMENT_OF_BOXES.key: adjusted_boxes,
    task_types.ADJUSTMENT_OF_MASKS.key: adjusted_segmentation,
    task_types.CUSTOM.key: every_answer,
}


def _adjustment_status(labeled: AnnotatedObject, field: str) -> dict[str, str]:
    modified = any(answer_field(answer.content, field).get("initialValueModified") for answer in labeled.answers)
    return {"adjustment-status": "adjusted" if modified else "unadjusted"}


def _share(votes: int, labeled: AnnotatedObject) -> float:
    workers = len(labeled.answers)
    return round(votes / workers, 2) if workers > 1 else 0.0


def _index(label: object, labels: Sequence[str]) -> int:
    if label not in labels:
        raise ObjectError(f"a worker answered with the unknown label {label!r}; the task has {list(labels)}")
    return labels.index(str(label))


def _read_boxes(answer: Answer, labels: Sequence[str]) -> list[dict[str, Any]]:
    try:
        return [
            {
                "class_id": _index(box["label"], labels),
                **{side: int(box[side]) for side in ("left", "top", "width", "height")},
            }
            for box in answer_field(answer.content, "boundingBoxes")["boundingBoxes"]
        ]
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise ObjectError(f"a box of worker {answer.worker_id} is not readable: {error}") from error


def _join_group(groups: list[list[tuple[str, dict[str, Any]]]], worker: str, box: dict[str, Any]) -> None:
    """Puts a box into the first group of its class that it overlaps and that has none of this worker yet."""
    for group in groups:
        first = group[0][1]
        taken = any(member == worker for member, _ in group)
        if not taken and first["class_id"] == box["class_id"] and iou(first, box) >= SAME_OBJECT_IOU:
            group.append((worker, box))
            return
    groups.append([(worker, box)])


def _merge(group: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {"class_id": group[0]["class_id"]} | {
        side: round(median(box[side] for box in group)) for side in ("left", "top", "width", "height")
    }


def iou(one: Mapping[str, Any], other: Mapping[str, Any]) -> float:
    """Intersection over union of two boxes; 0 where both have no area."""
    width = min(one["left"] + one["width"], other["left"] + other["width"]) - max(one["left"], other["left"])
    height = min(one["top"] + one["height"], other["top"] + other["height"]) - max(one["top"], other["top"])
    common = max(width, 0) * max(height, 0)
    union = one["width"] * one["height"] + other["width"] * other["height"] - common
    return float(common / union) if union > 0 else 0.0
