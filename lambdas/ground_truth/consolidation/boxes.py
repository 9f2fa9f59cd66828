"""Consolidates bounding boxes: several labels, several objects, several workers per image."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from ground_truth.consolidation.box_edges import Precision, consensus
from ground_truth.consolidation.box_table import BoxAnswer, BoxTable, box_table
from ground_truth.consolidation.classification import Classification, consolidate_classification
from ground_truth.consolidation.clusters import clusters
from ground_truth.consolidation.geometry import iou
from ground_truth.consolidation.votes import Floats, Ints, Votes, sums
from ground_truth.consolidation.workers import WorkerCounts
from ground_truth.contract.errors import InputError

BoxCounts = Mapping[str, Mapping[str, float]]
"""Worker -> name of a sum -> value, see ``BoxConsolidation.counts``. JSON as it is; adds up."""

_EDGES = ("left", "top", "right", "bottom")


class ConsolidatedBox(NamedTuple):
    """One thing that the workers saw, in the contract's words and pixels of the image.

    ``confidence`` is 0.0 when one worker saw the image, else the share of the workers who drew it
    times the probability of the label; ``share`` and ``label_share`` are the two, ``mean_iou`` is the
    mean IoU of the workers' boxes to this one and ``workers`` are those who drew it.
    """

    label: str
    class_id: int
    left: float
    top: float
    width: float
    height: float
    confidence: float
    share: float
    alternatives: tuple[tuple[str, float], ...]
    mean_iou: float
    workers: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class BoxConsolidation:
    """Consolidated boxes of each image, and what they say about workers and labels.

    ``boxes`` maps every object id that was answered to its boxes, topmost first. ``counts`` is what
    this run adds to the stored sums of each worker: images seen; objects found and missed, boxes
    extra and the IoU of found boxes with the consensus, on kept objects that another worker drew
    too; boxes measured and their offsets and spread (module ``edges``). ``label_counts`` is the same
    for labels, as in a classification. ``dropped`` counts the answers' boxes without area, outside
    the image or not finite.
    """

    boxes: Mapping[str, tuple[ConsolidatedBox, ...]]
    counts: BoxCounts = field(repr=False)
    label_counts: WorkerCounts = field(repr=False)
    dropped: int
    table: BoxTable = field(repr=False)
    cluster_of: Ints = field(repr=False)


def consolidate_boxes(
    answers: Iterable[BoxAnswer],
    *,
    labels: Sequence[str] | None = None,
    least_iou: float = 0.3,
    quorum: float = 0.5,
    history: BoxCounts | None = None,
    label_history: WorkerCounts | None = None,
) -> BoxConsolidation:
    """Consolidates the boxes of many images at once.

    Boxes are grouped whatever their label (``clusters``; boxes of different labels need a greater
    overlap), each group's edges are robust consensus (``edges``) and its label a classification of
    the group. A group is kept when more than ``quorum`` of the workers who answered the image drew
    it; those who drew nothing count. ``labels`` is the label category list, by default the labels
    seen, sorted. ``history`` and ``label_history`` are the stored sums of earlier batches.
    Raises InputError for a label missing in ``labels``, and for ``least_iou`` outside ]0, 1] or
    ``quorum`` outside [0, 1[.
    """
    if not 0 < least_iou <= 1:
        raise InputError(f"'least_iou' should be above 0 and at most 1, got {least_iou}")
    if not 0 <= quorum < 1:
        raise InputError(f"'quorum' should be at least 0 and below 1, got {quorum}")
    table = box_table(answers, labels=labels)
    cluster_of = clusters(table.edges, table.image_of, table.worker_of, table.label_of, least=least_iou)
    edges, precision = consensus(table.edges, cluster_of, table.worker_of, history=_precision(history or {}, table))
    groups = _Groups(table, cluster_of, edges)
    verdict = consolidate_classification(groups.votes(), history=label_history)
    is_kept = groups.drawn > quorum * groups.seen
    return BoxConsolidation(
        boxes=groups.boxes(verdict, is_kept),
        counts=_counts(groups, precision, is_kept),
        label_counts=verdict.counts,
        dropped=table.dropped,
        table=table,
        cluster_of=cluster_of,
    )


class _Groups:
    """Clusters of a table of boxes with their consensus edges."""

    def __init__(self, table: BoxTable, cluster_of: Ints, edges: Floats) -> None:
        self.table, self.cluster_of, self.edges = table, cluster_of, edges
        self.number = len(edges)
        self.drawn = np.bincount(cluster_of, minlength=self.number)
        self.image_of = np.zeros(self.number, np.int64)
        self.image_of[cluster_of] = table.image_of
        self.seen = table.seen_by.sum(axis=1)[self.image_of]
        self.overlap = iou(table.edges, edges[cluster_of])
        self.authors = self._authors()
        self.mean_iou = sums(cluster_of, self.overlap, self.number) / np.maximum(self.drawn, 1)

    def votes(self) -> Votes:
        """The labels that workers gave to each cluster."""
        order = np.lexsort((self.table.worker_of, self.cluster_of))
        return Votes(
            objects=tuple(map(str, range(self.number))),
            workers=self.table.workers,
            labels=self.table.labels,
            object_of=self.cluster_of[order],
            worker_of=self.table.worker_of[order],
            label_of=self.table.label_of[order],
        )

    def boxes(
        self, verdict: Classification, is_kept: np.ndarray[tuple[int], np.dtype[np.bool_]]
    ) -> dict[str, tuple[ConsolidatedBox, ...]]:
        """Boxes of the kept clusters by object id; every answered object has an entry."""
        chosen = np.flatnonzero(is_kept)
        edges = self.edges[chosen]
        order = np.lexsort((*(edges[:, i] for i in (3, 2, 0, 1)), self.image_of[chosen]))
        chosen = chosen[order]
        names = self.table.labels
        by_image: dict[str, list[ConsolidatedBox]] = {name: [] for name in self.table.images}
        ranked = np.argsort(-np.round(verdict.probability[chosen], 9), axis=1, kind="stable")
        share = self.drawn[chosen] / self.seen[chosen]
        likely = verdict.probability.max(axis=1, initial=0)[chosen]
        rows = zip(
            self.image_of[chosen].tolist(),
            verdict.class_of[chosen].tolist(),
            self.edges[chosen].tolist(),
            np.where(self.seen[chosen] > 1, share * likely, 0.0).tolist(),
            share.tolist(),
            ranked.tolist(),
            verdict.probability[chosen].tolist(),
            self.mean_iou[chosen].tolist(),
            [self.authors[group] for group in chosen.tolist()],
            strict=True,
        )
        for image, label, (left, top, right, bottom), *columns in rows:
            confidence, part, best, probability, overlap, workers = columns
            by_image[self.table.images[image]].append(
                ConsolidatedBox(
                    label=names[label],
                    class_id=label,
                    left=left,
                    top=top,
                    width=right - left,
                    height=bottom - top,
                    confidence=confidence,
                    share=part,
                    alternatives=tuple((names[i], probability[i]) for i in best),
                    mean_iou=overlap,
                    workers=workers,
                )
            )
        return {name: tuple(boxes) for name, boxes in by_image.items()}

    def _authors(self) -> list[tuple[str, ...]]:
        order = np.lexsort((self.table.worker_of, self.cluster_of))
        names = [self.table.workers[worker] for worker in self.table.worker_of[order].tolist()]
        ends = np.cumsum(self.drawn).tolist()
        return [tuple(names[b:e]) for b, e in zip([0, *ends], ends, strict=False)]


def _counts(
    groups: _Groups, precision: Precision, is_kept: np.ndarray[tuple[int], np.dtype[np.bool_]]
) -> dict[str, dict[str, float]]:
    table = groups.table
    workers = len(table.workers)
    others = groups.drawn[groups.cluster_of] > 1
    mine = np.bincount(table.worker_of, minlength=workers)
    is_hit = is_kept[groups.cluster_of] & others
    hits = np.bincount(table.worker_of[is_hit], minlength=workers)
    alone = np.bincount(table.worker_of[is_kept[groups.cluster_of] & ~others], minlength=workers)
    shown = np.bincount(groups.image_of[is_kept & (groups.seen > 1)], minlength=len(table.images))
    missed = shown @ table.seen_by - hits
    stored = {
        "images": table.seen_by.sum(axis=0),
        "found": hits,
        "missed": missed,
        "iou": np.bincount(table.worker_of[is_hit], groups.overlap[is_hit], minlength=workers),
        "extra": mine - hits - alone,
        "measured": precision.measured,
        "spread": precision.spread,
    } | {name: precision.offset[:, index] for index, name in enumerate(_EDGES)}
    return {
        worker: {name: round(float(values[index]), 6) for name, values in stored.items()}
        for index, worker in enumerate(table.workers)
    }


def _precision(history: BoxCounts, table: BoxTable) -> Precision:
    def stored(name: str) -> Floats:
        return np.array([float(history.get(w, {}).get(name, 0.0)) for w in table.workers])

    offset = np.stack([stored(name) for name in _EDGES], axis=1)
    return Precision(measured=stored("measured"), offset=offset, spread=stored("spread"))
