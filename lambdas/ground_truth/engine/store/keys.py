"""The keys of the engine's one DynamoDB table: their names, and where each kind of item lies.

| item | pk | sk |
|---|---|---|
| job | ``jobs`` | lower-cased name |
| object | ``<job>#<object id>`` | ``object`` |
| answer, draft | ``<job>#<object id>`` | ``answer#<worker>``, ``draft#<worker>`` |
| what a worker holds, and how far they looked | ``<job>#worker#<worker>`` | ``worker`` |
| counter | ``<job>#count#<shard>`` | ``count`` |
| what became of a batch | ``<job>#outcomes`` | its number |

The index lists objects that somebody can still take, under ``<job>#open#<shard>`` in the order of their ids, and those
whose every place is taken, under ``<job>#held#<shard>`` by the moment at which the first place becomes free again.
Objects that are done are not in it.
"""

import zlib
from collections.abc import Mapping

PARTITION_KEY, SORT_KEY = "pk", "sk"
INDEX, INDEX_PARTITION_KEY, INDEX_SORT_KEY = "open", "open_pk", "open_sk"
# Drafts alone expire; what was answered stays.
TIME_TO_LIVE = "expires_at"

JOBS = "jobs"
_OBJECT, _ANSWER, _DRAFT, _WORKER, _COUNT = "object", "answer", "draft", "worker", "count"

# So many partitions share the writes of a busy job (docs/engine.md has the arithmetic).
SHARDS = 8
COUNTERS = 64
_OBJECT_DIGITS = 9
_TIME_DIGITS = 13


def key(partition: str, sort: str) -> dict[str, str]:
    """The primary key of an item."""
    return {PARTITION_KEY: partition, SORT_KEY: sort}


def job_key(job: str) -> dict[str, str]:
    """A job's item."""
    return key(JOBS, job)


def object_partition(job: str, object_id: str) -> str:
    """Where an object lies, with its answers and drafts."""
    return f"{job}#{object_id}"


def object_key(job: str, object_id: str) -> dict[str, str]:
    """An object's item."""
    return key(object_partition(job, object_id), _OBJECT)


def answer_key(job: str, object_id: str, worker_id: str) -> dict[str, str]:
    """A worker's answer on an object."""
    return key(object_partition(job, object_id), f"{_ANSWER}#{worker_id}")


def draft_key(job: str, object_id: str, worker_id: str) -> dict[str, str]:
    """A worker's draft of an answer."""
    return key(object_partition(job, object_id), f"{_DRAFT}#{worker_id}")


def worker_key(job: str, worker_id: str) -> dict[str, str]:
    """What is known of a worker in a job."""
    return key(f"{job}#worker#{worker_id}", _WORKER)


def count_key(job: str, counter: int) -> dict[str, str]:
    """One of a job's counters."""
    return key(f"{job}#count#{counter}", _COUNT)


def outcome_partition(job: str) -> str:
    """Where it is noted what became of a job's batches."""
    return f"{job}#outcomes"


def outcome_key(job: str, batch: int) -> dict[str, str]:
    """What became of one batch."""
    return key(outcome_partition(job), str(batch))


def is_object(item: Mapping[str, object]) -> bool:
    """Whether an item of an object's partition is the object."""
    return item[SORT_KEY] == _OBJECT


def is_answer(item: Mapping[str, object]) -> bool:
    """Whether an item of an object's partition is an answer."""
    return str(item[SORT_KEY]).startswith(f"{_ANSWER}#")


def counter_of(object_id: str) -> int:
    """The counter that counts an object."""
    return zlib.crc32(object_id.encode()) % COUNTERS


def shard_of(object_id: str) -> int:
    """The part of the index that lists an object."""
    return zlib.crc32(object_id.encode()) % SHARDS


def first_shard_of(worker_id: str) -> int:
    """Where a worker begins to look, so that not all look at the same objects."""
    return zlib.crc32(worker_id.encode()) % SHARDS


def open_entry(job: str, object_id: str) -> dict[str, str]:
    """The index entry of an object that can be taken; numbers sort by value."""
    return {INDEX_PARTITION_KEY: open_partition(job, shard_of(object_id)), INDEX_SORT_KEY: open_sort(object_id)}


def open_sort(object_id: str) -> str:
    """The place of an object among the open ones of its shard."""
    return object_id.zfill(_OBJECT_DIGITS)


def object_id_of(index_key: str) -> str:
    """The object at a place among the open ones."""
    return str(int(index_key))


def open_partition(job: str, shard: int) -> str:
    """The open objects of a shard."""
    return f"{job}#open#{shard}"


def held_entry(job: str, object_id: str, free_at: float) -> dict[str, str]:
    """The index entry of an object that nobody can take before ``free_at``, seconds since 1970."""
    entry = held_partition(job, shard_of(object_id))
    return {INDEX_PARTITION_KEY: entry, INDEX_SORT_KEY: f"{held_sort(free_at)}#{object_id}"}


def held_sort(moment: float) -> str:
    """The place of a moment among the held objects of a shard."""
    return str(round(moment * 1000)).zfill(_TIME_DIGITS)


def held_object_id_of(index_key: str) -> str:
    """The object at a place among those whose every place is taken."""
    return index_key.partition("#")[2]


def held_partition(job: str, shard: int) -> str:
    """The objects of a shard whose every place is taken."""
    return f"{job}#held#{shard}"
