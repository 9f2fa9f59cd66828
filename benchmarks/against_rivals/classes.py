"""Classification: public sets of answers with truth, and what AWS's own service made of one of them."""

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.against_rivals.crowd_kit import crowd_kit_accuracy
from benchmarks.against_rivals.rows import Row
from ground_truth.consolidation.classification import Classification, consolidate_classification
from ground_truth.consolidation.counts import StoredCounts, merge_counts
from ground_truth.consolidation.votes import Votes, votes_from

SETS = ("bluebird", "d_product", "dog", "ms_music", "rte", "s_adult", "web")
BATCH, BATCHES = 25, 40


def classification_rows(data: Path) -> Iterator[Row]:
    birds, truth = read_votes(data / "aws_birds")
    service = read_column(data / "aws_birds" / "acs_output.csv", "item", "label")
    yield Row(
        measure="aws_birds, accuracy",
        ours=accuracy(consolidate_classification(birds), truth),
        floor=0.9007,
        aim=0.911,
        rival=float(np.mean([service[item] == label for item, label in truth.items()])),
        rival_name="the service's own output",
        strict=True,
    )
    ours, majority, errors, rivals, batches = [], [], [], [], []
    for name in SETS:
        votes, truth = read_votes(data / "classification" / name)
        consolidation = consolidate_classification(votes)
        ours.append(accuracy(consolidation, truth))
        majority.append(accuracy(consolidation, truth, plain=True))
        errors.append(calibration_error(consolidation, truth))
        rivals.append(crowd_kit_accuracy(votes, truth))
        batches.append([batched_accuracy(votes, truth, remember=remember) for remember in (True, False)])
    measured = [rival for rival in rivals if rival is not None]
    names = "crowd-kit DawidSkene" if measured else "crowd-kit cannot be imported"
    for index, name in enumerate(SETS):
        yield Row(
            measure=f"{name}, accuracy (floor: majority vote - .01)",
            ours=ours[index],
            floor=majority[index] - 0.01,
            aim=majority[index],
            rival=rivals[index],
            rival_name=names,
        )
    yield Row(
        measure="mean accuracy over the seven sets",
        ours=float(np.mean(ours)),
        floor=0.855,
        aim=0.865,
        rival=float(np.mean(measured)) if measured else None,
        rival_name=f"{names}; majority vote {np.mean(majority):.4f}",
    )
    remembered, forgotten = np.mean(batches, axis=0)
    yield Row(
        measure=f"the same in {BATCHES} batches of {BATCH}, skill kept in between",
        ours=float(remembered),
        floor=float(forgotten),
        aim=float(np.mean(ours)),
        rival=float(forgotten),
        rival_name="skill forgotten in between; aim: whole sets at once",
    )
    yield Row(
        measure="calibration error (ECE), mean over the seven sets",
        ours=float(np.mean(errors)),
        floor=0.08,
        aim=0.05,
        rival=None,
        rival_name="",
        least=False,
    )


def read_votes(folder: Path) -> tuple[Votes, dict[str, str]]:
    with (folder / "label.csv").open(newline="") as file:
        rows = [(row["item"], row["worker"], row["label"]) for row in csv.DictReader(file)]
    truth = read_column(folder / "truth.csv", "item", "truth")
    items, workers, labels = zip(*rows, strict=True)
    names = sorted({*labels, *truth.values()}, key=int)
    return votes_from(items, workers, labels, labels=names), truth


def read_column(path: Path, key: str, value: str) -> dict[str, str]:
    with path.open(newline="") as file:
        return {row[key]: row[value] for row in csv.DictReader(file)}


def correct(
    consolidation: Classification, truth: dict[str, str], *, plain: bool = False
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The objects whose truth is known, by their numbers, and whether each got it; ``plain``: by majority vote."""
    chosen = consolidation.majority_of if plain else consolidation.class_of
    votes = consolidation.votes
    judged = [i for i, name in enumerate(votes.objects) if name in truth]
    right = [votes.labels[chosen[i]] == truth[votes.objects[i]] for i in judged]
    return np.array(judged), np.array(right)


def accuracy(consolidation: Classification, truth: dict[str, str], *, plain: bool = False) -> float:
    return float(correct(consolidation, truth, plain=plain)[1].mean())


def calibration_error(consolidation: Classification, truth: dict[str, str], bins: int = 10) -> float:
    """Expected calibration error over ten bins, of objects with two answers or more.

    With one worker the confidence is 0 by contract, which is no probability.
    """
    judged, right = correct(consolidation, truth)
    many = consolidation.votes.answers_per_object[judged] > 1
    confidence, right = consolidation.confidence[judged][many], right[many]
    bin_of = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = [
        abs(confidence[bin_of == b].mean() - right[bin_of == b].mean()) * (bin_of == b).mean()
        for b in np.unique(bin_of)
    ]
    return float(sum(gaps))


def batched_accuracy(votes: Votes, truth: dict[str, str], *, remember: bool) -> float:
    """Accuracy when objects come in batches in random order, as the hook gets them."""
    order = np.random.default_rng(0).permutation(len(votes.objects))
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    counts: list[StoredCounts] = []
    right: list[bool] = []
    for begin in range(0, min(len(order), BATCHES * BATCH), BATCH):
        of_batch = rank[votes.object_of] // BATCH == begin // BATCH
        columns = [
            [names[index] for index in indexes[of_batch]]
            for names, indexes in (
                (votes.objects, votes.object_of),
                (votes.workers, votes.worker_of),
                (votes.labels, votes.label_of),
            )
        ]
        history = merge_counts(counts) if remember else {}
        consolidation = consolidate_classification(votes_from(*columns, labels=votes.labels), history=history)
        counts = [merge_counts([*counts, consolidation.counts])]
        right += correct(consolidation, truth)[1].tolist()
    return float(np.mean(right))
