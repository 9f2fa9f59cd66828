"""The models of workers are those of their papers, written down object by object and vote by vote."""

import math

import numpy as np
import pytest

from ground_truth.consolidation import models
from ground_truth.consolidation.models import Evidence, dawid_skene, log_odds, one_coin, skill, smoothed, weighted_vote
from ground_truth.consolidation.votes import Votes, votes_from

LABELS = ("a", "b", "c")


def votes_of(seed: int, objects: int = 12, workers: int = 5) -> Votes:
    random = np.random.default_rng(seed)
    rows = []
    for item in range(objects):
        truth = random.integers(3)
        for worker in range(workers):
            if random.random() < 0.7:
                answer = truth if random.random() < 0.4 + worker / 8 else random.integers(3)
                rows.append((f"{item:02d}", f"w{worker}", LABELS[answer]))
    # One object whose only answer is empty: it is known, and has no votes.
    rows.append(("99", "w0", ""))
    return votes_from(*([row[column] for row in rows] for column in range(3)), labels=LABELS)


def history_of(seed: int, workers: int = 5) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 6, (3, workers, 3)).astype(float)


class Slow:
    """The same evidence, vote by vote; posteriors are lists of objects."""

    def __init__(self, votes: Votes, history: np.ndarray | None = None, group_of: list[int] | None = None) -> None:
        self.rows = list(zip(votes.object_of.tolist(), votes.worker_of.tolist(), votes.label_of.tolist(), strict=True))
        self.objects, self.workers, self.labels = len(votes.objects), len(votes.workers), len(votes.labels)
        self.history = history
        self.group_of = group_of
        answered = len({row[0] for row in self.rows})
        self.answers_per_object = max(len(self.rows) / max(answered, 1), 1.0)

    def shares(self, weights: list[float]) -> list[list[float]]:
        result = []
        for item in range(self.objects):
            sums = [sum(weights[w] for o, w, label in self.rows if (o, label) == (item, k)) for k in range(self.labels)]
            result.append([value / sum(sums) for value in sums] if sum(sums) else [1 / self.labels] * self.labels)
        return result

    def skills(self, posterior: list[list[float]]) -> list[float]:
        result = []
        for worker in range(self.workers):
            right = sum(posterior[o][label] for o, w, label in self.rows if w == worker)
            total = sum(w == worker for _, w, _ in self.rows)
            if self.history is not None:
                right += sum(self.history[k, worker, k] for k in range(self.labels))
                total += self.history[:, worker].sum()
            result.append((right + 4) / (total + 6))
        return result

    def log_prior(self, posterior: list[list[float]], item: int) -> list[float]:
        members = [o for o in range(self.objects) if self.group_of is None or self.group_of[o] == self.group_of[item]]
        totals = [1 + sum(posterior[o][k] for o in members) for k in range(self.labels)]
        if self.group_of is None and self.history is not None:
            totals = [total + self.history[k].sum() / self.answers_per_object for k, total in enumerate(totals)]
        return [math.log(total / sum(totals)) for total in totals]

    def confusion(self, posterior: list[list[float]]) -> np.ndarray:
        counts = np.zeros((self.labels, self.workers, self.labels))
        for o, w, label in self.rows:
            counts[:, w, label] += posterior[o]
        return slow_smoothed(counts if self.history is None else counts + self.history)

    def softmax(self, scores: list[float]) -> list[float]:
        powers = [math.exp(score) for score in scores]
        return [power / sum(powers) for power in powers]

    def dawid_skene(self, steps: int, power: float) -> list[list[float]]:
        posterior = self.shares([1.0] * self.workers)
        for _ in range(steps):
            confusion = self.confusion(posterior)
            posterior = [
                self.softmax(
                    [
                        power * self.log_prior(posterior, item)[k]
                        + sum(math.log(confusion[k, w, label]) for o, w, label in self.rows if o == item)
                        for k in range(self.labels)
                    ]
                )
                for item in range(self.objects)
            ]
        return posterior

    def one_coin(self, steps: int, power: float) -> list[list[float]]:
        start = posterior = self.shares([1.0] * self.workers)
        for _ in range(steps):
            odds = [math.log(s * (self.labels - 1) / (1 - s)) for s in self.skills(posterior)]
            posterior = [
                self.softmax(
                    [
                        power * self.log_prior(start, item)[k]
                        + sum(odds[w] for o, w, label in self.rows if (o, label) == (item, k))
                        for k in range(self.labels)
                    ]
                )
                for item in range(self.objects)
            ]
        return posterior

    def weighted_vote(self, steps: int) -> list[list[float]]:
        shares = self.shares([1.0] * self.workers)
        for _ in range(steps):
            odds = [math.log(s * (self.labels - 1) / (1 - s)) for s in self.skills(shares)]
            shares = self.shares([max(value, 1e-3) for value in odds])
        return shares


