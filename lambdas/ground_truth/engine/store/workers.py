"""What is known of workers in a job: it helps to find work, and decides nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from ground_truth.engine.model import EngineJob, WorkerPosition
from ground_truth.engine.store import keys
from ground_truth.engine.store.items import Item, int_of, text_of, texts_of
from ground_truth.engine.store.objects import read_object
from ground_truth.engine.store.reading import TableReader

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table


class WorkerStore:
    """The workers in the engine's table."""

    def __init__(self, table: Table, reader: TableReader, clock: Callable[[], float]) -> None:
        self._table = table
        self._reader = reader
        self._clock = clock

    def position(self, job: EngineJob, worker_id: str) -> WorkerPosition:
        """What a worker took last, and how far they looked; a new one begins where not all begin."""
        item = self._reader.item(keys.worker_key(job.key, worker_id))
        if item is None:
            return WorkerPosition(shard=keys.first_shard_of(worker_id))
        return WorkerPosition(held=texts_of(item, "held"), shard=int_of(item, "shard"), cursor=text_of(item, "cursor"))

    def set_position(self, job: EngineJob, worker_id: str, position: WorkerPosition) -> None:
        """Keeps what a worker took last, and how far they looked."""
        item: Item = {"held": list(position.held), "shard": position.shard, "cursor": position.cursor}
        self._table.put_item(Item=keys.worker_key(job.key, worker_id) | item)

    def at_work(self, job: EngineJob, worker_ids: Iterable[str]) -> frozenset[str]:
        """Those of the workers who have an object in hand now."""
        positions = self._reader.items([keys.worker_key(job.key, worker_id) for worker_id in worker_ids])
        held_ids = {object_id for item in positions for object_id in texts_of(item, "held")}
        objects = map(read_object, self._reader.items([keys.object_key(job.key, object_id) for object_id in held_ids]))
        now = self._clock()
        return frozenset(
            worker
            for stored in objects
            if not stored.done
            for worker, hold in stored.holds.items()
            if hold.expires > now
        )
