"""Consolidates single-label classification: one label of several for every dataset object."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from ground_truth.consolidation.models import Evidence, dawid_skene, one_coin, weighted_vote
from ground_truth.consolidation.votes import Floats, Ints, Votes
from ground_truth.consolidation.workers import WorkerCounts, counts_array, counts_of

# A third for the vote: a unanimous vote is overruled only if all three models agree.
VOTE_SHARE = 1 / 3
# Below this many known objects the models know less about the workers than the prior does.
FEW_OBJECTS = 20
AMBIGUOUS_MARGIN = 0.2


@dataclass(frozen=True, kw_only=True)
class Decision:
    """The consolidated label of one object.

    ``confidence`` is 0.0 when fewer than two workers answered (contract section 9), else the
    probability of ``label``; ``alternatives`` are all labels with their probability, best first;
    ``margin`` is the distance between the first two; ``majority`` is the label of the plain vote.
    ``label`` and ``majority`` are None when nobody answered.
    """

    object_id: str
    label: str | None
    class_id: int | None
    confidence: float
    alternatives: tuple[tuple[str, float], ...]
    margin: float
    majority: str | None
    answers: int
    ambiguous: bool


@dataclass(frozen=True, kw_only=True, eq=False)
class Classification:
    """Consolidated labels of many objects.

    ``probability`` has shape (objects, labels); ``class_of`` is the chosen label's index, -1 without
    answers; ``answers`` is their number; ``counts`` holds what this run adds to the stored counts of
    each worker.
    """

    votes: Votes = field(repr=False)
    probability: Floats = field(repr=False)
    class_of: Ints = field(repr=False)
    confidence: Floats = field(repr=False)
    margin: Floats = field(repr=False)
    majority_of: Ints = field(repr=False)
    answers: Ints = field(repr=False)
    counts: WorkerCounts = field(repr=False)

    def __len__(self) -> int:
        return len(self.votes.objects)

    def __iter__(self) -> Iterator[Decision]:
        return (self.decision(index) for index in range(len(self)))

    def decision(self, index: int) -> Decision:
        """The decision of the object at ``index``."""
        names = self.votes.labels
        shares = self.probability[index]
        order = np.argsort(-np.round(shares, 9), kind="stable")
        answers = int(self.answers[index])
        label, majority = int(self.class_of[index]), int(self.majority_of[index])
        return Decision(
            object_id=self.votes.objects[index],
            label=names[label] if label >= 0 else None,
            class_id=label if label >= 0 else None,
            confidence=float(self.confidence[index]),
            alternatives=tuple((names[i], float(shares[i])) for i in order) if answers else (),
            margin=float(self.margin[index]),
            majority=names[majority] if majority >= 0 else None,
            answers=answers,
            ambiguous=bool(answers > 1 and self.margin[index] < AMBIGUOUS_MARGIN),
        )


def consolidate_classification(
    votes: Votes, *, history: WorkerCounts | None = None, group_of: Ints | None = None
) -> Classification:
    """Consolidates votes by a committee: two Dawid-Skene models, a one-coin model and the vote.

    ``history`` is what is stored about the workers from other batches of the job; by default nothing
    is known. ``group_of`` gives each object a group with a class prior of its own; by default all
    share one. No single model wins on every job, and unlike a choice between them their average
    never follows the worst: Dawid-Skene with an estimated and with a flat class prior, one-coin
    with the square root of the vote's class shares, and skill-weighted vote shares with weight
    1/3. With few objects the models' part shrinks by n^2 / (n^2 + 20^2) in favour of the vote.
    The average of posterior and vote share is also better calibrated than any posterior.
    Ties go to the label that comes first in the list. Source: docs/consolidation.md.
    """
    past = None if history is None else counts_array(history, votes)
    evidence = Evidence(votes, history=past, group_of=group_of)
    if len(votes.labels) < 2 or not len(votes.object_of):
        return _result(votes, evidence, evidence.shares())
    vote = weighted_vote(evidence)
    models = (dawid_skene(evidence) + dawid_skene(evidence, prior_power=0.0) + one_coin(evidence, prior_power=0.5)) / 3
    objects_squared = evidence.known_objects() ** 2
    weight = (1 - VOTE_SHARE) * objects_squared / (objects_squared + FEW_OBJECTS**2)
    return _result(votes, evidence, (1 - weight) * vote + weight * models)


def _result(votes: Votes, evidence: Evidence, posterior: Floats) -> Classification:
    probability = posterior.T
    answers = votes.answers_per_object
    counts = evidence.counts(np.where(answers > 0, posterior, 0.0))
    best = first_best(probability)
    # Two rows of zeros stand in for the first and second label where there are fewer labels.
    ranked = np.partition(np.concatenate([posterior, np.zeros((2, len(answers)))]), -2, axis=0)
    first, second = ranked[-1], ranked[-2]
    return Classification(
        votes=votes,
        probability=probability,
        class_of=np.where(answers > 0, best, -1),
        confidence=np.where(answers > 1, first, 0.0),
        margin=np.where(answers > 0, first - second, 0.0),
        majority_of=np.where(answers > 0, first_best(votes.tally()), -1),
        answers=answers,
        counts=counts_of(counts, votes),
    )


def first_best(scores: Floats | Ints) -> Ints:
    """Index of the greatest score in each row; equal to nine decimals, the first wins."""
    if not scores.shape[1]:
        return np.full(len(scores), -1)
    best: Ints = np.argmax(np.round(scores, 9), axis=1)
    return best
