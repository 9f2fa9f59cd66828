import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ground_truth.consolidation.box_edges import weighted_median
from ground_truth.consolidation.box_table import BoxAnswer, DrawnBox, box_table
from ground_truth.consolidation.box_workers import box_outliers, box_skills
from ground_truth.consolidation.boxes import consolidate_boxes
from ground_truth.consolidation.geometry import components, iou, overlapping_pairs
from ground_truth.contract.errors import InputError
from tests.cpu_time import growth

PALLET = DrawnBox("pallet", 10, 20, 100, 50)
FORKLIFT = DrawnBox("forklift", 300, 40, 80, 120)


def answer(worker, *boxes, image="7", **options):
    return BoxAnswer(object_id=image, worker_id=worker, boxes=boxes, **options)


def moved(box, by):
    return box._replace(left=box.left + by, top=box.top + by)


def edges_of(box):
    return box.left, box.top, box.left + box.width, box.top + box.height


def test_three_boxes_around_one_thing_give_the_box_in_the_middle():
    result = consolidate_boxes(
        [answer("u", PALLET), answer("v", moved(PALLET, 2)), answer("w", moved(PALLET, 4))]
    ).boxes["7"]
    assert len(result) == 1
    assert edges_of(result[0]) == pytest.approx((12, 22, 112, 72), abs=0.5)
    assert (result[0].label, result[0].confidence) == ("pallet", 1.0)
    assert result[0].workers == ("u", "v", "w")


def test_two_things_of_two_labels_stay_two():
    answers = [answer(worker, PALLET, FORKLIFT) for worker in "uvw"]
    result = consolidate_boxes(answers).boxes["7"]
    assert [box.label for box in result] == ["pallet", "forklift"]


def test_a_worker_who_saw_the_image_and_drew_nothing_counts():
    two = [answer("u", PALLET), answer("v", PALLET)]
    nothing = [answer("w"), answer("x")]
    assert len(consolidate_boxes(two).boxes["7"]) == 1
    assert consolidate_boxes(two + nothing).boxes["7"] == ()
    assert consolidate_boxes(two + nothing[:1]).boxes["7"][0].share == pytest.approx(2 / 3)


def test_the_quorum_can_be_lowered():
    answers = [answer("u", PALLET), answer("v"), answer("w")]
    assert consolidate_boxes(answers).boxes["7"] == ()
    assert len(consolidate_boxes(answers, quorum=0.3).boxes["7"]) == 1


def test_one_worker_gives_the_boxes_with_confidence_zero():
    result = consolidate_boxes([answer("u", PALLET)]).boxes["7"]
    assert edges_of(result[0]) == pytest.approx(edges_of(DrawnBox(*PALLET)))
    assert (result[0].confidence, result[0].share, result[0].mean_iou) == (0.0, 1.0, 1.0)


def test_boxes_of_one_worker_never_share_a_cluster():
    close = moved(PALLET, 5)
    result = consolidate_boxes([answer(worker, PALLET, close) for worker in "uvw"]).boxes["7"]
    assert len(result) == 2
    assert all(box.workers == ("u", "v", "w") for box in result)


def test_one_thing_under_two_labels_is_one_box_with_the_label_of_the_most():
    other = PALLET._replace(label="forklift")
    result = consolidate_boxes([answer("u", PALLET), answer("v", PALLET), answer("w", other)])
    assert [box.label for box in result.boxes["7"]] == ["pallet"]
    assert result.boxes["7"][0].share == 1.0
    assert result.boxes["7"][0].confidence < 1.0


def test_two_things_that_touch_under_two_labels_stay_apart():
    rider = DrawnBox("person", 100, 100, 60, 160)
    bicycle = DrawnBox("bicycle", 90, 160, 80, 140)
    answers = [answer("u", rider), answer("v", bicycle), answer("w", rider, bicycle)]
    result = consolidate_boxes(answers).boxes["7"]
    assert sorted(box.label for box in result) == ["bicycle", "person"]


@pytest.mark.parametrize(
    "broken",
    [
        DrawnBox("pallet", 10, 20, 0, 50),
        DrawnBox("pallet", 10, 20, 40, -5),
        DrawnBox("pallet", math.nan, 20, 40, 50),
        DrawnBox("pallet", 10, 20, math.inf, 50),
        DrawnBox("pallet", -math.inf, 20, math.inf, 50),
        DrawnBox("pallet", 1e300, 20, 1e300, 50),
        DrawnBox("pallet", 2000, 20, 40, 50),
        DrawnBox("pallet", -100, 20, 40, 50),
    ],
)
def test_what_is_no_box_is_dropped_and_counted(broken):
    answers = [answer(worker, PALLET, broken, image_width=1280, image_height=720) for worker in "uvw"]
    result = consolidate_boxes(answers)
    assert [edges_of(box) for box in result.boxes["7"]] == [pytest.approx((10, 20, 110, 70))]
    assert result.dropped == 3


