from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ground_truth.consolidation.classification import consolidate_classification, first_best
from ground_truth.consolidation.counts import merge_counts
from ground_truth.consolidation.models import Evidence, dawid_skene, one_coin, weighted_vote
from ground_truth.consolidation.votes import votes_from
from ground_truth.consolidation.workers import counts_array
from ground_truth.contract.errors import InputError

LABELS = ["heron", "egret", "ibis"]
ROWS = st.lists(
    st.tuples(
        st.integers(0, 7).map(lambda i: f"image-{i}"),
        st.integers(0, 5).map(lambda i: f"worker-{i}"),
        st.sampled_from([*LABELS, None]),
    ),
    unique_by=lambda row: row[:2],
    max_size=48,
)


def consolidate(rows, **options):
    objects, workers, answers = zip(*rows, strict=True) if rows else ((), (), ())
    return consolidate_classification(votes_from(objects, workers, answers, labels=LABELS), **options)


def by_object(result):
    return {decision.object_id: decision for decision in result}


def test_two_against_one_gives_the_label_of_the_two():
    result = consolidate([("a", "u", "ibis"), ("a", "v", "ibis"), ("a", "w", "heron")])
    decision = result.decision(0)
    assert (decision.label, decision.class_id, decision.majority) == ("ibis", 2, "ibis")
    assert [label for label, _ in decision.alternatives] == ["ibis", "heron", "egret"]
    assert decision.confidence == pytest.approx(decision.alternatives[0][1])
    assert decision.margin == pytest.approx(decision.confidence - decision.alternatives[1][1])


def test_one_worker_gives_confidence_zero_but_a_label():
    decision = consolidate([("a", "u", "egret")]).decision(0)
    assert (decision.label, decision.confidence, decision.answers) == ("egret", 0.0, 1)
    assert decision.alternatives[0][0] == "egret"


@pytest.mark.parametrize("empty", [None, ""])
def test_an_empty_answer_gives_no_label(empty):
    decision = consolidate([("a", "u", empty)]).decision(0)
    assert (decision.label, decision.class_id, decision.confidence) == (None, None, 0.0)
    assert decision.alternatives == ()


def test_no_answers_give_no_decisions():
    assert list(consolidate([])) == []
    assert consolidate([]).counts == {}


def test_a_single_label_is_chosen_with_certainty():
    votes = votes_from(["a", "a"], ["u", "v"], ["x", "x"])
    assert consolidate_classification(votes).decision(0).confidence == 1.0


def test_a_tie_goes_to_the_label_that_comes_first_in_the_list():
    rows = [("a", "u", "ibis"), ("a", "v", "egret")]
    assert consolidate(rows).decision(0).label == "egret"
    assert consolidate(rows).decision(0).ambiguous


def test_the_last_answer_of_a_worker_counts():
    rows = [("a", "u", "heron"), ("a", "v", "ibis"), ("a", "u", "ibis")]
    assert consolidate(rows).decision(0).answers == 2
    assert consolidate(rows).decision(0).label == "ibis"


def test_the_greatest_submission_time_decides_what_is_last():
    votes = votes_from(["a", "a"], ["u", "u"], ["heron", "ibis"], submitted=["2026-11-23T11", "2026-11-23T10"])
    assert [votes.labels[label] for label in votes.label_of] == ["heron"]


def test_fails_for_a_label_missing_in_the_list():
    with pytest.raises(InputError, match=r"got 'crow'.*add it to the label category list"):
        votes_from(["a"], ["u"], ["crow"], labels=LABELS)


def test_fails_for_columns_of_unequal_length():
    with pytest.raises(InputError, match="one row per answer, got"):
        votes_from(["a"], ["u", "v"], ["heron"])


def crowd(objects=120, seed=1, spammers=3):
    """Six workers: the last `spammers` answer at random, the others are right in 95 %."""
    random = np.random.default_rng(seed)
    truth = random.integers(0, 3, objects)
    rows = []
    for item in range(objects):
        for worker in range(6):
            good = worker < 6 - spammers and random.random() < 0.95
            label = truth[item] if good else random.integers(0, 3)
            rows.append((f"{item:03d}", f"w{worker}", LABELS[label]))
    return rows, truth


def test_good_workers_outvote_more_spammers_once_they_are_known():
    rows, truth = crowd(spammers=3)
    result = consolidate(rows)
    assert (result.class_of == truth).mean() > (result.majority_of == truth).mean() + 0.02
    assert (result.class_of == truth).mean() > 0.95


def test_stored_counts_carry_skill_into_a_small_batch():
    rows, _ = crowd(spammers=3)
    history = consolidate(rows).counts
    batch = [("x", "w0", "heron"), ("x", "w1", "heron")] + [("x", f"w{worker}", "egret") for worker in (3, 4, 5)]
    assert consolidate(batch).decision(0).label == "egret"
    assert consolidate(batch, history=history).decision(0).label == "heron"


