"""``ground-truth start``: examines, tells the cost and starts a labeling job on either backend."""

import json

import click

from ground_truth.aws.s3 import Files, split_uri
from ground_truth.contract.backends import Backend
from ground_truth.contract.errors import InputError
from ground_truth.contract.task_types import CUSTOM, TASK_TYPES
from ground_truth.tasks.request_parts import merge_parts
from ground_truth_cli.account.deployment import find_deployment
from ground_truth_cli.approval import LIMIT_USD, ask_to_start, check_before_start, job_cost
from ground_truth_cli.backends.jobs import jobs_on
from ground_truth_cli.backends.names import checked_name
from ground_truth_cli.terminal.options import MemberOf


@click.command("start")
@click.argument("task_name", metavar="TASK")
@click.option("--env", "environment", required=True, help="The environment, such as dev.")
@click.option("--manifest", "manifest_uri", required=True, help="The input manifest, s3://bucket/key.")
@click.option("--name", "job_name", help="The job's name; by default the task's with the moment (UTC).")
@click.option("--workers", type=click.IntRange(1, 9), help="Answers an object; by default the task's.")
@click.option("--backend", type=MemberOf(Backend), help="By default the task's.")
@click.option("--limit-usd", default=LIMIT_USD, show_default=True, help="Ask before a job that costs more.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="Print for programs.")
def start(
    task_name: str,
    environment: str,
    manifest_uri: str,
    job_name: str | None,
    workers: int | None,
    backend: Backend | None,
    limit_usd: float,
    yes: bool,
    as_json: bool,
) -> None:
    """Start a job of TASK, after the doctor's examination; exits with status 1 if it finds a problem."""
    split_uri(manifest_uri)
    name = checked_name(task_name, job_name)
    deployment = find_deployment(environment)
    task = deployment.task(task_name)
    jobs = jobs_on(deployment, backend or task.workforce.backend)
    request = deployment.request(task_name, name, manifest_uri)
    if jobs.backend is Backend.GROUND_TRUTH and "WorkteamArn" not in request["HumanTaskConfig"]:
        raise InputError(
            f"task {task_name!r} has no work team: leave out --backend, or deploy it with another workforce"
        )
    if workers:
        request = merge_parts(request, {"HumanTaskConfig": {"NumberOfHumanWorkersPerDataObject": workers}})
    check_before_start(deployment, task, manifest_uri, jobs)
    with Files(deployment.aws.s3).stream(manifest_uri) as lines:
        objects = sum(1 for line in lines if line.strip())
    kind = TASK_TYPES.get(task.type, CUSTOM)
    cost = job_cost(request, jobs, task_type=kind, objects=objects, region=deployment.region)
    answers = request["HumanTaskConfig"]["NumberOfHumanWorkersPerDataObject"]
    ask_to_start(cost, objects, answers, limit_usd=limit_usd, yes=yes)
    arn = jobs.start(request)
    summary = {"name": name, "backend": jobs.backend, "arn": arn, "usd": round(cost.total_usd, 2)}
    sentence = f"started {name}: see ground-truth status {name} --env {environment} --watch"
    click.echo(json.dumps(summary) if as_json else sentence)
