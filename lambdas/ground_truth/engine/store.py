"""Jobs, objects and answers in DynamoDB: nothing is scanned, and whatever runs twice changes nothing more.

An object's item decides: it is only ever replaced in the version that was read, so that of two who want its last place
one gets it. An answer, the object it belongs to and the counter change in one transaction.
"""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from boto3.dynamodb.conditions import Attr, ConditionBase, Key
from botocore.exceptions import ClientError

from ground_truth.contract.json_text import json_text
from ground_truth.engine import items, table
from ground_truth.engine.model import (
    Counts,
    EngineJob,
    JobExists,
    NotHeld,
    NotThere,
    ObjectResult,
    OpenObject,
    Outcome,
    Status,
    StoredAnswer,
    StoredObject,
)

# Longer answers lie in S3: an item has at most 400 KB, and is read whole.
MOST_ANSWER_BYTES = 300_000
# DynamoDB gives no more in one request.
_MOST_KEYS = 100
_TRIES = 12
_DRAFT_DAYS = 30
_ABSENT = f"attribute_not_exists({table.PARTITION_KEY})"


class Conflict(Exception):
    """Somebody else changed the item in between."""


class Store:
    """Reads and writes the engine's table.

    ``clock`` tells seconds since 1970; ``at_once`` is how many requests are under way where there are many.
    """

    def __init__(self, resource: Any, clock: Callable[[], float] = time.time, *, at_once: int = 16) -> None:
        self.table = resource
        self.clock = clock
        self._client = resource.meta.client
        self._at_once = at_once

    # Jobs

    def create_job(self, job: EngineJob) -> EngineJob:
        """Keeps a new job, and returns it as it is kept.

        Raises JobExists if another request has the name.
        """
        try:
            self.table.put_item(Item=items.job_item(job), ConditionExpression=_ABSENT)
        except ClientError as error:
            if not _is_refused(error):
                raise
            found = self.job(job.name)
            if found.request != job.request:
                raise JobExists(
                    f"there is a labeling job {found.name!r} already (upper and lower case are the same): "
                    "choose another name"
                ) from error
            return found
        return job

    def job(self, name: str) -> EngineJob:
        """A job by its name.

        Raises NotThere where there is none.
        """
        item = self.table.get_item(Key=table.job_key(name.lower()), ConsistentRead=True).get("Item")
        if item is None:
            raise NotThere(f"there is no labeling job {name!r}")
        return items.read_job(item)

    def jobs(self) -> list[EngineJob]:
        """All jobs, newest first."""
        found = [items.read_job(item) for item in self._query(Key(table.PARTITION_KEY).eq(table.JOBS))]
        return sorted(found, key=lambda job: job.created, reverse=True)

    def set_status(
        self, name: str, status: Status, *, unless: Iterable[Status] = (), failure_reason: str | None = None
    ) -> bool:
        """Changes a job's status; returns False, and changes nothing, where it is among ``unless``."""
        values = {":status": status, ":now": items.number(self.clock())}
        values |= {":reason": failure_reason[:1024]} if failure_reason else {}
        reason = ", failure_reason = :reason" if failure_reason else ""
        condition: ConditionBase = Attr(table.PARTITION_KEY).exists()
        for one in unless:
            condition &= Attr("status").ne(one)
        return self._updated(
            Key=table.job_key(name.lower()),
            UpdateExpression=f"SET #status = :status, changed = :now{reason}",
            ExpressionAttributeNames={"#status": "status"},
            ExpressionAttributeValues=values,
            ConditionExpression=condition,
        )

    def set_token(self, name: str, token: str) -> None:
        """Keeps what wakes the state machine."""
        self.table.update_item(
            Key=table.job_key(name.lower()),
            UpdateExpression="SET #token = :token",
            ExpressionAttributeNames={"#token": "token"},
            ExpressionAttributeValues={":token": token},
        )

    # Objects

    def open_objects(self, job: EngineJob, objects: Iterable[OpenObject]) -> None:
        """Offers objects to the workers; those that are there already stay as they are."""
        stored = (StoredObject(object_id=one.object_id, line=one.line, task_input=one.task_input) for one in objects)
        self._add(job, stored)

    def add_failed(self, job: EngineJob, object_id: str, line: Mapping[str, Any], reason: str) -> None:
        """Keeps an object that no worker will see, with the reason; one that is there already stays as it is."""
        self._add(job, [StoredObject(object_id=object_id, line=line, task_input={}, done=True, failure=reason)])

    def object(self, job: EngineJob, object_id: str) -> StoredObject:
        """An object as it is now.

        Raises NotThere where there is none.
        """
        item = self.table.get_item(Key=table.object_key(job.key, object_id), ConsistentRead=True).get("Item")
        if item is None:
            raise NotThere(f"job {job.name!r} has no object {object_id!r}")
        return items.read_object(item)

    def replace(self, job: EngineJob, before: StoredObject, after: StoredObject, *others: dict[str, Any]) -> None:
        """Replaces an object in the version that was read, together with ``others``.

        Raises Conflict if it has changed since.
        """
        put = {
            "Item": items.object_item(job, replace(after, version=before.version + 1), self.clock()),
            "ConditionExpression": "version = :version",
            "ExpressionAttributeValues": {":version": before.version},
        }
        if others:
            self._write([{"Put": put}, *others])
            return
        try:
            # Alone it costs half of what it does in a transaction.
            self.table.put_item(**put)
        except ClientError as error:
            if _is_refused(error):
                raise Conflict from error
            raise

    def count(self, job: EngineJob, object_id: str, **added: int) -> dict[str, Any]:
        """The part of a transaction that counts; names are those of `Counts`."""
        return {
            "Update": {
                "Key": table.count_key(job.key, table.counter_of(object_id)),
                "UpdateExpression": "ADD " + ", ".join(f"#{name} :{name}" for name in added),
                "ExpressionAttributeNames": {f"#{name}": name for name in added},
                "ExpressionAttributeValues": {f":{name}": value for name, value in added.items()},
            }
        }

    def counts(self, job: EngineJob, *, exactly: bool = True) -> Counts:
        """How far a job is; what is only shown need not be exact, and costs half then."""
        keys = [table.count_key(job.key, counter) for counter in range(table.COUNTERS)]
        found = list(self._get_all(keys, consistent=exactly))
        return Counts(**{name: sum(int(item.get(name, 0)) for item in found) for name in Counts.__dataclass_fields__})

    def is_finished(self, job: EngineJob) -> bool:
        """Whether no object of a job needs anybody."""
        counts = self.counts(job)
        return counts.finished >= counts.total

    def may_be_finished(self, job: EngineJob, object_id: str) -> bool:
        """Whether the object's counter allows it: most of the time it does not, and the others need not be read."""
        key = table.count_key(job.key, table.counter_of(object_id))
        item = self.table.get_item(Key=key, ConsistentRead=True).get("Item", {})
        return bool(item.get("finished", 0) >= item.get("total", 0))

    def set_outcome(self, job: EngineJob, batch: int, outcome: Outcome) -> None:
        """Keeps what became of a batch."""
        key = table.key(table.outcome_partition(job.key), str(batch))
        self.table.put_item(Item=key | {"labeled": outcome.labeled, "failed": outcome.failed})

    def outcome(self, job: EngineJob) -> Outcome:
        """What became of the batches that are consolidated."""
        found = list(self._query(Key(table.PARTITION_KEY).eq(table.outcome_partition(job.key)), ConsistentRead=True))
        return Outcome(**{name: sum(int(item[name]) for item in found) for name in Outcome.__dataclass_fields__})

    # Answers

    def results(self, job: EngineJob, object_ids: Iterable[str]) -> Iterator[ObjectResult]:
        """What became of objects, in the order asked; those that were never opened are left out."""
        with ThreadPoolExecutor(self._at_once) as pool:
            for found in pool.map(lambda object_id: self._result(job, object_id), object_ids):
                if found:
                    yield found

    def answered(self, job: EngineJob, object_id: str, worker_id: str) -> StoredAnswer | None:
        """A worker's answer on an object, if there is one."""
        key = table.answer_key(job.key, object_id, worker_id)
        item = self.table.get_item(Key=key, ConsistentRead=True).get("Item")
        return items.read_answer(item) if item else None

    def put_answer(self, job: EngineJob, object_id: str, answer: StoredAnswer) -> dict[str, Any]:
        """The part of a transaction that keeps an answer, which must be the worker's first."""
        return {"Put": {"Item": items.answer_item(job.key, object_id, answer), "ConditionExpression": _ABSENT}}

    def save_draft(self, job: EngineJob, object_id: str, worker_id: str, draft: Mapping[str, Any]) -> None:
        """Keeps what a worker has so far.

        Raises NotHeld if the worker does not hold the object.
        """
        hold = self.object(job, object_id).holds.get(worker_id)
        if hold is None or hold.expires <= self.clock():
            raise NotHeld(f"object {object_id} is not in your hands any more")
        expires = round(self.clock()) + _DRAFT_DAYS * 86_400
        text = json_text(draft)
        item = table.draft_key(job.key, object_id, worker_id) | {"draft": text, table.TIME_TO_LIVE: expires}
        self.table.put_item(Item=item)

    def draft(self, job: EngineJob, object_id: str, worker_id: str) -> dict[str, Any] | None:
        """What a worker had so far."""
        key = table.draft_key(job.key, object_id, worker_id)
        item = self.table.get_item(Key=key, ConsistentRead=True).get("Item")
        found: dict[str, Any] | None = json.loads(item["draft"]) if item else None
        return found

    # Workers

    def worker(self, job: EngineJob, worker_id: str) -> dict[str, Any]:
        """What is known of a worker in a job: the objects he took last, and how far he looked."""
        found = self.table.get_item(Key=table.worker_key(job.key, worker_id), ConsistentRead=True)
        return dict(found.get("Item", {}))

    def remember(self, job: EngineJob, worker_id: str, **known: Any) -> None:
        """Keeps what is known of a worker; it helps to find work, and decides nothing."""
        self.table.put_item(Item=table.worker_key(job.key, worker_id) | known)

    def at_work(self, job: EngineJob, worker_ids: Iterable[str]) -> frozenset[str]:
        """Those of the workers who have an object in hand now."""
        known = self._get_all([table.worker_key(job.key, worker_id) for worker_id in worker_ids])
        taken = {object_id for item in known for object_id in item.get("held", ())}
        objects = map(items.read_object, self._get_all([table.object_key(job.key, one) for one in taken]))
        now = self.clock()
        return frozenset(
            worker
            for stored in objects
            if not stored.done
            for worker, hold in stored.holds.items()
            if hold.expires > now
        )

    # Parts

    def listed(self, partition: str, condition: Any, most: int) -> list[str]:
        """Places in the index, at most so many in one request."""
        found = self.table.query(
            IndexName=table.INDEX,
            KeyConditionExpression=Key(table.INDEX_PARTITION_KEY).eq(partition) & condition,
            Limit=most,
        )
        return [item[table.INDEX_SORT_KEY] for item in found["Items"]]

    def _add(self, job: EngineJob, objects: Iterable[StoredObject]) -> None:
        with ThreadPoolExecutor(self._at_once) as pool:
            for _ in pool.map(lambda one: self._add_one(job, one), objects):
                pass

    def _add_one(self, job: EngineJob, stored: StoredObject) -> None:
        item = items.object_item(job, stored, self.clock())
        added = {"total": 1} | ({"finished": 1, "failed": 1, "started": 1} if stored.done else {})
        parts = [{"Put": {"Item": item, "ConditionExpression": _ABSENT}}, self.count(job, stored.object_id, **added)]
        try:
            self._write(parts)
        except Conflict:
            # It was opened before: the same batch is run again.
            return

    def _result(self, job: EngineJob, object_id: str) -> ObjectResult | None:
        partition = table.object_partition(job.key, object_id)
        found = list(self._query(Key(table.PARTITION_KEY).eq(partition), ConsistentRead=True))
        stored = [items.read_object(item) for item in found if item[table.SORT_KEY] == table.OBJECT]
        if not stored:
            return None
        answers = [items.read_answer(item) for item in found if item[table.SORT_KEY].startswith(f"{table.ANSWER}#")]
        counted = sorted((one for one in answers if one.counted), key=lambda one: (one.submitted, one.worker_id))
        return ObjectResult(object_id=object_id, line=stored[0].line, answers=tuple(counted), failure=stored[0].failure)

    def _write(self, parts: list[dict[str, Any]]) -> None:
        """One transaction; tried again while others write the same counter."""
        told = [_serialized(part, self.table.name) for part in parts]
        for attempt in range(_TRIES):
            try:
                self._client.transact_write_items(TransactItems=told)
                return
            except ClientError as error:
                reasons = [one.get("Code") for one in error.response.get("CancellationReasons", ())]
                if "ConditionalCheckFailed" in reasons:
                    raise Conflict from error
                if error.response["Error"]["Code"] != "TransactionCanceledException" or attempt == _TRIES - 1:
                    raise
                time.sleep(min(0.01 * 2**attempt, 0.5))

    def _query(self, condition: Any, **options: Any) -> Iterator[dict[str, Any]]:
        start: dict[str, Any] = {}
        while True:
            found = self.table.query(KeyConditionExpression=condition, **options, **start)
            yield from found["Items"]
            if "LastEvaluatedKey" not in found:
                return
            start = {"ExclusiveStartKey": found["LastEvaluatedKey"]}

    def _get_all(self, keys: list[dict[str, str]], *, consistent: bool = True) -> Iterator[dict[str, Any]]:
        for first in range(0, len(keys), _MOST_KEYS):
            asked = {self.table.name: {"Keys": keys[first : first + _MOST_KEYS], "ConsistentRead": consistent}}
            while asked:
                found = self.table.meta.client.batch_get_item(RequestItems=asked)
                yield from found["Responses"].get(self.table.name, ())
                asked = found.get("UnprocessedKeys") or {}

    def _updated(self, **update: Any) -> bool:
        try:
            self.table.update_item(**update)
        except ClientError as error:
            if _is_refused(error):
                return False
            raise
        return True


def _is_refused(error: ClientError) -> bool:
    return bool(error.response["Error"]["Code"] == "ConditionalCheckFailedException")


def _serialized(part: dict[str, Any], table_name: str) -> dict[str, Any]:
    return {kind: {**content, "TableName": table_name} for kind, content in part.items()}