def test_counts_of_batches_add_up_in_any_order():
    rows, _ = crowd()
    parts = [consolidate(rows[start : start + 240]).counts for start in (0, 240, 480)]
    total = merge_counts(parts)
    cells = [row for matrix in total.values() for row in matrix.values()]
    assert sum(sum(row.values()) for row in cells) == pytest.approx(len(rows), abs=0.01)
    backwards = merge_counts(parts[::-1])
    for worker, true, answered in [("w0", "heron", "heron"), ("w5", "ibis", "egret")]:
        assert backwards[worker][true][answered] == pytest.approx(total[worker][true][answered])


def test_dawid_skene_finds_the_matrix_of_a_worker_who_swaps_two_labels():
    random = np.random.default_rng(3)
    truth = random.integers(0, 3, 200)
    rows = [(f"{i:03d}", f"w{w}", LABELS[t]) for i, t in enumerate(truth) for w in range(3)]
    swapped = {0: 1, 1: 0, 2: 2}
    rows += [(f"{i:03d}", "z", LABELS[swapped[t]]) for i, t in enumerate(truth)]
    counts = consolidate(rows).counts["z"]
    assert counts["heron"]["egret"] > 20 * counts["heron"].get("heron", 0.001)


def test_the_weighted_vote_of_equals_is_the_share_of_votes():
    votes = votes_from(list("aaaa"), list("uvwx"), ["x", "x", "x", "y"])
    assert weighted_vote(Evidence(votes))[:, 0].sum() == pytest.approx(1)


def test_ten_steps_from_nothing_stay_finite():
    votes = votes_from(["a"] * 40, range(40), ["x"] * 40, labels=["x", "y"])
    posterior = dawid_skene(Evidence(votes), steps=10, tolerance=0.0)
    assert np.isfinite(posterior).all()
    assert posterior[0, 0] > 0.99


@settings(max_examples=60)
@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_the_answers_does_not_matter(rows, random):
    shuffled = random.sample(rows, len(rows))
    assert by_object(consolidate(rows)) == by_object(consolidate(shuffled))


@settings(max_examples=60)
@given(ROWS, st.permutations(range(6)), st.permutations(range(8)))
def test_the_names_of_workers_and_objects_do_not_matter(rows, workers, objects):
    renamed = [(f"image-{objects[int(o[-1])]}", f"worker-{workers[int(w[-1])]}", label) for o, w, label in rows]
    entry, other = by_object(consolidate(rows)), by_object(consolidate(renamed))
    for name, decision in entry.items():
        twin = other[f"image-{objects[int(name[-1])]}"]
        assert twin.label == decision.label
        assert twin.confidence == pytest.approx(decision.confidence, abs=1e-6)


@settings(max_examples=60)
@given(ROWS)
def test_probabilities_are_probabilities_and_confidence_is_that_of_the_label(rows):
    result = consolidate(rows)
    assert result.probability.sum(axis=1) == pytest.approx(np.ones(len(result)))
    for decision in result:
        assert 0.0 <= decision.confidence <= 1.0 + 1e-9
        if decision.answers > 1:
            assert decision.confidence == pytest.approx(decision.alternatives[0][1])
        else:
            assert decision.confidence == 0.0


@settings(max_examples=40)
@given(st.lists(st.sampled_from(LABELS), min_size=1, max_size=8))
def test_the_same_answer_given_again_by_as_many_others_keeps_the_majority(labels):
    rows = [("a", f"u{i}", label) for i, label in enumerate(labels)]
    twins = rows + [("a", f"v{i}", label) for i, label in enumerate(labels)]
    entry, other = consolidate(rows).decision(0), consolidate(twins).decision(0)
    assert other.majority == entry.majority
    assert other.answers == 2 * entry.answers


@settings(max_examples=40)
@given(ROWS)
def test_submitting_every_answer_twice_changes_nothing(rows):
    assert by_object(consolidate(rows + rows)) == by_object(consolidate(rows))


def slow_committee(votes, history=None, group_of=None):
    """The committee of the models, each tested for itself."""
    past = None if history is None else counts_array(history, votes)
    evidence = Evidence(votes, history=past, group_of=group_of)
    models = [dawid_skene(evidence), dawid_skene(evidence, prior_power=0.0), one_coin(evidence, prior_power=0.5)]
    squared = evidence.known_objects() ** 2
    weight = 2 / 3 * squared / (squared + 20**2)
    return ((1 - weight) * weighted_vote(evidence) + weight * sum(models) / 3).T


@pytest.mark.parametrize("objects", [1, 20, 100])
@pytest.mark.parametrize("stored", [False, True])
def test_the_committee_weighs_its_models_by_what_is_known(objects, stored):
    rows, _ = crowd(objects=objects)
    votes = votes_from(*zip(*rows, strict=True), labels=LABELS)
    history = consolidate(crowd(seed=2)[0]).counts if stored else None
    result = consolidate_classification(votes, history=history)
    assert result.probability == pytest.approx(slow_committee(votes, history))


