import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ground_truth.consolidation import masks as module
from ground_truth.consolidation.masks import MaskAnswer, consolidate_masks, label_color, mask_overlap
from ground_truth.contract.errors import InputError


def square(low, high, index=1, size=40):
    mask = np.zeros((size, size), np.uint8)
    mask[low:high, low:high] = index
    return mask


def answers(*masks):
    return [MaskAnswer(worker_id=f"w{i}", mask=mask) for i, mask in enumerate(masks)]


def test_most_workers_decide_each_pixel():
    result = consolidate_masks(answers(square(10, 20), square(10, 30), square(10, 30)))
    assert result.mask[25, 25] == 1
    assert result.mask[5, 5] == 0
    assert 0.6 < result.confidence < 1.0


def test_classes_compete_for_each_pixel():
    result = consolidate_masks(answers(square(5, 35, 2), square(5, 35, 2), square(5, 35, 3)))
    assert set(np.unique(result.mask)) == {0, 2}


def test_a_lone_pixel_is_smoothed_away():
    speck = square(10, 30)
    speck[2, 2] = 1
    assert consolidate_masks(answers(speck, speck, square(10, 30))).mask[2, 2] == 0


def test_one_mask_comes_back_as_it_is_with_confidence_zero():
    mask = square(3, 9)
    result = consolidate_masks(answers(mask))
    assert np.array_equal(result.mask, mask)
    assert (result.confidence, result.ambiguous) == (0.0, 0.0)


def test_a_mask_far_from_the_others_has_no_weight():
    good = [square(10, 30)] * 2
    far = [np.zeros((40, 40), np.uint8), square(34, 40)]
    result = consolidate_masks(answers(*good, square(10, 30), *far))
    assert result.mask[20, 20] == 1
    assert result.agreement["w0"] > 0.9
    assert result.agreement["w3"] == 0.0
    assert result.class_confidence[1] > 0.9


def test_empty_masks_agree_on_background():
    result = consolidate_masks(answers(*[np.zeros((4, 4), np.uint8)] * 3))
    assert not result.mask.any()
    assert result.confidence == pytest.approx(1.0)


def test_a_mask_of_another_size_is_dropped_with_the_reason():
    result = consolidate_masks(answers(square(3, 9), square(3, 9), square(3, 9, size=20)))
    assert result.dropped == {"w2": "mask is (20, 20), most are (40, 40) (height, width)"}


def test_the_last_answer_of_a_worker_counts():
    early = MaskAnswer(worker_id="u", mask=square(0, 9), submitted="2026-11-23T10:00")
    late = MaskAnswer(worker_id="u", mask=square(20, 30), submitted="2026-11-23T11:00")
    assert np.array_equal(consolidate_masks([late, early]).mask, late.mask)


def test_fails_without_a_mask():
    with pytest.raises(InputError, match="at least one mask, got none"):
        consolidate_masks([])


def test_labels_without_a_colour_take_that_of_the_palette():
    labels = [f"label-{i}" for i in range(30)]
    assert [label_color(i, labels, {}) for i in (0, 1, 2)] == ["#ffffff", "#2ca02c", "#1f77b4"]
    assert label_color(21, labels, {}) == label_color(1, labels, {})


MASKS = st.lists(
    st.lists(st.integers(0, 2), min_size=30, max_size=30).map(lambda values: np.array(values, np.uint8).reshape(5, 6)),
    min_size=1,
    max_size=5,
)


@settings(max_examples=60)
@given(MASKS, st.randoms(use_true_random=False))
def test_order_and_names_of_the_workers_do_not_matter(masks, random):
    shuffled = random.sample(masks, len(masks))
    entry, other = consolidate_masks(answers(*masks)), consolidate_masks(answers(*shuffled))
    assert np.array_equal(entry.mask, other.mask)
    assert entry.confidence == pytest.approx(other.confidence, abs=1e-5)


@settings(max_examples=40)
@given(MASKS.filter(lambda masks: len(masks) > 1))
def test_every_mask_given_twice_gives_the_same_mask(masks):
    entry, other = consolidate_masks(answers(*masks)), consolidate_masks(answers(*masks, *masks))
    assert np.array_equal(entry.mask, other.mask)


def slow_vote(masks, weights, *, smooth):
    """Winner, its share and that of the second, pixel by pixel."""
    height, width = masks[0].shape
    total = sum(weights)
    classes = sorted({int(value) for mask in masks for value in mask.reshape(-1)})
    shares = {
        index: [
            [
                sum(w for mask, w in zip(masks, weights, strict=True) if mask[y, x] == index) / total
                for x in range(width)
            ]
            for y in range(height)
        ]
        for index in classes
    }

    def mean(rows):
        def at(y, x):
            return rows[min(max(y, 0), height - 1)][min(max(x, 0), width - 1)]

        return [
            [sum(at(y + dy, x + dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)) / 9 for x in range(width)]
            for y in range(height)
        ]

    if smooth:
        shares = {index: mean(mean(rows)) for index, rows in shares.items()}
    winner, first, second = (np.zeros((height, width)) for _ in range(3))
    for y in range(height):
        for x in range(width):
            ranked = sorted((-round(shares[index][y][x], 4), index) for index in classes)
            winner[y, x] = ranked[0][1]
            first[y, x] = shares[ranked[0][1]][y][x]
            second[y, x] = shares[ranked[1][1]][y][x] if len(ranked) > 1 else 0.0
    return winner.astype(np.uint8), first, second


