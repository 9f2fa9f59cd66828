"""Consolidates multi-label classification: any number of labels for every dataset object."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ground_truth.consolidation.classification import consolidate_classification
from ground_truth.consolidation.votes import Votes, votes_from
from ground_truth.consolidation.workers import WorkerCounts
from ground_truth.contract.errors import InputError

CHOSEN, NOT_CHOSEN = "yes", "no"


@dataclass(frozen=True, kw_only=True)
class LabelSet:
    """The consolidated labels of one object.

    ``labels`` are those more likely than not, in the order of the category list. ``confidence_map``
    and ``class_map`` hold every label chosen by at least one worker by class id, as in the contract,
    section 7.3; a confidence is the probability that the label applies, 0.0 with one worker.
    """

    object_id: str
    labels: tuple[str, ...]
    confidence_map: Mapping[int, float]
    class_map: Mapping[int, str]
    answers: int


@dataclass(frozen=True, kw_only=True)
class LabelSets:
    """Label sets of many objects; ``counts`` is what this run adds to each worker's stored counts.

    The counts are those of the yes-or-no decisions, pooled over the labels.
    """

    objects: tuple[LabelSet, ...]
    counts: WorkerCounts = field(repr=False)


def consolidate_multi_label(
    objects: Sequence[Hashable],
    workers: Sequence[Hashable],
    answers: Sequence[Iterable[str]],
    *,
    labels: Sequence[str] | None = None,
    submitted: Sequence[str] | None = None,
    history: WorkerCounts | None = None,
) -> LabelSets:
    """Consolidates three columns of equal length; an answer is a set of labels, maybe empty.

    Each label is a yes-or-no decision on each object, consolidated as a classification with the
    worker's skill pooled over all labels and a prior for each label: binary relevance, Boutell et
    al. 2004. Only labels that somebody chose somewhere are decided. ``labels``, ``submitted`` and
    ``history`` are as in ``votes_from`` and ``consolidate_classification``; of a worker's two answers to
    one object the last counts.
    Raises InputError for columns of unequal length and for a label missing in ``labels``.
    """
    chosen = ["\n".join(sorted(set(answer))) for answer in answers]
    last = votes_from(objects, workers, [f"set:{text}" for text in chosen], submitted=submitted)
    sets = [frozenset(text.removeprefix("set:").split("\n")) - {""} for text in last.labels]
    used = frozenset().union(*sets)
    names = tuple(sorted(used)) if labels is None else tuple(dict.fromkeys(labels))
    if not used <= set(names):
        raise InputError(
            f"an answer should have only the labels {list(names)}, got {min(used - set(names))!r}: "
            "add it to the label category list or drop the answer"
        )
    decided = [index for index, name in enumerate(names) if name in used]
    says = np.array([[names[index] in label_set for index in decided] for label_set in sets], dtype=np.int64)
    says = says.reshape(len(sets), len(decided))
    verdict = consolidate_classification(
        _decisions(last, says), history=history, group_of=_label_of_decision(last, len(decided))
    )
    likely = verdict.probability[:, 1].reshape(len(last.objects), len(decided))
    voted = np.zeros(likely.shape, bool)
    np.logical_or.at(voted, last.object_of, says[last.label_of] > 0)
    number = last.answers_per_object
    return LabelSets(
        objects=tuple(
            _label_set(last.objects[row], names, decided, likely[row], voted[row], int(number[row]))
            for row in range(len(last.objects))
        ),
        counts=verdict.counts,
    )


def _decisions(last: Votes, says: np.ndarray[tuple[int, int], np.dtype[np.int64]]) -> Votes:
    """One yes-or-no vote for each answer and each decided label."""
    number = says.shape[1]
    decision = last.object_of[:, None] * number + np.arange(number)
    order = np.argsort(decision, axis=None, kind="stable")
    return Votes(
        objects=tuple(map(str, range(len(last.objects) * number))),
        workers=last.workers,
        labels=(NOT_CHOSEN, CHOSEN),
        object_of=decision.reshape(-1)[order],
        worker_of=np.repeat(last.worker_of, number)[order],
        label_of=says[last.label_of].reshape(-1)[order],
    )


def _label_of_decision(last: Votes, number: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.tile(np.arange(number), len(last.objects))


def _label_set(
    object_id: str,
    names: tuple[str, ...],
    decided: list[int],
    likely: np.ndarray[tuple[int], np.dtype[np.float64]],
    voted: np.ndarray[tuple[int], np.dtype[np.bool_]],
    answers: int,
) -> LabelSet:
    shown = [(index, float(p)) for index, p, v in zip(decided, likely, voted, strict=True) if v]
    return LabelSet(
        object_id=object_id,
        labels=tuple(names[index] for index, probability in shown if probability > 0.5),
        confidence_map={index: p if answers > 1 else 0.0 for index, p in shown},
        class_map={index: names[index] for index, _ in shown},
        answers=answers,
    )
