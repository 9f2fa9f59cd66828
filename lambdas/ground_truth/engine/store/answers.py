"""Answers and drafts, beside the object that they are about."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ground_truth.contract.json_types import JsonObject
from ground_truth.engine.model import EngineJob, StoredAnswer
from ground_truth.engine.store import keys
from ground_truth.engine.store.items import (
    Item,
    ReadItem,
    compact,
    decimal,
    float_of,
    json_of,
    optional_text_of,
    text_of,
)
from ground_truth.engine.store.reading import TableReader

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

# Longer answers lie in S3: an item has at most 400 KB, and is read whole.
MOST_ANSWER_BYTES = 300_000
_DRAFT_SECONDS = 30 * 86_400


class AnswerStore:
    """The answers and drafts in the engine's table; an answer is written with its object."""

    def __init__(self, table: Table, reader: TableReader, clock: Callable[[], float]) -> None:
        self._table = table
        self._reader = reader
        self._clock = clock

    def get(self, job: EngineJob, object_id: str, worker_id: str) -> StoredAnswer | None:
        """A worker's answer on an object, if there is one."""
        item = self._reader.item(keys.answer_key(job.key, object_id, worker_id))
        return read_answer(item) if item else None

    def set_draft(self, job: EngineJob, object_id: str, worker_id: str, draft: JsonObject) -> None:
        """Keeps what a worker has so far, for thirty days."""
        item: Item = {"draft": compact(draft), keys.TIME_TO_LIVE: round(self._clock()) + _DRAFT_SECONDS}
        self._table.put_item(Item=keys.draft_key(job.key, object_id, worker_id) | item)

    def draft(self, job: EngineJob, object_id: str, worker_id: str) -> JsonObject | None:
        """What a worker had so far."""
        item = self._reader.item(keys.draft_key(job.key, object_id, worker_id))
        return json_of(item, "draft") if item else None


def answer_item(job: EngineJob, object_id: str, answer: StoredAnswer) -> Item:
    """An answer's item."""
    optional: Item = {
        "content": None if answer.content is None else compact(answer.content),
        "content_uri": answer.content_uri,
    }
    return {
        **keys.answer_key(job.key, object_id, answer.worker_id),
        "worker": answer.worker_id,
        "accepted": decimal(answer.accepted),
        "submitted": decimal(answer.submitted),
        "seconds": decimal(answer.seconds),
        "identity": compact(answer.identity),
        "counted": answer.counted,
        **{name: value for name, value in optional.items() if value is not None},
    }


def read_answer(item: ReadItem) -> StoredAnswer:
    """The answer of an item."""
    return StoredAnswer(
        worker_id=text_of(item, "worker"),
        content=json_of(item, "content") if "content" in item else None,
        content_uri=optional_text_of(item, "content_uri"),
        accepted=float_of(item, "accepted"),
        submitted=float_of(item, "submitted"),
        seconds=float_of(item, "seconds"),
        identity=json_of(item, "identity"),
        counted=bool(item["counted"]),
    )
