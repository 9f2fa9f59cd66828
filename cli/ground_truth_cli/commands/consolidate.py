"""``ground-truth consolidate``: a whole job's labels anew, from what its workers answered."""

import json
from io import BytesIO
from pathlib import Path

import click

from ground_truth.contract.errors import InputError
from ground_truth.contract.label_category_config import read_labels
from ground_truth.contract.task_types import CUSTOM, TASK_TYPES
from ground_truth.jobs.folder import find_job_folder
from ground_truth.jobs.quality import quality_numbers
from ground_truth.jobs.results import JobResults, consolidate_job
from ground_truth.manifests.lines import read_manifest
from ground_truth_cli.job_files import folder_at, read_file
from ground_truth_cli.local_files import write_bytes, write_text
from ground_truth_cli.terminal.progress_bars import counting

_TYPES = [kind.key for kind in TASK_TYPES.values() if kind is not CUSTOM]


@click.command()
@click.argument("source")
@click.option("--type", "type_key", required=True, type=click.Choice(_TYPES), help="Kind of task.")
@click.option("--labels", metavar="FILE", help="Label category file, for the order of classes.")
@click.option("--manifest", metavar="FILE", help="Manifest whose lines are labeled, instead of the job's own.")
@click.option("--label-attribute", metavar="NAME", help="Name of the label in the manifest, instead of the job's own.")
@click.option(
    "--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder for what comes out."
)
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def consolidate(
    source: str,
    type_key: str,
    labels: str | None,
    manifest: str | None,
    label_attribute: str | None,
    out: Path,
    as_json: bool,
) -> None:
    """Merge what the workers of a job answered into one label per image.

    SOURCE is the job's folder, <output path>/<job name>, in S3 or downloaded; its annotations or
    worker-response folder will do. Every FILE may be local or in S3. Written are output.manifest, workers.csv,
    quality.json and, for masks, masks/<object>.png.
    """
    masks = out / "masks"

    def write_mask(object_id: str, png: bytes) -> str:
        write_bytes(masks / f"{object_id}.png", png)
        return f"masks/{object_id}.png"

    job = find_job_folder(folder_at(source))
    with counting("Reading answers") as progress:
        results = consolidate_job(
            job,
            TASK_TYPES[type_key],
            write_file=write_mask,
            labels=read_labels(read_file(labels)) if labels else None,
            manifest=list(read_manifest(BytesIO(read_file(manifest)))) if manifest else None,
            label_attribute=label_attribute,
            progress=progress,
        )
    for name, text in (
        ("output.manifest", results.manifest()),
        ("workers.csv", results.workers_csv()),
        ("quality.json", results.quality_json()),
    ):
        write_text(out / name, text)
    _summarize(results, out, as_json=as_json)
    if not results.quality["labeled"]:
        raise InputError(f"no object could be labeled; {out / 'quality.json'} says why of each")


def _summarize(results: JobResults, out: Path, *, as_json: bool) -> None:
    quality = results.quality
    summary = quality_numbers(quality)
    if as_json:
        click.echo(json.dumps({**summary, "out": str(out)}, indent=2, ensure_ascii=False))
        return
    click.echo(
        f"{summary['labeled']} of {summary['objects']} objects labeled as '{summary['label_attribute']}' "
        f"from {summary['answers']} answers of {summary['workers']} workers."
    )
    for remark in quality["failed"]:
        click.echo(f"  failed: object {remark['object']}: {remark['why']}", err=True)
    if quality["classes_are"] != "given":
        click.echo(f"Classes are {quality['classes_are']}: {', '.join(quality['classes'])}.")
    for confusion in quality["confusions"]:
        click.echo(f"Confused: {' and '.join(confusion['labels'])}, by {confusion['share']:.0%} of pairs of answers.")
    click.echo(f"{summary['ambiguous']} objects are ambiguous, {summary['outliers']} workers stand out.")
    click.echo(f"Written to {out}/: output.manifest, workers.csv, quality.json.")