def test_a_box_over_the_border_is_cut_there():
    answers = [answer(w, DrawnBox("x", -10, 700, 50, 90), image_width=1280, image_height=720) for w in "uv"]
    assert edges_of(consolidate_boxes(answers).boxes["7"][0]) == pytest.approx((0, 700, 40, 720))


def test_no_answers_and_empty_answers_give_no_boxes():
    assert consolidate_boxes([]).boxes == {}
    assert consolidate_boxes([answer("u"), answer("v")]).boxes == {"7": ()}


def test_the_last_answer_of_a_worker_counts():
    early = answer("u", FORKLIFT, submitted="2026-11-23T10:00")
    late = answer("u", PALLET, submitted="2026-11-23T11:00")
    for order in ([early, late], [late, early]):
        result = consolidate_boxes([*order, answer("v", PALLET)]).boxes["7"]
        assert [box.label for box in result] == ["pallet"]


def test_a_box_drawn_twice_by_a_worker_is_one():
    result = consolidate_boxes([answer("u", PALLET, PALLET), answer("v", PALLET)])
    assert len(result.boxes["7"]) == 1


def test_fails_for_a_label_missing_in_the_list():
    with pytest.raises(InputError, match="got 'pallet'"):
        consolidate_boxes([answer("u", PALLET)], labels=["forklift"])


@pytest.mark.parametrize(("option", "value"), [("least_iou", 0), ("quorum", 1.0), ("quorum", -1)])
def test_fails_for_options_out_of_range(option, value):
    with pytest.raises(InputError, match=f"'{option}' should be"):
        consolidate_boxes([], **{option: value})


def crowded(items):
    """Answers of five workers about an image with so many things, which has room for them."""
    random = np.random.default_rng(0)
    corners = random.uniform(0, 80 * items**0.5, (items, 2))
    return [
        answer(
            f"w{worker}",
            *(DrawnBox("x", x, y, 60, 60) for x, y in (corners + random.normal(0, 2, corners.shape)).tolist()),
        )
        for worker in range(5)
    ]


def test_the_boxes_of_an_image_cost_at_most_the_square_of_their_number():
    answers = {items: crowded(items) for items in (300, 1500)}
    assert growth(lambda items: consolidate_boxes(answers[items]), 300, 1500) < 2 * (1500 / 300) ** 2


def test_a_crowded_image_keeps_its_things():
    assert len(consolidate_boxes(crowded(1500)).boxes["7"]) == pytest.approx(1500, abs=60)


def generated(images=60, seed=0, bad=()):
    """Four things in each of many images, drawn by workers with their own habit and precision."""
    random = np.random.default_rng(seed)
    answers, truth = [], {}
    for image in range(images):
        corners = random.uniform(0, 150, (4, 2)) + np.arange(4)[:, None] * 250
        truth[f"{image:02d}"] = corners
        for worker in range(6):
            spread = 25 if worker in bad else (1 if worker < 3 else 5)
            habit = 6 if worker == 5 else 0
            drawn = corners - habit + random.normal(0, spread, corners.shape)
            boxes = [DrawnBox("x", x, y, 60 + 2 * habit, 60) for x, y in drawn.tolist()]
            answers.append(answer(f"w{worker}", *boxes, image=f"{image:02d}"))
    return answers, truth


def test_exact_workers_pull_the_edges_more_than_sloppy_ones():
    answers, truth = generated()
    result = consolidate_boxes(answers).boxes
    errors, plain = [], []
    for image, corners in truth.items():
        for box, corner in zip(sorted(result[image], key=lambda b: b.left), corners, strict=True):
            errors.append(abs(box.left - corner[0]))
        drawn = [sorted(b.left for b in a.boxes) for a in answers if a.object_id == image]
        plain += np.abs(np.median(drawn, axis=0) - corners[:, 0]).tolist()
    assert np.mean(errors) < 0.8 * np.mean(plain)


def test_a_worker_who_draws_beside_everything_is_flagged_with_the_reason():
    answers, _ = generated(bad=(4,))
    counts = consolidate_boxes(answers).counts
    assert list(box_outliers(counts)) == ["w4"]
    assert "the others' limit is" in box_outliers(counts)["w4"].reason
    assert box_skills(counts)["w0"].skill > box_skills(counts)["w4"].skill


def test_stored_sums_carry_the_workers_precision_into_a_small_batch():
    answers, _ = generated()
    history = consolidate_boxes(answers).counts
    batch = [answer(f"w{i}", moved(PALLET, 0 if i < 2 else 6)) for i in (0, 1, 3, 4)]
    alone = consolidate_boxes(batch).boxes["7"][0]
    result = consolidate_boxes(batch, history=history).boxes["7"][0]
    assert result.left < alone.left - 0.5


