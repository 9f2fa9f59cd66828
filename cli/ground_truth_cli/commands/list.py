"""``ground-truth list``: the labeling jobs there are."""

import heapq
import json
from collections.abc import Iterator
from itertools import islice

import click
from botocore.exceptions import BotoCoreError, ClientError

from ground_truth.contract.backends import Backend
from ground_truth.contract.labeling_job import JobSummary
from ground_truth_cli.account.deployment import find_deployment
from ground_truth_cli.account.refusals import NotAllowed
from ground_truth_cli.backends.jobs import BackendJobs, all_jobs
from ground_truth_cli.terminal.options import for_programs, of_environment, on_backend


class ListedJob(JobSummary):
    """A job, and who runs it."""

    Backend: Backend


@click.command("list")
@of_environment
@on_backend
@click.option("--most", type=click.IntRange(min=1), default=20, show_default=True, help="List so many at most.")
@for_programs
def list_jobs(environment: str, backend: Backend | None, most: int, as_json: bool) -> None:
    """List the jobs, newest first: those of the engine, and all that Ground Truth has in the account and region."""
    backends = all_jobs(find_deployment(environment), backend)
    listed = (_listed(jobs, alone=len(backends) == 1) for jobs in backends)
    newest = heapq.merge(*listed, key=lambda job: job["CreationTime"], reverse=True)
    jobs = list(islice(newest, most))
    if as_json:
        click.echo(json.dumps(jobs, default=lambda moment: moment.isoformat(), indent=2, ensure_ascii=False))
        return
    for job in jobs:
        counters = job["LabelCounters"]
        failed = counters.get("FailedNonRetryableError", 0)
        done = counters.get("TotalLabeled", 0) + failed
        of = f"{done:,} of {done + counters.get('Unlabeled', 0):,}" + (f", {failed:,} failed" if failed else "")
        created = f"{job['CreationTime'].astimezone():%Y-%m-%d %H:%M}"
        click.echo(f"{job['LabelingJobName']:<40} {job['LabelingJobStatus']:<13}{created}  {job['Backend']:<13} {of}")
    if not jobs:
        click.echo("there are no jobs yet: start one with ground-truth start TASK")


def _listed(jobs: BackendJobs, *, alone: bool) -> Iterator[ListedJob]:
    """The jobs of a backend; one that cannot be looked at is told of, and the other's are listed."""
    try:
        for job in jobs.list():
            yield {"Backend": jobs.backend, **job}
    except (NotAllowed, ClientError, BotoCoreError) as error:
        if alone:
            raise
        click.echo(f"{jobs.backend} could not be looked at: {error}", err=True)
