"""The steps of a labeling job, as its state machine calls them, one at a time."""

import functools
import os
from collections.abc import Mapping
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from ground_truth.aws.s3 import Files
from ground_truth.engine import assembling
from ground_truth.engine.consolidating import consolidate_batch
from ground_truth.engine.control import job_arn, wake_job
from ground_truth.engine.hooks import Hooks
from ground_truth.engine.model import NotThere, Status
from ground_truth.engine.opening import open_batch
from ground_truth.engine.planning import Batch, plan
from ground_truth.engine.store.store import Store

_LEAST_MILLISECONDS = 60_000
_ENDED = (Status.COMPLETED, Status.STOPPED)


def handler(event: Mapping[str, Any], context: Any) -> Any:
    """Does the step that the event names; each may be done again."""
    return _STEPS[event["step"]](event, context)


def _plan(event: Mapping[str, Any], _: Any) -> dict[str, Any]:
    planned = plan(event["request"], _store(), _files(_key(event["request"])))
    _announce(planned["job"])
    return planned


def _open(event: Mapping[str, Any], _: Any) -> dict[str, int]:
    job = _store().jobs.get(event["job"])
    batch = Batch(**event["batch"])
    return {"opened": open_batch(job, job_arn(job.name), batch, _store(), _files(_key(job.request)), _hooks())}


def _wait(event: Mapping[str, Any], _: Any) -> None:
    """Keeps what wakes the state machine, and wakes it at once where nothing is left to wait for."""
    _store().jobs.set_token(event["job"], event["token"])
    job = _store().jobs.get(event["job"])
    # Who stopped the job before now found no token.
    wake_job(_store(), job, boto3.client("stepfunctions"), anyway=job.status == Status.STOPPING)


def _consolidate(event: Mapping[str, Any], _: Any) -> dict[str, int]:
    job = _store().jobs.get(event["job"])
    batch = Batch(**event["batch"])
    return {"labeled": consolidate_batch(job, job_arn(job.name), batch, _store(), _files(_key(job.request)), _hooks())}


def _assemble(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    job = _store().jobs.get(event["state"]["job"])

    def has_time() -> bool:
        return bool(context.get_remaining_time_in_millis() > _LEAST_MILLISECONDS)

    state = assembling.assemble(job, event["state"], _files(_key(job.request)), boto3.client("s3"), has_time)
    if state["done"]:
        state["status"] = assembling.end(job, _store())
        _announce(job.name)
    return state


def _refuse(event: Mapping[str, Any], context: Any) -> None:
    """Marks as failed what the plan has made of a request; another job of that name goes on."""
    try:
        job = _store().jobs.get(str(event["request"].get("LabelingJobName")))
    except NotThere:
        return
    if job.request == event["request"]:
        _fail({"job": job.name, "error": event["error"]}, context)


def _fail(event: Mapping[str, Any], _: Any) -> None:
    """Marks a job as failed."""
    reason = f"{event['error'].get('Error', '')}: {event['error'].get('Cause', '')}"
    if _store().jobs.set_status(event["job"], Status.FAILED, unless=_ENDED, failure_reason=reason):
        _announce(event["job"])


def _announce(name: str) -> None:
    status = _store().jobs.get(name).status
    entry = assembling.announcement(job_arn(name), status)
    answer = boto3.client("events").put_events(Entries=[entry])
    if answer["FailedEntryCount"]:
        raise ClientError({"Error": answer["Entries"][0]}, "PutEvents")


_STEPS = {
    "plan": _plan,
    "open": _open,
    "wait": _wait,
    "consolidate": _consolidate,
    "assemble": _assemble,
    "refuse": _refuse,
    "fail": _fail,
}


@functools.cache
def _store() -> Store:
    return Store(boto3.resource("dynamodb", config=Config(max_pool_connections=32)).Table(os.environ["ENGINE_TABLE"]))


def _key(request: Mapping[str, Any]) -> str | None:
    """The key that a job's output is encrypted with, if the request names one."""
    key: str | None = (request.get("OutputConfig") or {}).get("KmsKeyId")
    return key


@functools.cache
def _files(kms_key_id: str | None) -> Files:
    return Files(kms_key_id=kms_key_id)


@functools.cache
def _hooks() -> Hooks:
    # A hook takes up to fifteen minutes; asking twice would do its work twice.
    return Hooks(boto3.client("lambda", config=Config(read_timeout=900, retries={"max_attempts": 0})))