def slow_overlap(first, second):
    pairs = list(zip(first.reshape(-1).tolist(), second.reshape(-1).tolist(), strict=True))
    either = [pair for pair in pairs if any(pair)]
    return sum(a == b for a, b in either) / len(either) if either else 1.0


def blobs(seed, workers=5):
    random = np.random.default_rng(seed)
    masks = []
    for worker in range(workers):
        mask = np.zeros((12, 15), np.uint8)
        for index, (y, x) in enumerate(((1, 1), (5, 7)), start=1):
            shift = random.integers(0, 3 if worker < workers - 1 else 6, 2)
            mask[y + shift[0] : y + shift[0] + 5, x + shift[1] : x + shift[1] + 6] = index
        masks.append(mask)
    return masks


@pytest.mark.parametrize("seed", range(6))
def test_the_vote_pixel_by_pixel(seed):
    masks = blobs(seed)
    majority = slow_vote(masks, [1.0] * 5, smooth=False)[0]
    agreement = [slow_overlap(mask, majority) for mask in masks]
    weights = [0.0 if value < np.median(agreement) - 0.25 else value**2 for value in agreement]
    winner, first, second = slow_vote(masks, weights, smooth=True)
    result = consolidate_masks(answers(*masks))
    assert result.mask.tolist() == winner.tolist()
    assert result.confidence == pytest.approx(first[winner > 0].mean(), abs=1e-5)
    assert result.class_confidence == pytest.approx(
        {index: first[winner == index].mean() for index in np.unique(winner).tolist()}, abs=1e-5
    )
    assert result.agreement == pytest.approx({f"w{i}": slow_overlap(mask, winner) for i, mask in enumerate(masks)})
    assert result.ambiguous == pytest.approx((first - second < 0.34).mean(), abs=0.02)


def test_overlap_counts_pixels_of_another_class_as_wrong():
    first, second = np.array([[0, 1, 1, 2]], np.uint8), np.array([[0, 1, 2, 0]], np.uint8)
    assert mask_overlap(first, second) == pytest.approx(1 / 3)
    assert mask_overlap(first, first) == 1.0
    assert mask_overlap(first * 0, second * 0) == 1.0
    assert mask_overlap(first * 0, second) == 0.0


def test_a_mask_a_quarter_below_the_median_still_counts():
    full = np.ones((1, 4), np.uint8)
    three = np.array([[1, 1, 1, 0]], np.uint8)
    majority = full
    assert module._weights([full, full, three], majority).tolist() == [1.0, 1.0, 0.75**2]
    half = np.array([[1, 1, 0, 0]], np.uint8)
    assert module._weights([full, full, half], majority).tolist() == [1.0, 1.0, 0.0]


def test_where_no_mask_is_like_the_majority_all_count_the_same():
    first, second = np.array([[1, 0]], np.uint8), np.array([[0, 1]], np.uint8)
    assert module._weights([first, second], np.array([[2, 2]], np.uint8)).tolist() == [1.0, 1.0]


def test_the_size_of_most_masks_wins_and_at_a_tie_the_greater():
    small, large = square(1, 3, size=10), square(1, 3, size=12)
    assert consolidate_masks(answers(small, large, small)).mask.shape == (10, 10)
    assert consolidate_masks(answers(small, large)).mask.shape == (12, 12)
    assert list(consolidate_masks(answers(small, large)).dropped) == ["w0"]


def test_one_mask_has_no_confidence_for_any_class_and_full_agreement():
    result = consolidate_masks(answers(square(3, 9, 4)))
    assert result.class_confidence == {0: 0.0, 4: 0.0}
    assert result.agreement == {"w0": 1.0}


def test_two_masks_are_enough_for_a_confidence():
    result = consolidate_masks(answers(square(3, 30), square(3, 30)))
    assert 0.9 < result.confidence < 1.0
    # Smoothing leaves the pixels along the edges unsure, and none else.
    assert 0 < result.ambiguous < 0.2


def test_ties_go_to_the_lower_class():
    result = consolidate_masks(answers(square(0, 40, 3), square(0, 40, 2)))
    assert set(np.unique(result.mask)) == {2}
    # The plain majority goes to 2 already, so that the other mask is far from it and has no weight.
    assert (result.confidence, result.ambiguous) == (1.0, 0.0)


def test_the_later_of_two_answers_at_one_time_counts():
    first, second = (MaskAnswer(worker_id="u", mask=square(*edges)) for edges in ((0, 9), (20, 30)))
    assert np.array_equal(consolidate_masks([first, second]).mask, second.mask)


def test_given_colours_come_before_the_palette():
    labels = ["road", "kerb"]
    assert label_color(2, labels, {"kerb": "#123456"}) == "#123456"
    assert label_color(1, labels, {"kerb": "#123456"}) == "#2ca02c"
    assert label_color(0, labels, {"road": "#123456"}) == "#ffffff"
