"""Boxes around pedestrians, drawn by many workers, beside the greedy method that AWS describes."""

import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NotRequired, TypedDict

import numpy as np

from benchmarks.against_rivals.greedy_boxes import Corners, greedy_boxes, match
from benchmarks.against_rivals.rows import Row
from ground_truth.consolidation.box_table import BoxAnswer, DrawnBox
from ground_truth.consolidation.box_workers import box_outliers
from ground_truth.consolidation.boxes import BoxConsolidation, consolidate_boxes

DRAWS = 3


class Photo(TypedDict):
    """The boxes of one photo, as left, top, right and bottom: by worker, and the true ones where they are known."""

    crowd: dict[str, Corners]
    truth: NotRequired[Corners | None]


Photos = Mapping[str, Photo]


def box_rows(data: Path) -> Iterator[Row]:
    images: Photos = json.loads((data / "pedestrians_boxes.json").read_text())["images"]
    ours, rival = [], []
    times = {"ours": 0.0, "rival": 0.0}
    # What is loaded and set up at the first call is in the figures of the import time.
    consolidate_boxes(draw_answers(images, 5, 0))
    for draw in range(DRAWS):
        answers = draw_answers(images, 5, draw)
        begin = time.perf_counter()
        consolidation = consolidate_boxes(answers)
        middle = time.perf_counter()
        greedy = greedy_boxes(answers)
        times["rival"] += time.perf_counter() - middle
        times["ours"] += middle - begin
        ours.append(box_scores(plain_boxes(consolidation), images))
        rival.append(box_scores(greedy, images))
    targets = {"F1@.5": (0.935, 0.94), "F1@.75": (0.771, 0.80), "mean IoU": (0.831, 0.84)}
    first = "first five workers of each image"
    for index, (name, (floor, aim)) in enumerate(targets.items()):
        for kind, scores, rival_scores in (
            (first, ours[0], rival[0]),
            ("mean of three draws", np.mean(ours, axis=0), np.mean(rival, axis=0)),
        ):
            yield Row(
                measure=f"pedestrians, {name}, {kind}",
                ours=float(scores[index]),
                floor=floor,
                aim=aim,
                rival=float(rival_scores[index]),
                rival_name="greedy grouping and means",
            )
    yield from outlier_rows(images)
    yield Row(
        measure="boxes, images per second over the greedy method",
        ours=times["rival"] / times["ours"],
        floor=1,
        aim=3,
        rival=1.0,
        rival_name=f"greedy: {DRAWS * len(images) / times['rival']:.0f} images/s",
    )


def draw_answers(images: Photos, workers: int, draw: int) -> list[BoxAnswer]:
    random = np.random.default_rng(draw)
    answers = []
    for name in sorted(images):
        crowd = images[name]["crowd"]
        drawn = sorted(crowd)
        if draw:
            drawn = random.permutation(drawn).tolist()
        for worker in drawn[:workers]:
            boxes = [DrawnBox("person", x, y, r - x, b - y) for x, y, r, b in crowd[worker]]
            answers.append(BoxAnswer(object_id=name, worker_id=worker, boxes=boxes))
    return answers


def plain_boxes(consolidation: BoxConsolidation) -> dict[str, Corners]:
    return {
        name: [[b.left, b.top, b.left + b.width, b.top + b.height] for b in boxes]
        for name, boxes in consolidation.boxes.items()
    }


def box_scores(boxes_of: dict[str, Corners], images: Photos) -> tuple[float, float, float]:
    """F1 at IoU .5 and .75, and the mean IoU of the boxes matched at .5."""
    hits = {0.5: 0, 0.75: 0}
    number = 0
    overlaps: list[float] = []
    for name, image in images.items():
        truth = image.get("truth")
        if truth is None:
            continue
        boxes = boxes_of.get(name, [])
        number += len(truth) + len(boxes)
        for limit in hits:
            matched = match(boxes, truth, limit)
            hits[limit] += len(matched)
            overlaps += matched if limit == 0.5 else []
    return 2 * hits[0.5] / number, 2 * hits[0.75] / number, float(np.mean(overlaps))


def outlier_rows(images: Photos) -> Iterator[Row]:
    quality = worker_f1(images)
    flagged = set(box_outliers(consolidate_boxes(draw_answers(images, 7, 0)).counts))
    bad = {worker for worker, f1 in quality.items() if f1 < 0.5}
    good = {worker for worker, f1 in quality.items() if f1 >= 0.7}
    yield Row(
        measure="pedestrians, outliers flagged wrongly (true F1 >= .7)",
        ours=len(flagged & good),
        floor=0,
        aim=0,
        rival=None,
        rival_name="",
        least=False,
    )
    yield Row(
        measure="pedestrians, share of true F1 < .5 flagged",
        ours=len(flagged & bad) / max(len(bad), 1),
        floor=0,
        aim=1,
        rival=None,
        rival_name=f"{len(bad)} of {len(quality)} workers with 20 true boxes",
    )


def worker_f1(images: Photos) -> dict[str, float]:
    hits: dict[str, int] = {}
    true: dict[str, int] = {}
    drawn: dict[str, int] = {}
    for image in images.values():
        truth = image.get("truth")
        if truth is None:
            continue
        for worker, boxes in image["crowd"].items():
            hits[worker] = hits.get(worker, 0) + len(match(boxes, truth, 0.5))
            true[worker] = true.get(worker, 0) + len(truth)
            drawn[worker] = drawn.get(worker, 0) + len(boxes)
    return {w: 2 * hits[w] / (true[w] + drawn[w]) for w in true if true[w] >= 20}
