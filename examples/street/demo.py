"""Labels street scenes on this machine: deploys to the emulator, asks simulated workers, shows the result.

Run with `make demo`, or `make demo PHOTOS=folder` for photos of your own.
"""

import argparse
import json
import shutil
import signal
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

from emulator import Emulator, EmulatorFailed
from examples.street.crowd import CROWD, answer
from examples.street.deploy import Deployment, DeploymentFailed, deploy
from examples.street.drawing import contact_sheet, draw_boxes
from examples.street.job import HookFailed, JobRun
from examples.street.photos import Photo, photos_of, rendered_photos
from examples.street.task import STREET
from ground_truth.s3 import split_uri

OUTPUT = Path("demo-output")
RENDERED_PHOTOS = 12


def main() -> int:
    """Runs the demo and returns the exit status."""
    parser = argparse.ArgumentParser(description="Labels street scenes on this machine.")
    parser.add_argument("--photos", type=Path, help="a folder of your own photos instead of rendered scenes")
    folder: Path | None = parser.parse_args().photos
    folder = folder.expanduser() if folder else None
    # A polite kill ends the emulator as Ctrl-C does.
    signal.signal(signal.SIGTERM, _interrupt)
    started = time.monotonic()
    try:
        photos = list(photos_of(folder) if folder else rendered_photos(RENDERED_PHOTOS))
        print("Starting the emulated AWS ...")
        with Emulator.start() as emulator:
            print("Deploying the stack with the CDK command line (bootstrap, synth, deploy) ...")
            deployment = deploy(emulator)
            manifest = label(deployment, photos)
            root = _download(deployment)
        _summarize(manifest, photos, root, invented=folder is not None)
    except KeyboardInterrupt:
        print("\nStopped; the emulator is gone too.", file=sys.stderr)
        return 130
    except (EmulatorFailed, DeploymentFailed, HookFailed, OSError) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    print(f"Took {time.monotonic() - started:.0f} seconds; the emulator is stopped.")
    return 0


def label(deployment: Deployment, photos: Sequence[Photo]) -> list[dict[str, Any]]:
    """Puts photos in, runs one job over them with simulated workers, and returns the output manifest."""
    s3 = deployment.emulator.session().client("s3")
    by_uri = {}
    for photo in photos:
        key = f"images/{photo.name}"
        s3.put_object(Bucket=deployment.bucket, Key=key, Body=photo.content)
        by_uri[f"s3://{deployment.bucket}/{key}"] = photo
    manifest_uri = f"s3://{deployment.bucket}/datasets/street/input.manifest"
    lines = "".join(json.dumps({"source-ref": uri}) + "\n" for uri in by_uri)
    _, key = split_uri(manifest_uri)
    s3.put_object(Bucket=deployment.bucket, Key=key, Body=lines.encode())

    def ask_workers(task_input: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
        photo = by_uri[task_input["taskObject"]]
        return [(worker.worker_id, answer(worker, photo.objects, photo.size, photo.taken_as)) for worker in CROWD]

    request = deployment.job_request("street", f"street-{datetime.now(UTC):%Y%m%d-%H%M%S}", manifest_uri)
    session = deployment.emulator.session_as(deployment.outputs["ExecutionRoleArn"])
    uri = JobRun(request=request, session=session, progress=_progress).run(ask_workers)
    bucket, key = split_uri(uri)
    body = s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()
    return [json.loads(line) for line in body.splitlines()]


def _download(deployment: Deployment) -> Path:
    """Copies everything the job left in the bucket to the output folder, which is made anew."""
    shutil.rmtree(OUTPUT, ignore_errors=True)
    s3 = deployment.emulator.session().client("s3")
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=deployment.bucket):
        for entry in page.get("Contents", ()):
            # Ground Truth's file names hold colons, which not every file system takes.
            path = OUTPUT / entry["Key"].replace(":", "-")
            path.parent.mkdir(parents=True, exist_ok=True)
            s3.download_file(deployment.bucket, entry["Key"], str(path))
    return OUTPUT


def _summarize(manifest: Sequence[Mapping[str, Any]], photos: Sequence[Photo], root: Path, *, invented: bool) -> None:
    attribute = STREET.label_attribute_name
    labels: Counter[str] = Counter()
    confidences = []
    pictures = []
    for line, photo in zip(manifest, photos, strict=True):
        metadata = line[f"{attribute}-metadata"]
        if attribute not in line:
            print(f"  {photo.taken_as}: {metadata['failure-reason']}")
            continue
        labels.update(metadata["class-map"][str(box["class_id"])] for box in line[attribute]["annotations"])
        confidences += [entry["confidence"] for entry in metadata["objects"]]
        pictures.append(draw_boxes(photo.content, line[attribute], metadata))
    if pictures:
        contact_sheet(pictures).save(root / "labeled.png")
    workers = len(CROWD)
    print(f"\n{len(pictures)} of {len(photos)} photos labeled by {workers} simulated workers each:")
    for name, count in labels.most_common():
        print(f"  {count:4}  {name}")
    if confidences:
        print(f"Mean confidence {sum(confidences) / len(confidences):.2f} over {len(confidences)} boxes.")
    if invented:
        print("Nobody looked at your photos: the workers are simulated and their boxes invented.")
    manifest_path = next(root.glob("labeling-jobs/*/manifests/output/output.manifest"))
    print(f"\nLook at it:   {root / 'labeled.png'}")
    print(f"Manifest:     {manifest_path}")
    print(f"All files:    {root}/")


def _progress(done: int, total: int) -> None:
    if not sys.stdout.isatty() and done < total:
        return
    bar = "#" * (30 * done // total)
    print(f"\rAsking the workers [{bar:<30}] {done}/{total}", end="" if done < total else "\n", flush=True)


def _interrupt(signal_number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
