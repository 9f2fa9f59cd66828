"""Waking the state machine that waits for the workers of a job."""

import os
from typing import Any

from botocore.exceptions import ClientError

from ground_truth.engine.model import EngineJob
from ground_truth.engine.store import Store

# The state machine went on, as when the tasks expired, or was woken by somebody else.
_NOT_WAITING = {"TaskTimedOut", "TaskDoesNotExist", "InvalidToken"}


def wake(store: Store, job: EngineJob, states: Any, *, anyway: bool = False) -> bool:
    """Wakes the state machine if nobody has anything left to do, or ``anyway``; returns whether it did.

    Waking it twice does nothing more. While objects are still being opened there is no token, and who keeps the
    token looks again.
    """
    if not job.token or not (anyway or store.is_finished(job)):
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
