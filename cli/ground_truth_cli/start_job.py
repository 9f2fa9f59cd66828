"""``ground-truth start``: examines, tells the cost and starts a labeling job on either backend."""

import json
import sys

import click

from ground_truth.checks import Level
from ground_truth.cost import Backend, estimate
from ground_truth.request import merge
from ground_truth.s3 import split_uri
from ground_truth.task_types import CUSTOM, TASK_TYPES
from ground_truth_cli.deployment import find_deployment
from ground_truth_cli.doctor import examine
from ground_truth_cli.jobs import BACKENDS, jobs_on
from ground_truth_cli.request import checked_name


@click.command("start")
@click.argument("task_name", metavar="TASK")
@click.option("--env", "environment", required=True, help="The environment, such as dev.")
@click.option("--manifest", "manifest_uri", required=True, help="The input manifest, s3://bucket/key.")
@click.option("--name", "job_name", help="The job's name; by default the task's with the moment (UTC).")
@click.option("--workers", type=click.IntRange(1, 9), help="Answers an object; by default the task's.")
@click.option("--backend", type=click.Choice(BACKENDS), help="By default the task's.")
@click.option("--limit-usd", default=10.0, show_default=True, help="Ask before a job that costs more.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="Print for programs.")
def start_job(
    task_name: str,
    environment: str,
    manifest_uri: str,
    job_name: str | None,
    workers: int | None,
    backend: str | None,
    limit_usd: float,
    yes: bool,
    as_json: bool,
) -> None:
    """Start a job of TASK, after the doctor's examination; exits with status 1 if it finds a problem."""
    bucket, key = split_uri(manifest_uri)
    name = checked_name(task_name, job_name)
    deployment = find_deployment(environment)
    task = deployment.task(task_name)
    problems = []
    for finding in examine(deployment, task_name, manifest_uri=manifest_uri):
        told = f"{finding.where}: {finding.found} -> {finding.fix}"
        if finding.level is Level.PROBLEM:
            problems.append(told)
        elif finding.level is Level.WARNING:
            click.echo(f"warning  {told}", err=True)
    if problems:
        raise ValueError("the job was not started:\n" + "\n".join(problems))
    request = deployment.request(task_name, name, manifest_uri)
    if workers:
        request = merge(request, {"HumanTaskConfig": {"NumberOfHumanWorkersPerDataObject": workers}})
    hosted = (backend or task.workforce) == "self-hosted"
    if not hosted and "WorkteamArn" not in request["HumanTaskConfig"]:
        raise ValueError(
            f"task {task_name!r} has no work team: leave out --backend, or deploy it with another workforce"
        )
    lines = deployment.client("s3").get_object(Bucket=bucket, Key=key)["Body"].iter_lines()
    cost = estimate(
        TASK_TYPES.get(task.type, CUSTOM),
        objects=sum(1 for line in lines if line.strip()),
        workers=request["HumanTaskConfig"]["NumberOfHumanWorkersPerDataObject"],
        backend=Backend.SELF_HOSTED if hosted else Backend(task.workforce),
        region=deployment.region,
    ).total_usd
    _confirm(cost, limit_usd, yes)
    arn = jobs_on(deployment, "self-hosted" if hosted else "ground-truth").start(request)
    found = {"name": request["LabelingJobName"], "arn": arn, "usd": round(cost, 2)}
    click.echo(json.dumps(found) if as_json else f"started {found['name']}, about USD {cost:.2f}: {arn}")


def _confirm(cost: float, limit_usd: float, yes: bool) -> None:
    if yes or cost <= limit_usd:
        return
    if not sys.stdin.isatty():
        raise ValueError(
            f"the job costs about USD {cost:.2f}, more than {limit_usd:g}: add --yes, or raise --limit-usd"
        )
    click.confirm(f"The job costs about USD {cost:.2f}. Start it?", abort=True, err=True)