def slow_smoothed(counts: np.ndarray) -> np.ndarray:
    """One answer spread over all labels and two as the one-coin model gives them, added to each row."""
    labels, workers, _ = counts.shape
    result = np.zeros(counts.shape)
    for w in range(workers):
        one_coin_skill = (sum(counts[k, w, k] for k in range(labels)) + 4) / (counts[:, w].sum() + 6)
        for true in range(labels):
            row = [
                counts[true, w, k]
                + 1 / labels
                + 2 * (one_coin_skill if k == true else (1 - one_coin_skill) / max(labels - 1, 1))
                for k in range(labels)
            ]
            result[true, w] = [value / sum(row) for value in row]
    return result


CASES = [(1, False, False), (2, True, False), (3, False, True), (4, True, True)]


def evidence_of(seed: int, stored: bool, grouped: bool) -> tuple[Evidence, Slow]:
    votes = votes_of(seed)
    history = history_of(seed) if stored else None
    group_of = [index % 4 for index in range(len(votes.objects))] if grouped else None
    groups = None if group_of is None else np.array(group_of)
    return Evidence(votes, history=history, group_of=groups), Slow(votes, history, group_of)


@pytest.mark.parametrize(("seed", "stored", "grouped"), CASES)
@pytest.mark.parametrize("steps", [1, 2, 3])
def test_dawid_skene_step_by_step(seed, stored, grouped, steps) -> None:
    evidence, slow = evidence_of(seed, stored, grouped)
    for power in (1.0, 0.0):
        posterior = dawid_skene(evidence, steps=steps, prior_power=power, tolerance=0.0)
        assert pytest.approx(np.array(slow.dawid_skene(steps, power)), abs=1e-9) == posterior.T


@pytest.mark.parametrize(("seed", "stored", "grouped"), CASES)
@pytest.mark.parametrize("steps", [1, 2])
def test_the_one_coin_model_step_by_step(seed, stored, grouped, steps) -> None:
    evidence, slow = evidence_of(seed, stored, grouped)
    posterior = one_coin(evidence, steps=steps, prior_power=0.5)
    assert pytest.approx(np.array(slow.one_coin(steps, 0.5)), abs=1e-9) == posterior.T


@pytest.mark.parametrize(("seed", "stored", "grouped"), CASES)
def test_the_weighted_vote_step_by_step(seed, stored, grouped) -> None:
    evidence, slow = evidence_of(seed, stored, grouped)
    assert pytest.approx(np.array(slow.weighted_vote(3)), abs=1e-9) == weighted_vote(evidence).T
    assert pytest.approx(np.array(slow.weighted_vote(1)), abs=1e-9) == weighted_vote(evidence, steps=1).T


def test_sums_in_many_blocks_are_the_same(monkeypatch) -> None:
    evidence, slow = evidence_of(5, True, False)
    monkeypatch.setattr(models, "_BLOCK", 7)
    votes = votes_of(5)
    pieces = Evidence(votes, history=history_of(5))
    posterior = dawid_skene(pieces, steps=2, tolerance=0.0)
    assert posterior == pytest.approx(dawid_skene(evidence, steps=2, tolerance=0.0), abs=1e-12)
    assert pytest.approx(np.array(slow.dawid_skene(2, 1.0)), abs=1e-9) == posterior.T