def test_the_weighted_median_of_equal_weights_is_the_median():
    random = np.random.default_rng(2)
    for size in range(1, 8):
        values = random.normal(size=(3, size, 4))
        result = weighted_median(values, np.ones((3, size)))
        assert result == pytest.approx(np.median(values, axis=1))


BOXES = st.lists(
    st.builds(
        DrawnBox,
        st.sampled_from(["a", "b"]),
        st.integers(0, 60),
        st.integers(0, 60),
        st.integers(1, 40),
        st.integers(1, 40),
    ),
    max_size=4,
)
ANSWERS = st.lists(
    st.builds(
        BoxAnswer,
        object_id=st.sampled_from(["0", "1"]),
        worker_id=st.sampled_from("uvwxy"),
        boxes=BOXES,
    ),
    unique_by=lambda a: (a.object_id, a.worker_id),
    max_size=8,
)


@settings(max_examples=80)
@given(ANSWERS, st.randoms(use_true_random=False))
def test_the_order_of_the_answers_does_not_matter(answers, random):
    shuffled = random.sample(answers, len(answers))
    assert consolidate_boxes(answers).boxes == consolidate_boxes(shuffled).boxes


@settings(max_examples=80)
@given(ANSWERS, st.sampled_from([0.25, 3.0, 64.0]))
def test_scaled_boxes_give_scaled_results(answers, factor):
    scaled = [
        BoxAnswer(
            object_id=a.object_id,
            worker_id=a.worker_id,
            boxes=[DrawnBox(b[0], *(factor * side for side in b[1:])) for b in a.boxes],
        )
        for a in answers
    ]
    entry, other = consolidate_boxes(answers).boxes, consolidate_boxes(scaled).boxes
    for image, boxes in entry.items():
        assert [b.label for b in other[image]] == [b.label for b in boxes]
        for box, twin in zip(boxes, other[image], strict=True):
            expected = [factor * edge for edge in edges_of(box)]
            assert edges_of(twin) == pytest.approx(expected, abs=1e-6 * factor)


@settings(max_examples=80)
@given(ANSWERS)
def test_no_worker_is_twice_in_a_box_and_every_box_has_its_quorum(answers):
    result = consolidate_boxes(answers)
    items = {image: sum(a.object_id == image for a in answers) for image in result.boxes}
    for image, boxes in result.boxes.items():
        for box in boxes:
            assert len(set(box.workers)) == len(box.workers)
            assert len(box.workers) > items[image] / 2
            assert box.width > 0
            assert box.height > 0


@settings(max_examples=40)
@given(ANSWERS)
def test_submitting_every_answer_twice_changes_nothing(answers):
    assert consolidate_boxes(answers + answers).boxes == consolidate_boxes(answers).boxes


@settings(max_examples=80)
@given(ANSWERS)
def test_the_sweep_finds_every_pair_that_overlaps(answers):
    table = box_table(answers)
    first, second, _ = overlapping_pairs(table.edges, table.image_of, least=0.3)
    number = len(table.edges)
    expected = {
        (i, j)
        for i in range(number)
        for j in range(i + 1, number)
        if table.image_of[i] == table.image_of[j] and iou(table.edges[[i]], table.edges[[j]])[0] >= 0.3
    }
    assert {tuple(sorted(p)) for p in zip(first.tolist(), second.tolist(), strict=True)} == expected


def test_components_are_named_after_their_smallest_member():
    assert components(6, np.array([5, 1]), np.array([3, 2])).tolist() == [0, 1, 1, 3, 4, 3]


def counted(result, worker):
    return {
        name: value for name, value in result.counts[worker].items() if name in ("images", "found", "missed", "extra")
    }


def test_what_each_worker_found_missed_and_drew_beside_is_counted():
    crate = DrawnBox("crate", 500, 40, 80, 120)
    alone = DrawnBox("pallet", 700, 40, 80, 120)
    result = consolidate_boxes(
        [
            answer("u", PALLET, FORKLIFT, image="7"),
            answer("v", PALLET, crate, image="7"),
            answer("w", PALLET, FORKLIFT, image="7"),
            # Nobody else saw this image: its box is kept, and says nothing about the worker.
            answer("u", alone, image="8"),
            answer("v", image="9"),
            answer("w", image="9"),
        ]
    )
    assert counted(result, "u") == {"images": 2, "found": 2, "missed": 0, "extra": 0}
    assert counted(result, "v") == {"images": 2, "found": 1, "missed": 1, "extra": 1}
    assert counted(result, "w") == {"images": 2, "found": 2, "missed": 0, "extra": 0}
    assert result.counts["u"]["iou"] == pytest.approx(2.0)
    assert result.counts["v"]["iou"] == pytest.approx(1.0)
    assert [result.counts[worker]["measured"] for worker in "uvw"] == [1, 1, 1]


