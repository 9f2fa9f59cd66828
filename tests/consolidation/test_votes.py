"""Answers become votes in one order, whatever the order in which they come."""

import numpy as np
import pytest

from ground_truth.consolidation.votes import sums, votes_from
from ground_truth.contract.errors import InputError


def test_votes_are_sorted_by_object_and_worker_and_labels_keep_their_order() -> None:
    votes = votes_from(["b", "a", "b"], ["v", "u", "u"], ["egret", "heron", "ibis"], labels=["ibis", "heron", "egret"])
    assert (votes.objects, votes.workers, votes.labels) == (("a", "b"), ("u", "v"), ("ibis", "heron", "egret"))
    assert votes.object_of.tolist() == [0, 1, 1]
    assert votes.worker_of.tolist() == [0, 0, 1]
    assert votes.label_of.tolist() == [1, 0, 2]
    assert votes.answers_per_object.tolist() == [1, 2]
    assert votes.answers_per_worker.tolist() == [2, 1]
    assert votes.tally().tolist() == [[0, 1, 0], [1, 0, 1]]


def test_labels_are_those_seen_sorted_and_a_repeated_one_counts_once() -> None:
    assert votes_from(["a", "b"], ["u", "u"], ["y", "x"]).labels == ("x", "y")
    assert votes_from(["a"], ["u"], ["x"], labels=["y", "x", "y"]).labels == ("y", "x")


def test_an_empty_answer_is_known_but_no_vote() -> None:
    votes = votes_from(["a", "b"], ["u", "v"], ["", "x"])
    assert (votes.objects, votes.workers) == (("a", "b"), ("u", "v"))
    assert votes.object_of.tolist() == [1]
    assert votes.answers_per_object.tolist() == [0, 1]
    assert votes.answers_per_worker.tolist() == [0, 1]


def test_an_empty_answer_that_comes_last_takes_the_earlier_back() -> None:
    assert votes_from(["a", "a"], ["u", "u"], ["x", None]).label_of.tolist() == []
    assert votes_from(["a", "a"], ["u", "u"], [None, "x"]).label_of.tolist() == [0]


def test_the_last_row_of_a_worker_counts_by_default() -> None:
    votes = votes_from(list("aabaa"), list("uuuvu"), ["x", "y", "y", "x", "z"])
    assert [votes.labels[label] for label in votes.label_of] == ["z", "x", "y"]


def test_times_decide_and_at_equal_times_the_label_later_in_the_list() -> None:
    rows = (["a"] * 3, ["u"] * 3)
    times = ["2026-11-23T10", "2026-11-23T12", "2026-11-23T11"]
    votes = votes_from(*rows, ["x", "y", "z"], submitted=times)
    assert [votes.labels[label] for label in votes.label_of] == ["y"]
    for answers in (["x", "z", "y"], ["z", "y", "x"]):
        votes = votes_from(*rows, answers, labels=["z", "x", "y"], submitted=["same"] * 3)
        assert [votes.labels[label] for label in votes.label_of] == ["y"]


def test_columns_may_be_arrays() -> None:
    votes = votes_from(np.array([2, 1]), np.array([7, 7]), np.array(["x", "y"]))
    assert (votes.objects, votes.workers, votes.label_of.tolist()) == (("1", "2"), ("7",), [1, 0])


def test_the_columns_need_one_row_an_answer() -> None:
    with pytest.raises(InputError, match=r"got \[1, 1, 1, 2\] rows"):
        votes_from(["a"], ["u"], ["x"], submitted=["1", "2"])
    with pytest.raises(InputError, match=r"one of the labels \['x'\], got 'y'"):
        votes_from(["a", "b"], ["u", "u"], ["z", "y"], labels=["x"])


def test_sums_are_by_key_and_of_numbers_with_a_point() -> None:
    totals = sums(np.array([0, 2, 2]), np.array([1.5, 2.0, 3.0]), 4)
    assert totals.tolist() == [1.5, 0.0, 5.0, 0.0]
    assert sums(np.zeros(0, np.int64), np.zeros(0), 2).dtype == np.float64
