"""What votes say about objects and workers: weighted vote, one-coin and Dawid-Skene models.

Posteriors are arrays of shape (labels, objects): one contiguous row per label, because sums over
a million votes are fastest that way. Expected counts have shape (labels, workers, labels): true
label, worker, answered label.
"""

from collections.abc import Callable

import numpy as np

from ground_truth.consolidation.votes import Floats, Ints, Votes, sums

# A worker about whom nothing is known is taken to be right in 4 of 6 cases: better than chance,
# and forgotten after a handful of answers.
PRIOR_RIGHT, PRIOR_WRONG = 4.0, 2.0
_BLOCK = 1 << 16
SMALLEST_CHANGE = 1e-3
"""Steps end when the posteriors of an object change by less than this in sum, on average."""


class Evidence:
    """Votes prepared for repeated sums over the votes of objects and of workers.

    ``history`` holds expected counts of earlier batches, shape (labels, workers, labels); by default
    nothing is known. ``group_of`` gives each object its group: objects of a group share a class
    prior; by default all objects are one group.
    """

    def __init__(self, votes: Votes, *, history: Floats | None = None, group_of: Ints | None = None) -> None:
        self.votes = votes
        self.objects, self.workers = len(votes.objects), len(votes.workers)
        self.labels = len(votes.labels)
        self.history = history
        self.group_of = group_of
        self._answer = votes.worker_of * self.labels + votes.label_of
        self._choice = votes.label_of * self.objects + votes.object_of
        self._by_object = _GatheredSums(votes.object_of, self.objects)
        self._by_answer = _GatheredSums(self._answer, self.workers * self.labels)

    def shares(self, weights: Floats | None = None) -> Floats:
        """Share of the workers' weights that each label has, shape (labels, objects)."""
        counts = self.support(np.ones(self.workers) if weights is None else weights)
        # Weights are at least 1e-3, so this touches only objects without votes: equal shares.
        counts += 1e-12
        counts /= counts.sum(axis=0)
        return counts

    def support(self, weights: Floats) -> Floats:
        """Sum of the weights of the workers who chose each label, shape (labels, objects)."""
        vote_weights = weights[self.votes.worker_of]
        size = self.labels * self.objects
        return sums(self._choice, vote_weights, size).reshape(self.labels, self.objects)

    def likelihood(self, log_confusion: Floats) -> Floats:
        """Log likelihood of each object's votes under each label, shape (labels, objects)."""
        table = log_confusion.reshape(self.labels, self.workers * self.labels)
        return self._by_object.sum(table, self._answer)

    def counts(self, posterior: Floats) -> Floats:
        """Expected number of answers, shape (labels, workers, labels), without history."""
        counts = self._by_answer.sum(posterior, self.votes.object_of)
        return counts.reshape(self.labels, self.workers, self.labels)

    def right(self, posterior: Floats) -> tuple[Floats, Floats]:
        """Expected number of right answers and of answers of each worker, history included."""
        chances = posterior.reshape(-1)[self._choice]
        right = sums(self.votes.worker_of, chances, self.workers)
        total = self.votes.answers_per_worker.astype(np.float64)
        if self.history is not None:
            right = right + np.einsum("kwk->w", self.history)
            total = total + self.history.sum(axis=(0, 2))
        return right, total

    def known_objects(self) -> float:
        """Number of objects with votes here and, as far as the workers tell, in the history."""
        past = 0.0 if self.history is None else float(self.history.sum())
        return (len(self.votes.object_of) + past) / self._answers_per_object()

    def _answers_per_object(self) -> float:
        # Stored counts are answers, not objects: this many of them are worth one object.
        answered = max(int(np.count_nonzero(self.votes.answers_per_object)), 1)
        return max(len(self.votes.object_of) / answered, 1.0)

    def log_prior(self, posterior: Floats) -> Floats:
        """Log of the class shares of each object's group, one object of each class added."""
        if self.group_of is None:
            totals = posterior.sum(axis=1) + 1
            if self.history is not None:
                totals = totals + self.history.sum(axis=(1, 2)) / self._answers_per_object()
            return np.asarray(np.log(totals / totals.sum())[:, None])
        groups = int(self.group_of.max(initial=0)) + 1
        totals = 1 + np.stack([sums(self.group_of, row, groups) for row in posterior])
        return np.asarray(np.log(totals / totals.sum(axis=0))[:, self.group_of])


