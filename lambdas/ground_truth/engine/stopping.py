"""Stopping a job: nobody is given an object any more, and what was answered is consolidated."""

from typing import Any

from ground_truth.engine.model import Status
from ground_truth.engine.store import Store
from ground_truth.engine.waking import wake

_ENDED = (Status.COMPLETED, Status.FAILED, Status.STOPPED)


def stop(store: Store, name: str, states: Any) -> None:
    """Stops a job; stopping it twice does nothing more. ``states`` is a client of boto3 for Step Functions.

    Raises NotThere where there is no such job, ValueError for one that has ended.
    """
    job = store.job(name)
    if not store.set_status(name, Status.STOPPING, unless=_ENDED):
        raise ValueError(f"job {job.name!r} has ended already: it is {store.job(name).status}")
    # The token may have come since the job was read.
    wake(store, store.job(name), states, anyway=True)
