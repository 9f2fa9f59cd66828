import math

import numpy as np
import pytest

from ground_truth.consolidation import workers
from ground_truth.consolidation.counts import check_counts, merge_counts
from ground_truth.consolidation.votes import votes_from
from ground_truth.consolidation.workers import (
    WorkerSkill,
    beta_interval,
    counts_array,
    counts_of,
    leave_one_out_agreement,
    outlier_limit,
    outliers,
    skills,
)
from ground_truth.contract.errors import InputError


def record(right, wrong):
    return {"heron": {"heron": float(right), "egret": float(wrong)}}


def test_skill_is_the_posterior_mean_with_its_interval():
    result = skills({"u": record(16, 4)})["u"]
    assert result.skill == pytest.approx(20 / 26)
    assert result.low < 0.65 < result.skill < 0.9 < result.high + 0.02
    assert result.answers == 20


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
    entry, other = {"u": record(3, 1)}, {"u": record(2, 0), "v": record(1, 1)}
    assert merge_counts([entry, other]) == merge_counts([other, entry])
    assert merge_counts([entry, other])["u"]["heron"] == {"heron": 5.0, "egret": 1.0}
    assert entry == {"u": record(3, 1)}


def test_flat_sums_add_up_too_and_the_last_bits_do_not_depend_on_the_order():
    parts = [{"boxes": {"u": {"iou": value}}} for value in (0.1, 0.2, 0.3, 1e9)]
    assert merge_counts(parts) == merge_counts(parts[::-1]) == {"boxes": {"u": {"iou": 1000000000.6}}}


@pytest.mark.parametrize("bad", [[], "x", {"u": None}, {"u": {"iou": "1"}}, {"u": math.nan}, {"u": True}])
def test_what_is_no_counts_is_refused(bad):
    with pytest.raises(InputError, match="delete the record"):
        check_counts(bad)


def test_agreement_leaves_the_worker_out():
    votes = votes_from(list("aaabbb"), list("uvwuvw"), ["x", "x", "y", "x", "x", "x"])
    assert leave_one_out_agreement(votes) == {"u": 0.75, "v": 0.75, "w": 0.5}


def test_objects_with_one_answer_say_nothing_about_agreement():
    assert leave_one_out_agreement(votes_from(["a"], ["u"], ["x"])) == {}


def test_a_worker_far_below_the_others_is_flagged_with_the_reason():
    counts = {f"w{i}": record(90 + i % 4, 10) for i in range(9)} | {"z": record(40, 60)}
    result = outliers(counts, labels=4)
    assert list(result) == ["z"]
    assert "right in 0.42 of cases in 100 answers" in result["z"].reason


def test_a_worker_who_always_answers_the_same_is_told_so():
    always = {label: {"heron": 20.0} for label in ("heron", "egret", "ibis", "crow")}
    counts = {f"w{i}": record(90, 10) for i in range(9)} | {"z": always}
    assert "answers 'heron' in 100% of cases" in outliers(counts, labels=4)["z"].reason


def test_too_few_answers_are_no_reason_to_flag():
    counts = {f"w{i}": record(90, 10) for i in range(9)} | {"z": record(0, 9)}
    assert outliers(counts, labels=4) == {}


def test_workers_who_are_all_alike_are_not_flagged():
    assert outliers({f"w{i}": record(90, 10) for i in range(9)}, labels=2) == {}


def test_stored_counts_of_the_votes_workers_and_labels_become_an_array_and_back():
    votes = votes_from(["1", "1"], ["u", "v"], ["heron", "egret"], labels=["heron", "egret"])
    counts = {
        "u": {"heron": {"heron": 3.0, "egret": 1.0, "crow": 9.0}, "crow": {"heron": 9.0}},
        "v": {"egret": {"heron": 2.0}},
        "stranger": {"heron": {"heron": 5.0}},
    }
    array = counts_array(counts, votes)
    assert array.tolist() == [[[3.0, 1.0], [0.0, 0.0]], [[0.0, 0.0], [2.0, 0.0]]]
    assert counts_of(array, votes) == {
        "u": {"heron": {"heron": 3.0, "egret": 1.0}},
        "v": {"egret": {"heron": 2.0}},
    }


def test_cells_of_next_to_nothing_are_not_stored_and_others_have_six_decimals():
    votes = votes_from(["1"], ["u"], ["heron"], labels=["heron", "egret"])
    array = np.array([[[0.12345649, 1e-6]], [[2e-6, 0.0]]])
    assert counts_of(array, votes) == {"u": {"heron": {"heron": 0.123456}, "egret": {"heron": 2e-06}}}


def test_right_are_the_answers_that_are_the_true_label():
    counts = {"u": {"heron": {"heron": 3.0, "egret": 1.0}, "egret": {"heron": 2.0}, "ibis": {"ibis": 4.0}}}
    worker = skills(counts)["u"]
    assert worker.answers == 10
    assert worker.skill == pytest.approx((7 + 4) / (10 + 6))
    assert (worker.worker_id, list(skills({"v": {}, "u": {}}))) == ("u", ["u", "v"])


def slow_interval(a, b, mass):
    """From the distribution function, summed in steps of a thousandth."""
    grid = [(step + 0.5) / 1000 for step in range(1000)]
    density = [x ** (a - 1) * (1 - x) ** (b - 1) for x in grid]
    total, share, bounds = sum(density), 0.0, []
    for edge in ((1 - mass) / 2, 1 - (1 - mass) / 2):
        share = 0.0
        for x, value in zip(grid, density, strict=True):
            share += value / total
            if share >= edge:
                bounds.append(x)
                break
    return tuple(bounds)


