"""``ground-truth manifest``: checks manifests, and makes one of a model's predictions."""

import io
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, cast

import click

from ground_truth.contract.errors import InputError
from ground_truth.contract.json_types import Json
from ground_truth.contract.task_types import TASK_TYPES
from ground_truth.manifests.check import check_manifest
from ground_truth.manifests.lines import write_manifest
from ground_truth.manifests.predictions import chained_lines, read_predictions
from ground_truth_cli.local_files import read_bytes, reading, writing
from ground_truth_cli.terminal.findings import print_findings
from ground_truth_cli.terminal.progress_bars import counted

_READ_BYTES = 1 << 20


@click.group()
def manifest() -> None:
    """Manifests: what is to be labeled."""


@manifest.command()
@click.argument("file")
@click.option("--task-type", type=click.Choice(sorted(TASK_TYPES)), help="What the job asks of workers.")
@click.option("--label-attribute", default="", metavar="NAME", help="The label that the job is to write.")
@click.option("--audited-attribute", default="", metavar="NAME", help="The label that a review is about.")
@click.option("--json", "as_json", is_flag=True, help="Print findings for machines.")
def check(file: str, task_type: str | None, label_attribute: str, audited_attribute: str, as_json: bool) -> None:
    """Checks every line of an input manifest.

    FILE is a path, an s3:// address, or - for standard input. The status is 1 if there is a problem.
    """
    with _opened(file) as (lines, size):
        findings = check_manifest(
            counted(lines, size),
            task_type=TASK_TYPES[task_type] if task_type else None,
            label_attribute=label_attribute,
            audited_attribute=audited_attribute,
        )
        print_findings(findings, as_json=as_json)


@manifest.command("from-predictions")
@click.argument("predictions", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--images-uri", required=True, metavar="S3_URI", help="The folder of the images, s3://bucket/prefix.")
@click.option("--label-attribute", required=True, metavar="NAME", help="The label to write the boxes under.")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The manifest to write.")
@click.option(
    "--annotations",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The data set with images and categories, where PREDICTIONS is a list of results.",
)
@click.option("--min-score", type=click.FloatRange(0, 1), default=0.0, help="Leave out boxes below this score.")
@click.option("--label", "labels", multiple=True, metavar="NAME", help="Keep this category only; repeatable, in order.")
def from_predictions(
    predictions: Path,
    images_uri: str,
    label_attribute: str,
    out: Path,
    annotations: Path | None,
    min_score: float,
    labels: tuple[str, ...],
) -> None:
    """Makes a manifest of a model's boxes, for people to verify or adjust.

    PREDICTIONS has COCO's format: a data set with images, categories and annotations, or a list of results.
    """
    read = read_predictions(_read_json(predictions), _read_json(annotations) if annotations else None)
    lines = chained_lines(
        read,
        images_uri=images_uri,
        label_attribute=label_attribute,
        moment=datetime.now(UTC),
        labels=labels,
        min_score=min_score,
    )
    # What is refused half-way must not leave half a manifest.
    unfinished = out.with_name(out.name + ".part")
    with writing(out):
        try:
            with unfinished.open("wb") as file:
                count = write_manifest(lines, file)
            unfinished.replace(out)
        finally:
            unfinished.unlink(missing_ok=True)
    click.echo(f"{count:,} images written to {out}")
    click.echo(f"labels of the task, in this order: {', '.join(labels or read.labels)}")


def _read_json(path: Path) -> Json:
    try:
        content: Json = json.loads(read_bytes(path))
    except ValueError as error:
        raise InputError(f"{path} is not JSON: {error}") from error
    return content


@contextmanager
def _opened(file: str) -> Iterator[tuple[BinaryIO, int | None]]:
    """Opens a path, an address or standard input; the size in bytes is None where it is not known."""
    if file == "-":
        yield sys.stdin.buffer, None
    elif file.startswith("s3://"):
        # Only manifests on S3 need boto3, which takes longer to import than most manifests to check.
        import boto3

        from ground_truth.aws.s3 import split_uri

        bucket, key = split_uri(file)
        answer = boto3.client("s3").get_object(Bucket=bucket, Key=key)
        # The body reads as a raw file does; its types do not say so.
        body = cast(io.RawIOBase, answer["Body"])
        with io.BufferedReader(body, _READ_BYTES) as lines:
            yield lines, answer["ContentLength"]
    else:
        path = Path(file)
        with reading(path):
            local = path.open("rb")
        with local as lines:
            yield lines, path.stat().st_size
