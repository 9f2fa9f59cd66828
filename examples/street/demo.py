"""Labels street scenes on this machine: deploys to the emulator and runs the commands that run a job on AWS.

Run with `make demo`, or `make demo PHOTOS=folder` for photos of your own. The workers are simulated, but they sign in
and work through the deployed worker API as people do.
"""

import argparse
import csv
import json
import os
import secrets
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from tqdm import tqdm

from emulator import Emulator, EmulatorFailed
from examples.street.crowd import CROWD
from examples.street.deploy import Deployment, DeploymentFailed, deploy
from examples.street.drawing import contact_sheet, draw_boxes
from examples.street.photos import Photo, known_objects, prepared_photo, write_scenes
from examples.street.portal_workers import WorkRefused, invite, label_all
from examples.street.task import STREET
from ground_truth.s3 import split_uri

OUTPUT = Path("demo-output")
SCENES = 12
JOB = "street-demo"
_COMMAND = "from ground_truth_cli.main import main; main()"
_OPENS_WITHIN = 60


class CommandFailed(RuntimeError):
    """A command failed; what it said is on the screen already."""


@dataclass(frozen=True, kw_only=True)
class Labeled:
    """What came out: the lines of the output manifest, and the photos they are of."""

    manifest: Sequence[Mapping[str, Any]]
    photos: Sequence[Photo]


def main() -> int:
    """Runs the demo and returns the exit status."""
    parser = argparse.ArgumentParser(description="Labels street scenes on this machine.")
    parser.add_argument("--photos", type=Path, help="a folder of your own photos instead of rendered scenes")
    folder: Path | None = parser.parse_args().photos
    # A polite kill ends the emulator as Ctrl-C does.
    signal.signal(signal.SIGTERM, _interrupt)
    started = time.monotonic()
    try:
        shutil.rmtree(OUTPUT, ignore_errors=True)
        source = folder.expanduser() if folder else OUTPUT / "photos"
        if not folder:
            write_scenes(source, SCENES)
        print("Starting the emulated AWS ...")
        with Emulator.start() as emulator:
            print("Deploying the stack with the CDK command line (bootstrap, synth, deploy) ...")
            labeled = run(deploy(emulator), source, OUTPUT)
        _summarize(labeled, OUTPUT, invented=folder is not None)
    except KeyboardInterrupt:
        print("\nStopped; the emulator is gone too.", file=sys.stderr)
        return 130
    except (EmulatorFailed, DeploymentFailed, CommandFailed, WorkRefused, OSError) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    print(f"Took {time.monotonic() - started:.0f} seconds; the emulator is stopped.")
    return 0


def run(deployment: Deployment, source: Path, out: Path) -> Labeled:
    """Has the photos of a folder labeled by the commands an operator would give, and its report written to ``out``."""
    bucket = f"s3://{deployment.bucket}"
    # Names of a demo are nobody's secret: the key of the user's own photos stays out of it.
    key = out / "name.key"
    key.write_text(secrets.token_hex(32), encoding="ascii")
    _command(deployment, "prepare", source, f"{bucket}/demo", "--records", out / "prepared", "--key-file", key)
    photos = _photos(deployment, out / "prepared" / "mapping.csv", f"{bucket}/demo")
    _command(
        deployment, "start", "street", "--env", "local", "--name", JOB, "--manifest", f"{bucket}/demo/input.manifest"
    )
    workers = invite(deployment)
    _wait_until_open(workers[0], len(photos))
    with tqdm(total=len(photos) * len(workers), desc="Answers of the simulated workers", unit="", disable=None) as bar:
        label_all(workers, JOB, photos.values(), bar.update)
    _wait_until_ended(deployment)
    _command(deployment, "status", JOB, "--env", "local")
    _command(deployment, "results", JOB, "--env", "local", "--out", out / "results")
    _command(deployment, "report", JOB, "--env", "local", "--out", out / "report")
    text = (out / "results" / "output.manifest").read_text(encoding="utf-8")
    manifest = [json.loads(line) for line in text.splitlines()]
    return Labeled(manifest=manifest, photos=[photos[split_uri(line["source-ref"])[1]] for line in manifest])


def _command(deployment: Deployment, *arguments: object) -> None:
    """Runs ``ground-truth`` as its user would, with the emulator for AWS."""
    told = [str(argument) for argument in arguments]
    print(f"\n$ ground-truth {shlex.join(told)}", flush=True)
    environment = deployment.emulator.environment() | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run([sys.executable, "-c", _COMMAND, *told], env=environment, check=False)
    if done.returncode:
        raise CommandFailed(f"ground-truth {told[0]} ended with status {done.returncode}")


def _photos(deployment: Deployment, mapping: Path, uri: str) -> dict[str, Photo]:
    """The prepared pictures by their keys, with what is known to be on them."""
    s3 = deployment.emulator.session().client("s3")
    known = known_objects(SCENES)
    found = {}
    with mapping.open(encoding="utf-8", newline="") as file:
        for entry in csv.DictReader(file):
            bucket, key = split_uri(entry["image"] if "://" in entry["image"] else f"{uri}/{entry['image']}")
            content = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
            found[key] = prepared_photo(key.rpartition("/")[2], content, Path(entry["file"]).name, known)
    return found


def _wait_until_open(worker: Any, objects: int) -> None:
    for _ in range(_OPENS_WITHIN * 5):
        if any(job["job"] == JOB and job["left"] == objects for job in worker.call("GET", "/jobs")["jobs"]):
            return
        time.sleep(0.2)
    raise CommandFailed(f"the job was not open within {_OPENS_WITHIN} seconds")


def _wait_until_ended(deployment: Deployment) -> None:
    """The state machine consolidates now; ``status --watch`` would show it."""
    states = deployment.emulator.session().client("stepfunctions")
    machine = deployment.outputs["EngineArn"]
    arn = f"{machine.replace(':stateMachine:', ':execution:')}:{JOB}"
    while (found := states.describe_execution(executionArn=arn))["status"] == "RUNNING":
        time.sleep(0.2)
    if found["status"] != "SUCCEEDED":
        raise CommandFailed(f"the job failed: {found.get('cause', found['status'])}")


def _summarize(labeled: Labeled, root: Path, *, invented: bool) -> None:
    attribute = STREET.label_attribute_name
    labels: Counter[str] = Counter()
    confidences = []
    pictures = []
    for line, photo in zip(labeled.manifest, labeled.photos, strict=True):
        metadata = line[f"{attribute}-metadata"]
        if attribute not in line:
            print(f"  {photo.taken_as}: {metadata['failure-reason']}")
            continue
        labels.update(metadata["class-map"][str(box["class_id"])] for box in line[attribute]["annotations"])
        confidences += [entry["confidence"] for entry in metadata["objects"]]
        pictures.append(draw_boxes(photo.content, line[attribute], metadata))
    if pictures:
        contact_sheet(pictures).save(root / "labeled.png")
    print(f"\n{len(pictures)} of {len(labeled.photos)} photos labeled by {len(CROWD)} simulated workers each:")
    for name, count in labels.most_common():
        print(f"  {count:4}  {name}")
    if confidences:
        print(f"Mean confidence {sum(confidences) / len(confidences):.2f} over {len(confidences)} boxes.")
    if invented:
        print("Nobody looked at your photos: the workers are simulated and their boxes invented.")
    print(f"\nLook at it:   {root / 'labeled.png'}")
    print(f"Report:       {root / 'report' / 'report.html'}")
    print(f"Manifest:     {root / 'results' / 'output.manifest'}")


def _interrupt(signal_number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
