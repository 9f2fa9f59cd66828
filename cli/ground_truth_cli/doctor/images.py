"""Checks of the images that a manifest lists: there, readable, not too large, upright (contract section 2.3)."""

import io
import struct
import sys
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError
from PIL import Image

from ground_truth.aws.s3 import split_uri
from ground_truth.contract.findings import Check, Finding, ok, problem, warning
from ground_truth.contract.task_types import TaskType
from ground_truth_cli.account.refusals import code_of, is_refusal, message_of
from ground_truth_cli.doctor.probes import PlannedJob, could_not_look

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

EXIST = Check(
    "image.exists",
    "The images that the manifest lists are there and can be read",
    "missing ones fail object by object, after the job has begun",
)
SIZE = Check(
    "image.size",
    "No image has more bytes or pixels than the task type takes (40 MB, 100 million pixels)",
    "larger images fail as objects",
)
FORMAT = Check(
    "image.format",
    "Images are JPEG or PNG",
    "the built-in task types take no other formats; a custom page shows what it can",
)
ORIENTATION = Check(
    "image.orientation",
    "No image relies on an EXIF flag to be upright",
    "browsers turn such images and training code often does not: boxes end up beside their objects",
)
CHECKS = (EXIST, SIZE, FORMAT, ORIENTATION)

# Enough for the header of nearly every photo, thumbnail included.
_HEADER = 64 * 1024
_AT_ONCE = 8
_ORIENTATION_TAG = 274
# MPO is what Pillow calls a JPEG with further pictures behind it, as cameras write them.
_FORMATS = ("JPEG", "MPO", "PNG")
_MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Head:
    """The beginning of an image: its first bytes, whole size and KMS key, or why they could not be had."""

    uri: str
    content: bytes = b""
    size: int = 0
    key: str | None = None
    error: ClientError | BotoCoreError | None = None


def fetch_heads(job: PlannedJob, uris: Sequence[str]) -> list[Head]:
    """Reads the beginnings of images, several at a time."""
    s3 = job.deployment.aws.s3
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(pool.map(lambda uri: _fetch(s3, uri), uris))


def check_images(heads: Sequence[Head], total: int, task_type: TaskType) -> Iterator[Finding]:
    """Checks a sample of the images of a manifest that has ``total``, by their first bytes."""
    if not heads:
        return
    sample = f"all {total} images" if len(heads) >= total else f"a sample of {len(heads)} of {total} images"
    yield from _presence(heads, sample)
    there = [head for head in heads if head.error is None]
    if there:
        yield from _headers(there, sample, task_type)


def _fetch(s3: "S3Client", uri: str) -> Head:
    bucket, key = split_uri(uri)
    try:
        answer = s3.get_object(Bucket=bucket, Key=key, Range=f"bytes=0-{_HEADER - 1}")
        content = answer["Body"].read()
    except ClientError as error:
        # An empty object has no first byte.
        return Head(uri=uri) if code_of(error) == "InvalidRange" else Head(uri=uri, error=error)
    except BotoCoreError as error:
        return Head(uri=uri, error=error)
    total = answer.get("ContentRange", "").rpartition("/")[2]
    size = int(total) if total.isdigit() else len(content)
    return Head(uri=uri, content=content, size=size, key=answer.get("SSEKMSKeyId"))


def _presence(heads: Sequence[Head], sample: str) -> Iterator[Finding]:
    failed = [head for head in heads if head.error]
    refused = [head for head in failed if isinstance(head.error, ClientError) and is_refusal(head.error)]
    missing = [
        head
        for head in failed
        if isinstance(head.error, ClientError) and code_of(head.error) in ("NoSuchKey", "NoSuchBucket", "404")
    ]
    other = [head for head in failed if head not in refused and head not in missing]
    if missing:
        yield problem(
            EXIST,
            where=_first(missing),
            fact=f"{_of(missing, sample)} are not there",
            fix="put them there or take their lines out",
        )
    if refused:
        yield could_not_look(
            EXIST,
            where=_first(refused),
            reason=f"you lack s3:GetObject (or kms:Decrypt) for {_of(refused, sample)}",
            fix="have it granted to you; without s3:ListBucket a missing image is refused too",
        )
    for head in other[:1]:
        reason = message_of(head.error) if isinstance(head.error, ClientError) else str(head.error)
        yield could_not_look(EXIST, where=head.uri, reason=reason, fix="try again")
    if not failed:
        yield ok(EXIST, where=_bucket(heads), fact=f"{sample} are there")


