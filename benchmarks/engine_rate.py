"""How the deployed engine takes a small and a large job through, on the emulator: rate, and growth with size.

    python -m benchmarks.engine_rate [--objects 200 2000]

Three workers, each a thread of its own, sign in and answer every object through the worker API. What counts is the
growth: ten times the objects should take ten times as long. The rate is that of the emulator and of its machine.
"""

import argparse
import json
import threading
import time
from dataclasses import dataclass

from emulator import Emulator
from examples.street.crowd import CROWD
from examples.street.deploy import Deployment, deploy
from examples.street.labeling import wait_until_ended
from examples.street.photos import Photo, rendered_photos
from examples.street.portal_workers import PortalWorker, find_engine, invite
from ground_truth.aws.s3 import Files
from ground_truth.contract.job_paths import JobPaths
from ground_truth.engine.model import NotThere
from ground_truth.engine.store.store import EngineStore

WORKERS = 3


@dataclass(frozen=True, kw_only=True)
class Run:
    """Seconds of a job's parts: opening its objects, answering them, and from the last answer to the manifest."""

    objects: int
    opening: float
    answering: float
    ending: float

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.objects * WORKERS / self.answering


def main() -> None:
    """Prints one row a job, and the growth from the first to the last."""
    parser = argparse.ArgumentParser(description="Takes jobs through the engine on the emulator.")
    parser.add_argument("--objects", type=int, nargs="+", default=[200, 2_000])
    sizes: list[int] = parser.parse_args().objects
    with Emulator.start() as emulator:
        deployment = deploy(emulator)
        workers = invite(deployment, CROWD[:WORKERS])
        (photo,) = rendered_photos(1)
        print(f"{'objects':>8}{'opening':>10}{'answering':>11}{'ending':>9}   answers a second")
        runs = []
        for objects in sizes:
            runs.append(label(deployment, workers, photo, objects))
            run = runs[-1]
            row = f"{objects:>8,}{run.opening:>8.1f} s{run.answering:>9.1f} s{run.ending:>7.1f} s   {run.rate:.1f}"
            print(row, flush=True)
    first, last = runs[0], runs[-1]
    grown = (last.opening + last.answering + last.ending) / (first.opening + first.answering + first.ending)
    print(f"{last.objects / first.objects:g} times the objects took {grown:.1f} times as long")


def label(deployment: Deployment, workers: list[PortalWorker], photo: Photo, objects: int) -> Run:
    """Runs one job, and checks that every line of its manifest has a label."""
    session = deployment.emulator.session()
    s3, engine, job = session.client("s3"), find_engine(deployment), f"rate-{objects}"
    s3.put_object(Bucket=deployment.bucket, Key=f"images/{photo.name}", Body=photo.content)
    line = json.dumps({"source-ref": f"s3://{deployment.bucket}/images/{photo.name}"}) + "\n"
    s3.put_object(Bucket=deployment.bucket, Key=f"datasets/{job}.manifest", Body=(line * objects).encode())
    request = deployment.job_request("street", job, f"s3://{deployment.bucket}/datasets/{job}.manifest")
    request["HumanTaskConfig"]["NumberOfHumanWorkersPerDataObject"] = WORKERS
    started = time.monotonic()
    session.client("stepfunctions").start_execution(
        stateMachineArn=engine.state_machine, name=job, input=json.dumps({"request": request})
    )
    store = EngineStore(session.resource("dynamodb").Table(engine.table))
    while _opened(store, job) < objects:
        time.sleep(0.2)
    opened = time.monotonic()
    threads = [threading.Thread(target=worker.work, args=(job, {photo.name: photo})) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    answered = time.monotonic()
    wait_until_ended(deployment, job)
    ended = time.monotonic()
    uri = JobPaths.of(f"s3://{deployment.bucket}/labeling-jobs", job).output_manifest
    lines = [json.loads(text) for text in Files(s3).read(uri).splitlines()]
    assert len(lines) == objects
    assert all("street" in line for line in lines)
    return Run(objects=objects, opening=opened - started, answering=answered - opened, ending=ended - answered)


def _opened(store: EngineStore, job: str) -> int:
    try:
        return store.jobs.counts(store.jobs.get(job)).total
    except NotThere:
        return 0


if __name__ == "__main__":
    main()
