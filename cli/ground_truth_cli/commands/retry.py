"""``ground-truth retry``: a job over just those objects that another could not label."""

import itertools
import json
import re
from contextlib import suppress

import click

from ground_truth.aws.s3 import Files
from ground_truth.contract import limits
from ground_truth.contract.backends import Backend
from ground_truth.contract.errors import InputError
from ground_truth.contract.request import LabelingJobRequest
from ground_truth.contract.task_types import CUSTOM, TASK_TYPES
from ground_truth.engine.model import NotThere
from ground_truth.jobs.job_manifest import failed_objects
from ground_truth.manifests.lines import format_line
from ground_truth.tasks.description import TaskDescription
from ground_truth.tasks.request_parts import job_part, merge_parts
from ground_truth_cli.account.deployment import Deployment, find_deployment
from ground_truth_cli.approval import LIMIT_USD, ask_to_start, check_before_start, job_cost
from ground_truth_cli.backends.engine import NoJobYet
from ground_truth_cli.backends.jobs import BackendJobs, find_job, output_manifest_of
from ground_truth_cli.backends.names import checked_name
from ground_truth_cli.terminal.options import of_one_job


@click.command()
@of_one_job
@click.option("--name", "job_name", help="The new job's name; by default JOB-retry-1, or the next number.")
@click.option("--limit-usd", default=LIMIT_USD, show_default=True, help="Ask before a job that costs more.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def retry(
    name: str,
    environment: str,
    backend: Backend | None,
    as_json: bool,
    job_name: str | None,
    limit_usd: float,
    yes: bool,
) -> None:
    """Start a job like JOB, on the same backend, over the objects that JOB could not label.

    Their manifest is written beside the one of JOB.
    """
    deployment = find_deployment(environment)
    job = find_job(deployment, name, backend)
    files = Files(deployment.aws.s3)
    with files.stream(output_manifest_of(job, environment)) as lines:
        failed = [line for line, _ in failed_objects(lines, job.label_attribute)]
    if not failed:
        raise InputError(
            f"no object of job {job.name!r} failed: to label what it left open, start a job over its output manifest"
        )
    new = checked_name(name, job_name) if job_name else _free_name(job.jobs, job.name)
    before = job.jobs.request(job.name)
    manifest = f"{_manifest_of(before).rpartition('/')[0]}/{new}.manifest"
    files.write(manifest, b"".join(map(format_line, failed)), "application/jsonlines")
    request = _request(before, new, manifest)
    task = _task_of(deployment, request)
    if task:
        check_before_start(deployment, task, manifest, job.jobs)
    else:
        click.echo("doctor: no task of the stack has the job's template any more, nothing was examined", err=True)
    kind = TASK_TYPES.get(task.type, CUSTOM) if task else CUSTOM
    cost = job_cost(request, job.jobs, task_type=kind, objects=len(failed), region=deployment.region)
    answers = request["HumanTaskConfig"]["NumberOfHumanWorkersPerDataObject"]
    ask_to_start(cost, len(failed), answers, limit_usd=limit_usd, yes=yes)
    arn = job.jobs.start(request)
    summary = {
        "name": new,
        "backend": job.jobs.backend,
        "arn": arn,
        "usd": round(cost.total_usd, 2),
        "objects": len(failed),
        "manifest": manifest,
    }
    sentence = f"started {new} over {len(failed):,} objects: see ground-truth status {new} --env {environment} --watch"
    click.echo(json.dumps(summary) if as_json else sentence)


def _free_name(jobs: BackendJobs, name: str) -> str:
    stem = re.sub(r"-retry-\d+$", "", name)
    endings = (f"-retry-{number}" for number in itertools.count(1))
    names = (f"{stem[: limits.JOB_NAME_LENGTH - len(ending)].rstrip('-')}{ending}" for ending in endings)
    return next(candidate for candidate in names if _is_free(jobs, candidate))


def _is_free(jobs: BackendJobs, name: str) -> bool:
    try:
        with suppress(NoJobYet):
            jobs.describe(name)
    except NotThere:
        return True
    return False


def _manifest_of(request: LabelingJobRequest) -> str:
    return str(request["InputConfig"]["DataSource"]["S3DataSource"]["ManifestS3Uri"])


def _request(before: LabelingJobRequest, name: str, manifest: str) -> LabelingJobRequest:
    """The request of the job before for another manifest; what limited that one is fulfilled."""
    parts = {key: value for key, value in before.items() if key != "StoppingConditions"}
    return merge_parts(parts, job_part(name, manifest))


def _task_of(deployment: Deployment, request: LabelingJobRequest) -> TaskDescription | None:
    template = request["HumanTaskConfig"]["UiConfig"].get("UiTemplateS3Uri")
    return next((task for task in deployment.tasks.values() if task.template == template), None)
