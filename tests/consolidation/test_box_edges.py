"""The consensus of boxes is that of the definition, cluster by cluster and edge by edge."""

from itertools import pairwise

import numpy as np
import pytest

from ground_truth.consolidation.box_edges import Precision, _weights, consensus, no_precision, weighted_median


def slow_median(values: list[float], weights: list[float]) -> float:
    """Interpolated where half of the weight lies on either side, half of a value's own on each side of it."""
    rows = sorted(zip(values, weights, strict=True))
    total = sum(weights)
    middles = []
    before = 0.0
    for value, weight in rows:
        middles.append(((before + weight / 2) / total, value))
        before += weight
    if middles[0][0] >= 0.5:
        return middles[0][1]
    for (low, below), (high, above) in pairwise(middles):
        if high >= 0.5:
            return below + (0.5 - low) / (high - low) * (above - below)
    return middles[-1][1]


def slow_consensus(boxes, cluster_of, worker_of, history: Precision):
    number, workers = max(cluster_of) + 1, len(history.measured)
    members = [[i for i in range(len(boxes)) if cluster_of[i] == c] for c in range(number)]
    shared = [i for i in range(len(boxes)) if len(members[cluster_of[i]]) >= 3]
    weights, moved = [1.0] * len(boxes), [list(box) for box in boxes]

    def medians(source):
        return [
            [slow_median([source[i][e] for i in group], [weights[i] for i in group]) for e in range(4)]
            for group in members
        ]

    for _ in range(3):
        centre = medians(moved)
        sizes = [[max(c[2] - c[0], 1e-12), max(c[3] - c[1], 1e-12)] * 2 for c in centre]
        distance = [
            [min(max((boxes[i][e] - centre[cluster_of[i]][e]) / sizes[cluster_of[i]][e], -0.5), 0.5) for e in range(4)]
            for i in range(len(boxes))
        ]
        measured = [sum(worker_of[i] == w for i in shared) for w in range(workers)]
        offset = [[sum(distance[i][e] for i in shared if worker_of[i] == w) for e in range(4)] for w in range(workers)]
        habit = [
            [(offset[w][e] + history.offset[w][e]) / (measured[w] + history.measured[w] + 20) for e in range(4)]
            for w in range(workers)
        ]
        deviation = [sum(abs(distance[i][e] - habit[worker_of[i]][e]) for e in range(4)) / 4 for i in range(len(boxes))]
        spread = [sum(deviation[i] for i in shared if worker_of[i] == w) for w in range(workers)]
        moved = [
            [boxes[i][e] - habit[worker_of[i]][e] * sizes[cluster_of[i]][e] for e in range(4)]
            for i in range(len(boxes))
        ]
        all_spread = [spread[w] + history.spread[w] for w in range(workers)]
        all_measured = [measured[w] + history.measured[w] for w in range(workers)]
        common = sum(all_spread) / max(sum(all_measured), 1)
        if common > 0:
            own = [(all_spread[w] + 20 * common) / (all_measured[w] + 20) for w in range(workers)]
            worker_weight = [min(max(common / value, 0.5), 2.0) ** 2 for value in own]
            weights = [worker_weight[w] for w in worker_of]
        else:
            weights = [1.0] * len(boxes)
    straight = [
        centre if centre[2] > centre[0] and centre[3] > centre[1] else plain
        for centre, plain in zip(medians(moved), medians(boxes), strict=True)
    ]
    return straight, measured, offset, spread


def scene(seed: int, clusters: int = 14, workers: int = 6):
    random = np.random.default_rng(seed)
    rows = []
    for cluster in range(clusters):
        left, top, width, height = random.uniform([0, 0, 40, 30], [300, 300, 120, 90])
        for worker in random.permutation(workers)[: random.integers(1, workers + 1)]:
            edges = np.array([left, top, left + width, top + height])
            # Some draw exactly, some hardly; the last always too wide.
            edges = edges + random.normal(0, 0.4 + 2.5 * worker, 4) + (worker == workers - 1) * np.array([-9, -9, 9, 9])
            rows.append((cluster, worker, *edges))
    rows = [rows[index] for index in random.permutation(len(rows))]
    table = np.array(rows)
    return table[:, 2:], table[:, 0].astype(np.int64), table[:, 1].astype(np.int64)


def history(seed: int, workers: int = 6) -> Precision:
    random = np.random.default_rng(seed)
    measured = random.integers(0, 60, workers).astype(float)
    return Precision(
        measured=measured,
        offset=random.normal(0, 0.05, (workers, 4)) * measured[:, None],
        spread=random.uniform(0.01, 0.3, workers) * measured,
    )


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("stored", [False, True])
def test_the_consensus_edge_by_edge(seed, stored) -> None:
    boxes, cluster_of, worker_of = scene(seed)
    past = history(seed) if stored else no_precision(6)
    centre, precision = consensus(boxes, cluster_of, worker_of, history=past)
    expected, measured, offset, spread = slow_consensus(boxes.tolist(), cluster_of.tolist(), worker_of.tolist(), past)
    assert centre == pytest.approx(np.array(expected), abs=1e-9)
    assert precision.measured == pytest.approx(np.array(measured))
    assert precision.offset == pytest.approx(np.array(offset), abs=1e-9)
    assert precision.spread == pytest.approx(np.array(spread), abs=1e-9)


