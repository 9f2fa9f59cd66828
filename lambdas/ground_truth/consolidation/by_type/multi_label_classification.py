"""Consolidates multi-label classifications of images."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import permutations

from ground_truth.answers.batch import AnnotatedObject, ObjectError, answer_field
from ground_truth.consolidation.by_type.outcome import (
    Consolidated,
    Consolidation,
    ReadObjects,
    WorkerQuality,
    WriteFile,
    known_label,
    read_each,
)
from ground_truth.consolidation.confusion import Confusion, label_confusions
from ground_truth.consolidation.counts import StoredCounts
from ground_truth.consolidation.label_sets import LabelSet, consolidate_multi_label
from ground_truth.consolidation.votes import votes_from
from ground_truth.consolidation.workers import outliers, skills
from ground_truth.manifests import records

_Choices = Mapping[str, frozenset[str]]
# A label this close to as likely as not is one that nobody should rely on.
_LIKELY, _UNLIKELY = 0.6, 0.4


def merge_label_sets(
    objects: ReadObjects, labels: Sequence[str], *, history: StoredCounts, write_file: WriteFile
) -> Consolidation:
    """Every label that somebody chose, each with its confidence: contract 7.3, ImageMultiClassMultiLabel."""
    read = dict(read_each(objects, lambda labeled: _choices(labeled, labels)))
    chosen = {object_id: choices for object_id, choices in read.items() if not isinstance(choices, ObjectError)}
    rows = [(object_id, *choice) for object_id, choices in chosen.items() for choice in choices.items()]
    label_sets = consolidate_multi_label(
        [row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows], labels=labels, history=history
    )
    decided = {label_set.object_id: _label(label_set, labels) for label_set in label_sets.objects}
    return Consolidation(
        outcomes={
            object_id: choices if isinstance(choices, ObjectError) else decided[object_id]
            for object_id, choices in read.items()
        },
        counts=label_sets.counts,
        workers=lambda: _workers(chosen, label_sets.counts),
        confusions=lambda: _confusions(chosen, labels),
    )


def _choices(labeled: AnnotatedObject, labels: Sequence[str]) -> _Choices:
    return {
        answer.worker_id: frozenset(
            known_label(label, labels, answer) for label in answer_field(answer.content, "labels")["labels"] or ()
        )
        for answer in labeled.answers
    }


def _label(label_set: LabelSet, labels: Sequence[str]) -> Consolidated:
    confidence = {index: round(value, 2) for index, value in label_set.confidence_map.items()}
    unsure = [index for index, value in confidence.items() if label_set.answers > 1 and _UNLIKELY < value < _LIKELY]
    return Consolidated(
        label=list(confidence),
        details=records.multi_label_details(labels, confidence),
        names=label_set.labels,
        confidences=tuple(confidence.values()),
        ambiguous=", ".join(f"{labels[index]!r} ({confidence[index]:.0%})" for index in unsure),
    )


def _workers(chosen: Mapping[str, _Choices], counts: StoredCounts) -> list[WorkerQuality]:
    answers = Counter(worker for choices in chosen.values() for worker in choices)
    skill = skills(counts)
    odd = outliers(counts, labels=2)
    agreement = _agreement(chosen)
    return [
        WorkerQuality(
            worker_id=worker,
            answers=answers[worker],
            skill=skill[worker].skill if worker in skill else None,
            low=skill[worker].low if worker in skill else None,
            high=skill[worker].high if worker in skill else None,
            agreement=agreement.get(worker),
            outlier=odd[worker].reason if worker in odd else "",
        )
        for worker in sorted(answers)
    ]


def _agreement(chosen: Mapping[str, _Choices]) -> dict[str, float]:
    """Mean Jaccard index of a worker's label set with those of the object's other workers."""
    total: Counter[str] = Counter()
    same: dict[str, float] = {}
    for choices in chosen.values():
        for (worker, mine), (_, other) in permutations(choices.items(), 2):
            total[worker] += 1
            same[worker] = same.get(worker, 0.0) + (len(mine & other) / len(mine | other) if mine | other else 1.0)
    return {worker: same[worker] / total[worker] for worker in total}


def _confusions(chosen: Mapping[str, _Choices], labels: Sequence[str]) -> tuple[Confusion, ...]:
    """Labels that workers choose in each other's place: what is left of an answer without what all agree on."""
    rows = []
    for object_id, choices in chosen.items():
        common = frozenset.intersection(*choices.values())
        for worker, mine in choices.items():
            distinct = mine - common or common
            if len(distinct) == 1:
                rows.append((object_id, worker, *distinct))
    columns = [[row[index] for row in rows] for index in range(3)]
    return label_confusions(votes_from(*columns, labels=labels))
