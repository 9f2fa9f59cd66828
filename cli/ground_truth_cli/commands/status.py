"""``ground-truth status``: how far a job is, and how long it will take."""

import json
import sys
import time
from collections.abc import Iterator
from datetime import datetime

import click

from ground_truth.contract.backends import Backend
from ground_truth_cli.account.deployment import find_deployment
from ground_truth_cli.backends.jobs import ENDED, Job, find_job
from ground_truth_cli.backends.progress import Progress, ProgressMeter, duration_text
from ground_truth_cli.terminal.failure_text import failure_text
from ground_truth_cli.terminal.options import of_one_job

_NOT_TOLD = {
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
    observations = _observations(job, every) if watch else iter([_observe(job, ProgressMeter())])
    last = _as_json(observations) if as_json else _with_bar(observations) if watch else _last(observations)
    ended, progress = last
    if not as_json:
        for line in _lines(ended, progress):
            click.echo(line)
    if watch and ended.status == "Failed":
        raise SystemExit(1)


_Observation = tuple[Job, Progress]


def _observe(job: Job, meter: ProgressMeter) -> _Observation:
    return job, meter.measure(job.description, job.jobs.answers(job.name), job.jobs.at_work(job.name))


def _observations(job: Job, every: float) -> Iterator[_Observation]:
    """The job now and again, until it has ended."""
    meter = ProgressMeter()
    yield _observe(job, meter)
    while job.status not in ENDED:
        time.sleep(every)
        job = Job(jobs=job.jobs, description=job.jobs.describe(job.name))
        yield _observe(job, meter)


def _last(observations: Iterator[_Observation]) -> _Observation:
    (only,) = observations
    return only


def _as_json(observations: Iterator[_Observation]) -> _Observation:
    """One line a look, so that programs can read them as they come."""
    for job, progress in observations:
        observation = {"backend": job.jobs.backend, "progress": progress.as_json(), "job": job.description}
        click.echo(json.dumps(observation, default=_text, ensure_ascii=False))
    return job, progress


def _with_bar(observations: Iterator[_Observation]) -> _Observation:
    """A bar on a terminal, elsewhere a line whenever something has changed."""
    from tqdm import tqdm

    before = ""
    layout = "{desc} {percentage:3.0f}%|{bar}| {n_fmt}/{total_fmt} objects{postfix}"
    with tqdm(file=sys.stderr, disable=None, bar_format=layout) as bar:
        for job, progress in observations:
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
        yield f"{duration_text(progress.seconds_left)} left"


def _lines(job: Job, progress: Progress) -> Iterator[str]:
    not_told = _NOT_TOLD[job.jobs.backend]
    yield f"{job.name} ({job.jobs.backend}): {job.status}"
    percent = f", {progress.done / progress.objects:.0%}" if progress.objects else ""
    yield f"objects    {progress.done:,} of {progress.objects:,} done{percent}, {progress.failed:,} of them failed"
    yield f"answers    {not_told if progress.answers is None else f'{progress.answers:,}'}"
    if job.status not in ENDED:
        yield f"workers    {not_told if progress.at_work is None else f'{progress.at_work:,} at work now'}"
        has_rate = progress.per_hour and progress.seconds_left is not None
        yield f"rate       {f'{progress.per_hour:g} objects an hour' if has_rate else 'not known yet'}"
        yield f"time left  {f'about {duration_text(progress.seconds_left or 0)}' if has_rate else 'not known yet'}"
    if job.output:
        yield f"manifest   {job.output}"
    if "FailureReason" in job.description:
        yield f"failed     {failure_text(job.description['FailureReason'])}"


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
