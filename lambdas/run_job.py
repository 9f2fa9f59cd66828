"""The steps of a labeling job, as its state machine calls them, one at a time."""

import functools
import os
from collections.abc import Callable, Mapping
from typing import TypedDict

import boto3
from botocore.config import Config

from ground_truth.aws.lambda_context import LambdaContext
from ground_truth.aws.s3 import Files
from ground_truth.engine.assembling import AssemblyState, announcement, assemble, end_job
from ground_truth.engine.consolidating import consolidate_batch
from ground_truth.engine.control import job_arn, wake_job
from ground_truth.engine.hooks import Hooks
from ground_truth.engine.model import EngineJob, NotThere, Status
from ground_truth.engine.opening import open_batch
from ground_truth.engine.planning import BatchJson, BatchPlan, ManifestBatch, plan
from ground_truth.engine.store.store import EngineStore

_LEAST_MILLISECONDS = 60_000
_ENDED = (Status.COMPLETED, Status.STOPPED)


class StepError(TypedDict, total=False):
    """Why a step failed, as the state machine tells it."""

    Error: str
    Cause: str


class JobStep(TypedDict, total=False):
    """One step, by its name; each has the parts that it needs.

    ``request`` is a CreateLabelingJob request that nobody has checked yet.
    """

    step: str
    request: Mapping[str, object]
    job: str
    batch: BatchJson
    token: str
    state: AssemblyState
    error: StepError


def handler(event: JobStep, context: LambdaContext) -> object:
    """Does the step that the event names; each may be done again."""
    return _STEPS[event["step"]](event, context)


def _plan(event: JobStep, _: LambdaContext) -> BatchPlan:
    planned = plan(event["request"], _store(), _files(_key(event["request"])))
    _announce(planned["job"])
    return planned


def _open(event: JobStep, _: LambdaContext) -> dict[str, int]:
    job = _store().jobs.get(event["job"])
    return {"opened": open_batch(job, job_arn(job.name), _batch(event), _store(), _files_of(job), _hooks())}


def _wait(event: JobStep, _: LambdaContext) -> None:
    """Keeps what wakes the state machine, and wakes it at once where nothing is left to wait for."""
    _store().jobs.set_token(event["job"], event["token"])
    job = _store().jobs.get(event["job"])
    # Who stopped the job before now found no token.
    wake_job(_store(), job, boto3.client("stepfunctions"), anyway=job.status == Status.STOPPING)


def _consolidate(event: JobStep, _: LambdaContext) -> dict[str, int]:
    job = _store().jobs.get(event["job"])
    return {"labeled": consolidate_batch(job, job_arn(job.name), _batch(event), _store(), _files_of(job), _hooks())}


def _assemble(event: JobStep, context: LambdaContext) -> AssemblyState:
    job = _store().jobs.get(event["state"]["job"])

    def has_time() -> bool:
        return context.get_remaining_time_in_millis() > _LEAST_MILLISECONDS

    state = assemble(job, event["state"], _files_of(job), boto3.client("s3"), has_time)
    if state.get("done"):
        state["status"] = end_job(job, _store())
        _announce(job.name)
    return state


def _refuse(event: JobStep, context: LambdaContext) -> None:
    """Marks as failed what the plan has made of a request; another job of that name goes on."""
    try:
        job = _store().jobs.get(str(event["request"].get("LabelingJobName")))
    except NotThere:
        return
    if job.request == event["request"]:
        _fail({"job": job.name, "error": event["error"]}, context)


def _fail(event: JobStep, _: LambdaContext) -> None:
    """Marks a job as failed."""
    reason = f"{event['error'].get('Error', '')}: {event['error'].get('Cause', '')}"
    if _store().jobs.set_status(event["job"], Status.FAILED, unless=_ENDED, failure_reason=reason):
        _announce(event["job"])


def _announce(name: str) -> None:
    status = _store().jobs.get(name).status
    answer = boto3.client("events").put_events(Entries=[announcement(job_arn(name), status)])
    if answer["FailedEntryCount"]:
        [entry] = answer["Entries"]
        raise RuntimeError(f"EventBridge refused an event: {entry.get('ErrorCode')}: {entry.get('ErrorMessage')}")


def _batch(event: JobStep) -> ManifestBatch:
    return ManifestBatch(**event["batch"])


_STEPS: dict[str, Callable[[JobStep, LambdaContext], object]] = {
    "plan": _plan,
    "open": _open,
    "wait": _wait,
    "consolidate": _consolidate,
    "assemble": _assemble,
    "refuse": _refuse,
    "fail": _fail,
}


@functools.cache
def _store() -> EngineStore:
    return EngineStore(
        boto3.resource("dynamodb", config=Config(max_pool_connections=32)).Table(os.environ["ENGINE_TABLE"])
    )


def _key(request: Mapping[str, object]) -> str | None:
    """The key that a job's output is encrypted with, if the request names one."""
    output = request.get("OutputConfig")
    key = output.get("KmsKeyId") if isinstance(output, Mapping) else None
    return key if isinstance(key, str) else None


def _files_of(job: EngineJob) -> Files:
    return _files(_key(job.request))


@functools.cache
def _files(kms_key_id: str | None) -> Files:
    return Files(kms_key_id=kms_key_id)


@functools.cache
def _hooks() -> Hooks:
    # A hook takes up to fifteen minutes; asking twice would do its work twice.
    return Hooks(boto3.client("lambda", config=Config(read_timeout=900, retries={"max_attempts": 0})))
