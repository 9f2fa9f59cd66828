"""``ground-truth report``: a page that shows what a job's labels are worth, and what to look at."""

import json
from io import BytesIO
from pathlib import Path

import boto3
import click
from botocore.config import Config

from ground_truth.contract.backends import WorkforceKind
from ground_truth.contract.errors import InputError
from ground_truth.contract.label_category_config import read_labels
from ground_truth.contract.task_types import CUSTOM, TASK_TYPES, TaskType
from ground_truth.jobs.folder import JobFolder, find_job_folder, manifest_of
from ground_truth.jobs.quality import quality_numbers
from ground_truth.manifests.lines import read_manifest
from ground_truth.manifests.manifest_line import ManifestLine
from ground_truth.reporting.report import MOST_PICTURES, make_report
from ground_truth.reporting.summary import ReportSummary
from ground_truth.reporting.thumbnails import Thumbnails
from ground_truth_cli.backends.jobs import folder_of_source
from ground_truth_cli.job_files import folder_at, read_file
from ground_truth_cli.local_files import write_text
from ground_truth_cli.terminal.options import MemberOf, of_named_job
from ground_truth_cli.terminal.progress_bars import counting

_TYPES = [kind.key for kind in TASK_TYPES.values() if kind is not CUSTOM]
# The report shows a few pictures: without a network it is better told soon.
_SOON = Config(connect_timeout=5, read_timeout=20, retries={"total_max_attempts": 2})


@click.command()
@click.argument("source")
@of_named_job
@click.option("--images", metavar="FOLDER", help="Where the images are, by file name; local or in S3.")
@click.option("--type", "type_key", type=click.Choice(_TYPES), help="Kind of task, if the manifest does not tell it.")
@click.option("--labels", metavar="FILE", help="Label category file, for the order of classes.")
@click.option("--manifest", metavar="FILE", help="Manifest whose lines are labeled, instead of the job's own.")
@click.option("--label-attribute", metavar="NAME", help="Name of the label in the manifest, instead of the job's own.")
@click.option(
    "--workforce",
    type=MemberOf(WorkforceKind),
    default=WorkforceKind.SELF_HOSTED,
    show_default=True,
    help="Who worked on the job, for its cost.",
)
@click.option("--price-usd", help="The price paid for an answer, with a vendor or the public crowd.")
@click.option("--region", default="us-east-1", show_default=True, help="Whose list prices to take.")
@click.option("--pictures", type=click.IntRange(0, 100), default=MOST_PICTURES, show_default=True, help="At most.")
@click.option(
    "--out",
    default="report",
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for report.html and quality.json.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def report(
    source: str,
    environment: str | None,
    images: str | None,
    type_key: str | None,
    labels: str | None,
    manifest: str | None,
    label_attribute: str | None,
    workforce: WorkforceKind,
    price_usd: str | None,
    region: str,
    pictures: int,
    out: Path,
    as_json: bool,
) -> None:
    """Show how good a job's labels are: unsure and confused ones, odd workers, time, cost and failures.

    SOURCE is the job's folder, <output path>/<job name>, in S3 or downloaded; with --env it is the job's name. The
    page needs no network and holds small copies of the images it shows: give it to nobody who may not see them.
    """
    job = find_job_folder(folder_at(folder_of_source(source, environment)))
    lines = _lines(job, manifest)
    task_type = TASK_TYPES[type_key] if type_key else _type_in(lines or [], label_attribute)
    with counting("Reading answers") as progress:
        made = make_report(
            job,
            task_type,
            thumbnails=Thumbnails(client=boto3.client("s3", config=_SOON), folder=images),
            workforce=workforce,
            region=region,
            price_usd=price_usd,
            labels=read_labels(read_file(labels)) if labels else None,
            lines=lines,
            label_attribute=label_attribute,
            pictures=pictures,
            progress=progress,
        )
    write_text(out / "report.html", made.html)
    write_text(out / "quality.json", json.dumps(made.summary, indent=2) + "\n")
    _summarize(made.summary, out, as_json=as_json)


def _lines(job: JobFolder, manifest: str | None) -> list[ManifestLine] | None:
    content = read_file(manifest) if manifest else manifest_of(job.root)
    return None if content is None else list(read_manifest(BytesIO(content)))


def _type_in(lines: list[ManifestLine], label_attribute: str | None) -> TaskType:
    """The kind of task that wrote the manifest's labels."""
    written = {
        record.type
        for line in lines
        for record in line.records
        if record.type and label_attribute in (None, record.attribute)
    }
    # Adjusted labels have the type of the labels that they adjust, and so does what merges them.
    candidates = [kind for kind in TASK_TYPES.values() if kind is not CUSTOM and kind.record_type in written]
    if len({kind.record_type for kind in candidates}) != 1:
        labels = f"labels of {', '.join(sorted(written))}" if written else "no label that tells"
        raise InputError(
            f"the kind of task is not clear, the manifest has {labels}: give --type, one of {', '.join(_TYPES)}"
        )
    return candidates[0]


def _summarize(summary: ReportSummary, out: Path, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({**quality_numbers(summary), "hints": summary["hints"], "out": str(out)}, indent=2))
        return
    click.echo(f"{summary['labeled']} of {summary['objects']} images labeled by {summary['workers']} workers.")
    for hint in summary["hints"]:
        click.echo(f"- {hint}")
    click.echo(f"Written to {out}/: report.html and quality.json.")
