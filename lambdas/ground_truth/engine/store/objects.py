"""Objects: what a worker's page is given, who holds each, and whether it needs anybody still."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

from ground_truth.engine.model import EngineJob, Hold, NotThere, ObjectResult, OpenObject, StoredAnswer, StoredObject
from ground_truth.engine.store import keys
from ground_truth.engine.store.answers import answer_item, read_answer
from ground_truth.engine.store.items import (
    Item,
    ReadItem,
    compact,
    decimal,
    int_of,
    json_of,
    optional_text_of,
    text_of,
    texts_of,
)
from ground_truth.engine.store.reading import TableReader
from ground_truth.engine.store.transaction import Conflict, Transaction, replace_item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table


class ObjectStore:
    """The objects in the engine's table; what changes in one is counted with it."""

    def __init__(self, table: Table, reader: TableReader, clock: Callable[[], float], at_once: int) -> None:
        self._table = table
        self._reader = reader
        self._clock = clock
        self._at_once = at_once

    def open(self, job: EngineJob, objects: Iterable[OpenObject]) -> None:
        """Offers objects to the workers; those that are there already stay as they are."""
        with ThreadPoolExecutor(self._at_once) as pool:
            stored = (StoredObject(object_id=opened.object_id, task_input=opened.task_input) for opened in objects)
            for _ in pool.map(lambda each: self._add(job, each), stored):
                pass

    def add_failed(self, job: EngineJob, object_id: str, reason: str) -> None:
        """Keeps an object that no worker will see, with the reason; one that is there already stays as it is."""
        self._add(job, StoredObject(object_id=object_id, task_input={}, started=True, done=True, failure=reason))

    def get(self, job: EngineJob, object_id: str) -> StoredObject:
        """An object as it is now.

        Raises NotThere where there is none.
        """
        item = self._reader.item(keys.object_key(job.key, object_id))
        if item is None:
            raise NotThere(f"job {job.name!r} has no object {object_id!r}")
        return read_object(item)

    def replace(
        self, job: EngineJob, before: StoredObject, after: StoredObject, answer: StoredAnswer | None = None
    ) -> None:
        """Replaces an object in the version that was read, together with the answer that changes it.

        Raises Conflict, and changes nothing, if the object has changed since or the worker has answered it before.
        """
        item = object_item(job, replace(after, version=before.version + 1), self._clock())
        old, new = _counted(job, before), _counted(job, after)
        counts = {name: count - old[name] for name, count in new.items() if count != old[name]}
        if not counts and answer is None:
            replace_item(self._table, item, before.version)
            return
        change = Transaction(self._table)
        change.replace(item, before.version)
        if answer is not None:
            change.put_new(answer_item(job, before.object_id, answer))
        if counts:
            change.add(keys.count_key(job.key, keys.counter_of(before.object_id)), counts)
        change.write()

    def open_after(self, job: EngineJob, shard: int, object_id: str, most: int) -> list[str]:
        """The next ids of a shard's objects that can be taken, from behind one on; an empty id is the beginning."""
        start = keys.open_sort(object_id) if object_id else " "
        index_keys = self._reader.index_keys_above(keys.open_partition(job.key, shard), start, most)
        return [keys.object_id_of(index_key) for index_key in index_keys]

    def freed(self, job: EngineJob, shard: int, most: int) -> list[str]:
        """The ids of a shard's objects whose every place was taken, and one of whose holds has run out."""
        now = keys.held_sort(self._clock())
        index_keys = self._reader.index_keys_below(keys.held_partition(job.key, shard), now, most)
        return [keys.held_object_id_of(index_key) for index_key in index_keys]

    def results(self, job: EngineJob, object_ids: Iterable[str]) -> Iterator[ObjectResult]:
        """What became of objects, in the order asked; those that were never opened are left out."""
        with ThreadPoolExecutor(self._at_once) as pool:
            for result in pool.map(lambda object_id: self._result(job, object_id), object_ids):
                if result:
                    yield result

    def _result(self, job: EngineJob, object_id: str) -> ObjectResult | None:
        items = list(self._reader.partition(keys.object_partition(job.key, object_id)))
        stored = next((read_object(item) for item in items if keys.is_object(item)), None)
        if stored is None:
            return None
        answers = [read_answer(item) for item in items if keys.is_answer(item)]
        counted = sorted(
            (answer for answer in answers if answer.counted), key=lambda answer: (answer.submitted, answer.worker_id)
        )
        return ObjectResult(object_id=object_id, answers=tuple(counted), failure=stored.failure)

    def _add(self, job: EngineJob, stored: StoredObject) -> None:
        change = Transaction(self._table)
        change.put_new(object_item(job, stored, self._clock()))
        counts = {name: count for name, count in _counted(job, stored).items() if count}
        change.add(keys.count_key(job.key, keys.counter_of(stored.object_id)), {"total": 1, **counts})
        try:
            change.write()
        except Conflict:
            # It was opened before: the same batch is run again.
            return


def read_object(item: ReadItem) -> StoredObject:
    """The object of an item."""
    return StoredObject(
        object_id=text_of(item, "object_id"),
        task_input=json_of(item, "task_input"),
        answers=int_of(item, "answers"),
        declines=int_of(item, "declines"),
        holds=_read_holds(item["holds"]),
        finished_by=frozenset(texts_of(item, "finished_by")),
        started=bool(item["started"]),
        done=bool(item["done"]),
        failure=optional_text_of(item, "failure"),
        version=int_of(item, "version"),
    )


def object_item(job: EngineJob, stored: StoredObject, now: float) -> Item:
    """An object's item, with the entry that its state has in the index."""
    holds: Item = {worker: [decimal(hold.accepted), decimal(hold.expires)] for worker, hold in stored.holds.items()}
    failure: Item = {"failure": stored.failure} if stored.failure else {}
    return {
        **keys.object_key(job.key, stored.object_id),
        **_index_entry(job, stored, now),
        "object_id": stored.object_id,
        "task_input": compact(stored.task_input),
        "answers": stored.answers,
        "declines": stored.declines,
        "holds": holds,
        "finished_by": sorted(stored.finished_by),
        "started": stored.started,
        "done": stored.done,
        "version": stored.version,
        **failure,
    }


def _read_holds(value: object) -> dict[str, Hold]:
    if not isinstance(value, dict):
        raise TypeError(f"'holds' should be a map, got {value!r}")
    return {
        str(worker): Hold(accepted=float(accepted), expires=float(expires))
        for worker, (accepted, expires) in value.items()
    }


def _counted(job: EngineJob, stored: StoredObject) -> dict[str, int]:
    """What an object adds to the counts of its job; who began it is asked only where the job has a limit."""
    return {
        "finished": int(stored.done),
        "failed": int(stored.failure is not None),
        "answers": stored.answers,
        "started": int(stored.started and job.concurrent is not None),
    }


def _index_entry(job: EngineJob, stored: StoredObject, now: float) -> dict[str, str]:
    if stored.done:
        return {}
    running = [hold.expires for hold in stored.holds.values() if hold.expires > now]
    if stored.answers + len(running) < job.workers:
        return keys.open_entry(job.key, stored.object_id)
    return keys.held_entry(job.key, stored.object_id, min(running))