def _headers(heads: Sequence[Head], sample: str, task_type: TaskType) -> Iterator[Finding]:
    large: list[Head] = []
    unrecognized: list[Head] = []
    strange: list[Head] = []
    turned: list[Head] = []
    for head in heads:
        pixels, kind, orientation = _read_header(head)
        if head.size > (task_type.max_file_bytes or inf) or pixels > (task_type.max_pixels or inf):
            large.append(head)
        if not kind and head.size > len(head.content):
            # A long header hides the rest of it behind the first bytes; then nothing is known.
            unrecognized.append(head)
        elif task_type.file_endings and kind not in _FORMATS:
            strange.append(head)
        if orientation != 1:
            turned.append(head)
    where = _bucket(heads)
    if large:
        yield problem(
            SIZE,
            where=_first(large),
            fact=f"{_of(large, sample)} have more than {(task_type.max_file_bytes or 0) // _MEBIBYTE} MB or "
            f"{task_type.max_pixels or 0:,} pixels, the most that {task_type.key} takes",
            fix="make them smaller: ground-truth prepare",
        )
    else:
        yield ok(SIZE, where=where, fact=f"{sample} are as small as {task_type.key} wants them")
    if strange:
        yield problem(
            FORMAT,
            where=_first(strange),
            fact=f"{_of(strange, sample)} are neither JPEG nor PNG",
            fix="convert them to JPEG",
        )
    elif unrecognized:
        yield could_not_look(
            FORMAT,
            where=_first(unrecognized),
            reason=f"the first 64 KB of {_of(unrecognized, sample)} tell nothing",
            fix="open one to see",
        )
    else:
        yield ok(FORMAT, where=where, fact=f"{sample} are of a format that {task_type.key} takes")
    if turned:
        yield warning(
            ORIENTATION,
            where=_first(turned),
            fact=f"{_of(turned, sample)} are turned by an EXIF flag",
            fix="label upright copies instead: ground-truth prepare",
        )
    else:
        yield ok(ORIENTATION, where=where, fact=f"{sample} are upright as they are")


def _read_header(head: Head) -> tuple[int, str, int]:
    """Pixels, format ('' where unknown) and orientation of an image, as its first bytes tell."""
    try:
        with warnings.catch_warnings():
            # Pillow warns of large pictures, which is what we are looking for.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(head.content)) as image:
                return image.width * image.height, image.format or "", _orientation(image)
    except Image.DecompressionBombError:
        # Pillow does not say more of it; the format matters no longer.
        return sys.maxsize, "JPEG", 1
    except (OSError, ValueError, SyntaxError):
        return 0, "", 1


def _orientation(image: Image.Image) -> int:
    # Not image.getexif(): for a PNG it reads on to the end, which we have not fetched.
    exif = Image.Exif()
    try:
        exif.load(image.info.get("exif", b""))
        return int(exif.get(_ORIENTATION_TAG) or 1)
    except (OSError, ValueError, SyntaxError, TypeError, struct.error):
        # Broken metadata turns nothing.
        return 1


def _first(heads: Sequence[Head]) -> str:
    return heads[0].uri + (f" and {len(heads) - 1} more" if len(heads) > 1 else "")


def _of(heads: Sequence[Head], sample: str) -> str:
    return f"{len(heads)} of {sample}"


def _bucket(heads: Sequence[Head]) -> str:
    return split_uri(heads[0].uri)[0]
