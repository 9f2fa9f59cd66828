"""Consolidates semantic segmentation: one class for every pixel of an image."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ground_truth.consolidation.mask_png import BACKGROUND_COLOR
from ground_truth.contract.errors import InputError

Mask = NDArray[np.uint8]
Share = NDArray[np.float32]

# Category colours of d3 in the order in which Ground Truth hands them out (contract section 7.3).
PALETTE = (
    *("#2ca02c", "#1f77b4", "#ff7f0e", "#d62728", "#9467bd"),
    *("#8c564b", "#e377c2", "#7f7f7f", "#bcbd22", "#17becf"),
    *("#98df8a", "#aec7e8", "#ffbb78", "#ff9896", "#c5b0d5"),
    *("#c49c94", "#f7b6d2", "#c7c7c7", "#dbdb8d", "#9edae5"),
)
# A mask that overlaps the majority this much less than the median mask shows something else.
_FAR_BELOW = 0.25
_AMBIGUOUS_MARGIN = 0.34


@dataclass(frozen=True, kw_only=True, eq=False)
class MaskAnswer:
    """One worker's mask: class index of each pixel, 0 for background, shape (height, width).

    ``submitted`` is an ISO time: of two answers of a worker the last counts, by default the later
    one in the sequence.
    """

    worker_id: str
    mask: Mask = field(repr=False)
    submitted: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class ConsolidatedMask:
    """The consolidated mask of one image.

    ``confidence`` is the mean share of the workers' weight behind the class of the pixels that are
    not background, 0.0 with one worker; ``agreement`` maps each worker to the overlap with the mask
    (IoU of what is not background, pixels of another class count as wrong); ``ambiguous`` is the
    share of pixels whose first two classes are less than 0.34 apart; ``dropped`` maps workers whose
    mask was not used to the reason.
    """

    mask: Mask = field(repr=False)
    confidence: float
    class_confidence: Mapping[int, float]
    agreement: Mapping[str, float]
    ambiguous: float
    dropped: Mapping[str, str]


def consolidate_masks(answers: Iterable[MaskAnswer]) -> ConsolidatedMask:
    """Consolidates the masks of one image: weighted vote per pixel, lightly smoothed.

    A worker's weight is the squared overlap with the plain majority, none when far below the
    median; each class's share of the weights is smoothed by a 3 x 3 mean twice, as the service
    takes in surrounding pixels (contract section 9), and the greatest share wins, ties go to the
    lower class index. One mask is returned as it is. Masks of another size than most are dropped.
    Raises InputError without any answer.
    """
    last: dict[str, MaskAnswer] = {}
    for answer in answers:
        before = last.get(answer.worker_id)
        if before is None or answer.submitted >= before.submitted:
            last[answer.worker_id] = answer
    if not last:
        raise InputError("an image should have at least one mask, got none: leave it out")
    shape = _common_shape([answer.mask.shape for answer in last.values()])
    workers = sorted(worker for worker, answer in last.items() if answer.mask.shape == shape)
    masks = [np.asarray(last[worker].mask, np.uint8) for worker in workers]
    dropped = {
        worker: f"mask is {answer.mask.shape}, most are {shape} (height, width)"
        for worker, answer in sorted(last.items())
        if answer.mask.shape != shape
    }
    if len(masks) == 1:
        alone = np.ones(shape, np.float32)
        return _result(masks[0], alone, np.zeros(shape, np.float32), workers, masks, dropped)
    weights = _weights(masks, _vote(masks, np.ones(len(masks)), smooth=False)[0])
    mask, share, second = _vote(masks, weights, smooth=True)
    return _result(mask, share, second, workers, masks, dropped)


def mask_overlap(first: Mask, second: Mask) -> float:
    """Pixels of the same class over pixels where either is not background; 1.0 if none is."""
    either = np.count_nonzero((first > 0) | (second > 0))
    same = np.count_nonzero((first == second) & (first > 0))
    return same / either if either else 1.0


def label_color(index: int, labels: Sequence[str], colors: Mapping[str, str]) -> str:
    """Colour of a class index: white for background, else the given one or that of PALETTE."""
    if index == 0:
        return BACKGROUND_COLOR
    return colors.get(labels[index - 1], PALETTE[(index - 1) % len(PALETTE)])


def _common_shape(shapes: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    return max(sorted(set(shapes), reverse=True), key=shapes.count)


def _weights(masks: Sequence[Mask], majority: Mask) -> NDArray[np.float64]:
    agreement = np.array([mask_overlap(mask, majority) for mask in masks])
    weights = np.where(agreement < np.median(agreement) - _FAR_BELOW, 0.0, agreement**2)
    return weights if weights.sum() > 0 else np.ones(len(masks))


def _vote(masks: Sequence[Mask], weights: NDArray[np.float64], *, smooth: bool) -> tuple[Mask, Share, Share]:
    """Winning class of each pixel, its share of the weights and that of the second class."""
    shape = masks[0].shape
    winner = np.zeros(shape, np.uint8)
    first, second = np.full(shape, -1, np.float32), np.zeros(shape, np.float32)
    normal = (weights / weights.sum()).astype(np.float32)
    # One class at a time: an image with many classes needs no more memory than one with two.
    for index in sorted(set().union(*(np.unique(mask).tolist() for mask in masks))):
        share = np.zeros(shape, np.float32)
        for mask, weight in zip(masks, normal, strict=True):
            share += weight * (mask == index)
        if smooth:
            share = _mean_3x3(_mean_3x3(share))
        # Sums of the same weights in another order differ in the last bits; that is no difference.
        wins = share > first + np.float32(1e-5)
        second = np.where(wins, np.maximum(first, 0), np.maximum(second, share))
        first = np.where(wins, share, first)
        winner[wins] = index
    return winner, first, second


def _mean_3x3(values: Share) -> Share:
    padded = np.pad(values, 1, mode="edge")
    rows = padded[:-2] + padded[1:-1] + padded[2:]
    return np.asarray((rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]) / np.float32(9), np.float32)


def _result(
    mask: Mask,
    share: Share,
    second: Share,
    workers: Sequence[str],
    masks: Sequence[Mask],
    dropped: Mapping[str, str],
) -> ConsolidatedMask:
    many = len(masks) > 1
    drawn = mask > 0
    shares = share[drawn] if drawn.any() else share.reshape(-1)
    return ConsolidatedMask(
        mask=mask,
        confidence=float(shares.mean(dtype=np.float64)) if many and shares.size else 0.0,
        class_confidence={
            index: float(share[mask == index].mean(dtype=np.float64)) if many else 0.0
            for index in np.unique(mask).tolist()
        },
        agreement={w: mask_overlap(m, mask) for w, m in zip(workers, masks, strict=True)},
        ambiguous=float((share - second < _AMBIGUOUS_MARGIN).mean()) if many and mask.size else 0.0,
        dropped=dropped,
    )
