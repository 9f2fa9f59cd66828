"""Prepares a batch of a dataset's files: from the raw bucket into the training bucket."""

import csv
import functools
import hashlib
import io
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypedDict

import boto3
from botocore.exceptions import ClientError

from ground_truth.images.dataset import COMPLETE, DatasetKeys, image_name
from ground_truth.images.detectors import detector_of
from ground_truth.images.limits import MOST_PIXELS, MOST_SOURCE_BYTES
from ground_truth.images.prepare import Options, Rejected, prepare_image
from ground_truth.images.redact import Detector
from ground_truth.images.stripped import ImageRefused

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

TYPES = {"jpg": "image/jpeg", "png": "image/png"}


class ImageItem(TypedDict):
    """A file to prepare."""

    key: str
    dataset: str
    run: str


class ImageItems(ImageItem, total=False):
    """A file to prepare, or in ``Items`` a batch of them, as a distributed map gives it."""

    Items: list[ImageItem]


def handler(event: ImageItems, context: object) -> dict[str, int]:
    """Prepares the files of ``{"Items": [...]}``, or of one item; each names its key, its dataset and the run.

    What became of which file is written as one part of each table, named after the files: the same batch
    again writes the same objects.
    """
    items = event.get("Items") or [event]
    dataset = DatasetKeys(name=items[0]["dataset"], run=items[0]["run"])
    keys = [item["key"] for item in items if not item["key"].endswith(("/", f"/{COMPLETE}"))]
    mapping, rejected = [], []
    for key in keys:
        name = key.removeprefix(dataset.uploads)
        try:
            mapping.append((name, _prepare(key, dataset)))
        except ImageRefused as refused:
            rejected.append((name, str(refused)))
    batch = hashlib.sha256("\0".join(keys).encode()).hexdigest()
    for table, rows in (("mapping", mapping), ("rejected", rejected)):
        if rows:
            part = f"{dataset.parts(table)}{batch}.csv"
            _s3().put_object(Bucket=os.environ["RAW_BUCKET"], Key=part, Body=_csv(rows), ContentType="text/csv")
    return {"prepared": len(mapping), "rejected": len(rejected)}


def _prepare(key: str, dataset: DatasetKeys) -> str:
    """Prepares one file and returns the URI of the picture.

    Raises ImageRefused, with the reason.
    """
    result = prepare_image(_read(key), name=key, options=_options(), detect=_detector())
    if isinstance(result, Rejected):
        raise ImageRefused(result.reason)
    target = dataset.images + image_name(_name_key(), result.pieces, result.ending)
    bucket = os.environ["TRAINING_BUCKET"]
    _s3().put_object(Bucket=bucket, Key=target, Body=result.content, ContentType=TYPES[result.ending])
    return f"s3://{bucket}/{target}"


def _read(key: str) -> bytes:
    try:
        source = _s3().get_object(Bucket=os.environ["RAW_BUCKET"], Key=key)
    except ClientError as error:
        # Who may not list a bucket is told of missing objects that access is denied.
        if error.response["Error"]["Code"] in ("NoSuchKey", "AccessDenied"):
            raise ImageRefused("unreadable: removed since the run began, or encrypted with another key") from error
        raise
    if source["ContentLength"] > MOST_SOURCE_BYTES:
        source["Body"].close()
        raise ImageRefused(f"too large: {source['ContentLength']:,} bytes are more than {MOST_SOURCE_BYTES:,}")
    return source["Body"].read()


def _csv(rows: Sequence[tuple[str, ...]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


@functools.cache
def _s3() -> "S3Client":
    return boto3.client("s3")


@functools.cache
def _options() -> Options:
    return Options(
        keep_format="KEEP_FORMAT" in os.environ,
        downscale="DOWNSCALE" in os.environ,
        max_pixels=int(os.environ.get("MAX_PIXELS", MOST_PIXELS)),
    )


@functools.cache
def _detector() -> Detector | None:
    return detector_of(os.environ.get("REDACT", "").split())


@functools.cache
def _name_key() -> bytes:
    """The key of the names, read once per environment of the function."""
    answer = boto3.client("secretsmanager").get_secret_value(SecretId=os.environ["NAME_KEY"])
    return str(answer["SecretString"]).encode()
