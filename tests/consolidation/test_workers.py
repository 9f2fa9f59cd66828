import math

import numpy as np
import pytest

from ground_truth.consolidation.counts import check_counts, merge_counts
from ground_truth.consolidation.votes import votes_from
from ground_truth.consolidation.workers import beta_interval, leave_one_out_agreement, outlier_limit, outliers, skills


def record(right, wrong):
    return {"heron": {"heron": float(right), "egret": float(wrong)}}


def test_skill_is_the_posterior_mean_with_its_interval():
    found = skills({"u": record(16, 4)})["u"]
    assert found.skill == pytest.approx(20 / 26)
    assert found.low < 0.65 < found.skill < 0.9 < found.high + 0.02
    assert found.answers == 20


def test_more_answers_make_the_interval_narrower():
    few, many = skills({"u": record(8, 2)})["u"], skills({"u": record(80, 20)})["u"]
    assert many.high - many.low < 0.6 * (few.high - few.low)


def test_the_interval_holds_the_given_mass():
    random = np.random.default_rng(0)
    low, high = beta_interval(np.array([20.0]), np.array([6.0]))
    inside = random.beta(20, 6, 100_000)
    assert ((inside > low) & (inside < high)).mean() == pytest.approx(0.95, abs=0.01)


def test_an_unknown_worker_has_no_skill_entry_and_nobody_is_an_outlier():
    assert skills({}) == {}
    assert outliers({}, labels=3) == {}
    assert outlier_limit([]) == -math.inf


def test_merging_adds_cell_by_cell_whatever_the_order():
    one, other = {"u": record(3, 1)}, {"u": record(2, 0), "v": record(1, 1)}
    assert merge_counts([one, other]) == merge_counts([other, one])
    assert merge_counts([one, other])["u"]["heron"] == {"heron": 5.0, "egret": 1.0}
    assert one == {"u": record(3, 1)}


def test_flat_sums_add_up_too_and_the_last_bits_do_not_depend_on_the_order():
    parts = [{"boxes": {"u": {"iou": value}}} for value in (0.1, 0.2, 0.3, 1e9)]
    assert merge_counts(parts) == merge_counts(parts[::-1]) == {"boxes": {"u": {"iou": 1000000000.6}}}


@pytest.mark.parametrize("bad", [[], "x", {"u": None}, {"u": {"iou": "1"}}, {"u": math.nan}, {"u": True}])
def test_what_is_no_counts_is_refused(bad):
    with pytest.raises(ValueError, match="delete the record"):
        check_counts(bad)


def test_agreement_leaves_the_worker_out():
    votes = votes_from(list("aaabbb"), list("uvwuvw"), ["x", "x", "y", "x", "x", "x"])
    assert leave_one_out_agreement(votes) == {"u": 0.75, "v": 0.75, "w": 0.5}


def test_objects_with_one_answer_say_nothing_about_agreement():
    assert leave_one_out_agreement(votes_from(["a"], ["u"], ["x"])) == {}


def test_a_worker_far_below_the_others_is_flagged_with_the_reason():
    counts = {f"w{i}": record(90 + i % 4, 10) for i in range(9)} | {"z": record(40, 60)}
    found = outliers(counts, labels=4)
    assert list(found) == ["z"]
    assert "right in 0.42 of cases in 100 answers" in found["z"].reason


def test_a_worker_who_always_answers_the_same_is_told_so():
    always = {label: {"heron": 20.0} for label in ("heron", "egret", "ibis", "crow")}
    counts = {f"w{i}": record(90, 10) for i in range(9)} | {"z": always}
    assert "answers 'heron' in 100% of cases" in outliers(counts, labels=4)["z"].reason


def test_too_few_answers_are_no_reason_to_flag():
    counts = {f"w{i}": record(90, 10) for i in range(9)} | {"z": record(0, 9)}
    assert outliers(counts, labels=4) == {}


def test_workers_who_are_all_alike_are_not_flagged():
    assert outliers({f"w{i}": record(90, 10) for i in range(9)}, labels=2) == {}
