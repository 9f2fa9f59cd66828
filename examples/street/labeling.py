"""The commands that run a job on AWS, run against the emulator."""

import csv
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

from examples.street.deploy import Deployment
from examples.street.drawing import contact_sheet, draw_boxes
from examples.street.photos import Photo, objects_of_scenes, prepared_photo
from examples.street.portal_workers import find_engine
from examples.street.task import STREET
from ground_truth.aws.s3 import split_uri
from ground_truth.engine.model import NotThere
from ground_truth.engine.store.store import EngineStore
from ground_truth.manifests.labels import BoxesLabel
from ground_truth.manifests.output import LabeledObject, read_output_manifest

SCENES = 12
_COMMAND = "from ground_truth_cli.main import main; main()"
_OPENS_WITHIN = 300


class CommandFailed(RuntimeError):
    """A command failed; what it said is on the screen already."""


@dataclass(frozen=True, kw_only=True)
class Labeled:
    """What came out: the objects of the output manifest, and the photos that they are."""

    objects: Sequence[LabeledObject]
    photos: Sequence[Photo]


def prepare_and_start(deployment: Deployment, source: Path, out: Path, job: str, *options: str) -> dict[str, Photo]:
    """Prepares the photos of a folder and starts a job of them; returns the prepared ones by their keys."""
    destination = f"s3://{deployment.bucket}/{job}"
    # Names of an example are nobody's secret: the key of the user's own photos stays out of it.
    key = out / "name.key"
    key.write_text(secrets.token_hex(32), encoding="ascii")
    run_command(deployment, "prepare", source, destination, "--records", out / "prepared", "--key-file", key)
    manifest = f"{destination}/input.manifest"
    run_command(deployment, "start", "street", "--env", "local", "--name", job, "--manifest", manifest, *options)
    photos = _prepared(deployment, out / "prepared" / "mapping.csv", destination)
    _wait_until_open(deployment, job, len(photos))
    return photos


def fetch(deployment: Deployment, photos: Mapping[str, Photo], out: Path, job: str) -> Labeled:
    """Fetches the labels of a job that has ended, and its report."""
    run_command(deployment, "results", job, "--env", "local", "--out", out / "results")
    run_command(deployment, "report", job, "--env", "local", "--out", out / "report")
    with (out / "results" / "output.manifest").open("rb") as manifest:
        objects = list(read_output_manifest(manifest, STREET.label_attribute_name))
    return Labeled(objects=objects, photos=[photos[split_uri(labeled.source)[1]] for labeled in objects])


def wait_until_ended(deployment: Deployment, job: str) -> None:
    """Waits as long as it takes: for the workers, then for the consolidation."""
    states = deployment.emulator.session().client("stepfunctions")
    arn = f"{deployment.outputs['EngineArn'].replace(':stateMachine:', ':execution:')}:{job}"
    while (execution := states.describe_execution(executionArn=arn))["status"] == "RUNNING":
        time.sleep(0.2)
    if execution["status"] != "SUCCEEDED":
        raise CommandFailed(f"the job failed: {execution.get('cause', execution['status'])}")


def run_command(deployment: Deployment, *arguments: object) -> None:
    """Runs ``ground-truth`` as its user would, with the emulator for AWS.

    Raises CommandFailed.
    """
    words = [str(argument) for argument in arguments]
    print(f"\n$ ground-truth {shlex.join(words)}", flush=True)
    environment = deployment.emulator.environment() | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run([sys.executable, "-c", _COMMAND, *words], env=environment, check=False)
    if done.returncode:
        raise CommandFailed(f"ground-truth {words[0]} ended with status {done.returncode}")


def summarize(labeled: Labeled, root: Path, workers: str) -> None:
    """Draws the labels on one sheet and tells what there is to look at; ``workers`` says who labeled."""
    labels: Counter[str] = Counter()
    confidences = []
    pictures = []
    for labeled_object, photo in zip(labeled.objects, labeled.photos, strict=True):
        label = labeled_object.label
        if not isinstance(label, BoxesLabel):
            print(f"  {photo.taken_as}: {labeled_object.failure_reason}")
            continue
        labels.update(box.name for box in label.boxes)
        confidences += [box.confidence for box in label.boxes if box.confidence is not None]
        pictures.append(draw_boxes(photo.content, label))
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


def _prepared(deployment: Deployment, mapping: Path, destination: str) -> dict[str, Photo]:
    """The prepared pictures by their keys, with what is known to be on them."""
    s3 = deployment.emulator.session().client("s3")
    objects = objects_of_scenes(SCENES)
    photos = {}
    with mapping.open(encoding="utf-8", newline="") as file:
        for entry in csv.DictReader(file):
            bucket, key = split_uri(entry["image"] if "://" in entry["image"] else f"{destination}/{entry['image']}")
            content = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
            photos[key] = prepared_photo(key.rpartition("/")[2], content, Path(entry["file"]).name, objects)
    return photos


def _wait_until_open(deployment: Deployment, job: str, objects: int) -> None:
    """Until every object is offered to the workers."""
    session = deployment.emulator.session()
    store = EngineStore(session.resource("dynamodb").Table(find_engine(deployment).table))
    for _ in range(_OPENS_WITHIN * 5):
        with suppress(NotThere):
            if store.jobs.counts(store.jobs.get(job)).total == objects:
                return
        time.sleep(0.2)
    raise CommandFailed(f"the job was not open within {_OPENS_WITHIN} seconds")