def test_overlaps_offsets_and_spreads_are_stored_with_six_decimals():
    result = consolidate_boxes([answer("u", PALLET), answer("v", moved(PALLET, 2)), answer("w", moved(PALLET, 4))])
    sums = result.counts["u"]
    box = result.boxes["7"][0]
    overlap = iou(np.array([edges_of(PALLET)]), np.array([edges_of(box)]))[0]
    assert sums["iou"] == round(overlap, 6) != overlap
    assert (sums["left"], sums["top"]) == pytest.approx((-2 / 100, -2 / 50), abs=0.003)
    assert (sums["right"], sums["bottom"]) == pytest.approx((-2 / 100, -2 / 50), abs=0.003)
    assert result.counts["w"]["left"] == pytest.approx(-sums["left"], abs=0.001)
    assert sums["spread"] == pytest.approx(0.03, abs=0.003)


def test_a_box_has_the_numbers_of_those_who_drew_it():
    other = moved(PALLET, 4)._replace(label="crate")
    result = consolidate_boxes([answer("u", PALLET), answer("v", moved(PALLET, 2)), answer("w", other), answer("x")])
    (box,) = result.boxes["7"]
    assert (box.label, box.class_id, box.workers) == ("pallet", 1, ("u", "v", "w"))
    assert box.share == 0.75
    assert [name for name, _ in box.alternatives] == ["pallet", "crate"]
    assert sum(value for _, value in box.alternatives) == pytest.approx(1.0)
    assert box.confidence == pytest.approx(0.75 * box.alternatives[0][1])
    edges = np.array([edges_of(drawn) for drawn in (PALLET, moved(PALLET, 2), other)])
    assert box.mean_iou == pytest.approx(iou(edges, np.array([edges_of(box)] * 3)).mean())


def test_boxes_are_listed_topmost_first_then_from_the_left():
    places = [(300, 10), (10, 200), (10, 10), (300, 200)]
    boxes = [DrawnBox("x", left, top, 50, 50) for left, top in places]
    result = consolidate_boxes([answer(worker, *boxes) for worker in "uv"]).boxes["7"]
    assert [(box.left, box.top) for box in result] == [(10, 10), (300, 10), (10, 200), (300, 200)]


def test_half_of_the_workers_are_no_quorum():
    answers = [answer("u", PALLET), answer("v", PALLET), answer("w"), answer("x")]
    assert consolidate_boxes(answers).boxes["7"] == ()
    assert len(consolidate_boxes(answers, quorum=0.49).boxes["7"]) == 1
    assert len(consolidate_boxes([answer("u", PALLET), answer("v")], quorum=0).boxes["7"]) == 1


def test_the_least_overlap_may_be_one():
    assert len(consolidate_boxes([answer("u", PALLET), answer("v", PALLET)], least_iou=1).boxes["7"]) == 1
    with pytest.raises(InputError, match="'least_iou' should be above 0 and at most 1, got 1.01"):
        consolidate_boxes([], least_iou=1.01)


def test_the_overlap_from_which_boxes_are_one_thing_is_0_3_by_default():
    def grouped(overlap):
        # Boxes of the same height beside each other, so that the overlap is that of their widths.
        shift = 100 * (1 - overlap) / (1 + overlap)
        answers = [answer("u", DrawnBox("x", 0, 0, 100, 10)), answer("v", DrawnBox("x", shift, 0, 100, 10))]
        return len(consolidate_boxes(answers).boxes["7"]) == 1

    assert grouped(0.301)
    assert not grouped(0.299)


def test_stored_labels_carry_the_workers_skill_into_a_small_batch():
    history = {worker: {name: {name: 60.0} for name in ("pallet", "crate")} for worker in "u"}
    history |= {worker: {"pallet": {"crate": 30.0}, "crate": {"pallet": 30.0}} for worker in "vw"}
    crate = PALLET._replace(label="crate")
    batch = [answer("u", PALLET), answer("v", crate), answer("w", crate)]
    assert consolidate_boxes(batch).boxes["7"][0].label == "crate"
    assert consolidate_boxes(batch, label_history=history).boxes["7"][0].label == "pallet"


def test_boxes_with_a_corner_in_common_are_listed_by_their_other_corner():
    rows = [(0, 0, 10, 200), (0, 0, 100, 20), (0, 0, 100, 100), (30, 0, 60, 5)]
    boxes = [DrawnBox("x", *row) for row in rows]
    for order in (boxes, boxes[::-1]):
        result = consolidate_boxes([answer(worker, *order) for worker in "uv"], least_iou=0.6).boxes["7"]
        assert [(box.left, box.top, box.width, box.height) for box in result] == rows
