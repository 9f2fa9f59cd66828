"""Consolidates bounding boxes."""

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import NamedTuple

from ground_truth.answers.batch import AnnotatedObject, Answer, ObjectError, answer_field
from ground_truth.consolidation.box_table import BoxAnswer, DrawnBox
from ground_truth.consolidation.box_workers import box_outliers, box_skills
from ground_truth.consolidation.boxes import BoxConsolidation, ConsolidatedBox, consolidate_boxes
from ground_truth.consolidation.by_type.outcome import (
    Consolidated,
    Consolidation,
    ReadObjects,
    WorkerQuality,
    WriteFile,
    known_label,
    read_each,
)
from ground_truth.consolidation.classification import AMBIGUOUS_MARGIN
from ground_truth.consolidation.confusion import box_confusions
from ground_truth.consolidation.counts import StoredCounts
from ground_truth.consolidation.verification import adjustment_status
from ground_truth.contract.json_types import JsonObject
from ground_truth.manifests import records


class _Drawn(NamedTuple):
    """What the workers drew in one image; ``modified`` says of each whether initial boxes were changed."""

    answers: list[BoxAnswer]
    size: Mapping[str, int]
    modified: list[bool]


def merge_boxes(
    objects: ReadObjects, labels: Sequence[str], *, history: StoredCounts, write_file: WriteFile
) -> Consolidation:
    """The boxes that most workers drew, in whole pixels: contract section 7.3, BoundingBox."""
    return _consolidate(objects, labels, history, adjusts=False)


def merge_adjusted_boxes(
    objects: ReadObjects, labels: Sequence[str], *, history: StoredCounts, write_file: WriteFile
) -> Consolidation:
    """The same, and whether a worker changed the boxes that were shown: contract 7.3, AdjustmentBoundingBox."""
    return _consolidate(objects, labels, history, adjusts=True)


def _consolidate(objects: ReadObjects, labels: Sequence[str], history: StoredCounts, *, adjusts: bool) -> Consolidation:
    read = dict(read_each(objects, lambda labeled: _drawn(labeled, labels)))
    drawn = {
        object_id: drawn_boxes for object_id, drawn_boxes in read.items() if not isinstance(drawn_boxes, ObjectError)
    }
    consolidated = consolidate_boxes(
        (answer for drawn_boxes in drawn.values() for answer in drawn_boxes.answers),
        labels=labels,
        history=history.get("boxes"),
        label_history=history.get("labels"),
    )
    return Consolidation(
        outcomes={
            object_id: drawn_boxes
            if isinstance(drawn_boxes, ObjectError)
            else _label(consolidated.boxes[object_id], drawn_boxes, labels, adjusts=adjusts)
            for object_id, drawn_boxes in read.items()
        },
        counts={"boxes": consolidated.counts, "labels": consolidated.label_counts},
        workers=lambda: _workers(consolidated),
        confusions=lambda: box_confusions(consolidated.table),
    )


def _drawn(labeled: AnnotatedObject, labels: Sequence[str]) -> _Drawn:
    parts = [(answer, answer_field(answer.content, "boundingBoxes")) for answer in labeled.answers]
    size = {side: int(parts[0][1]["inputImageProperties"][side]) for side in ("width", "height")}
    answers = [
        BoxAnswer(
            object_id=labeled.dataset_object_id,
            worker_id=answer.worker_id,
            boxes=[_box(box, labels, answer) for box in part["boundingBoxes"]],
            image_width=size["width"],
            image_height=size["height"],
        )
        for answer, part in parts
    ]
    changes = [bool(part.get("initialValueModified")) for _, part in parts]
    return _Drawn(answers, size, changes)


def _box(box: Mapping[str, str | float], labels: Sequence[str], answer: Answer) -> DrawnBox:
    try:
        sides = [float(box[side]) for side in ("left", "top", "width", "height")]
    except (KeyError, TypeError, ValueError) as error:
        raise ObjectError(f"a box of worker {answer.worker_id} is not readable: {error!r}") from error
    if not all(map(isfinite, sides)):
        raise ObjectError(f"a box of worker {answer.worker_id} has sides that are no numbers: {sides}")
    return DrawnBox(known_label(box["label"], labels, answer), *sides)


def _object_details(box: ConsolidatedBox) -> JsonObject:
    details: JsonObject = {"confidence": round(box.confidence, 2)}
    # Only where the workers differ about the class: elsewhere there is nothing to choose from.
    if _margin(box) < 1 and len(box.workers) > 1 and box.alternatives[1][1] >= records.LEAST_ALTERNATIVE:
        details |= records.alternatives(box.alternatives, _margin(box))
    return details


def _label(boxes: Sequence[ConsolidatedBox], drawn: _Drawn, labels: Sequence[str], *, adjusts: bool) -> Consolidated:
    whole = [_in_pixels(box) for box in boxes]
    details = records.boxes_details(labels, whole, [_object_details(box) for box in boxes])
    if adjusts:
        details["adjustment-status"] = adjustment_status(drawn.modified)
    unsure = [box for box in boxes if len(box.workers) > 1 and _margin(box) < AMBIGUOUS_MARGIN]
    return Consolidated(
        label=records.boxes_label(drawn.size, whole),
        details=details,
        names=tuple(box.label for box in boxes),
        confidences=tuple(round(box.confidence, 2) for box in boxes),
        ambiguous="; ".join(_why_ambiguous(box) for box in unsure),
    )


def _in_pixels(box: ConsolidatedBox) -> dict[str, int]:
    # Edges are rounded, not lengths: neighbours that touch still do, and none leaves the image.
    left, top = round(box.left), round(box.top)
    return {
        "class_id": box.class_id,
        "left": left,
        "top": top,
        "width": max(round(box.left + box.width) - left, 1),
        "height": max(round(box.top + box.height) - top, 1),
    }


def _margin(box: ConsolidatedBox) -> float:
    (_, first), *others = box.alternatives
    return first - others[0][1] if others else 1.0


def _why_ambiguous(box: ConsolidatedBox) -> str:
    (first, first_share), (second, second_share), *_ = box.alternatives
    return (
        f"box at {round(box.left)}, {round(box.top)}: {first!r} ({first_share:.0%}) or {second!r} ({second_share:.0%})"
    )


def _workers(consolidated: BoxConsolidation) -> list[WorkerQuality]:
    skill = box_skills(consolidated.counts)
    odd = box_outliers(consolidated.counts)
    return [
        WorkerQuality(
            worker_id=worker,
            answers=round(sums["images"]),
            skill=skill[worker].skill,
            agreement=_agreement(sums),
            outlier=odd[worker].reason if worker in odd else "",
        )
        for worker, sums in sorted(consolidated.counts.items())
    ]


def _agreement(sums: Mapping[str, float]) -> float | None:
    """F1 of the worker's boxes against the things that another worker drew too."""
    compared = 2 * sums["found"] + sums["missed"] + sums["extra"]
    return 2 * sums["found"] / compared if compared else None
