"""Consolidates semantic segmentations, one image after the other: masks are too large to hold many."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from statistics import mean
from typing import NamedTuple

from ground_truth.answers.batch import AnnotatedObject, Answer, ObjectError, answer_field
from ground_truth.consolidation.by_type.outcome import (
    Consolidated,
    Consolidation,
    ReadObjects,
    WorkerQuality,
    WriteFile,
    known_label,
    read_each,
)
from ground_truth.consolidation.counts import StoredCounts
from ground_truth.consolidation.mask_png import color_code, read_worker_mask, write_mask
from ground_truth.consolidation.masks import (
    ConsolidatedMask,
    MaskAnswer,
    consolidate_masks,
    label_color,
    mask_overlap,
)
from ground_truth.consolidation.verification import adjustment_status
from ground_truth.consolidation.workers import OUTLIER_ANSWERS, outlier_limit
from ground_truth.manifests import records

# From this share of an image's pixels on that hardly have a winner, somebody should look at it.
_AMBIGUOUS_SHARE = 0.1


class _Painted(NamedTuple):
    """The consolidated mask of one image, and how its workers' masks overlap in pairs."""

    consolidated: ConsolidatedMask
    colors: Mapping[str, str]
    modified: list[bool]
    overlaps: Sequence[tuple[str, str, float]]


@dataclass
class _Overlaps:
    """Overlaps of each worker's masks: with the consolidated mask, and with those of the others."""

    with_mask: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    with_others: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def add(self, painted: _Painted) -> None:
        for worker, value in painted.consolidated.agreement.items():
            self.with_mask[worker].append(value)
        for first, second, value in painted.overlaps:
            self.with_others[first].append(value)
            self.with_others[second].append(value)

    def workers(self) -> list[WorkerQuality]:
        """Skill is the mean overlap with the consolidated masks; far below the others' is an outlier."""
        skill = {worker: mean(values) for worker, values in self.with_mask.items()}
        limit = outlier_limit(skill[w] for w, values in self.with_mask.items() if len(values) >= OUTLIER_ANSWERS)
        return [
            WorkerQuality(
                worker_id=worker,
                answers=len(self.with_mask[worker]),
                skill=skill[worker],
                agreement=mean(self.with_others[worker]) if self.with_others.get(worker) else None,
                outlier=(
                    f"mean overlap {skill[worker]:.2f}, the others' limit is {limit:.2f}"
                    if len(self.with_mask[worker]) >= OUTLIER_ANSWERS and skill[worker] < limit
                    else ""
                ),
            )
            for worker in sorted(skill)
        ]


def merge_masks(
    objects: ReadObjects, labels: Sequence[str], *, history: StoredCounts, write_file: WriteFile
) -> Consolidation:
    """A palette PNG for each object: contract section 7.3, SemanticSegmentation."""
    return _consolidate(objects, labels, write_file, adjusts=False)


def merge_adjusted_masks(
    objects: ReadObjects, labels: Sequence[str], *, history: StoredCounts, write_file: WriteFile
) -> Consolidation:
    """The same, and whether a worker changed the mask that was shown: contract 7.3, AdjustmentSemanticSegmentation."""
    return _consolidate(objects, labels, write_file, adjusts=True)


def _consolidate(objects: ReadObjects, labels: Sequence[str], write_file: WriteFile, *, adjusts: bool) -> Consolidation:
    overlaps = _Overlaps()
    outcomes: dict[str, Consolidated | ObjectError] = {}
    for object_id, painted in read_each(objects, lambda labeled: _painted(labeled, labels)):
        if isinstance(painted, ObjectError):
            outcomes[object_id] = painted
        else:
            overlaps.add(painted)
            outcomes[object_id] = _label(object_id, painted, labels, write_file, adjusts=adjusts)
    return Consolidation(outcomes=outcomes, workers=overlaps.workers)


def _painted(labeled: AnnotatedObject, labels: Sequence[str]) -> _Painted:
    colors: dict[str, str] = {}
    modified = []
    masks = []
    for answer in sorted(labeled.answers, key=lambda mask_answer: mask_answer.worker_id):
        part = answer_field(answer.content, "labeledImage")
        own = _colors(part["labelMappings"], labels, answer)
        colors = own | colors
        mask = read_worker_mask(part["labeledImage"]["pngImageData"], own, labels)
        masks.append(MaskAnswer(worker_id=answer.worker_id, mask=mask))
        modified.append(bool(part.get("initialValueModified")))
    consolidated = consolidate_masks(masks)
    used = [mask_answer for mask_answer in masks if mask_answer.worker_id not in consolidated.dropped]
    if len(used) <= len(consolidated.dropped):
        raise ObjectError(
            f"the masks differ in size: {sorted({mask_answer.mask.shape for mask_answer in masks})} (height, width)"
        )
    pairs = [
        (mask_answer.worker_id, other.worker_id, mask_overlap(mask_answer.mask, other.mask))
        for mask_answer, other in combinations(used, 2)
    ]
    return _Painted(consolidated, colors, modified, pairs)


def _colors(mappings: Mapping[str, Mapping[str, str]], labels: Sequence[str], answer: Answer) -> dict[str, str]:
    colors = {known_label(label, labels, answer): mapping["color"] for label, mapping in mappings.items()}
    for color in colors.values():
        color_code(color)
    return colors


def _label(
    object_id: str, painted: _Painted, labels: Sequence[str], write_file: WriteFile, *, adjusts: bool
) -> Consolidated:
    consolidated = painted.consolidated
    palette = {index: label_color(index, labels, painted.colors) for index in (0, *consolidated.class_confidence)}
    classes = {index: (labels[index - 1], color) for index, color in palette.items() if index}
    details = records.mask_details(classes, round(consolidated.confidence, 5))
    if adjusts:
        details["adjustment-status"] = adjustment_status(painted.modified)
    unsure = consolidated.ambiguous >= _AMBIGUOUS_SHARE
    return Consolidated(
        label=write_file(object_id, write_mask(consolidated.mask, palette)),
        details=details,
        names=tuple(name for name, _ in classes.values()),
        confidences=(consolidated.confidence,),
        ambiguous=f"{consolidated.ambiguous:.0%} of the pixels hardly have a winner" if unsure else "",
    )