class _GatheredSums:
    """Sums of looked-up values by key, in blocks that stay in the processor's cache."""

    def __init__(self, keys: Ints, size: int) -> None:
        self.size = size
        self.blocks: list[tuple[slice, slice, Ints]] = []
        for begin in range(0, len(keys), _BLOCK):
            block = keys[begin : begin + _BLOCK]
            low, high = int(block.min()), int(block.max()) + 1
            self.blocks.append((slice(begin, begin + _BLOCK), slice(low, high), block - low))

    def sum(self, table: Floats, index: Ints) -> Floats:
        """Sums table[row, index] for each row by key, shape (rows of table, size)."""
        total = np.zeros((len(table), self.size))
        for votes, keys, relative in self.blocks:
            block = index[votes]
            for row in range(len(table)):
                total[row, keys] += sums(relative, table[row].take(block), keys.stop - keys.start)
        return total


def skill(right: Floats, total: Floats) -> Floats:
    """Posterior mean of a worker's share of right answers under the prior Beta(4, 2)."""
    return (right + PRIOR_RIGHT) / (total + PRIOR_RIGHT + PRIOR_WRONG)


def log_odds(skills: Floats, labels: int) -> Floats:
    """Vote weight log(s (K - 1) / (1 - s)) of the one-coin model, K labels, s the skill.

    Source: Li and Yu 2014, error rate bounds of weighted majority voting (optimal weights).
    """
    return np.log(skills * (labels - 1) / (1 - skills))


def weighted_vote(evidence: Evidence, *, steps: int = 3) -> Floats:
    """Vote shares weighted by skill, skill estimated from the shares in turn.

    A worker no better than chance keeps a tiny weight, so that an object with only such workers
    still has shares. Source: the worker agreement with aggregate (Wawa) of Appen, with log odds.
    """
    shares = evidence.shares()
    for _ in range(steps):
        skills = skill(*evidence.right(shares))
        shares = evidence.shares(np.maximum(log_odds(skills, evidence.labels), 1e-3))
    return shares


def one_coin(evidence: Evidence, *, steps: int = 20, prior_power: float = 1.0) -> Floats:
    """One-coin model: each worker is right with one probability, errors fall on any other label.

    The class prior is the vote's own class shares to ``prior_power`` and stays fixed: estimated anew
    in every step it runs away on hard jobs. Source: Zhang et al. 2014, spectral methods meet EM.
    """
    start = evidence.shares()
    log_prior = prior_power * evidence.log_prior(start)

    def step(posterior: Floats) -> Floats:
        skills = skill(*evidence.right(posterior))
        return _softmax(evidence.support(log_odds(skills, evidence.labels)) + log_prior)

    return _iterate(step, start, steps, SMALLEST_CHANGE)


def dawid_skene(
    evidence: Evidence,
    *,
    steps: int = 20,
    prior_power: float = 1.0,
    tolerance: float = SMALLEST_CHANGE,
) -> Floats:
    """Dawid-Skene: each worker has a matrix of confusions, smoothed by the worker's one-coin skill.

    Every row of a matrix starts with one answer spread over all labels and two answers as the
    one-coin model would give them, so a worker with few answers is a one-coin worker. The class
    prior is estimated in every step and enters with ``prior_power``: 1 trusts it, 0 ignores it.
    Source: Dawid and Skene 1979, with a Dirichlet prior as in Kim and Ghahramani 2012.
    """

    def step(posterior: Floats) -> Floats:
        confusion = smoothed(evidence.counts(posterior), evidence.history)
        log_prior = prior_power * evidence.log_prior(posterior)
        return _softmax(evidence.likelihood(np.log(confusion)) + log_prior)

    return _iterate(step, evidence.shares(), steps, tolerance)


def smoothed(counts: Floats, history: Floats | None = None) -> Floats:
    """Confusion matrices P(answer | true label) from expected counts, as in ``dawid_skene``."""
    labels = len(counts)
    all_counts = counts if history is None else counts + history
    skills = skill(np.einsum("kwk->w", all_counts), all_counts.sum(axis=(0, 2)))
    others = (1 - skills) / max(labels - 1, 1)
    rows = all_counts + (1 / labels + 2 * others)[None, :, None]
    diagonal = np.arange(labels)
    rows[diagonal, :, diagonal] += 2 * (skills - others)
    rows /= rows.sum(axis=2, keepdims=True)
    return rows


def _iterate(step: Callable[[Floats], Floats], posterior: Floats, steps: int, tolerance: float) -> Floats:
    for _ in range(steps):
        before, posterior = posterior, step(posterior)
        if np.abs(posterior - before).mean() * len(posterior) < tolerance:
            return posterior
    return posterior


def _softmax(scores: Floats) -> Floats:
    scores = scores - scores.max(axis=0)
    np.exp(scores, out=scores)
    scores /= scores.sum(axis=0)
    return scores
