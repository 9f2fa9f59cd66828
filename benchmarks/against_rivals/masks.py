"""Masks of crops, painted by many workers, beside the majority of each pixel."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.against_rivals.rows import Row
from ground_truth.consolidation.masks import MaskAnswer, consolidate_masks

DRAWS = 3


def mask_rows(data: Path) -> Iterator[Row]:
    masks = np.load(data / "bubil_masks.npz")
    names = sorted({name.split("|")[0] for name in masks.files})
    ours, plain = [], []
    for index, name in enumerate(names):
        height, width = masks[f"{name}|s"]
        crowd = np.unpackbits(masks[f"{name}|w"], axis=-1)[:, :, :width]
        truth = np.unpackbits(masks[f"{name}|t"], axis=-1)[:height, :width] > 0
        for draw in range(DRAWS):
            random = np.random.default_rng((index, draw))
            chosen = crowd[random.choice(len(crowd), 5, replace=False)]
            answers = [MaskAnswer(worker_id=str(i), mask=mask) for i, mask in enumerate(chosen)]
            ours.append(mask_iou(consolidate_masks(answers).mask > 0, truth))
            plain.append(mask_iou(chosen.mean(axis=0) > 0.5, truth))
    yield Row(
        measure=f"bubil masks, 5 workers, mean IoU of {DRAWS} draws",
        ours=float(np.mean(ours)),
        floor=0.832,
        aim=0.84,
        rival=float(np.mean(plain)),
        rival_name="majority of each pixel",
    )


def mask_iou(a: NDArray[np.bool_], b: NDArray[np.bool_]) -> float:
    return float((a & b).sum() / max((a | b).sum(), 1))
