"""``ground-truth prepare``: photos made fit for strangers' eyes, and the manifest that lists them."""

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from ground_truth.contract.errors import InputError
from ground_truth.images.limits import MOST_PIXELS, REDACTABLE
from ground_truth.images.prepare import Options
from ground_truth_cli.preparation.owner_key import default_key_file, owner_key
from ground_truth_cli.preparation.run import MAPPING, REJECTED, PreparationPlan, RunSummary, carry_out
from ground_truth_cli.preparation.storages import Folder, Prefix, Storage, storage_at

if TYPE_CHECKING:
    from ground_truth_cli.preparation.cloud import CloudSummary


@click.command("prepare")
@click.argument("source")
@click.argument("destination")
@click.option("--uri", metavar="S3_URI", help="Where the folder will lie: the manifest names pictures below it.")
@click.option("--keep-format", is_flag=True, help="Leave out what is neither JPEG nor PNG instead of converting it.")
@click.option("--downscale", is_flag=True, help="Shrink pictures over the limits instead of leaving them out.")
@click.option("--max-pixels", type=int, default=MOST_PIXELS, show_default=True, help="Most pixels of a picture.")
@click.option(
    "--redact",
    type=click.Choice(REDACTABLE),
    multiple=True,
    help="Blur what Amazon Rekognition finds, for a price a picture. It misses some: look through the result.",
)
@click.option(
    "--key-file", type=click.Path(path_type=Path), help=f"The key that names are made with. [{default_key_file()}]"
)
@click.option(
    "--records",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for mapping.csv, rejected.csv and the journal: the destination, or a local folder for one on S3.",
)
@click.option("--jobs", type=click.IntRange(min=1), default=os.cpu_count(), show_default=True, help="Processes.")
@click.option("--cloud", metavar="ENV", help="Prepare in the account: DESTINATION is the dataset's name.")
@click.option("--dry-run", is_flag=True, help="Say what would become of the files; write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def prepare(
    source: str,
    destination: str,
    uri: str | None,
    keep_format: bool,
    downscale: bool,
    max_pixels: int,
    redact: tuple[str, ...],
    key_file: Path | None,
    records: Path | None,
    jobs: int,
    cloud: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Prepare the photos of SOURCE for labeling and put them into DESTINATION.

    Both are folders or s3://bucket/prefix. Metadata is removed without touching the pixels; turned pictures
    are set upright, other formats converted, and files get names that tell nothing. DESTINATION gets
    images/ and input.manifest. mapping.csv, for you alone, says which file became which picture, and
    rejected.csv which files were left out and why.

    Stopped at any point, the same command goes on from there. A SOURCE that was prepared already is copied
    with its manifest lines, which then name the pictures where they lie.

    With --cloud the photos are uploaded as they are into the private bucket of a deployed DatasetPreparation,
    which prepares them with the settings it was deployed with.
    """
    if cloud:
        _check_cloud_options()
        dataset = _in_account(source, destination, cloud)
        click.echo(json.dumps(dataset) if as_json else "\n".join(f"{name}: {each}" for name, each in dataset.items()))
        return
    source_storage, storage = storage_at(source), storage_at(destination)
    _check_storages(source_storage, storage, uri)
    plan = PreparationPlan(
        source=source_storage,
        destination=storage,
        records=records or _default_records(storage),
        uri=storage.uri if isinstance(storage, Prefix) else (uri or "").rstrip("/"),
        key=owner_key(key_file, create=not dry_run),
        options=Options(keep_format=keep_format, downscale=downscale, max_pixels=max_pixels),
        redact=redact,
        jobs=jobs,
        dry_run=dry_run,
    )
    try:
        summary = carry_out(plan, progress=True)
    except KeyboardInterrupt:
        click.echo("Stopped; the same command goes on from here.", err=True)
        raise SystemExit(130) from None
    click.echo(json.dumps(summary) if as_json else _text(summary, plan))


def _check_cloud_options() -> None:
    context = click.get_current_context()
    allowed = {"source", "destination", "cloud", "as_json"}
    refused = [
        name
        for name in context.params
        if name not in allowed and context.get_parameter_source(name) is ParameterSource.COMMANDLINE
    ]
    if refused:
        names = ", ".join(f"--{name.replace('_', '-')}" for name in refused)
        raise InputError(f"with --cloud, {names} cannot be given: DatasetPreparation has such settings")


def _in_account(source: str, name: str, environment: str) -> "CloudSummary":
    import boto3

    from ground_truth_cli.preparation.cloud import prepare_in_account

    try:
        return prepare_in_account(boto3.Session(), storage_at(source), name, environment)
    except KeyboardInterrupt:
        click.echo("Stopped waiting; a run that has started goes on in the account.", err=True)
        raise SystemExit(130) from None


def _check_storages(source: Storage, destination: Storage, uri: str | None) -> None:
    if uri is not None and (isinstance(destination, Prefix) or not isinstance(storage_at(uri), Prefix)):
        raise InputError(
            f"'uri' should be like s3://bucket/prefix and go with a folder as destination, got {uri!r}: "
            "a destination on S3 names itself"
        )
    if _same(source, destination):
        raise InputError("'destination' should be another place than 'source', got the same: the originals stay")


def _same(source: Storage, destination: Storage) -> bool:
    if isinstance(source, Folder) and isinstance(destination, Folder):
        return source.root.resolve() == destination.root.resolve()
    return source == destination


def _default_records(destination: Storage) -> Path:
    if isinstance(destination, Folder):
        return destination.root
    return Path("prepare-records", destination.bucket, *destination.key_prefix.split("/"))


def _text(summary: RunSummary, plan: PreparationPlan) -> str:
    would = "would be " if plan.dry_run else ""
    lines = [
        f"{summary['images']:,} pictures {would}listed, from {summary['files']:,} files "
        f"in {summary['seconds']:,} seconds ({summary['done_before']:,} were done before)."
    ]
    lines += [
        f"  {summary[name]:,} {text}"
        for name, text in (
            ("duplicates", "were copies of another"),
            ("uprighted", "turned upright"),
            ("converted", "converted to JPEG or PNG"),
            ("downscaled", "downscaled"),
            ("redacted", "searched for faces or plates; detectors miss some, look through them"),
            ("rejected", "left out" if plan.dry_run else f"left out: {plan.records / REJECTED} says why"),
        )
        if summary[name]
    ]
    if not plan.dry_run:
        lines += [f"Manifest: {summary['manifest']}", f"Mapping, for you alone: {plan.records / MAPPING}"]
    return "\n".join(lines)