@pytest.mark.parametrize("size", [1, 2, 3, 4, 7])
def test_the_weighted_median_by_its_definition(size) -> None:
    random = np.random.default_rng(size)
    # Whole numbers, so that some values are equal.
    values, weights = random.integers(0, 6, (40, size, 4)).astype(float), random.uniform(0.25, 4, (40, size))
    medians = weighted_median(values, weights)
    for row in range(40):
        for column in range(4):
            if size == 2:
                expected = float(np.average(values[row, :, column], weights=weights[row]))
            else:
                expected = slow_median(values[row, :, column].tolist(), weights[row].tolist())
            assert medians[row, column] == pytest.approx(expected)


def test_who_has_all_the_weight_decides_alone_and_equal_weights_give_the_plain_median() -> None:
    values = np.array([[[1.0], [5.0], [9.0]]])
    for position in range(3):
        assert weighted_median(values, np.eye(3)[[position]]).tolist() == [[values[0, position, 0]]]
    even = np.array([[[1.0], [2.0], [6.0], [9.0]]])
    assert weighted_median(values, np.ones((1, 3))).tolist() == [[5.0]]
    assert weighted_median(even, np.ones((1, 4))).tolist() == [[4.0]]


def test_boxes_that_agree_have_no_spread_and_their_consensus_is_the_box() -> None:
    box = np.array([[1.0, 2, 11, 12]])
    centre, precision = consensus(
        np.repeat(box, 3, axis=0), np.zeros(3, np.int64), np.arange(3), history=no_precision(3)
    )
    assert centre.tolist() == box.tolist()
    assert (precision.measured.tolist(), precision.spread.tolist()) == ([1, 1, 1], [0, 0, 0])
    assert not precision.offset.any()


def assert_as_slow(boxes, cluster_of, worker_of, past) -> None:
    centre, precision = consensus(boxes, cluster_of, worker_of, history=past)
    expected, _, offset, spread = slow_consensus(boxes.tolist(), cluster_of.tolist(), worker_of.tolist(), past)
    assert centre == pytest.approx(np.array(expected), abs=1e-9)
    assert precision.offset == pytest.approx(np.array(offset), abs=1e-9)
    assert precision.spread == pytest.approx(np.array(spread), abs=1e-9)


def test_a_habit_that_would_turn_a_box_inside_out_is_left_alone() -> None:
    past = Precision(measured=np.full(2, 1000.0), offset=np.tile([-990.0, 0, 990, 0], (2, 1)), spread=np.full(2, 10.0))
    boxes = np.array([[0.0, 0, 10, 10], [4.8, 0, 5.2, 10], [20, 0, 60, 10]])
    cluster_of, worker_of = np.array([0, 0, 1]), np.array([0, 1, 0])
    centre, _ = consensus(boxes, cluster_of, worker_of, history=past)
    assert (centre[:, 2:] > centre[:, :2]).all()
    assert_as_slow(boxes, cluster_of, worker_of, past)


@pytest.mark.parametrize("axis", [0, 1])
def test_only_the_boxes_that_turn_inside_out_are_taken_plain(axis) -> None:
    offset = np.zeros((4, 4))
    offset[:3, axis], offset[:3, axis + 2] = -990.0, 990.0
    past = Precision(measured=np.full(4, 1000.0), offset=offset, spread=np.full(4, 10.0))
    wide = np.array([[0.0, 0, 10, 10], [1, 1, 11, 11], [2, 2, 12, 12]])
    boxes = np.concatenate([wide, wide[:1] + 100])
    assert_as_slow(boxes, np.array([0, 0, 0, 1]), np.array([0, 1, 2, 3]), past)


def test_small_boxes_are_measured_like_large_ones() -> None:
    boxes, cluster_of, worker_of = scene(3)
    large, precision = consensus(boxes, cluster_of, worker_of, history=no_precision(6))
    small, same = consensus(boxes / 1e6, cluster_of, worker_of, history=no_precision(6))
    assert small * 1e6 == pytest.approx(large)
    assert same.spread == pytest.approx(precision.spread)


def test_no_worker_counts_for_more_than_four_times_or_less_than_a_quarter_of_the_usual() -> None:
    spread = np.array([0.001, 0.02, 0.04, 0.5]) * 10_000
    weights = _weights(Precision(measured=np.full(4, 10_000.0), offset=np.zeros((4, 4)), spread=spread))
    common = spread.sum() / 40_000
    own = (spread + 20 * common) / 10_020
    assert weights.tolist() == pytest.approx([4.0, 4.0, 4.0, (common / own[3]) ** 2 if common / own[3] > 0.5 else 0.25])
    assert weights[3] == 0.25
    even = _weights(Precision(measured=np.array([0.0, 50]), offset=np.zeros((2, 4)), spread=np.array([0.0, 5])))
    assert even.tolist() == pytest.approx([1.0, 1.0])
    one_box = _weights(Precision(measured=np.array([0.5, 0]), offset=np.zeros((2, 4)), spread=np.array([0.1, 0])))
    assert one_box.tolist() == pytest.approx([(0.1 / (2.1 / 20.5)) ** 2, 1.0])


def test_precisions_add_up() -> None:
    first, second = history(1), history(2)
    both = first + second
    assert both.measured.tolist() == (first.measured + second.measured).tolist()
    assert both.offset.tolist() == (first.offset + second.offset).tolist()
    assert both.spread.tolist() == (first.spread + second.spread).tolist()


def test_nothing_gives_nothing() -> None:
    empty = np.zeros(0, np.int64)
    centre, precision = consensus(np.zeros((0, 4)), empty, empty, history=no_precision(0))
    assert centre.shape == (0, 4)
    assert precision.measured.shape == (0,)
