"""How long consolidation takes beside crowd-kit, and how long its hook takes to load."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from benchmarks.against_rivals.crowd_kit import crowd_kit
from benchmarks.against_rivals.rows import Row
from ground_truth.consolidation.classification import consolidate_classification
from ground_truth.consolidation.models import Evidence, dawid_skene
from ground_truth.consolidation.votes import Votes

LAMBDAS = Path(__file__).resolve().parents[2] / "lambdas"
# What every function of the kind loads; boto3 is part of Lambda, but loading it takes its time there too.
BARE_IMPORT = "import boto3, numpy, PIL.Image"


def speed_rows(number: int) -> Iterator[Row]:
    votes = generated_votes(number)
    rival = crowd_kit()
    steps = 10
    ours = best_time(lambda: dawid_skene(Evidence(votes), steps=steps, tolerance=0.0))
    whole = best_time(lambda: consolidate_classification(votes))
    theirs = converged = None
    if rival is not None:
        pandas, algorithms = rival
        columns = {"task": votes.object_of, "worker": votes.worker_of, "label": votes.label_of}
        frame = pandas.DataFrame(columns)
        theirs = best_time(lambda: algorithms.DawidSkene(n_iter=steps, tol=0).fit(frame), repeats=1)
        converged = best_time(lambda: algorithms.DawidSkene().fit(frame), repeats=1)
    for measure, seconds, rival_seconds in (
        (f"{number:,} labels, Dawid-Skene, {steps} steps each, times faster", ours, theirs),
        (f"{number:,} labels, whole consolidation, times faster", whole, converged),
    ):
        yield Row(
            measure=measure,
            ours=rival_seconds / seconds if rival_seconds else None,
            floor=3,
            aim=10,
            rival=1.0 if rival_seconds else None,
            rival_name=f"ours {seconds:.2f} s, "
            + (f"crowd-kit {rival_seconds:.2f} s" if rival_seconds else "crowd-kit cannot be imported"),
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
        return min(ours for ours, _ in times) / min(bare for _, bare in times)


def import_time(statement: str, cache: str) -> float:
    code = f"import time; t = time.process_time(); {statement}; print(time.process_time() - t)"
    environment = os.environ | {"PYTHONPATH": str(LAMBDAS), "PYTHONPYCACHEPREFIX": cache}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return float(done.stdout)