def test_groups_have_class_priors_of_their_own():
    rows, _ = crowd()
    votes = votes_from(*zip(*rows, strict=True), labels=LABELS)
    groups = np.arange(len(votes.objects)) % 2
    result = consolidate_classification(votes, group_of=groups)
    assert result.probability == pytest.approx(slow_committee(votes, group_of=groups))


def test_numbers_of_a_decision_come_from_its_probabilities():
    rows, _ = crowd(objects=30)
    result = consolidate(rows)
    for index, decision in enumerate(result):
        shares = sorted(result.probability[index], reverse=True)
        assert decision.confidence == pytest.approx(shares[0])
        assert decision.margin == pytest.approx(shares[0] - shares[1])
        assert decision.ambiguous is bool(shares[0] - shares[1] < 0.2)
        assert [share for _, share in decision.alternatives] == pytest.approx(shares)
        assert decision.answers == 6
        own = [label for item, _, label in rows if item == decision.object_id]
        assert decision.majority == max(LABELS, key=own.count)
    assert len(result) == 30


def test_a_margin_of_exactly_a_fifth_is_enough():
    result = consolidate([("a", "u", "heron"), ("a", "v", "heron")])
    margins = {0.2: False, 0.19999: True}
    for margin, ambiguous in margins.items():
        changed = replace(result, margin=np.array([margin]))
        assert changed.decision(0).ambiguous is ambiguous


def test_a_single_answer_has_a_margin_but_is_never_ambiguous():
    decision = consolidate([("a", "u", "egret")]).decision(0)
    assert decision.margin == pytest.approx(decision.alternatives[0][1] - decision.alternatives[1][1])
    assert decision.margin > 0
    assert not decision.ambiguous


def test_an_object_without_votes_has_no_numbers_and_teaches_nothing():
    result = consolidate([("a", "u", ""), ("b", "u", "heron"), ("b", "v", "heron")])
    empty = result.decision(0)
    assert (empty.margin, empty.majority, empty.answers, empty.ambiguous) == (0.0, None, 0, False)
    total = sum(sum(row.values()) for rows in result.counts.values() for row in rows.values())
    assert total == pytest.approx(2, abs=1e-4)


def test_a_single_label_or_no_vote_needs_no_model():
    alone = consolidate_classification(votes_from(["a", "b"], ["u", "u"], ["x", ""], labels=["x"]))
    assert alone.probability.tolist() == [[1.0], [1.0]]
    assert (alone.class_of.tolist(), alone.majority_of.tolist()) == ([0, -1], [0, -1])
    assert alone.margin.tolist() == [1.0, 0.0]
    none = consolidate([("a", "u", None)])
    assert none.probability == pytest.approx(np.full((1, 3), 1 / 3))


def test_the_first_of_equal_scores_wins_to_nine_decimals():
    assert first_best(np.array([[0.3, 0.3 + 1e-10], [0.3, 0.3 + 1e-8], [0.5, 0.1]])).tolist() == [0, 1, 0]
    assert first_best(np.zeros((2, 0))).tolist() == [-1, -1]
    assert first_best(np.zeros((0, 3))).tolist() == []


def test_alternatives_that_are_equal_to_nine_decimals_keep_the_order_of_the_list():
    result = consolidate([("a", "u", "heron"), ("a", "v", "ibis")])
    changed = replace(result, probability=np.array([[0.3, 0.3 + 1e-10, 0.4]]))
    assert [name for name, _ in changed.decision(0).alternatives] == ["ibis", "heron", "egret"]
    changed = replace(result, probability=np.array([[0.3, 0.3 + 1e-8, 0.4]]))
    assert [name for name, _ in changed.decision(0).alternatives] == ["ibis", "egret", "heron"]


def test_a_single_answer_is_not_ambiguous_however_small_its_margin():
    result = consolidate([("a", "u", "heron"), ("b", "u", "heron"), ("b", "v", "heron")])
    narrow = replace(result, margin=np.array([0.1, 0.1]))
    assert [decision.ambiguous for decision in narrow] == [False, True]


def test_two_labels_are_enough_for_the_models():
    rows, _ = crowd(objects=60)
    rows = [(item, worker, "heron" if label == "heron" else "egret") for item, worker, label in rows]
    votes = votes_from(*zip(*rows, strict=True), labels=["heron", "egret"])
    assert consolidate_classification(votes).probability == pytest.approx(slow_committee(votes))


def test_the_first_two_of_many_labels_make_confidence_and_margin():
    random = np.random.default_rng(8)
    labels = [f"label-{index:02d}" for index in range(15)]
    rows = [(f"{item:03d}", f"w{worker}", random.choice(labels)) for item in range(80) for worker in range(5)]
    result = consolidate_classification(votes_from(*zip(*rows, strict=True), labels=labels))
    ranked = np.sort(result.probability, axis=1)
    assert result.confidence == pytest.approx(ranked[:, -1])
    assert result.margin == pytest.approx(ranked[:, -1] - ranked[:, -2])
