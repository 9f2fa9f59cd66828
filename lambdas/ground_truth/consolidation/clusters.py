"""Groups boxes that different workers drew around the same thing."""

import numpy as np

from ground_truth.consolidation.geometry import components, overlapping_pairs
from ground_truth.consolidation.votes import Floats, Ints

_LARGEST_COMPONENT = 2000
_CELLS_AT_ONCE = 4_000_000
# A person on a bicycle overlaps it: under different labels boxes must overlap twice as well.
OTHER_LABEL = 0.5


def clusters(boxes: Floats, image_of: Ints, worker_of: Ints, label_of: Ints, *, least: float = 0.3) -> Ints:
    """Cluster of each box, numbered from 0 in the order of each cluster's first box.

    ``boxes`` has shape (n, 4), columns left, top, right, bottom. Two boxes of one worker never share
    a cluster, and clusters are joined, best first, while the mean IoU between their boxes is at
    least ``least``: average linkage with cannot-link, as in Amgad et al. 2022 (NuCLS). The IoU of
    boxes with different labels counts half, so the same thing under two labels is one cluster and
    two things that touch are not. Boxes below ``least`` of one another are never joined on their own,
    so the linkage runs on each connected component of the pairs; a component in which all meet all
    is one cluster at once. Equal means join the earlier boxes first: sort them for determinism.
    """
    first, second, value = overlapping_pairs(boxes, image_of, least=least)
    value = np.where(label_of[first] == label_of[second], value, OTHER_LABEL * value)
    joinable = (worker_of[first] != worker_of[second]) & (value >= least)
    first, second = first[joinable], second[joinable]
    root = components(len(boxes), first, second)
    size = np.bincount(root, minlength=len(boxes))
    edges = np.bincount(root[first], minlength=len(boxes))
    clear = edges == size * (size - 1) // 2
    cluster = root.copy()
    messy = ~clear[root]
    order = np.flatnonzero(messy)[np.argsort(root[messy], kind="stable")]
    starts = np.flatnonzero(np.diff(root[order], prepend=-1))
    sizes = np.diff(starts, append=len(order))
    # Components of up to 4, 8, 16, ... boxes go together, rows filled up with copies kept apart.
    width = 4
    while width < 2 * sizes[sizes <= _LARGEST_COMPONENT].max(initial=0):
        fits = (sizes <= width) & (sizes > width // 2 * (width > 4)) & (sizes <= _LARGEST_COMPONENT)
        columns = np.minimum(np.arange(width), sizes[fits][:, None] - 1)
        members = order[starts[fits][:, None] + columns]
        copies = np.arange(width) >= sizes[fits][:, None]
        at_once = max(_CELLS_AT_ONCE // width**2, 1)
        for begin in range(0, len(members), at_once):
            part = members[begin : begin + at_once]
            copy = copies[begin : begin + at_once]
            similarity = _similarity(boxes[part], worker_of[part], label_of[part])
            similarity[copy[:, :, None] | copy[:, None, :]] = -np.inf
            linked = np.take_along_axis(part, _average_linkage(similarity, least), axis=1)
            cluster[part[~copy]] = linked[~copy]
        width *= 2
    for start in starts[sizes > _LARGEST_COMPONENT].tolist():
        members = order[root[order] == root[order[start]]]
        cluster[members] = members[_cut(boxes[members], worker_of[members], label_of[members], least)]
    return np.unique(cluster, return_inverse=True)[1].reshape(-1)


def _cut(boxes: Floats, worker_of: Ints, label_of: Ints, least: float) -> Ints:
    # A chain of thousands of boxes: cut it where the overlaps are weakest, then link the parts.
    nowhere = np.zeros(len(boxes), np.int64)
    number = clusters(boxes, nowhere, worker_of, label_of, least=least + (1 - least) / 4)
    return np.unique(number, return_index=True)[1][number]


def _similarity(boxes: Floats, worker_of: Ints, label_of: Ints) -> Floats:
    """Pairwise IoU in each of several components, shape (components, boxes, boxes)."""
    boxes_down, boxes_across = boxes[:, :, None], boxes[:, None, :]
    sides = np.minimum(boxes_down[..., 2:], boxes_across[..., 2:]) - np.maximum(
        boxes_down[..., :2], boxes_across[..., :2]
    )
    both = np.prod(np.maximum(sides, 0), axis=3)
    areas = np.prod(boxes[..., 2:] - boxes[..., :2], axis=2)
    value: Floats = both / (areas[:, :, None] + areas[:, None, :] - both)
    value[label_of[:, :, None] != label_of[:, None, :]] *= OTHER_LABEL
    value[worker_of[:, :, None] == worker_of[:, None, :]] = -np.inf
    return value


def _average_linkage(similarity: Floats, least: float) -> Ints:
    """Cluster of each row of each component, named after its first member.

    All components take their next best step together; -inf marks pairs that must stay apart.
    """
    number, size = similarity.shape[:2]
    cluster = np.tile(np.arange(size), (number, 1))
    weight = np.ones((number, size))
    best, value = similarity.argmax(axis=2), similarity.max(axis=2)
    live = np.arange(number)
    while True:
        first = value[live].argmax(axis=1)
        joins = value[live, first] >= least
        live, first = live[joins], first[joins]
        if not len(live):
            return cluster
        second = best[live, first]
        first, second = np.minimum(first, second), np.maximum(first, second)
        mine, theirs = weight[live, first][:, None], weight[live, second][:, None]
        joined = mine * similarity[live, first] + theirs * similarity[live, second]
        joined /= mine + theirs
        row_of = np.arange(len(live))
        joined[row_of, first] = joined[row_of, second] = -np.inf
        similarity[live, first] = similarity[live, :, first] = joined
        similarity[live, second] = similarity[live, :, second] = -np.inf
        weight[live, first] += weight[live, second]
        cluster[live] = np.where(cluster[live] == second[:, None], first[:, None], cluster[live])
        # Only rows that pointed at a joined cluster can have lost their best partner.
        stale = (best[live] == first[:, None]) | (best[live] == second[:, None])
        stale[row_of, first] = stale[row_of, second] = True
        which, row = np.nonzero(stale)
        rows = similarity[live[which], row]
        best[live[which], row], value[live[which], row] = rows.argmax(axis=1), rows.max(axis=1)
        which, row = np.nonzero(joined > value[live])
        best[live[which], row], value[live[which], row] = first[which], joined[which, row]
