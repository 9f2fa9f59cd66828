"""Rectangles as arrays: overlap of many boxes at once, and the groups that overlaps join."""

from collections.abc import Iterator

import numpy as np

from ground_truth.consolidation.votes import Floats, Ints

_PAIRS_AT_ONCE = 1 << 20


def iou(first: Floats, second: Floats) -> Floats:
    """Jaccard index of boxes paired row by row; shape (n, 4), columns left, top, right, bottom."""
    low = np.maximum(first[:, :2], second[:, :2])
    high = np.minimum(first[:, 2:], second[:, 2:])
    both: Floats = np.prod(np.maximum(high - low, 0), axis=1)
    either = area(first) + area(second) - both
    return np.divide(both, either, out=np.zeros_like(both), where=either > 0)


def area(boxes: Floats) -> Floats:
    """Area of each box; shape (n, 4), columns left, top, right, bottom."""
    sides: Floats = boxes[:, 2:] - boxes[:, :2]
    return sides[:, 0] * sides[:, 1]


def overlapping_pairs(boxes: Floats, image_of: Ints, *, least: float) -> tuple[Ints, Ints, Floats]:
    """Pairs of boxes of one image with an IoU of at least ``least``, each pair once, and their IoU.

    A sweep from left to right looks only at boxes whose horizontal extents meet, so an image of
    thousands of boxes costs what its overlaps cost.
    """
    order = np.lexsort((boxes[:, 0], image_of))
    boxes, image_of = boxes[order], image_of[order]
    # One long canvas: images side by side never meet.
    left = boxes[:, 0].min(initial=0)
    span = boxes[:, 2].max(initial=0) - left + 1
    start = boxes[:, 0] - left + image_of * span
    meets = np.searchsorted(start, boxes[:, 2] - left + image_of * span, side="left")
    partners = np.maximum(meets - np.arange(len(boxes)) - 1, 0)
    runs = []
    for begin, end in _runs(partners):
        first = np.repeat(np.arange(begin, end), partners[begin:end])
        offset = np.cumsum(partners[begin:end]) - partners[begin:end]
        second = first + 1 + np.arange(len(first)) - np.repeat(offset, partners[begin:end])
        value = iou(boxes[first], boxes[second])
        enough = value >= least
        runs.append((order[first[enough]], order[second[enough]], value[enough]))
    if not runs:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)
    firsts, seconds, values = zip(*runs, strict=True)
    return np.concatenate(firsts), np.concatenate(seconds), np.concatenate(values)


def _runs(sizes: Ints) -> Iterator[tuple[int, int]]:
    ends = np.cumsum(sizes)
    begin = 0
    while begin < len(sizes):
        done = ends[begin - 1] if begin else 0
        end = max(int(np.searchsorted(ends, done + _PAIRS_AT_ONCE, side="right")), begin + 1)
        yield begin, end
        begin = end


def components(number: int, first: Ints, second: Ints) -> Ints:
    """Connected components of a graph of ``number`` nodes: each node's smallest reachable node."""
    root = np.arange(number)
    while True:
        before = root.copy()
        low = np.minimum(root[first], root[second])
        np.minimum.at(root, first, low)
        np.minimum.at(root, second, low)
        root = root[root]
        if np.array_equal(root, before):
            return root
