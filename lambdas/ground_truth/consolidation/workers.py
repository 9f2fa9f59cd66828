"""Workers: what is stored about each, skill with uncertainty, agreement, and outliers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from ground_truth.consolidation.models import PRIOR_RIGHT, PRIOR_WRONG, skill
from ground_truth.consolidation.votes import Floats, Votes

WorkerCounts = Mapping[str, Mapping[str, Mapping[str, float]]]
"""Worker -> true label -> answered label -> expected number of answers. JSON as it is."""

OUTLIER_DEVIATIONS = 3.0
OUTLIER_ANSWERS = 10
# Workers who are all alike have no spread; a worker this much below the median is still no outlier.
SMALLEST_SPREAD = 0.03


@dataclass(frozen=True, kw_only=True)
class WorkerSkill:
    """Share of right answers of a worker: estimate and the bounds of its 95 % interval."""

    worker_id: str
    answers: float
    skill: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Outlier:
    """A worker far below the others, with the reason in words."""

    worker_id: str
    score: float
    limit: float
    reason: str


def counts_array(counts: WorkerCounts, votes: Votes) -> Floats:
    """Stored counts of the votes' workers as an array (labels, workers, labels).

    Workers and labels that the votes do not know are left out.
    """
    array = np.zeros((len(votes.labels), len(votes.workers), len(votes.labels)))
    label = {name: index for index, name in enumerate(votes.labels)}
    for index, worker in enumerate(votes.workers):
        for true, row in counts.get(worker, {}).items():
            for answered, count in row.items():
                if true in label and answered in label:
                    array[label[true], index, label[answered]] = count
    return array


def counts_of(array: Floats, votes: Votes) -> dict[str, dict[str, dict[str, float]]]:
    """The array of ``counts_array`` as a mapping, cells below 1e-6 left out."""
    counts: dict[str, dict[str, dict[str, float]]] = {}
    for true, worker, answered in np.argwhere(array > 1e-6).tolist():
        rows = counts.setdefault(votes.workers[worker], {})
        cell = round(float(array[true, worker, answered]), 6)
        rows.setdefault(votes.labels[true], {})[votes.labels[answered]] = cell
    return counts


def skills(counts: WorkerCounts) -> dict[str, WorkerSkill]:
    """Skill of each worker from stored counts, under the prior Beta(4, 2), sorted by worker."""
    workers = sorted(counts)
    right = np.array([sum(row.get(true, 0.0) for true, row in counts[w].items()) for w in workers], dtype=float)
    total = np.array([sum(sum(row.values()) for row in counts[w].values()) for w in workers])
    total = total.astype(float)
    low, high = beta_interval(right + PRIOR_RIGHT, total - right + PRIOR_WRONG)
    values = zip(workers, total, skill(right, total), low, high, strict=True)
    return {
        worker: WorkerSkill(
            worker_id=worker,
            answers=round(float(answers), 6),
            skill=float(estimate),
            low=float(below),
            high=float(above),
        )
        for worker, answers, estimate, below, above in values
    }


def beta_interval(a: Floats, b: Floats, *, mass: float = 0.95) -> tuple[Floats, Floats]:
    """Central interval of Beta(a, b) distributions, to three decimals, summed on a grid."""
    grid = (np.arange(1000) + 0.5) / 1000
    log_density = np.multiply.outer(a - 1, np.log(grid)) + np.multiply.outer(b - 1, np.log1p(-grid))
    density = np.exp(log_density - log_density.max(axis=1, keepdims=True, initial=-np.inf))
    share = np.cumsum(density, axis=1)
    share /= share[:, -1:]
    tail = (1 - mass) / 2
    return grid[(share < tail).sum(axis=1)], grid[(share < 1 - tail).sum(axis=1)]


def leave_one_out_agreement(votes: Votes) -> dict[str, float]:
    """Mean share of the other workers of an object who gave the same answer, per worker.

    Objects with one answer say nothing; a worker with only such objects is left out.
    """
    per_object = votes.answers_per_object[votes.object_of]
    same = votes.tally()[votes.object_of, votes.label_of]
    shared = per_object > 1
    agreement = (same[shared] - 1) / (per_object[shared] - 1)
    worker = votes.worker_of[shared]
    number = np.bincount(worker, minlength=len(votes.workers))
    mean = np.bincount(worker, agreement, len(votes.workers)) / np.maximum(number, 1)
    return {votes.workers[w]: float(mean[w]) for w in np.flatnonzero(number)}


def outlier_limit(scores: Iterable[float]) -> float:
    """Three robust standard deviations below the median: median - 3 * 1.4826 * MAD.

    Source: Leys et al. 2013, detecting outliers: use the median absolute deviation. Without any
    score nobody is an outlier: minus infinity.
    """
    values = np.array(list(scores), dtype=float)
    if not values.size:
        return -np.inf
    median = float(np.median(values))
    spread = max(1.4826 * float(np.median(np.abs(values - median))), SMALLEST_SPREAD)
    return median - OUTLIER_DEVIATIONS * spread


def outliers(counts: WorkerCounts, *, labels: int) -> dict[str, Outlier]:
    """Workers whose skill is far below the others' or no better than chance, with the reason.

    A worker needs ten answers to be judged, and the whole 95 % interval of the skill must lie
    below the limit; ``labels`` is the number of labels, for chance.
    """
    judged = {w: s for w, s in skills(counts).items() if s.answers >= OUTLIER_ANSWERS}
    limit = outlier_limit(s.skill for s in judged.values())
    chance = 1 / max(labels, 1)
    flagged = {}
    for worker, estimate in judged.items():
        bar = max(limit, chance)
        if estimate.high >= bar:
            continue
        answers = f"in {estimate.answers:.0f} answers (at most {estimate.high:.2f})"
        reason = f"right in {estimate.skill:.2f} of cases {answers}, the others' limit is {limit:.2f}"
        if estimate.high < chance:
            reason = f"right in {estimate.skill:.2f} of cases {answers}, chance is {chance:.2f}"
        flagged[worker] = Outlier(
            worker_id=worker, score=estimate.skill, limit=bar, reason=reason + _habit(counts[worker])
        )
    return flagged


def _habit(rows: Mapping[str, Mapping[str, float]]) -> str:
    answered: dict[str, float] = {}
    for row in rows.values():
        for label, count in row.items():
            answered[label] = answered.get(label, 0.0) + count
    label = max(sorted(answered), key=lambda name: answered[name])
    share = answered[label] / sum(answered.values())
    return f"; answers {label!r} in {share:.0%} of cases" if share > 0.9 else ""
