"""Groups of boxes are those of average linkage done one step at a time."""

from itertools import combinations

import numpy as np
import pytest

from ground_truth.consolidation import clusters as module
from ground_truth.consolidation.clusters import clusters


def slow_similarity(boxes, worker_of, label_of):
    def similarity(i, j) -> float:
        if worker_of[i] == worker_of[j]:
            return -np.inf
        width = min(boxes[i][2], boxes[j][2]) - max(boxes[i][0], boxes[j][0])
        height = min(boxes[i][3], boxes[j][3]) - max(boxes[i][1], boxes[j][1])
        both = max(width, 0) * max(height, 0)
        areas = sum((boxes[k][2] - boxes[k][0]) * (boxes[k][3] - boxes[k][1]) for k in (i, j))
        return both / (areas - both) * (1 if label_of[i] == label_of[j] else 0.5)

    number = len(boxes)
    return {(i, j): similarity(i, j) for i in range(number) for j in range(number) if i != j}


def slow_clusters(boxes, image_of, worker_of, label_of, least):
    """Joins the two clusters of an image with the greatest mean similarity until none has enough."""
    similarity = slow_similarity(boxes, worker_of, label_of)
    groups = [[index] for index in range(len(boxes))]

    def mean(entry, other) -> float:
        return float(np.mean([similarity[i, j] for i in entry for j in other]))

    while True:
        joins = [
            (round(mean(groups[a], groups[b]), 12), -a, -b)
            for a, b in combinations(range(len(groups)), 2)
            if image_of[groups[a][0]] == image_of[groups[b][0]]
        ]
        value, a, b = max(joins, default=(-np.inf, 0, 0))
        if value < least:
            break
        groups[-a] = sorted(groups[-a] + groups[-b])
        del groups[-b]
    number = {index: position for position, group in enumerate(sorted(groups)) for index in group}
    return [number[index] for index in range(len(boxes))]


def scene(seed: int, number: int, *, images: int = 1, workers: int = 5, labels: int = 2, room: float = 60):
    random = np.random.default_rng(seed)
    corner = random.uniform(0, room, (number, 2))
    boxes = np.concatenate([corner, corner + random.uniform(15, 45, (number, 2))], axis=1)
    return (
        boxes,
        random.integers(0, images, number),
        random.integers(0, workers, number),
        random.integers(0, labels, number),
    )


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("number", [3, 6, 12, 24])
def test_groups_are_those_of_average_linkage_step_by_step(seed, number) -> None:
    columns = scene(seed, number)
    assert clusters(*columns).tolist() == slow_clusters(*columns, least=0.3)


@pytest.mark.parametrize("least", [0.1, 0.2, 0.5, 0.8])
def test_the_least_overlap_decides_what_is_joined(least) -> None:
    for seed in range(5):
        columns = scene(seed, 20, room=30, workers=8)
        assert clusters(*columns, least=least).tolist() == slow_clusters(*columns, least=least)


def test_images_of_any_size_are_grouped_at_once_as_they_are_alone() -> None:
    columns = scene(77, 90, images=9, room=40)
    assert clusters(*columns).tolist() == slow_clusters(*columns, least=0.3)


@pytest.mark.parametrize("cells", [1, 64, 200])
def test_the_groups_are_the_same_in_pieces(monkeypatch, cells) -> None:
    columns = scene(5, 80, images=10, room=40)
    monkeypatch.setattr(module, "_CELLS_AT_ONCE", cells)
    assert clusters(*columns).tolist() == slow_clusters(*columns, least=0.3)


def test_an_overlap_of_exactly_the_least_joins() -> None:
    boxes = np.array([[0.0, 0, 10, 10], [0.0, 0, 10, 5]])
    same = np.zeros(2, np.int64)
    assert clusters(boxes, same, np.array([0, 1]), same, least=0.5).tolist() == [0, 0]
    assert clusters(boxes, same, np.array([0, 1]), same, least=0.51).tolist() == [0, 1]
    assert clusters(boxes, same, np.array([0, 1]), np.array([0, 1]), least=0.25).tolist() == [0, 0]
    assert clusters(boxes, same, np.array([0, 1]), np.array([0, 1]), least=0.26).tolist() == [0, 1]


def test_boxes_of_one_worker_never_share_a_group() -> None:
    boxes = np.array([[0.0, 0, 10, 10]] * 4)
    same = np.zeros(4, np.int64)
    assert clusters(boxes, same, same, same).tolist() == [0, 1, 2, 3]
    assert clusters(boxes, same, np.array([0, 0, 1, 2]), same).tolist() == [0, 1, 0, 0]


def chain(length: int):
    """Boxes one beside the other, each overlapping the next; the overlap is weaker at every fifth."""
    left = np.cumsum([6.0 if index % 5 == 0 else 2.0 for index in range(length)])
    boxes = np.column_stack([left, np.zeros(length), left + 20, np.full(length, 10.0)])
    same = np.zeros(length, np.int64)
    return boxes, same, np.arange(length), same


def test_a_chain_that_is_too_long_is_cut_where_it_is_weakest(monkeypatch) -> None:
    monkeypatch.setattr(module, "_LARGEST_COMPONENT", 8)
    boxes, image_of, worker_of, label_of = chain(30)
    groups = clusters(boxes, image_of, worker_of, label_of)
    assert groups.tolist() == [index // 5 for index in range(30)]


def test_only_what_is_longer_than_the_longest_is_cut(monkeypatch) -> None:
    boxes, image_of, worker_of, label_of = chain(12)
    whole = slow_clusters(boxes, image_of, worker_of, label_of, 0.3)
    for longest in (12, 13, 100):
        monkeypatch.setattr(module, "_LARGEST_COMPONENT", longest)
        assert clusters(boxes, image_of, worker_of, label_of).tolist() == whole


def test_no_boxes_have_no_groups() -> None:
    empty = np.zeros(0, np.int64)
    assert clusters(np.zeros((0, 4)), empty, empty, empty).tolist() == []


@pytest.mark.parametrize("seed", range(10))
def test_a_chain_is_cut_a_quarter_of_the_way_from_the_least_overlap_to_all(seed) -> None:
    boxes, image_of, worker_of, label_of = scene(seed, 24, room=25, workers=12)
    numbers = slow_clusters(boxes, image_of, worker_of, label_of, 0.2 + 0.8 / 4)
    # Each box has the number of its group's first box.
    assert module._cut(boxes, worker_of, label_of, 0.2).tolist() == [numbers.index(number) for number in numbers]


def test_overlaps_within_a_component_are_those_of_each_pair() -> None:
    boxes, _, worker_of, label_of = scene(4, 30, room=120)
    slow = slow_similarity(boxes, worker_of, label_of)
    fast = module._similarity(boxes[None], worker_of[None], label_of[None])[0]
    for (first, second), value in slow.items():
        assert fast[first, second] == pytest.approx(value)
    assert np.isneginf(fast.diagonal()).all()
