"""``ground-truth stop``: ends a job early, and keeps what was answered."""

import json

import click

from ground_truth.contract.backends import Backend
from ground_truth_cli.account.deployment import find_deployment
from ground_truth_cli.backends.jobs import find_job
from ground_truth_cli.terminal.options import of_one_job


@click.command()
@of_one_job
def stop(name: str, environment: str, backend: Backend | None, as_json: bool) -> None:
    """Stop JOB: nobody is given an object any more, and what was answered is consolidated."""
    job = find_job(find_deployment(environment), name, backend)
    job.jobs.stop(job.name)
    summary = {"name": job.name, "backend": job.jobs.backend, "status": "Stopping"}
    sentence = f"{job.name} is stopping: see ground-truth status {job.name} --env {environment} --watch"
    click.echo(json.dumps(summary) if as_json else sentence)
