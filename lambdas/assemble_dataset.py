"""Assembles the tables and the manifest of a prepared dataset, over as many calls as it takes."""

import functools
import json
import os
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

import boto3

from ground_truth.aws.composition import Pieces, Progress, compose
from ground_truth.contract.errors import StateError
from ground_truth.images.dataset import DatasetKeys

# The manifest comes last: where it lies, everything does.
STEPS = ("mapping", "rejected", "manifest")
_LEAST_MILLISECONDS = 60_000


def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Goes on from where the event stands, and returns where it stands then; ``done`` at the end.

    Raises StateError if no file of the dataset became a picture.
    """
    state = dict(event)
    while not state.get("done"):
        state = _one_step(state, lambda: context.get_remaining_time_in_millis() > _LEAST_MILLISECONDS)
        if context.get_remaining_time_in_millis() < _LEAST_MILLISECONDS:
            break
    return state


def _one_step(state: Mapping[str, Any], has_time: Callable[[], bool]) -> dict[str, Any]:
    dataset = DatasetKeys(name=state["dataset"], run=state["run"])
    step = state.get("step", STEPS[0])
    bucket, key, content_type, pieces = _target(step, dataset, state["started"])
    progress = compose(
        _s3(),
        bucket=bucket,
        key=key,
        content_type=content_type,
        pieces=pieces,
        progress=Progress(**state.get("progress", {})),
        has_time=has_time,
    )
    if not progress.done:
        return {**state, "done": False, "step": step, "progress": progress.as_json()}
    if step != STEPS[-1]:
        return {**state, "done": False, "step": STEPS[STEPS.index(step) + 1], "progress": {}}
    if not progress.pieces:
        raise StateError(f"no file of the dataset {dataset.name} became a picture: its rejected.csv says why")
    return {
        "dataset": dataset.name,
        "run": dataset.run,
        "images": progress.pieces,
        "manifest": f"s3://{bucket}/{key}",
        "done": True,
    }


def _target(step: str, dataset: DatasetKeys, started: str) -> tuple[str, str, str, Pieces]:
    raw, training = os.environ["RAW_BUCKET"], os.environ["TRAINING_BUCKET"]
    match step:
        case "mapping":
            return raw, dataset.mapping, "text/csv", _table(raw, dataset.parts("mapping"), b"file,image\n")
        case "rejected":
            return training, dataset.rejected, "text/csv", _table(raw, dataset.parts("rejected"), b"file,reason\n")
        case _:
            return training, dataset.manifest, "application/jsonlines", _lines(training, dataset.images, started)


def _table(bucket: str, prefix: str, head: bytes) -> Pieces:
    def pieces(after: str) -> Iterator[tuple[str, bytes]]:
        if not after:
            yield prefix, head
        for found in _objects(bucket, prefix, after):
            yield found["Key"], _s3().get_object(Bucket=bucket, Key=found["Key"])["Body"].read()

    return pieces


def _lines(bucket: str, prefix: str, started: str) -> Pieces:
    """A line for each picture that this run wrote; names are hashes, so each is there once and in no order."""
    # S3 counts whole seconds.
    since = datetime.fromisoformat(started).replace(microsecond=0)

    def pieces(after: str) -> Iterator[tuple[str, bytes]]:
        for found in _objects(bucket, prefix, after):
            if found["LastModified"] >= since:
                line = json.dumps({"source-ref": f"s3://{bucket}/{found['Key']}"})
                yield found["Key"], line.encode() + b"\n"

    return pieces


def _objects(bucket: str, prefix: str, after: str) -> Iterator[dict[str, Any]]:
    """The objects below a prefix, page by page, from behind a key on."""
    pages = _s3().get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix, StartAfter=after)
    return (found for page in pages for found in page.get("Contents", ()))


@functools.cache
def _s3() -> Any:
    return boto3.client("s3")
