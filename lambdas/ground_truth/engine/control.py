"""Making the state machine go on: by stopping a job, and by waking what waits for the workers of one."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from ground_truth.contract.errors import StateError
from ground_truth.engine.model import EngineJob, Status
from ground_truth.engine.store.store import EngineStore

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

_ENDED = (Status.COMPLETED, Status.FAILED, Status.STOPPED)
# The state machine went on, as when the tasks expired, or was woken by somebody else.
_NOT_WAITING = {"TaskTimedOut", "TaskDoesNotExist", "InvalidToken"}


def stop_job(store: EngineStore, name: str, states: SFNClient) -> None:
    """Stops a job: nobody is given an object any more, and what was answered is consolidated.

    Stopping it twice does nothing more.
    Raises NotThere where there is no such job, StateError for one that has ended.
    """
    job = store.jobs.get(name)
    if not store.jobs.set_status(name, Status.STOPPING, unless=_ENDED):
        raise StateError(f"job {job.name!r} has ended already: it is {store.jobs.get(name).status}")
    # The token may have come since the job was read.
    wake_job(store, store.jobs.get(name), states, anyway=True)


def wake_job(store: EngineStore, job: EngineJob, states: SFNClient, *, anyway: bool = False) -> bool:
    """Wakes the state machine if nobody has anything left to do, or ``anyway``; returns whether it did.

    Waking it twice does nothing more. While objects are still being opened there is no token, and who keeps the
    token looks again.
    """
    if not job.token or not (anyway or store.jobs.is_finished(job)):
        return False
    try:
        states.send_task_success(taskToken=job.token, output="{}")
    except ClientError as error:
        if error.response["Error"]["Code"] not in _NOT_WAITING:
            raise
    return True


def job_arn(name: str) -> str:
    """The ARN that events and records name a job by, lower-cased as Ground Truth's (contract 4)."""
    region, account = os.environ["AWS_REGION"], os.environ["ENGINE_ACCOUNT"]
    partition = os.environ.get("ENGINE_PARTITION", "aws")
    return f"arn:{partition}:sagemaker:{region}:{account}:labeling-job/{name.lower()}"