@pytest.mark.parametrize(("a", "b"), [(4.0, 2.0), (1.0, 1.0), (20.0, 6.0), (90.0, 3.0)])
@pytest.mark.parametrize("mass", [0.95, 0.5])
def test_the_interval_is_cut_where_the_tails_begin(a, b, mass):
    low, high = beta_interval(np.array([a]), np.array([b]), mass=mass)
    assert (low[0], high[0]) == pytest.approx(slow_interval(a, b, mass))


def test_the_usual_interval_holds_95_percent():
    pair = np.array([20.0]), np.array([6.0])
    assert beta_interval(*pair) == beta_interval(*pair, mass=0.95)
    assert len(beta_interval(np.zeros(0), np.zeros(0))[0]) == 0


def test_agreement_counts_only_objects_that_others_answered_too():
    votes = votes_from(list("aabc"), list("uvuv"), ["x", "x", "y", "y"])
    assert leave_one_out_agreement(votes) == {"u": 1.0, "v": 1.0}
    votes = votes_from(list("aaaa"), list("uvwx"), ["x", "x", "y", "z"])
    assert leave_one_out_agreement(votes) == pytest.approx({"u": 1 / 3, "v": 1 / 3, "w": 0.0, "x": 0.0})


def test_the_limit_is_three_robust_deviations_below_the_median():
    assert outlier_limit([0.5, 0.6, 0.7, 0.8, 0.9]) == pytest.approx(0.7 - 3 * 1.4826 * 0.1)
    assert outlier_limit([0.7, 0.7, 0.7]) == pytest.approx(0.7 - 3 * 0.03)


def team(**others):
    return {f"w{index}": record(90, 10) for index in range(5)} | others


@pytest.mark.parametrize(("answers", "judged"), [(9, False), (10, True)])
def test_ten_answers_are_needed_to_be_judged(answers, judged):
    assert bool(outliers(team(z=record(0, answers)), labels=2)) is judged


def test_the_whole_interval_must_lie_below_the_limit():
    # The others' limit is that of equals: their skill less three times the smallest spread.
    limit = 94 / 106 - 0.09
    right = next(count for count in range(60, 95) if skills({"z": record(count, 100 - count)})["z"].high >= limit)
    below, above = record(right - 1, 101 - right), record(right, 100 - right)
    assert skills({"z": below})["z"].high < limit <= skills({"z": above})["z"].high
    outlier = outliers(team(z=below), labels=2)["z"]
    assert (outlier.worker_id, outlier.score) == ("z", skills({"z": below})["z"].skill)
    assert outlier.limit == pytest.approx(limit)
    high = skills({"z": below})["z"].high
    assert outlier.reason == (
        f"right in {outlier.score:.2f} of cases in 100 answers (at most {high:.2f}), the others' limit is {limit:.2f}"
    )
    assert outliers(team(z=above), labels=2) == {}


def test_where_all_are_bad_chance_is_the_limit():
    lost = {f"w{index}": record(20, 80) for index in range(4)}
    result = outliers(lost, labels=2)
    assert sorted(result) == ["w0", "w1", "w2", "w3"]
    assert result["w0"].limit == 0.5
    assert "chance is 0.50" in result["w0"].reason
    # With five labels, one in five is what chance gives: nobody is below that for sure.
    assert outliers(lost, labels=5) == {}
    assert outliers(lost, labels=1).keys() == lost.keys()


def test_the_others_limit_is_the_reason_where_chance_is_lower():
    reason = outliers(team(z=record(60, 40)), labels=4)["z"].reason
    assert "the others' limit is 0.80" in reason
    assert "chance" not in reason


@pytest.mark.parametrize(("same", "told"), [(90.0, False), (91.0, True)])
def test_a_habit_is_told_from_more_than_nine_in_ten_answers_on(same, told):
    rows = {"egret": {"heron": same, "ibis": 100 - same}}
    reason = outliers(team(z=rows), labels=3)["z"].reason
    assert reason.endswith(f"; answers 'heron' in {same:.0f}% of cases") is told


def test_answers_are_told_with_six_decimals():
    assert skills({"u": {"heron": {"heron": 1.23456749}}})["u"].answers == 1.234567


def test_the_interval_of_very_many_answers_is_narrow_and_there():
    low, high = beta_interval(np.array([75_000.0]), np.array([25_000.0]))
    assert (low[0], high[0]) == pytest.approx((0.75, 0.75), abs=0.005)


@pytest.mark.parametrize(("high", "reason"), [(0.25, "the others' limit is"), (0.2499, "chance is 0.25")])
def test_who_may_be_as_good_as_chance_is_not_called_worse(monkeypatch, high, reason):
    def skill(worker, value, upper):
        return WorkerSkill(worker_id=worker, answers=100, skill=value, low=0.0, high=upper)

    team_skills = {f"w{index}": skill(f"w{index}", 0.9, 1.0) for index in range(4)} | {"z": skill("z", 0.2, high)}
    monkeypatch.setattr(workers, "skills", lambda counts: team_skills)
    assert reason in outliers({"z": record(20, 80)}, labels=4)["z"].reason


@pytest.mark.parametrize("high", [0.81, 0.8099])
def test_who_may_be_as_good_as_the_limit_does_not_stand_out(monkeypatch, high):
    def skill(worker, value, upper):
        return WorkerSkill(worker_id=worker, answers=100, skill=value, low=0.0, high=upper)

    team_skills = {f"w{index}": skill(f"w{index}", 0.9, 1.0) for index in range(4)} | {"z": skill("z", 0.2, high)}
    monkeypatch.setattr(workers, "skills", lambda counts: team_skills)
    limit = outlier_limit(worker.skill for worker in team_skills.values())
    assert limit == 0.81
    assert ("z" in outliers({"z": record(20, 80)}, labels=4)) is (high < limit)
