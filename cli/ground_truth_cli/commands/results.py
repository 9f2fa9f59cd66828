"""``ground-truth results``: where a job's labels are, what has failed and why."""

import json
from collections import Counter
from pathlib import Path

import click

from ground_truth.aws.s3 import Files, split_uri
from ground_truth.contract.backends import Backend
from ground_truth.contract.errors import StateError
from ground_truth.jobs.failure_reasons import explain_failure
from ground_truth.jobs.job_manifest import failed_objects
from ground_truth_cli.account.deployment import Deployment, find_deployment
from ground_truth_cli.backends.jobs import Job, find_job, output_manifest_of
from ground_truth_cli.local_files import writing
from ground_truth_cli.terminal.failure_text import failure_text
from ground_truth_cli.terminal.options import of_one_job

_MOST_REASONS = 5


@click.command()
@of_one_job
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Fetch the manifest into this folder.")
def results(name: str, environment: str, backend: Backend | None, as_json: bool, out: Path | None) -> None:
    """Say where the labels of JOB are and what could not be labeled, and fetch its output manifest."""
    deployment = find_deployment(environment)
    job = find_job(deployment, name, backend)
    manifest = output_manifest_of(job, environment)
    failures = _failures(deployment, job, manifest)
    fetched = _fetch(deployment, manifest, out) if out else None
    if as_json:
        summary = {
            "name": job.name,
            "backend": job.jobs.backend,
            "status": job.status,
            "counters": job.description["LabelCounters"],
            "manifest": manifest,
            "file": str(fetched) if fetched else None,
            "failures": [_failure(reason, objects) for reason, objects in failures.most_common()],
        }
        click.echo(json.dumps(summary, indent=2, ensure_ascii=False))
        return
    click.echo(
        f"{job.name} ({job.jobs.backend}): {job.status}, {job.description['LabelCounters']['TotalLabeled']:,} labeled"
    )
    click.echo(f"manifest   {fetched or manifest}")
    for reason, objects in failures.most_common(_MOST_REASONS):
        click.echo(f"{f'{objects:,} failed':<11}{failure_text(reason)}")
    if len(failures) > _MOST_REASONS:
        click.echo(f"           ... and for {len(failures) - _MOST_REASONS} other reasons: --json lists them all")
    if failures:
        click.echo(f"Have them labeled again: ground-truth retry {job.name} --env {environment}")


def _failures(deployment: Deployment, job: Job, manifest: str) -> "Counter[str]":
    """How many objects failed, for each reason."""
    with Files(deployment.aws.s3).stream(manifest) as lines:
        return Counter(reason for _, reason in failed_objects(lines, job.label_attribute))


def _failure(reason: str, objects: int) -> dict[str, object]:
    explanation = explain_failure(reason)
    return {"reason": reason, "objects": objects, **(explanation.as_json() if explanation else {})}


def _fetch(deployment: Deployment, manifest: str, out: Path) -> Path:
    bucket, key = split_uri(manifest)
    path = out / "output.manifest"
    if path.exists():
        raise StateError(
            f"'out' should be a folder without an output.manifest, got {str(out)!r}: choose another folder"
        )
    with writing(path):
        out.mkdir(parents=True, exist_ok=True)
        deployment.aws.s3.download_file(bucket, key, str(path))
    return path
