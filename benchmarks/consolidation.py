"""Measures consolidation against truth, rivals and floors; prints a table or JSON.

Reads the folder given by --data: classification/*/{label,truth}.csv, aws_birds/*.csv,
pedestrians_boxes.json and bubil_masks.npz. crowd-kit is a rival where it can be imported.
"""

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "lambdas"))

from ground_truth.consolidation.box_table import BoxAnswer, DrawnBox
from ground_truth.consolidation.box_workers import box_outliers
from ground_truth.consolidation.boxes import BoxConsolidation, consolidate_boxes
from ground_truth.consolidation.classification import Classification, consolidate_classification
from ground_truth.consolidation.counts import StoredCounts, merge_counts
from ground_truth.consolidation.masks import MaskAnswer, consolidate_masks
from ground_truth.consolidation.models import Evidence, dawid_skene
from ground_truth.consolidation.votes import Votes, votes_from

SETS = ("bluebird", "d_product", "dog", "ms_music", "rte", "s_adult", "web")
DRAWS = 3
BATCH, BATCHES = 25, 40
# What every function of the kind loads; boto3 is part of Lambda, but loading it takes its time there too.
BARE_IMPORT = "import boto3, numpy, PIL.Image"
Boxes = list[list[float]]


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the table; `ours` meets a target when it is on its right side, None was not measured."""

    measure: str
    ours: float | None
    floor: float
    aim: float
    rival: float | None
    rival_name: str
    least: bool = True
    strict: bool = False

    def meets(self, target: float) -> bool:
        """Whether ours is at least, above or at most the target."""
        if self.ours is None:
            return False
        if self.strict:
            return self.ours > target
        return self.ours >= target if self.least else self.ours <= target


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the crowd data")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--labels", type=int, default=1_000_000, help="labels of the speed test")
    arguments = parser.parse_args()
    measured = [
        *classification_rows(arguments.data),
        *box_rows(arguments.data),
        *mask_rows(arguments.data),
        *speed_rows(arguments.labels),
    ]
    if arguments.json:
        results = [asdict(row) | {"pass": row.meets(row.floor), "aim_met": row.meets(row.aim)} for row in measured]
        print(json.dumps(results, indent=1))
        return
    print(f"{'measure':<58}{'floor':>8}{'aim':>8}{'ours':>9}{'rival':>9}  verdict")
    for row in measured:
        rival = "-" if row.rival is None else f"{row.rival:.4f}"
        ours = "-" if row.ours is None else f"{row.ours:.4f}"
        verdict = "aim" if row.meets(row.aim) else "floor" if row.meets(row.floor) else "FAIL"
        verdict = "-" if row.ours is None else verdict
        print(f"{row.measure:<58}{row.floor:>8.4g}{row.aim:>8.4g}{ours:>9}{rival:>9}  {verdict:<6}{row.rival_name}")


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
        found = consolidate_classification(votes)
        ours.append(accuracy(found, truth))
        majority.append(accuracy(found, truth, plain=True))
        errors.append(calibration_error(found, truth))
        rivals.append(crowd_kit_accuracy(votes, truth))
        batches.append([batched_accuracy(votes, truth, remember=remember) for remember in (True, False)])
    known = [rival for rival in rivals if rival is not None]
    names = "crowd-kit DawidSkene" if known else "crowd-kit cannot be imported"
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
        rival=float(np.mean(known)) if known else None,
        rival_name=f"{names}; majority vote {np.mean(majority):.4f}",
    )
    kept, forgotten = np.mean(batches, axis=0)
    yield Row(
        measure=f"the same in {BATCHES} batches of {BATCH}, skill kept in between",
        ours=float(kept),
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


def correct(found: Classification, truth: dict[str, str], *, plain: bool = False) -> Any:
    chosen = found.majority_of if plain else found.class_of
    labels = found.votes.labels
    known = [i for i, name in enumerate(found.votes.objects) if name in truth]
    right = [labels[chosen[i]] == truth[found.votes.objects[i]] for i in known]
    return np.array(known), np.array(right)


def accuracy(found: Classification, truth: dict[str, str], *, plain: bool = False) -> float:
    return float(correct(found, truth, plain=plain)[1].mean())


def calibration_error(found: Classification, truth: dict[str, str], bins: int = 10) -> float:
    """Expected calibration error over ten bins, of objects with two answers or more.

    With one worker the confidence is 0 by contract, which is no probability.
    """
    known, right = correct(found, truth)
    many = found.votes.answers_per_object[known] > 1
    confidence, right = found.confidence[known][many], right[many]
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = [
        abs(confidence[place == b].mean() - right[place == b].mean()) * (place == b).mean() for b in np.unique(place)
    ]
    return float(sum(gaps))


def batched_accuracy(votes: Votes, truth: dict[str, str], *, remember: bool) -> float:
    """Accuracy when objects come in batches in random order, as the hook gets them."""
    order = np.random.default_rng(0).permutation(len(votes.objects))
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    kept: list[StoredCounts] = []
    right: list[Any] = []
    for begin in range(0, min(len(order), BATCHES * BATCH), BATCH):
        of_batch = place[votes.object_of] // BATCH == begin // BATCH
        columns = [
            [names[index] for index in indexes[of_batch]]
            for names, indexes in (
                (votes.objects, votes.object_of),
                (votes.workers, votes.worker_of),
                (votes.labels, votes.label_of),
            )
        ]
        history = merge_counts(kept) if remember else {}
        found = consolidate_classification(votes_from(*columns, labels=votes.labels), history=history)
        kept = [merge_counts([*kept, found.counts])]
        right += correct(found, truth)[1].tolist()
    return float(np.mean(right))


def crowd_kit() -> Any:
    try:
        import pandas
        from crowdkit.aggregation import DawidSkene
    except ImportError:
        return None
    return pandas, DawidSkene


def crowd_kit_accuracy(votes: Votes, truth: dict[str, str]) -> float | None:
    rival = crowd_kit()
    if rival is None:
        return None
    pandas, model = rival
    columns = {"task": votes.object_of, "worker": votes.worker_of, "label": votes.label_of}
    labels = model(n_iter=100).fit_predict(pandas.DataFrame(columns))
    known = [i for i, name in enumerate(votes.objects) if name in truth]
    right = [votes.labels[labels.get(i, 0)] == truth[votes.objects[i]] for i in known]
    return float(np.mean(right))


def box_rows(data: Path) -> Iterator[Row]:
    images = json.loads((data / "pedestrians_boxes.json").read_text())["images"]
    ours, rival = [], []
    times = {"ours": 0.0, "rival": 0.0}
    # What is loaded and set up at the first call is in the figures of the import time.
    consolidate_boxes(draw_answers(images, 5, 0))
    for draw in range(DRAWS):
        answers = draw_answers(images, 5, draw)
        begin = time.perf_counter()
        found = consolidate_boxes(answers)
        middle = time.perf_counter()
        greedy = greedy_boxes(answers)
        times["rival"] += time.perf_counter() - middle
        times["ours"] += middle - begin
        ours.append(box_scores(plain_boxes(found), images))
        rival.append(box_scores(greedy, images))
    targets = {"F1@.5": (0.935, 0.94), "F1@.75": (0.771, 0.80), "mean IoU": (0.831, 0.84)}
    first = "first five workers of each image"
    for index, (name, (floor, aim)) in enumerate(targets.items()):
        for kind, one, other in (
            (first, ours[0], rival[0]),
            ("mean of three draws", np.mean(ours, axis=0), np.mean(rival, axis=0)),
        ):
            yield Row(
                measure=f"pedestrians, {name}, {kind}",
                ours=float(one[index]),
                floor=floor,
                aim=aim,
                rival=float(other[index]),
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


def draw_answers(images: dict[str, Any], workers: int, draw: int) -> list[BoxAnswer]:
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


def plain_boxes(found: BoxConsolidation) -> dict[str, Boxes]:
    return {
        name: [[b.left, b.top, b.left + b.width, b.top + b.height] for b in boxes]
        for name, boxes in found.boxes.items()
    }


def greedy_boxes(answers: list[BoxAnswer]) -> dict[str, Boxes]:
    """The documented method in plain Python: most similar pairs of IoU .5 first, then means."""
    by_image: dict[str, list[BoxAnswer]] = {}
    for answer in answers:
        by_image.setdefault(answer.object_id, []).append(answer)
    found = {}
    for name, people in by_image.items():
        drawn = [
            (number, [left, top, left + width, top + height])
            for number, answer in enumerate(people)
            for _, left, top, width, height in answer.boxes
        ]
        pairs = []
        for i, (worker, box) in enumerate(drawn):
            for j in range(i + 1, len(drawn)):
                if drawn[j][0] != worker:
                    overlap = pair_iou(box, drawn[j][1])
                    if overlap >= 0.5:
                        pairs.append((overlap, i, j))
        group_of = [[i] for i in range(len(drawn))]
        for _, i, j in sorted(pairs, reverse=True):
            one, other = group_of[i], group_of[j]
            workers = {drawn[k][0] for k in one} & {drawn[k][0] for k in other}
            if one is not other and not workers:
                one.extend(other)
                for k in other:
                    group_of[k] = one
        groups = {id(group): group for group in group_of}.values()
        found[name] = [
            [sum(drawn[k][1][edge] for k in group) / len(group) for edge in range(4)]
            for group in groups
            if len(group) > len(people) / 2
        ]
    return found


def pair_iou(one: list[float], other: list[float]) -> float:
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    if width <= 0 or height <= 0:
        return 0.0
    both = width * height
    areas = sum((b[2] - b[0]) * (b[3] - b[1]) for b in (one, other))
    return both / (areas - both)


def box_scores(found: dict[str, Boxes], images: dict[str, Any]) -> tuple[float, float, float]:
    """F1 at IoU .5 and .75, and the mean IoU of the boxes matched at .5."""
    hits = {0.5: 0, 0.75: 0}
    number, overlaps = 0, []
    for name, image in images.items():
        if image.get("truth") is None:
            continue
        boxes = found.get(name, [])
        number += len(image["truth"]) + len(boxes)
        for limit in hits:
            matched = match(boxes, image["truth"], limit)
            hits[limit] += len(matched)
            overlaps += matched if limit == 0.5 else []
    return 2 * hits[0.5] / number, 2 * hits[0.75] / number, float(np.mean(overlaps))


def match(boxes: Boxes, truth: Boxes, limit: float) -> list[float]:
    pairs = sorted(
        ((pair_iou(b, t), i, j) for i, b in enumerate(boxes) for j, t in enumerate(truth)),
        reverse=True,
    )
    used_boxes: set[int] = set()
    used_truth: set[int] = set()
    values = []
    for value, i, j in pairs:
        if value >= limit and i not in used_boxes and j not in used_truth:
            used_boxes.add(i)
            used_truth.add(j)
            values.append(value)
    return values


def outlier_rows(images: dict[str, Any]) -> Iterator[Row]:
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


def worker_f1(images: dict[str, Any]) -> dict[str, float]:
    hits: dict[str, int] = {}
    true: dict[str, int] = {}
    drawn: dict[str, int] = {}
    for image in images.values():
        if image.get("truth") is None:
            continue
        for worker, boxes in image["crowd"].items():
            hits[worker] = hits.get(worker, 0) + len(match(boxes, image["truth"], 0.5))
            true[worker] = true.get(worker, 0) + len(image["truth"])
            drawn[worker] = drawn.get(worker, 0) + len(boxes)
    return {w: 2 * hits[w] / (true[w] + drawn[w]) for w in true if true[w] >= 20}


def mask_rows(data: Path) -> Iterator[Row]:
    masks = np.load(data / "bubil_masks.npz")
    names = sorted({name.split("|")[0] for name in masks.files})
    ours, plain = [], []
    for index, name in enumerate(names):
        height, width = masks[f"{name}|s"]
        crowd = np.unpackbits(masks[f"{name}|w"], axis=-1)[:, :, :width]
        truth = np.unpackbits(masks[f"{name}|t"], axis=-1)[:height, :width] > 0
        for draw in range(DRAWS):
            random = np.random.default_rng((index, draw))
            chosen = crowd[random.choice(len(crowd), 5, replace=False)]
            answers = [MaskAnswer(worker_id=str(i), mask=mask) for i, mask in enumerate(chosen)]
            ours.append(mask_iou(consolidate_masks(answers).mask > 0, truth))
            plain.append(mask_iou(chosen.mean(axis=0) > 0.5, truth))
    yield Row(
        measure=f"bubil masks, 5 workers, mean IoU of {DRAWS} draws",
        ours=float(np.mean(ours)),
        floor=0.832,
        aim=0.84,
        rival=float(np.mean(plain)),
        rival_name="majority of each pixel",
    )


def mask_iou(one: Any, other: Any) -> float:
    return float((one & other).sum() / max((one | other).sum(), 1))


def speed_rows(number: int) -> Iterator[Row]:
    votes = generated_votes(number)
    rival = crowd_kit()
    steps = 10
    ours = best_time(lambda: dawid_skene(Evidence(votes), steps=steps, tolerance=0.0))
    whole = best_time(lambda: consolidate_classification(votes))
    theirs = converged = None
    if rival is not None:
        pandas, model = rival
        columns = {"task": votes.object_of, "worker": votes.worker_of, "label": votes.label_of}
        frame = pandas.DataFrame(columns)
        theirs = best_time(lambda: model(n_iter=steps, tol=0).fit(frame), repeats=1)
        converged = best_time(lambda: model().fit(frame), repeats=1)
    for measure, one, other in (
        (f"{number:,} labels, Dawid-Skene, {steps} steps each, times faster", ours, theirs),
        (f"{number:,} labels, whole consolidation, times faster", whole, converged),
    ):
        yield Row(
            measure=measure,
            ours=other / one if other else None,
            floor=3,
            aim=10,
            rival=1.0 if other else None,
            rival_name=f"ours {one:.2f} s, "
            + (f"crowd-kit {other:.2f} s" if other else "crowd-kit cannot be imported"),
        )
    for task_type in ("image-classification", "multi-label-classification", "bounding-box", "semantic-segmentation"):
        yield Row(
            measure=f"import time of the hook for {task_type}",
            ours=import_ratio(task_type) if find_spec("boto3") else None,
            floor=1.4,
            aim=1.15,
            rival=1.0,
            rival_name=BARE_IMPORT if find_spec("boto3") else "boto3 cannot be imported",
            least=False,
        )


def generated_votes(number: int) -> Votes:
    random = np.random.default_rng(0)
    objects, workers, labels = number // 5, max(number // 500, 5), 4
    object_of = np.repeat(np.arange(objects), 5)
    start = random.integers(0, workers, objects)
    worker_of = np.sort((start[:, None] + np.arange(5)) % workers, axis=1).reshape(-1)
    truth = random.integers(0, labels, objects)[object_of]
    right = random.random(len(object_of)) < 0.7
    return Votes(
        objects=tuple(map(str, range(objects))),
        workers=tuple(map(str, range(workers))),
        labels=tuple(map(str, range(labels))),
        object_of=object_of,
        worker_of=worker_of,
        label_of=np.where(right, truth, random.integers(0, labels, len(object_of))),
    )


def best_time(run: Callable[[], object], repeats: int = 3) -> float:
    times = []
    for _ in range(repeats):
        begin = time.perf_counter()
        run()
        times.append(time.perf_counter() - begin)
    return min(times)


def import_ratio(task_type: str) -> float:
    """Ratio of alternating fresh processes that find compiled modules, in processor time.

    The handler loads what its task type needs while it is imported, so this is all a cold start has to load.
    """
    handler = f"import os; os.environ['TASK_TYPE'] = '{task_type}'; import post_annotation"
    with tempfile.TemporaryDirectory() as cache:
        import_time(handler, cache)
        import_time(BARE_IMPORT, cache)
        times = [(import_time(handler, cache), import_time(BARE_IMPORT, cache)) for _ in range(9)]
        # The least time is the one that other programs disturbed least.
        ours, bare = (min(column) for column in zip(*times, strict=True))
        return ours / bare


def import_time(statement: str, cache: str) -> float:
    lambdas = Path(__file__).resolve().parents[1] / "lambdas"
    code = f"import time; t = time.process_time(); {statement}; print(time.process_time() - t)"
    environment = os.environ | {"PYTHONPATH": str(lambdas), "PYTHONPYCACHEPREFIX": cache}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return float(done.stdout)


if __name__ == "__main__":
    main()
