"""Boxes as arrays: in one order, cut at the border, without what is no box."""

import pytest

from ground_truth.consolidation.box_table import BoxAnswer, DrawnBox, box_table
from ground_truth.contract.errors import InputError


def drawn(image: str, worker: str, *boxes: DrawnBox, **options) -> BoxAnswer:
    return BoxAnswer(object_id=image, worker_id=worker, boxes=boxes, **options)


def test_boxes_are_sorted_by_image_edges_label_and_worker() -> None:
    table = box_table(
        [
            drawn("b", "u", DrawnBox("x", 0, 0, 1, 1)),
            drawn("a", "v", DrawnBox("y", 5, 0, 1, 1), DrawnBox("x", 1, 9, 4, 1), DrawnBox("x", 1, 2, 5, 1)),
            drawn("a", "u", DrawnBox("x", 1, 2, 4, 2), DrawnBox("y", 1, 2, 4, 1), DrawnBox("x", 1, 2, 4, 1)),
            drawn("a", "w", DrawnBox("x", 1, 2, 4, 1)),
        ]
    )
    assert (table.images, table.workers, table.labels) == (("a", "b"), ("u", "v", "w"), ("x", "y"))
    assert table.edges.tolist() == [
        [1, 2, 5, 3], [1, 2, 5, 3], [1, 2, 5, 3], [1, 2, 5, 4], [1, 2, 6, 3], [1, 9, 5, 10], [5, 0, 6, 1], [0, 0, 1, 1]
    ]  # fmt: skip
    assert table.image_of.tolist() == [0, 0, 0, 0, 0, 0, 0, 1]
    assert table.label_of.tolist() == [0, 0, 1, 0, 0, 0, 1, 0]
    assert table.worker_of.tolist() == [0, 2, 0, 0, 1, 1, 1, 0]
    assert table.seen_by.tolist() == [[True, True, True], [True, False, False]]
    assert table.dropped == 0


def test_an_exact_repeat_of_one_worker_is_one_box_and_of_another_worker_two() -> None:
    box = DrawnBox("x", 1, 2, 4, 1)
    table = box_table([drawn("a", "u", box, box), drawn("a", "v", box), drawn("b", "u", box)])
    assert list(zip(table.image_of.tolist(), table.worker_of.tolist(), strict=True)) == [(0, 0), (0, 1), (1, 0)]
    assert table.dropped == 0


def test_the_same_box_under_two_labels_is_two() -> None:
    table = box_table([drawn("a", "u", DrawnBox("y", 1, 2, 4, 1), DrawnBox("x", 1, 2, 4, 1))])
    assert table.label_of.tolist() == [0, 1]


def test_boxes_are_cut_at_the_border_where_it_is_known() -> None:
    box = DrawnBox("x", -3, -4, 30, 40)
    (cut,) = box_table([drawn("a", "u", box, image_width=20, image_height=10)]).edges.tolist()
    assert cut == [0, 0, 20, 10]
    assert box_table([drawn("a", "u", box)]).edges.tolist() == [[-3, -4, 27, 36]]
    assert box_table([drawn("a", "u", box, image_width=20)]).edges.tolist() == [[0, -4, 20, 36]]
    assert box_table([drawn("a", "u", box, image_height=10)]).edges.tolist() == [[-3, 0, 27, 10]]


def test_every_answer_is_cut_at_its_own_border() -> None:
    box = DrawnBox("x", 0, 0, 30, 40)
    table = box_table(
        [
            drawn("a", "u", box, box._replace(left=1), image_width=20, image_height=10),
            drawn("a", "v", box, image_width=25, image_height=15),
        ]
    )
    assert table.edges.tolist() == [[0, 0, 20, 10], [0, 0, 25, 15], [1, 0, 20, 10]]


@pytest.mark.parametrize(
    ("box", "is_dropped"),
    [
        (DrawnBox("x", 0, 0, 1, 0), True),
        (DrawnBox("x", 0, 0, 0, 1), True),
        (DrawnBox("x", 0, 0, 1e-3, 1e-3), False),
        (DrawnBox("x", 1e9, 0, 1, 1), True),
        (DrawnBox("x", 1e9 - 2, 0, 1.5, 1), False),
        (DrawnBox("x", 1e9 - 2, 0, 2, 1), True),
        (DrawnBox("x", 1e9 - 2, 0, 2.5, 1), True),
        (DrawnBox("x", 9e8, 0, 1, 1), False),
        (DrawnBox("x", 0, -1e9, 1, 1), True),
        (DrawnBox("x", 0, 0, 1e9, 1), True),
        (DrawnBox("x", 0, 0, 1, 9e8), False),
        (DrawnBox("x", 0, float("nan"), 1, 1), True),
        (DrawnBox("x", 0, 0, float("nan"), 1), True),
    ],
)
def test_what_is_no_box_is_dropped_alone(box, is_dropped) -> None:
    table = box_table([drawn("a", "u", DrawnBox("x", 3, 3, 4, 4), box)])
    assert (table.dropped, len(table.edges)) == (int(is_dropped), 2 - is_dropped)


def test_boxes_beside_the_image_are_dropped() -> None:
    beside = [DrawnBox("x", 20, 0, 5, 5), DrawnBox("x", 0, 10, 5, 5), DrawnBox("x", -5, 0, 5, 5)]
    table = box_table([drawn("a", "u", *beside, DrawnBox("x", 19, 9, 5, 5), image_width=20, image_height=10)])
    assert table.edges.tolist() == [[19, 9, 20, 10]]
    assert table.dropped == 3


def test_the_last_answer_counts_by_time_and_at_equal_times_by_place() -> None:
    early, late = DrawnBox("x", 0, 0, 1, 1), DrawnBox("x", 0, 0, 2, 2)
    for first, second in (("10", "11"), ("", ""), ("10", "10")):
        table = box_table([drawn("a", "u", early, submitted=first), drawn("a", "u", late, submitted=second)])
        assert table.edges.tolist() == [[0, 0, 2, 2]]
    table = box_table([drawn("a", "u", late, submitted="11"), drawn("a", "u", early, submitted="10")])
    assert table.edges.tolist() == [[0, 0, 2, 2]]


def test_labels_keep_the_given_order_and_unknown_ones_are_named() -> None:
    answers = [drawn("a", "u", DrawnBox("x", 0, 0, 1, 1), DrawnBox("y", 3, 0, 1, 1))]
    assert box_table(answers, labels=["z", "y", "x", "y"]).labels == ("z", "y", "x")
    assert box_table(answers, labels=["z", "y", "x", "y"]).label_of.tolist() == [2, 1]
    with pytest.raises(InputError, match=r"one of the labels \['x'\], got 'y'"):
        box_table(answers, labels=["x"])


def test_workers_who_drew_nothing_have_seen_the_image() -> None:
    table = box_table([drawn("b", "u"), drawn("a", "v")])
    assert table.seen_by.tolist() == [[False, True], [True, False]]
    assert table.edges.shape == (0, 4)
    assert table.labels == ()
