import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ground_truth.consolidation.classification import consolidate_classification
from ground_truth.consolidation.counts import merge_counts
from ground_truth.consolidation.label_sets import consolidate_multi_label
from ground_truth.consolidation.votes import votes_from
from ground_truth.contract.errors import InputError

LABELS = ["person", "bicycle", "hat"]


def consolidate(rows, **options):
    objects, workers, answers = zip(*rows, strict=True) if rows else ((), (), ())
    return consolidate_multi_label(objects, workers, answers, labels=LABELS, **options)


def test_labels_of_most_workers_are_chosen_and_the_others_keep_their_confidence():
    rows = [("a", "u", ["person", "hat"]), ("a", "v", ["person"]), ("a", "w", ["person"])]
    (result,) = consolidate(rows).objects
    assert result.labels == ("person",)
    assert result.class_map == {0: "person", 2: "hat"}
    assert result.confidence_map[0] > 0.5 > result.confidence_map[2]


def test_one_worker_gives_confidence_zero_but_labels():
    (result,) = consolidate([("a", "u", ["hat"])]).objects
    assert (result.labels, dict(result.confidence_map)) == (("hat",), {2: 0.0})


def test_workers_who_choose_nothing_count():
    (result,) = consolidate([("a", "u", ["hat"]), ("a", "v", []), ("a", "w", [])]).objects
    assert result.labels == ()
    assert result.answers == 3


def test_nothing_chosen_by_anybody_is_an_empty_set():
    (result,) = consolidate([("a", "u", []), ("a", "v", [])]).objects
    assert (result.labels, dict(result.confidence_map)) == ((), {})
    assert consolidate([]).objects == ()


def test_the_last_answer_of_a_worker_counts():
    rows = [("a", "u", ["hat"]), ("a", "v", ["person"]), ("a", "u", ["person"])]
    assert consolidate(rows).objects[0].labels == ("person",)


def test_fails_for_a_label_missing_in_the_list():
    with pytest.raises(InputError, match="got 'crow'"):
        consolidate([("a", "u", ["crow"])])


def generated(seed=0):
    """Five workers: three right in 95 % of decisions, two who choose at random."""
    random = np.random.default_rng(seed)
    truth = random.random((150, 3)) < [0.7, 0.3, 0.1]
    rows = []
    for item in range(150):
        for worker in range(5):
            wrong = random.random(3) < (0.05 if worker < 3 else 0.5)
            chosen = [LABELS[k] for k in np.flatnonzero(truth[item] ^ wrong)]
            rows.append((f"{item:03d}", f"w{worker}", chosen))
    return rows, truth


def test_pooled_skill_beats_the_plain_majority():
    rows, truth = generated()
    result = consolidate(rows)
    chosen = np.array([[label in entry.labels for label in LABELS] for entry in result.objects])
    votes = np.zeros((150, 3))
    for item, _, labels in rows:
        votes[int(item)] += [label in labels for label in LABELS]
    assert (chosen == truth).mean() > ((votes > 2.5) == truth).mean()
    assert (chosen == truth).mean() > 0.97


def test_stored_counts_carry_skill_into_a_small_batch():
    rows, _ = generated()
    history = merge_counts([consolidate(rows[:375]).counts, consolidate(rows[375:]).counts])
    batch = [("x", "w0", ["hat"]), ("x", "w1", ["hat"]), ("x", "w2", ["hat"])]
    batch += [("x", "w3", []), ("x", "w4", [])]
    alone, expected_names = consolidate(batch), consolidate(batch, history=history)
    assert expected_names.objects[0].confidence_map[2] > alone.objects[0].confidence_map[2]


ROWS = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from("uvwx"), st.sets(st.sampled_from(LABELS))),
    unique_by=lambda row: row[:2],
    max_size=12,
)


@settings(max_examples=60)
@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_the_answers_does_not_matter(rows, random):
    assert consolidate(rows).objects == consolidate(random.sample(rows, len(rows))).objects


@settings(max_examples=60)
@given(ROWS)
def test_exactly_the_labels_that_somebody_chose_have_a_confidence(rows):
    for result in consolidate(rows).objects:
        chosen = set().union(*(labels for item, _, labels in rows if item == result.object_id))
        assert set(result.class_map.values()) == chosen
        assert set(result.labels) <= chosen
        assert all(0.0 <= value <= 1.0 + 1e-9 for value in result.confidence_map.values())


def test_every_label_is_a_decision_with_the_workers_skill_pooled():
    rows, _ = generated()
    result = consolidate(rows)
    decisions = [
        (f"{item}/{index}", worker, "yes" if label in labels else "no")
        for item, worker, labels in rows
        for index, label in enumerate(LABELS)
    ]
    votes = votes_from(*zip(*decisions, strict=True), labels=["no", "yes"])
    groups = np.array([int(name[-1]) for name in votes.objects])
    expected = consolidate_classification(votes, group_of=groups)
    likely = dict(zip(votes.objects, expected.probability[:, 1].tolist(), strict=True))
    for label_set in result.objects:
        for index, value in label_set.confidence_map.items():
            assert value == pytest.approx(likely[f"{label_set.object_id}/{index}"])
        assert label_set.labels == tuple(
            LABELS[index] for index, value in label_set.confidence_map.items() if value > 0.5
        )
    assert result.counts == expected.counts


def test_labels_that_nobody_chose_anywhere_are_not_decided():
    rows = [("a", "u", ["hat"]), ("a", "v", ["hat"]), ("b", "u", ["hat"]), ("b", "v", [])]
    few = consolidate(rows)
    counted = sum(sum(row.values()) for counts in few.counts.values() for row in counts.values())
    assert counted == pytest.approx(4, abs=1e-4)
    assert [dict(label_set.class_map) for label_set in few.objects] == [{2: "hat"}, {2: "hat"}]


def test_labels_are_those_seen_sorted_by_default():
    result = consolidate_multi_label(["a"], ["u"], [["y", "x"]])
    assert result.objects[0].class_map == {0: "x", 1: "y"}
    assert consolidate_multi_label(["a"], ["u"], [["y", "x", "y"]]) == result


def test_two_workers_are_enough_for_a_confidence():
    (result,) = consolidate([("a", "u", ["hat"]), ("a", "v", ["hat"])]).objects
    assert result.answers == 2
    assert result.confidence_map[2] > 0.5


def test_the_greatest_submission_time_decides_what_is_last():
    result = consolidate_multi_label(["a", "a"], ["u", "u"], [["hat"], ["person"]], submitted=["2", "1"])
    assert result.objects[0].labels == ("hat",)


def test_a_label_as_likely_as_not_is_not_chosen():
    (result,) = consolidate([("a", "u", ["hat"]), ("a", "v", [])]).objects
    assert result.confidence_map == {2: 0.5}
    assert result.labels == ()
