"""The commands that run a job on AWS, run against the emulator."""

import csv
import json
import os
import secrets
import shlex
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from examples.street.deploy import Deployment
from examples.street.drawing import contact_sheet, draw_boxes
from examples.street.photos import Photo, known_objects, prepared_photo
from examples.street.portal_workers import find_engine
from examples.street.task import STREET
from ground_truth.aws.s3 import split_uri
from ground_truth.engine.model import NotThere
from ground_truth.engine.store.store import Store

SCENES = 12
_COMMAND = "from ground_truth_cli.main import main; main()"
_OPENS_WITHIN = 300


class CommandFailed(RuntimeError):
    """A command failed; what it said is on the screen already."""


@dataclass(frozen=True, kw_only=True)
class Labeled:
    """What came out: the lines of the output manifest, and the photos they are of."""

    manifest: Sequence[Mapping[str, Any]]
    photos: Sequence[Photo]


def prepare_and_start(deployment: Deployment, source: Path, out: Path, job: str, *options: str) -> dict[str, Photo]:
    """Prepares the photos of a folder and starts a job of them; returns the prepared ones by their keys."""
    place = f"s3://{deployment.bucket}/{job}"
    # Names of an example are nobody's secret: the key of the user's own photos stays out of it.
    key = out / "name.key"
    key.write_text(secrets.token_hex(32), encoding="ascii")
    run_command(deployment, "prepare", source, place, "--records", out / "prepared", "--key-file", key)
    manifest = f"{place}/input.manifest"
    run_command(deployment, "start", "street", "--env", "local", "--name", job, "--manifest", manifest, *options)
    photos = _prepared(deployment, out / "prepared" / "mapping.csv", place)
    _wait_until_open(deployment, job, len(photos))
    return photos


def fetch(deployment: Deployment, photos: Mapping[str, Photo], out: Path, job: str) -> Labeled:
    """Fetches the labels of a job that has ended, and its report."""
    run_command(deployment, "results", job, "--env", "local", "--out", out / "results")
    run_command(deployment, "report", job, "--env", "local", "--out", out / "report")
    text = (out / "results" / "output.manifest").read_text(encoding="utf-8")
    manifest = [json.loads(line) for line in text.splitlines()]
    return Labeled(manifest=manifest, photos=[photos[split_uri(line["source-ref"])[1]] for line in manifest])


def wait_until_ended(deployment: Deployment, job: str) -> None:
    """Waits as long as it takes: for the workers, then for the consolidation."""
    states = deployment.emulator.session().client("stepfunctions")
    arn = f"{deployment.outputs['EngineArn'].replace(':stateMachine:', ':execution:')}:{job}"
    while (found := states.describe_execution(executionArn=arn))["status"] == "RUNNING":
        time.sleep(0.2)
    if found["status"] != "SUCCEEDED":
        raise CommandFailed(f"the job failed: {found.get('cause', found['status'])}")


def run_command(deployment: Deployment, *arguments: object) -> None:
    """Runs ``ground-truth`` as its user would, with the emulator for AWS.

    Raises CommandFailed.
    """
    told = [str(argument) for argument in arguments]
    print(f"\n$ ground-truth {shlex.join(told)}", flush=True)
    environment = deployment.emulator.environment() | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run([sys.executable, "-c", _COMMAND, *told], env=environment, check=False)
    if done.returncode:
        raise CommandFailed(f"ground-truth {told[0]} ended with status {done.returncode}")


def summarize(labeled: Labeled, root: Path, workers: str) -> None:
    """Draws the labels on one sheet and tells what there is to look at; ``workers`` says who labeled."""
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
    print(f"\n{len(pictures)} of {len(labeled.photos)} photos labeled by {workers}:")
    for name, count in labels.most_common():
        print(f"  {count:4}  {name}")
    if confidences:
        print(f"Mean confidence {sum(confidences) / len(confidences):.2f} over {len(confidences)} boxes.")
    print(f"\nLook at it:   {root / 'labeled.png'}")
    print(f"Report:       {root / 'report' / 'report.html'}")
    print(f"Manifest:     {root / 'results' / 'output.manifest'}")


def _prepared(deployment: Deployment, mapping: Path, place: str) -> dict[str, Photo]:
    """The prepared pictures by their keys, with what is known to be on them."""
    s3 = deployment.emulator.session().client("s3")
    known = known_objects(SCENES)
    found = {}
    with mapping.open(encoding="utf-8", newline="") as file:
        for entry in csv.DictReader(file):
            bucket, key = split_uri(entry["image"] if "://" in entry["image"] else f"{place}/{entry['image']}")
            content = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
            found[key] = prepared_photo(key.rpartition("/")[2], content, Path(entry["file"]).name, known)
    return found


def _wait_until_open(deployment: Deployment, job: str, objects: int) -> None:
    """Until every object is offered to the workers."""
    session = deployment.emulator.session()
    store = Store(session.resource("dynamodb").Table(find_engine(deployment).table))
    for _ in range(_OPENS_WITHIN * 5):
        with suppress(NotThere):
            if store.jobs.counts(store.jobs.get(job)).total == objects:
                return
        time.sleep(0.2)
    raise CommandFailed(f"the job was not open within {_OPENS_WITHIN} seconds")
