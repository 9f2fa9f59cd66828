"""What a job needs before it is started: no problem of the doctor's, and a cost that is small or agreed to."""

from dataclasses import replace

import click

from ground_truth.contract.backends import Backend, WorkforceKind
from ground_truth.contract.errors import StateError
from ground_truth.contract.findings import Level
from ground_truth.contract.request import LabelingJobRequest
from ground_truth.contract.task_types import TaskType
from ground_truth.jobs.cost import Estimate, estimate_cost
from ground_truth.tasks.description import TaskDescription
from ground_truth_cli.account.deployment import Deployment
from ground_truth_cli.backends.jobs import BackendJobs
from ground_truth_cli.doctor.examination import examine

LIMIT_USD = 10.0
_CROWDS = {
    "private-crowd": WorkforceKind.PRIVATE,
    "vendor-crowd": WorkforceKind.VENDOR,
    "public-crowd": WorkforceKind.MECHANICAL_TURK,
}


def check_before_start(deployment: Deployment, task: TaskDescription, manifest_uri: str, jobs: BackendJobs) -> None:
    """Tells what the doctor finds.

    Raises StateError, with every problem, if there is one.
    """
    if jobs.backend == Backend.SELF_HOSTED:
        deployment = replace(deployment, tasks={task.name: _without_team(task)})
    problems, warnings = [], 0
    for finding in examine(deployment, task.name, manifest_uri=manifest_uri):
        line = f"{finding.where}: {finding.fact} -> {finding.fix}"
        if finding.level is Level.PROBLEM:
            problems.append(line)
        elif finding.level is Level.WARNING:
            warnings += 1
            click.echo(f"warning  {line}", err=True)
    if problems:
        raise StateError("the job was not started:\n" + "\n".join(problems))
    click.echo(f"doctor: no problems, {warnings or 'no'} warning{'' if warnings == 1 else 's'}", err=True)


def job_cost(
    request: LabelingJobRequest, jobs: BackendJobs, *, task_type: TaskType, objects: int, region: str
) -> Estimate:
    """What a job over so many objects costs on a backend."""
    config = request["HumanTaskConfig"]
    hosted = jobs.backend == Backend.SELF_HOSTED
    return estimate_cost(
        task_type,
        objects=objects,
        workers=config["NumberOfHumanWorkersPerDataObject"],
        workforce=WorkforceKind.SELF_HOSTED if hosted else _crowd(config["WorkteamArn"]),
        region=region,
    )


def ask_to_start(cost: Estimate, objects: int, answers: int, *, limit_usd: float, yes: bool) -> None:
    """Tells what a job costs, and asks whether to start it if that is above the limit.

    Raises StateError where it is and nobody can be asked, Abort where the answer is no.
    """
    usd = cost.total_usd
    click.echo(
        f"cost: about USD {usd:.2f} without wages, {objects:,} objects with {answers} answers each ({cost.workforce})",
        err=True,
    )
    if yes or usd <= limit_usd:
        return
    try:
        agreed = click.confirm("Start the job?", err=True)
    except click.Abort as error:
        raise StateError(
            f"the job costs about USD {usd:.2f}, more than {limit_usd:g}: add --yes, or raise --limit-usd"
        ) from error
    if not agreed:
        raise click.Abort


def _without_team(task: TaskDescription) -> TaskDescription:
    """The task as the engine runs it: what only Ground Truth needs is no matter then."""
    config = task.deployment["HumanTaskConfig"].copy()
    config.pop("WorkteamArn", None)
    return replace(task, workforce=WorkforceKind.SELF_HOSTED, deployment={**task.deployment, "HumanTaskConfig": config})


def _crowd(work_team: str) -> WorkforceKind:
    kinds = (kind for crowd, kind in _CROWDS.items() if f"workteam/{crowd}/" in work_team)
    return next(kinds, WorkforceKind.PRIVATE)
