"""Overlap of two boxes in the contract's words, for tests that compare boxes with a known truth."""

from collections.abc import Mapping

import numpy as np

from ground_truth.consolidation import geometry


def iou(entry: Mapping[str, float], other: Mapping[str, float]) -> float:
    return float(geometry.iou(_edges(entry), _edges(other))[0])


def _edges(box: Mapping[str, float]) -> np.ndarray:
    left, top = box["left"], box["top"]
    return np.array([[left, top, left + box["width"], top + box["height"]]], float)
