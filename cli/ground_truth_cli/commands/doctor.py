"""``ground-truth doctor``: looks at everything a job depends on before it is started, and changes nothing."""

from collections.abc import Iterator

import click
from botocore.exceptions import ClientError

from ground_truth.aws.s3 import split_uri
from ground_truth.contract.findings import Finding
from ground_truth.contract.task_types import CUSTOM, TASK_TYPES
from ground_truth.tasks.request_parts import Request, job_part, merge
from ground_truth_cli.deployment import Deployment, find_deployment
from ground_truth_cli.doctor.account import check_account
from ground_truth_cli.doctor.buckets import check_buckets
from ground_truth_cli.doctor.examination import Examined
from ground_truth_cli.doctor.images import Head, check_images, fetch_heads
from ground_truth_cli.doctor.keys import check_keys
from ground_truth_cli.doctor.manifest import Manifest, check_manifest, open_manifest
from ground_truth_cli.doctor.role import check_role
from ground_truth_cli.doctor.task import check_task
from ground_truth_cli.doctor.team import check_team, count_members
from ground_truth_cli.findings import report

_SAMPLE = 200


@click.command()
@click.option("--env", "environment", required=True, help="The environment, such as dev.")
@click.option("--task", "task_name", help="Examine this task only; all tasks by default.")
@click.option("--manifest", "manifest_uri", help="Also examine this input manifest (s3://…) and its images.")
@click.option("--sample", default=_SAMPLE, show_default=True, help="Look into at most this many images.")
@click.option("--invoke", is_flag=True, help="Call the pre-annotation function with the first line of the manifest.")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def doctor(
    environment: str, task_name: str | None, manifest_uri: str | None, sample: int, invoke: bool, as_json: bool
) -> None:
    """Examine what a labeling job depends on, before it costs a day.

    One line a check: ok, warning or problem, what was found and what to do. Changes nothing; exits with status 1
    if there is a problem. What you may not look at is a warning.
    """
    if manifest_uri and not task_name:
        raise click.UsageError("--manifest needs --task: whether a manifest is right depends on the task")
    if invoke and not manifest_uri:
        raise click.UsageError("--invoke needs --manifest: the function is called with its first line")
    if sample < 0:
        raise click.UsageError("--sample should be 0 or more")
    if manifest_uri:
        split_uri(manifest_uri)
    deployment = find_deployment(environment)
    names = [task_name] if task_name else list(deployment.tasks)
    found = (
        finding
        for name in names
        for finding in examine(deployment, name, manifest_uri=manifest_uri, sample=sample, invoke=invoke)
    )
    report(_once(found), as_json=as_json)


def examine(
    deployment: Deployment,
    task_name: str,
    *,
    manifest_uri: str | None = None,
    sample: int = _SAMPLE,
    invoke: bool = False,
) -> Iterator[Finding]:
    """Performs every check on a task, on its manifest if one is given.

    ``sample`` is the number of images looked into; ``invoke`` calls the pre-annotation function.
    Raises ValueError for an unknown task.
    """
    task = deployment.task(task_name)
    request = merge(_task_part(deployment, task_name), task.deployment)
    if manifest_uri:
        request = merge(request, job_part(f"{task_name}-examined", manifest_uri))
    examined = Examined(deployment=deployment, task=task, request=request)
    yield from check_account(examined)
    yield from check_team(examined)
    manifest: Manifest | None = None
    buckets = {task.training_bucket}
    if manifest_uri:
        manifest, findings = open_manifest(examined, manifest_uri, sample_size=sample)
        yield from findings
        buckets |= (manifest.buckets if manifest else set()) | {split_uri(manifest_uri)[0]}
    heads: list[Head] = fetch_heads(examined, manifest.sample) if manifest else []
    image_keys = {head.key for head in heads if head.key}
    yield from check_buckets(examined, buckets)
    yield from check_keys(examined, buckets, image_keys)
    yield from check_role(examined, buckets, manifest_uri, image_keys)
    yield from check_task(examined, manifest.first if manifest else None, invoke=invoke)
    if manifest:
        # Without the published request the manifest has nothing to be measured by; task.files tells of that.
        if "LabelAttributeName" in request:
            yield from check_manifest(examined, manifest, count_members(examined))
        yield from check_images(heads, manifest.count, TASK_TYPES.get(task.type, CUSTOM))


def _task_part(deployment: Deployment, task_name: str) -> Request:
    try:
        return deployment.task_part(deployment.task(task_name))
    except ClientError:
        return {}


def _once(findings: Iterator[Finding]) -> Iterator[Finding]:
    """Leaves out what was found before: tasks share buckets, role and team."""
    seen = set()
    for finding in findings:
        if finding not in seen:
            seen.add(finding)
            yield finding
