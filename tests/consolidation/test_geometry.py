"""Overlaps of many boxes at once are those of every pair alone."""

from itertools import pairwise

import numpy as np
import pytest

from ground_truth.consolidation import geometry
from ground_truth.consolidation.geometry import area, components, iou, overlapping_pairs


def slow_iou(first, second) -> float:
    width = min(first[2], second[2]) - max(first[0], second[0])
    height = min(first[3], second[3]) - max(first[1], second[1])
    both = max(width, 0) * max(height, 0)
    areas = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (first, second))
    return both / (areas - both) if areas - both > 0 else 0.0


def scene(seed: int, number: int, images: int):
    random = np.random.default_rng(seed)
    corner = random.integers(-20, 60, (number, 2)).astype(float)
    boxes = np.concatenate([corner, corner + random.integers(1, 40, (number, 2))], axis=1)
    return boxes, random.integers(0, images, number)


def slow_pairs(boxes, image_of, least):
    return {
        (i, j): slow_iou(boxes[i], boxes[j])
        for i in range(len(boxes))
        for j in range(i + 1, len(boxes))
        if image_of[i] == image_of[j] and slow_iou(boxes[i], boxes[j]) >= least
    }


def as_dict(pairs):
    first, second, value = pairs
    keys = [(min(pair), max(pair)) for pair in zip(first.tolist(), second.tolist(), strict=True)]
    assert len(keys) == len(set(keys))
    return dict(zip(keys, value.tolist(), strict=True))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("least", [0.05, 0.3, 0.6])
def test_the_sweep_finds_every_pair_once(seed, least) -> None:
    boxes, image_of = scene(seed, 40, 1 + seed)
    assert as_dict(overlapping_pairs(boxes, image_of, least=least)) == pytest.approx(slow_pairs(boxes, image_of, least))


@pytest.mark.parametrize("at_once", [1, 3, 10, 50])
def test_the_sweep_finds_the_same_in_pieces(monkeypatch, at_once) -> None:
    boxes, image_of = scene(9, 40, 2)
    monkeypatch.setattr(geometry, "_PAIRS_AT_ONCE", at_once)
    assert as_dict(overlapping_pairs(boxes, image_of, least=0.1)) == pytest.approx(slow_pairs(boxes, image_of, 0.1))


def test_a_piece_ends_before_it_holds_too_many_pairs() -> None:
    sizes = np.array([2, 3, 1, 9, 0, 4])
    assert list(geometry._runs(sizes)) == [(0, 6)]


@pytest.mark.parametrize(("at_once", "runs"), [(5, [(0, 2), (2, 3), (3, 4), (4, 6)]), (6, [(0, 3), (3, 4), (4, 6)])])
def test_pieces_are_as_long_as_fits(monkeypatch, at_once, runs) -> None:
    monkeypatch.setattr(geometry, "_PAIRS_AT_ONCE", at_once)
    assert list(geometry._runs(np.array([2, 3, 1, 9, 0, 4]))) == runs


def test_no_boxes_have_no_pairs() -> None:
    pairs = overlapping_pairs(np.zeros((0, 4)), np.zeros(0, np.int64), least=0.3)
    assert [len(part) for part in pairs] == [0, 0, 0]


def test_boxes_of_two_images_never_meet_even_at_the_same_place() -> None:
    boxes = np.array([[0.0, 0, 100, 1], [0.0, 0, 100, 1], [99.0, 0, 199, 1]])
    assert as_dict(overlapping_pairs(boxes, np.array([0, 1, 2]), least=0.001)) == {}


def test_boxes_that_touch_share_nothing() -> None:
    boxes = np.array([[0.0, 0, 10, 10], [10.0, 0, 20, 10], [0.0, 10, 10, 20]])
    assert iou(boxes[[0, 0]], boxes[[1, 2]]).tolist() == [0.0, 0.0]


def test_iou_and_area_are_those_of_each_box_alone() -> None:
    boxes, _ = scene(3, 30, 1)
    assert area(boxes).tolist() == [(box[2] - box[0]) * (box[3] - box[1]) for box in boxes]
    expected = [slow_iou(first, second) for first, second in pairwise(boxes)]
    assert iou(boxes[:-1], boxes[1:]).tolist() == pytest.approx(expected)


def test_boxes_smaller_than_a_pixel_overlap_like_others() -> None:
    boxes = np.array([[0.0, 0, 0.2, 0.2], [0.1, 0, 0.3, 0.2]])
    assert iou(boxes[:1], boxes[1:]).tolist() == pytest.approx([1 / 3])


def test_a_box_without_area_overlaps_nothing_not_even_itself() -> None:
    point = np.array([[5.0, 5, 5, 5]])
    assert iou(point, point).tolist() == [0.0]


def test_components_are_named_after_their_smallest_node() -> None:
    first, second = np.array([5, 3, 8, 6]), np.array([3, 1, 7, 8])
    assert components(10, first, second).tolist() == [0, 1, 2, 1, 4, 1, 6, 6, 6, 9]
    assert components(3, np.zeros(0, np.int64), np.zeros(0, np.int64)).tolist() == [0, 1, 2]


def test_boxes_that_reach_beyond_the_left_edge_never_meet_those_of_the_next_image() -> None:
    boxes = np.array([[-100.0, 0.0, 20.0, 10.0], [-100.0, 0.0, 20.0, 10.0], [0.0, 0.0, 20.0, 10.0]])
    first, _, _ = overlapping_pairs(boxes, np.array([0, 1, 2]), least=0.01)
    assert first.tolist() == []
