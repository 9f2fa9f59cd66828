"""Assembles the tables and the manifest of a prepared dataset, over as many calls as it takes."""

import functools
import json
import os
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, NotRequired, TypedDict

import boto3

from ground_truth.aws.composition import Pieces, ProgressJson, UploadProgress, compose
from ground_truth.aws.lambda_context import LambdaContext
from ground_truth.contract.errors import StateError
from ground_truth.images.dataset import DatasetKeys

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import ObjectTypeDef

# The manifest comes last: where it lies, everything does.
STEPS = ("mapping", "rejected", "manifest")
_LEAST_MILLISECONDS = 60_000


class DatasetState(TypedDict):
    """How far a dataset is: which step, and ``progress`` in it, until ``images`` and ``manifest`` are known."""

    dataset: str
    run: str
    started: NotRequired[str]
    step: NotRequired[str]
    progress: NotRequired[ProgressJson]
    done: NotRequired[bool]
    images: NotRequired[int]
    manifest: NotRequired[str]


def handler(event: DatasetState, context: LambdaContext) -> DatasetState:
    """Goes on from where the event stands, and returns where it stands then; ``done`` at the end.

    Raises StateError if no file of the dataset became a picture.
    """
    state = event
    while not state.get("done"):
        state = _one_step(state, lambda: context.get_remaining_time_in_millis() > _LEAST_MILLISECONDS)
        if context.get_remaining_time_in_millis() < _LEAST_MILLISECONDS:
            break
    return state


def _one_step(state: DatasetState, has_time: Callable[[], bool]) -> DatasetState:
    dataset = DatasetKeys(name=state["dataset"], run=state["run"])
    step = state.get("step", STEPS[0])
    bucket, key, content_type, pieces = _target(step, dataset, state["started"])
    progress = compose(
        _s3(),
        bucket=bucket,
        key=key,
        content_type=content_type,
        pieces=pieces,
        progress=UploadProgress(**state.get("progress", ProgressJson())),
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
        for stored in _objects(bucket, prefix, after):
            yield stored["Key"], _s3().get_object(Bucket=bucket, Key=stored["Key"])["Body"].read()

    return pieces


def _lines(bucket: str, prefix: str, started: str) -> Pieces:
    """A line for each picture that this run wrote; names are hashes, so each is there once and in no order."""
    # S3 counts whole seconds.
    since = datetime.fromisoformat(started).replace(microsecond=0)

    def pieces(after: str) -> Iterator[tuple[str, bytes]]:
        for stored in _objects(bucket, prefix, after):
            if stored["LastModified"] >= since:
                line = json.dumps({"source-ref": f"s3://{bucket}/{stored['Key']}"})
                yield stored["Key"], line.encode() + b"\n"

    return pieces


def _objects(bucket: str, prefix: str, after: str) -> "Iterator[ObjectTypeDef]":
    """The objects below a prefix, page by page, from behind a key on."""
    pages = _s3().get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix, StartAfter=after)
    return (stored for page in pages for stored in page.get("Contents", ()))


@functools.cache
def _s3() -> "S3Client":
    return boto3.client("s3")
