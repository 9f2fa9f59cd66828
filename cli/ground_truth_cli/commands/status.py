"""``ground-truth status``: how far a job is, and how long it will take."""

import json
import sys
import time
from collections.abc import Iterator
from typing import Any

import click

from ground_truth.contract.backends import Backend
from ground_truth_cli.account.deployment import find_deployment
from ground_truth_cli.backends.jobs import ENDED, Job, find_job
from ground_truth_cli.backends.progress import Pace, Progress, in_words
from ground_truth_cli.terminal.failure_text import failure_text
from ground_truth_cli.terminal.options import of_one_job

_UNTOLD = {
    Backend.GROUND_TRUTH: "not told by Ground Truth",
    Backend.SELF_HOSTED: "you may not list the workers",
}


@click.command()
@of_one_job
@click.option("--watch", is_flag=True, help="Go on until the job has ended; exits with status 1 if it failed.")
@click.option("--every", type=click.FloatRange(1, 3_600), default=5, show_default=True, help="Seconds between looks.")
def status(name: str, environment: str, backend: Backend | None, as_json: bool, watch: bool, every: float) -> None:
    """Show how far JOB is: objects done, answers, workers, rate and time left."""
    job = find_job(find_deployment(environment), name, backend)
    looks = _looks(job, every) if watch else iter([_look(job, Pace())])
    shown = _as_json(looks) if as_json else _with_bar(looks) if watch else _last(looks)
    ended, progress = shown
    if not as_json:
        for line in _told(ended, progress):
            click.echo(line)
    if watch and ended.status == "Failed":
        raise SystemExit(1)


Look = tuple[Job, Progress]


def _look(job: Job, pace: Pace) -> Look:
    return job, pace.measure(job.described, job.jobs.answers(job.name), job.jobs.at_work(job.name))


def _looks(job: Job, every: float) -> Iterator[Look]:
    """The job now and again, until it has ended."""
    pace = Pace()
    yield _look(job, pace)
    while job.status not in ENDED:
        time.sleep(every)
        job = Job(jobs=job.jobs, described=job.jobs.describe(job.name))
        yield _look(job, pace)


def _last(looks: Iterator[Look]) -> Look:
    (only,) = looks
    return only


def _as_json(looks: Iterator[Look]) -> Look:
    """One line a look, so that programs can read them as they come."""
    for job, progress in looks:
        found = {"backend": job.jobs.backend, "progress": progress.as_json(), "job": job.described}
        click.echo(json.dumps(found, default=_text, ensure_ascii=False))
    return job, progress


def _with_bar(looks: Iterator[Look]) -> Look:
    """A bar on a terminal, elsewhere a line whenever something has changed."""
    from tqdm import tqdm

    before = ""
    layout = "{desc} {percentage:3.0f}%|{bar}| {n_fmt}/{total_fmt} objects{postfix}"
    with tqdm(file=sys.stderr, disable=None, bar_format=layout) as bar:
        for job, progress in looks:
            bar.total, bar.n = progress.objects, progress.done
            bar.set_description_str(f"{job.name} {job.status}", refresh=False)
            bar.set_postfix_str(", ".join(_brief(progress)))
            line = f"{job.status}: {', '.join([f'{progress.done} of {progress.objects} objects', *_brief(progress)])}"
            if bar.disable and line != before:
                click.echo(line, err=True)
            before = line
    return job, progress


def _brief(progress: Progress) -> Iterator[str]:
    if progress.answers is not None:
        yield f"{progress.answers} answers"
    if progress.at_work is not None:
        yield f"{progress.at_work} at work"
    if progress.per_hour and progress.seconds_left is not None:
        yield f"{progress.per_hour:g} an hour"
        yield f"{in_words(progress.seconds_left)} left"


def _told(job: Job, progress: Progress) -> Iterator[str]:
    untold = _UNTOLD[job.jobs.backend]
    yield f"{job.name} ({job.jobs.backend}): {job.status}"
    percent = f", {progress.done / progress.objects:.0%}" if progress.objects else ""
    yield f"objects    {progress.done:,} of {progress.objects:,} done{percent}, {progress.failed:,} of them failed"
    yield f"answers    {untold if progress.answers is None else f'{progress.answers:,}'}"
    if job.status not in ENDED:
        yield f"workers    {untold if progress.at_work is None else f'{progress.at_work:,} at work now'}"
        known = progress.per_hour and progress.seconds_left is not None
        yield f"rate       {f'{progress.per_hour:g} objects an hour' if known else 'not known yet'}"
        yield f"time left  {f'about {in_words(progress.seconds_left or 0)}' if known else 'not known yet'}"
    if job.output:
        yield f"manifest   {job.output}"
    if "FailureReason" in job.described:
        yield f"failed     {failure_text(job.described['FailureReason'])}"


def _text(value: Any) -> str:
    return str(value.isoformat())