def test_a_model_ends_when_nothing_moves_and_not_before() -> None:
    evidence, slow = evidence_of(1, False, False)
    first, second, third = (np.array(slow.dawid_skene(steps, 1.0)) for steps in (1, 2, 3))
    moves = [np.abs(second - first).sum() / len(first), np.abs(third - second).sum() / len(first)]
    assert moves[0] > moves[1]
    between = sum(moves) / 2
    assert pytest.approx(third, abs=1e-9) == dawid_skene(evidence, tolerance=between).T
    assert pytest.approx(second, abs=1e-9) == dawid_skene(evidence, tolerance=moves[0] * 1.01).T


def test_models_take_twenty_steps_where_they_do_not_end_before(monkeypatch) -> None:
    evidence, _ = evidence_of(2, True, False)
    monkeypatch.setattr(models, "SMALLEST_CHANGE", -1.0)
    skene = [dawid_skene(evidence, steps=steps, tolerance=-1.0).tolist() for steps in (19, 20, 21)]
    coin = [one_coin(evidence, steps=steps).tolist() for steps in (19, 20, 21)]
    assert skene[0] != skene[1] != skene[2]
    assert coin[0] != coin[1] != coin[2]
    assert dawid_skene(evidence, tolerance=-1.0).tolist() == skene[1]
    assert one_coin(evidence).tolist() == coin[1]


def test_models_trust_the_class_prior_by_default() -> None:
    evidence, _ = evidence_of(2, True, False)
    assert one_coin(evidence, prior_power=1.0).tolist() == one_coin(evidence).tolist()
    assert dawid_skene(evidence, prior_power=1.0).tolist() == dawid_skene(evidence).tolist()


@pytest.mark.parametrize("stored", [False, True])
def test_objects_are_known_by_their_answers_here_and_before(stored) -> None:
    votes = votes_of(6)
    history = history_of(6) if stored else None
    per_object = len(votes.object_of) / np.count_nonzero(votes.answers_per_object)
    past = history.sum() if history is not None else 0.0
    assert Evidence(votes, history=history).known_objects() == pytest.approx((len(votes.object_of) + past) / per_object)


def test_without_votes_an_answer_before_is_an_object() -> None:
    votes = votes_from(["1"], ["u"], [""], labels=LABELS)
    history = np.full((3, 1, 3), 2.0)
    assert Evidence(votes, history=history).known_objects() == 18.0
    assert Evidence(votes).known_objects() == 0.0


@pytest.mark.parametrize("labels", [1, 2, 4])
def test_confusions_start_from_the_worker_s_one_coin_skill(labels) -> None:
    random = np.random.default_rng(labels)
    counts, before = random.integers(0, 9, (2, labels, 3, labels)).astype(float)
    assert smoothed(counts, before) == pytest.approx(slow_smoothed(counts + before))
    assert smoothed(counts) == pytest.approx(slow_smoothed(counts))
    assert smoothed(counts).sum(axis=2) == pytest.approx(np.ones((labels, 3)))


def test_skill_and_its_weight_by_hand() -> None:
    assert skill(np.array([0.0, 6.0]), np.array([0.0, 9.0])).tolist() == pytest.approx([4 / 6, 10 / 15])
    assert log_odds(np.array([0.75, 0.5]), 3).tolist() == pytest.approx([math.log(6), math.log(2)])
    assert log_odds(np.array([1 / 3]), 3).tolist() == pytest.approx([0.0])


def test_shares_are_at_least_nothing_and_equal_without_votes() -> None:
    votes = votes_from(["1", "2"], ["u", "u"], ["a", ""], labels=LABELS)
    shares = Evidence(votes).shares()
    assert (shares > 0).all()
    assert pytest.approx(np.array([[1, 0, 0], [1 / 3] * 3]), abs=1e-9) == shares.T
