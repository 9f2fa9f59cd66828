"""Jobs: what was asked for, how far each is, and what became of its batches."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import fields
from typing import TYPE_CHECKING

from ground_truth.engine.model import EngineJob, JobCounts, JobExists, LabelOutcome, NotThere, Status
from ground_truth.engine.store import keys
from ground_truth.engine.store.items import (
    Item,
    ReadItem,
    compact,
    decimal,
    float_of,
    int_of,
    optional_text_of,
    text_of,
)
from ground_truth.engine.store.reading import TableReader
from ground_truth.engine.store.transaction import Conflict, put_new, update_unless

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

_MOST_REASON_CHARACTERS = 1024


class JobStore:
    """The jobs in the engine's table, by names whose case does not matter (contract 4.1)."""

    def __init__(self, table: Table, reader: TableReader, clock: Callable[[], float]) -> None:
        self._table = table
        self._reader = reader
        self._clock = clock

    def create(self, job: EngineJob) -> EngineJob:
        """Keeps a new job, and returns it as it is kept.

        Raises JobExists if another request has the name.
        """
        try:
            put_new(self._table, _job_item(job))
        except Conflict as error:
            earlier = self.get(job.name)
            if earlier.request != job.request:
                raise JobExists(
                    f"there is a labeling job {earlier.name!r} already (upper and lower case are the same): "
                    "choose another name"
                ) from error
            return earlier
        return job

    def get(self, name: str) -> EngineJob:
        """A job by its name.

        Raises NotThere where there is none.
        """
        item = self._reader.item(keys.job_key(name.lower()))
        if item is None:
            raise NotThere(f"there is no labeling job {name!r}")
        return _read_job(item)

    def newest_first(self) -> list[EngineJob]:
        """All jobs."""
        jobs = map(_read_job, self._reader.partition(keys.JOBS, exactly=False))
        return sorted(jobs, key=lambda job: job.created, reverse=True)

    def set_status(
        self, name: str, status: Status, *, unless: Iterable[Status] = (), failure_reason: str | None = None
    ) -> bool:
        """Changes a job's status; returns False, and changes nothing, where it is among ``unless``."""
        values: Item = {"status": str(status), "changed": decimal(self._clock())}
        if failure_reason:
            values["failure_reason"] = failure_reason[:_MOST_REASON_CHARACTERS]
        try:
            update_unless(self._table, keys.job_key(name.lower()), values, {"status": list(map(str, unless))})
        except Conflict:
            return False
        return True

    def set_token(self, name: str, token: str) -> None:
        """Keeps what wakes the state machine."""
        update_unless(self._table, keys.job_key(name.lower()), {"token": token}, {})

    def counts(self, job: EngineJob, *, exactly: bool = True) -> JobCounts:
        """How far a job is; what is only shown need not be exact, and costs half then."""
        counter_keys = [keys.count_key(job.key, counter) for counter in range(keys.COUNTERS)]
        counters = list(self._reader.items(counter_keys, exactly=exactly))
        return JobCounts(**{name: sum(int_of(item, name) for item in counters) for name in _names(JobCounts)})

    def is_finished(self, job: EngineJob) -> bool:
        """Whether no object of a job needs anybody."""
        counts = self.counts(job)
        return counts.finished >= counts.total

    def may_be_finished(self, job: EngineJob, object_id: str) -> bool:
        """Whether the object's counter allows it: most of the time it does not, and the others need not be read."""
        counter = self._reader.item(keys.count_key(job.key, keys.counter_of(object_id))) or {}
        return int_of(counter, "finished") >= int_of(counter, "total")

    def set_outcome(self, job: EngineJob, batch: int, outcome: LabelOutcome) -> None:
        """Keeps what became of a batch."""
        item: Item = {"labeled": outcome.labeled, "failed": outcome.failed}
        self._table.put_item(Item=keys.outcome_key(job.key, batch) | item)

    def outcome(self, job: EngineJob) -> LabelOutcome:
        """What became of the batches that are consolidated."""
        batches = list(self._reader.partition(keys.outcome_partition(job.key)))
        return LabelOutcome(**{name: sum(int_of(item, name) for item in batches) for name in _names(LabelOutcome)})


def _names(counted: type[JobCounts] | type[LabelOutcome]) -> list[str]:
    return [field.name for field in fields(counted)]


def _job_item(job: EngineJob) -> Item:
    optional: Item = {
        "failure_reason": job.failure_reason,
        "token": job.token,
        "changed": None if job.changed is None else decimal(job.changed),
    }
    return {
        **keys.job_key(job.key),
        "name": job.name,
        "request": compact(job.request),
        "status": str(job.status),
        "created": decimal(job.created),
        "expires": decimal(job.expires),
        **{name: value for name, value in optional.items() if value is not None},
    }


def _read_job(item: ReadItem) -> EngineJob:
    return EngineJob(
        name=text_of(item, "name"),
        request=json.loads(text_of(item, "request")),
        status=Status(text_of(item, "status")),
        created=float_of(item, "created"),
        expires=float_of(item, "expires"),
        failure_reason=optional_text_of(item, "failure_reason"),
        token=optional_text_of(item, "token"),
        changed=float_of(item, "changed") if "changed" in item else None,
    )
