"""``ground-truth export``: a job's labels in the form that training tools read."""

import json
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import click

from ground_truth.contract.errors import InputError
from ground_truth.contract.label_category_config import read_labels
from ground_truth.exports.dataset import Dataset, read_dataset
from ground_truth.exports.formats import FORMATS, export_files
from ground_truth.manifests.lines import read_manifest
from ground_truth.manifests.manifest_line import ManifestLine
from ground_truth.manifests.output import read_labels_of
from ground_truth_cli.backends.jobs import folder_of_source
from ground_truth_cli.job_files import LabelSource, read_file
from ground_truth_cli.local_files import write_bytes
from ground_truth_cli.terminal.options import of_named_job


@click.command()
@click.argument("source")
@of_named_job
@click.option(
    "--format", "format_name", required=True, type=click.Choice(list(FORMATS)), help="What the files are for."
)
@click.option(
    "--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="New folder for the files."
)
@click.option(
    "--min-confidence",
    type=click.FloatRange(0, 1),
    default=0.0,
    help="Leave out boxes, classes and masks less sure than this.",
)
@click.option("--label-attribute", metavar="NAME", help="Which label of the manifest; needed if it has several.")
@click.option("--labels", metavar="FILE", help="Label category file, for classes that no image has.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def export(
    source: str,
    environment: str | None,
    format_name: str,
    out: Path,
    min_confidence: float,
    label_attribute: str | None,
    labels: str | None,
    as_json: bool,
) -> None:
    """Write a job's labels as COCO, YOLO, Pascal VOC or Label Studio files.

    SOURCE is the job's folder, <output path>/<job name>, or an output manifest, in S3 or downloaded; with --env it
    is the job's name. Images are not copied: images.csv tells which image is to lie under which name. Images that
    failed or were not labeled are left out and counted.
    """
    if out.exists() and any(out.iterdir()):
        raise InputError(f"'--out' should be a new or an empty folder, got {out}: files of another export would stay")
    labels_source = LabelSource(folder_of_source(source, environment))
    lines = list(read_manifest(BytesIO(labels_source.manifest())))
    attribute = label_attribute or _only_attribute(lines, labels_source.job_name)
    dataset = read_dataset(
        read_labels_of(lines, attribute),
        min_confidence=min_confidence,
        labels=read_labels(read_file(labels)) if labels else (),
    )
    if not dataset.images:
        raise InputError(f"nothing to export: no image has a label '{attribute}'{_why_none(dataset)}")
    files = 0
    for name, content in export_files(dataset, format_name, labels_source.read_mask):
        write_bytes(out / name, content)
        files += 1
    _summarize(dataset, {"format": format_name, "label_attribute": attribute, "files": files, "out": str(out)}, as_json)


def _only_attribute(lines: Sequence[ManifestLine], job_name: str) -> str:
    """The label that the job wrote, if the manifest has labels of several; else the only one."""
    written = {record.attribute: record.job_name for line in lines for record in line.records}
    own = [attribute for attribute, job in written.items() if job == job_name.lower()]
    for names in (own, list(written)):
        if len(names) == 1:
            return names[0]
    if not written:
        raise InputError("the manifest has no labels: it should be the output manifest of a job")
    raise InputError(f"the manifest has several labels: give --label-attribute, one of {', '.join(written)}")


def _why_none(dataset: Dataset) -> str:
    counted = ", ".join(f"{count} {reason.replace('_', ' ')}" for reason, count in dataset.left_out.items())
    single = "; with one worker an object every confidence is 0 and says nothing"
    return f" ({counted})" * bool(counted) + single * ("below_confidence" in dataset.left_out)


def _summarize(dataset: Dataset, summary: dict[str, object], as_json: bool) -> None:
    if as_json:
        counted = {"images": len(dataset.images), "classes": dataset.class_names, "left_out": dict(dataset.left_out)}
        click.echo(json.dumps(summary | counted, indent=2, ensure_ascii=False))
        return
    click.echo(f"{len(dataset.images)} images exported with the label '{summary['label_attribute']}'.")
    for reason, count in dataset.left_out.items():
        click.echo(f"  left out, {reason.replace('_', ' ')}: {count}")
    click.echo(f"Written to {summary['out']}/: {summary['files']} files; images.csv tells what to call the images.")
