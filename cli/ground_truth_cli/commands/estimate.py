"""``ground-truth estimate``: what a job costs on Ground Truth and on the engine in your own account."""

import json

import click

from ground_truth.contract.backends import WorkforceKind
from ground_truth.contract.task_types import BOUNDING_BOX, TASK_TYPES, TaskType
from ground_truth.jobs.cost import Estimate, estimate_cost
from ground_truth.jobs.prices import AS_OF
from ground_truth_cli.account.deployment import find_deployment

_TITLES = {
    WorkforceKind.PRIVATE: "Ground Truth, private team",
    WorkforceKind.VENDOR: "Ground Truth, vendor",
    WorkforceKind.MECHANICAL_TURK: "Ground Truth, public crowd (closed)",
    WorkforceKind.SELF_HOSTED: "self-hosted engine",
}
_REGION = "us-east-1"


@click.command()
@click.option("--objects", type=int, required=True, help="The number of images.")
@click.option("--task-type", "type_key", type=click.Choice(list(TASK_TYPES)), help="The kind of task.")
@click.option("--env", "environment", help="Take type, workers and region from a deployed task: its environment ...")
@click.option("--task", "task_name", help="... and its name.")
@click.option("--workers", type=int, help="Answers an object; by default those of the task or its type.")
@click.option("--people", type=int, help="People who work in total; by default as many as answer one object.")
@click.option("--price-usd", help="The public crowd's price an answer, from its list; by default the lowest.")
@click.option("--vendor-price-usd", help="The vendor's price an answer.")
@click.option("--region", help=f"Whose list prices to take; by default the deployed task's, or {_REGION}.")
@click.option("--json", "as_json", is_flag=True, help="Print the estimates as JSON.")
def estimate(
    objects: int,
    type_key: str | None,
    environment: str | None,
    task_name: str | None,
    workers: int | None,
    people: int | None,
    price_usd: str | None,
    vendor_price_usd: str | None,
    region: str | None,
    as_json: bool,
) -> None:
    """Estimate the cost of a job on every backend, with each assumption printed."""
    if bool(environment) is not bool(task_name) or (environment and type_key):
        raise click.UsageError("give either --task-type, or --env together with --task")
    task_type = TASK_TYPES[type_key] if type_key else BOUNDING_BOX
    if environment and task_name:
        task_type, deployed_workers, deployed_region = _deployed(environment, task_name)
        workers, region = workers or deployed_workers, region or deployed_region
    answers = workers if workers is not None else task_type.default_workers
    prices = {WorkforceKind.MECHANICAL_TURK: price_usd, WorkforceKind.VENDOR: vendor_price_usd}
    estimates = [
        estimate_cost(
            task_type,
            objects=objects,
            workers=answers,
            workforce=workforce,
            price_usd=prices.get(workforce),
            region=region or _REGION,
            people=people,
        )
        for workforce in _TITLES
    ]
    if as_json:
        click.echo(json.dumps([entry.as_json() for entry in estimates], indent=2))
        return
    click.echo(f"{objects:,} objects, {task_type.key}, {answers} answers each, prices of {AS_OF}\n")
    for entry in estimates:
        click.echo(f"{_TITLES[entry.workforce]:<38}USD {entry.total_usd:>12,.2f}  {_incomplete(entry)}".rstrip())
    for entry in estimates:
        _print_items(entry)


def _deployed(environment: str, task_name: str) -> tuple[TaskType, int, str]:
    deployment = find_deployment(environment)
    task = deployment.task(task_name)
    workers: int = deployment.task_part(task)["HumanTaskConfig"]["NumberOfHumanWorkersPerDataObject"]
    return TASK_TYPES[task.type], workers, deployment.region


def _incomplete(entry: Estimate) -> str:
    return {
        WorkforceKind.PRIVATE: "+ your people's wages",
        WorkforceKind.SELF_HOSTED: "+ your people's wages",
        WorkforceKind.VENDOR: "" if len(entry.items) > 1 else "+ the vendor's price",
    }.get(entry.workforce, "")


def _print_items(entry: Estimate) -> None:
    click.echo(f"\n{_TITLES[entry.workforce]}")
    for item in entry.items:
        click.echo(f"  {item.name:<30}{item.quantity:>14,.0f}  USD {item.usd:>12,.4f}   {item.price}")
    for assumption in entry.assumptions:
        click.echo(f"  - {assumption}")
