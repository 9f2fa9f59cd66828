"""Consensus coordinates of grouped boxes, and how exactly each worker draws."""

from dataclasses import dataclass, field

import numpy as np

from ground_truth.consolidation.votes import Floats, Ints, sums

# A worker's own habit and precision are believed half after this many boxes.
PRIOR_BOXES = 20.0
# An edge half a box away is a different idea of the object, not a habit of drawing.
_LARGEST_OFFSET = 0.5
# A worker close to the consensus pulls it closer still: no spread counts as under half or over
# twice the common one, so that nobody outvotes more than four others.
_LARGEST_RATIO = 2.0
_ROUNDS = 3


@dataclass(frozen=True, kw_only=True, eq=False)
class Precision:
    """Sums over the boxes of each worker, which add up over batches.

    ``measured`` (workers,) is the number of boxes that at least two others drew too; ``offset``
    (workers, 4) the sum of signed distances of left, top, right, bottom from the consensus and
    ``spread`` (workers,) that of the mean absolute ones without the offset, in box widths or heights.
    """

    measured: Floats = field(repr=False)
    offset: Floats = field(repr=False)
    spread: Floats = field(repr=False)

    def __add__(self, other: "Precision") -> "Precision":
        return Precision(
            measured=self.measured + other.measured,
            offset=self.offset + other.offset,
            spread=self.spread + other.spread,
        )


def no_precision(workers: int) -> Precision:
    """What is known about workers who have drawn nothing yet."""
    return Precision(measured=np.zeros(workers), offset=np.zeros((workers, 4)), spread=np.zeros(workers))


def consensus(boxes: Floats, cluster_of: Ints, worker_of: Ints, *, history: Precision) -> tuple[Floats, Precision]:
    """Consensus box of each cluster, shape (clusters, 4), and what it says about the workers.

    Each edge is the weighted median of the workers' edges, after each worker's habit (always a
    little too wide, say) is taken off, with weights 1 / spread^2. Habit and spread are measured
    against the consensus and the consensus taken again, three times. Both are shrunk towards no
    habit and the common spread by 20 boxes, so a worker with few boxes is one like the others.
    ``boxes`` has columns left, top, right, bottom. Source: worker variances as in Branson, Van Horn
    and Perona 2017, section 4, with medians in place of means.
    """
    number = int(cluster_of.max(initial=-1)) + 1
    workers = len(history.measured)
    shared = np.flatnonzero(np.bincount(cluster_of, minlength=number)[cluster_of] >= 3)
    author = worker_of[shared]
    measured = np.bincount(author, minlength=workers).astype(np.float64)
    weights, moved = np.ones(len(boxes)), boxes
    precision = no_precision(workers)
    groups = _by_size(cluster_of, number)
    for _ in range(_ROUNDS):
        centre = _medians(moved, weights, groups, number)
        size = np.tile(np.maximum(centre[:, 2:] - centre[:, :2], 1e-12), 2)[cluster_of]
        distance = np.clip((boxes - centre[cluster_of]) / size, -_LARGEST_OFFSET, _LARGEST_OFFSET)
        offset = _sums(author, distance[shared], workers)
        boxes_measured = measured + history.measured
        habit = (offset + history.offset) / (boxes_measured + PRIOR_BOXES)[:, None]
        deviation: Floats = np.abs(distance - habit[worker_of]).mean(axis=1)
        spread = sums(author, deviation[shared], workers)
        precision = Precision(measured=measured, offset=offset, spread=spread)
        moved = boxes - habit[worker_of] * size
        weights = _weights(precision + history)[worker_of]
    centre = _medians(moved, weights, groups, number)
    upright = np.all(centre[:, 2:] > centre[:, :2], axis=1)
    if not upright.all():
        plain = _medians(boxes, weights, groups, number)
        centre = np.where(upright[:, None], centre, plain)
    return centre, precision


def _weights(precision: Precision) -> Floats:
    common = precision.spread.sum() / max(precision.measured.sum(), 1)
    if common <= 0:
        return np.ones(len(precision.spread))
    own = (precision.spread + PRIOR_BOXES * common) / (precision.measured + PRIOR_BOXES)
    ratio: Floats = np.clip(common / own, 1 / _LARGEST_RATIO, _LARGEST_RATIO)
    return ratio**2


def _medians(boxes: Floats, weights: Floats, groups: list[tuple[Ints, Ints]], number: int) -> Floats:
    centre = np.empty((number, 4))
    for group, members in groups:
        centre[group] = weighted_median(boxes[members], weights[members])
    return centre


def _sums(keys: Ints, rows: Floats, size: int) -> Floats:
    return np.stack([sums(keys, column, size) for column in rows.T], axis=1)


def _by_size(cluster_of: Ints, number: int) -> list[tuple[Ints, Ints]]:
    """Clusters of each size, shape (clusters,), and their boxes, shape (clusters, size)."""
    order = np.argsort(cluster_of, kind="stable")
    sizes = np.bincount(cluster_of, minlength=number)
    starts = np.cumsum(sizes) - sizes
    groups = [(np.flatnonzero(sizes == size), size) for size in np.unique(sizes).tolist()]
    return [(group, order[starts[group][:, None] + np.arange(size)]) for group, size in groups]


def weighted_median(values: Floats, weights: Floats) -> Floats:
    """Weighted median of the columns; shapes (n, size, columns), (n, size), (n, columns).

    Half of a value's weight lies on either side of it and the median is interpolated between the
    two values around the middle, so equal weights give the plain median.
    """
    size = values.shape[1]
    if size <= 2:
        # Interpolating between two values around the middle is their weighted mean.
        mean: Floats = (values * weights[..., None]).sum(axis=1) / weights.sum(axis=1)[:, None]
        return mean
    # One contiguous row per median: sorting short rows is then a third of the cost.
    value = np.ascontiguousarray(values.transpose(0, 2, 1)).reshape(-1, size)
    weight = np.repeat(weights / weights.sum(axis=1, keepdims=True), values.shape[2], axis=0)
    # Among equal values the weight decides, so that the workers' names never do.
    order = np.lexsort((weight, value)) + size * np.arange(len(value))[:, None]
    value, weight = value.reshape(-1)[order], weight.reshape(-1)[order]
    middle = (np.cumsum(weight, axis=1) - weight / 2).reshape(-1)
    right = np.count_nonzero(middle.reshape(-1, size) < 0.5, axis=1)
    start = size * np.arange(len(value))
    high, low = start + np.minimum(right, size - 1), start + np.maximum(right - 1, 0)
    gap = middle[high] - middle[low]
    part = np.divide(0.5 - middle[low], gap, out=np.zeros_like(gap), where=gap > 0)
    below, above = value.reshape(-1)[low], value.reshape(-1)[high]
    medians: Floats = below + part * (above - below)
    return medians.reshape(len(values), -1)
