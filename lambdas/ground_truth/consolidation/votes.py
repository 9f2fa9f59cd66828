"""Answers of a classification as arrays: who chose which label for which dataset object."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ground_truth.contract.errors import InputError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def sums(keys: Ints, weights: Floats, size: int) -> Floats:
    """Sum of the weights of each key from 0 to size - 1."""
    return np.bincount(keys, weights, size).astype(np.float64, copy=False)


@dataclass(frozen=True, kw_only=True, eq=False)
class Votes:
    """One vote per object and worker, sorted by object and worker.

    ``objects``, ``workers`` and ``labels`` are the names; ``object_of``, ``worker_of`` and ``label_of`` are
    indexes into them, one element per vote. Ids are sorted as text, labels keep the given order,
    so the same answers in another order give the very same arrays.
    """

    objects: tuple[str, ...]
    workers: tuple[str, ...]
    labels: tuple[str, ...]
    object_of: Ints = field(repr=False)
    worker_of: Ints = field(repr=False)
    label_of: Ints = field(repr=False)

    @property
    def answers_per_object(self) -> Ints:
        """Number of votes of each object."""
        return np.bincount(self.object_of, minlength=len(self.objects))

    @property
    def answers_per_worker(self) -> Ints:
        """Number of votes of each worker."""
        return np.bincount(self.worker_of, minlength=len(self.workers))

    def tally(self) -> Ints:
        """Number of votes of each object for each label, shape (objects, labels)."""
        shape = (len(self.objects), len(self.labels))
        cell = self.object_of * shape[1] + self.label_of
        return np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape)


def votes_from(
    objects: Sequence[Hashable],
    workers: Sequence[Hashable],
    answers: Sequence[Hashable],
    *,
    labels: Iterable[str] | None = None,
    submitted: Sequence[str] | None = None,
) -> Votes:
    """Builds votes from three columns of equal length, one row per answer.

    An answer of None or "" is an empty answer: object and worker are known, but it is no vote.
    ``labels`` is the label category list, whose order breaks ties; by default those seen, sorted.
    When a worker answered an object twice the last submitted answer counts: the greatest
    ``submitted`` (ISO text; equal times: the label later in the list), by default the last row.
    Raises InputError for columns of unequal length and for a label missing in ``labels``.
    """
    columns = [objects, workers, answers] + ([] if submitted is None else [submitted])
    if len({len(column) for column in columns}) > 1:
        raise InputError(
            f"the columns should have one row per answer, got {[len(c) for c in columns]} rows: "
            "pass sequences of equal length"
        )
    object_names, object_of = _codes([str(value) for value in _plain(objects)])
    worker_names, worker_of = _codes([str(value) for value in _plain(workers)])
    texts = ["" if value is None else str(value) for value in _plain(answers)]
    label_names, label_of = _label_codes(texts, labels)
    key = object_of * max(len(worker_names), 1) + worker_of
    if submitted is None:
        order = np.argsort(key, kind="stable")
    else:
        times = _codes([str(value) for value in submitted])[1]
        order = np.lexsort((label_of, times, key))
    last = np.append(np.diff(key[order]) > 0, True)[: len(order)]
    rows = order[last]
    rows = rows[label_of[rows] >= 0]
    return Votes(
        objects=object_names,
        workers=worker_names,
        labels=label_names,
        object_of=object_of[rows],
        worker_of=worker_of[rows],
        label_of=label_of[rows],
    )


def _plain(column: Sequence[Hashable]) -> Sequence[Hashable]:
    # Iterating over an array makes one numpy scalar per element, which is several times slower.
    return column.tolist() if isinstance(column, np.ndarray) else column


def _codes(texts: list[str]) -> tuple[tuple[str, ...], Ints]:
    names = tuple(sorted(set(texts)))
    index = {name: code for code, name in enumerate(names)}
    return names, np.fromiter(map(index.__getitem__, texts), np.int64, len(texts))


def _label_codes(texts: list[str], labels: Iterable[str] | None) -> tuple[tuple[str, ...], Ints]:
    used = set(texts) - {""}
    names = tuple(sorted(used)) if labels is None else tuple(dict.fromkeys(labels))
    unknown = sorted(used - set(names))
    if unknown:
        raise InputError(
            f"an answer should be one of the labels {list(names)}, got {unknown[0]!r}: "
            "add it to the label category list or drop the answer"
        )
    index = {name: code for code, name in enumerate(names)} | {"": -1}
    return names, np.fromiter(map(index.__getitem__, texts), np.int64, len(texts))
