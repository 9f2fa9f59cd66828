"""``ground-truth doctor``: looks at everything a job depends on before it is started, and changes nothing."""

from collections.abc import Iterator

import click

from ground_truth.aws.s3 import split_uri
from ground_truth.contract.findings import Finding
from ground_truth_cli.account.deployment import find_deployment
from ground_truth_cli.doctor.examination import SAMPLE, examine
from ground_truth_cli.terminal.findings import print_findings


@click.command()
@click.option("--env", "environment", required=True, help="The environment, such as dev.")
@click.option("--task", "task_name", help="Examine this task only; all tasks by default.")
@click.option("--manifest", "manifest_uri", help="Also examine this input manifest (s3://…) and its images.")
@click.option("--sample", default=SAMPLE, show_default=True, help="Look into at most this many images.")
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
    print_findings(_once(found), as_json=as_json)


def _once(findings: Iterator[Finding]) -> Iterator[Finding]:
    """Leaves out what was found before: tasks share buckets, role and team."""
    seen = set()
    for finding in findings:
        if finding not in seen:
            seen.add(finding)
            yield finding
