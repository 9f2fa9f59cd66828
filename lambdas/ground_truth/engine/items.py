"""Items of the table from what the engine knows, and back: texts and numbers as DynamoDB takes them."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ground_truth.engine import table
from ground_truth.engine.model import EngineJob, Hold, StoredAnswer, StoredObject

Item = dict[str, Any]


def number(value: float) -> Decimal:
    """A time or a count; DynamoDB takes no floats, and milliseconds are fine enough."""
    return Decimal(str(round(value, 3)))


def job_item(job: EngineJob) -> Item:
    """A job's item."""
    item = {
        **table.job_key(job.key),
        "name": job.name,
        "request": _text(job.request),
        "status": job.status,
        "created": number(job.created),
        "expires": number(job.expires),
        "failure_reason": job.failure_reason,
        "token": job.token,
        "changed": None if job.changed is None else number(job.changed),
    }
    return {name: value for name, value in item.items() if value is not None}


def read_job(item: Item) -> EngineJob:
    """The job of an item."""
    return EngineJob(
        name=item["name"],
        request=json.loads(item["request"]),
        status=item["status"],
        created=float(item["created"]),
        expires=float(item["expires"]),
        failure_reason=item.get("failure_reason"),
        token=item.get("token"),
        changed=float(item["changed"]) if "changed" in item else None,
    )


def object_item(job: EngineJob, stored: StoredObject, now: float) -> Item:
    """An object's item, with the entry that its state has in the index."""
    return {
        **table.object_key(job.key, stored.object_id),
        **_index_entry(job, stored, now),
        "object_id": stored.object_id,
        "line": _text(stored.line),
        "task_input": _text(stored.task_input),
        "answers": stored.answers,
        "declines": stored.declines,
        "holds": {worker: [number(hold.accepted), number(hold.expires)] for worker, hold in stored.holds.items()},
        "finished_by": sorted(stored.finished_by),
        "started": stored.started,
        "done": stored.done,
        "version": stored.version,
        **({"failure": stored.failure} if stored.failure else {}),
    }


def read_object(item: Item) -> StoredObject:
    """The object of an item."""
    holds = {worker: Hold(accepted=float(one[0]), expires=float(one[1])) for worker, one in item["holds"].items()}
    return StoredObject(
        object_id=item["object_id"],
        line=json.loads(item["line"]),
        task_input=json.loads(item["task_input"]),
        answers=int(item["answers"]),
        declines=int(item["declines"]),
        holds=holds,
        finished_by=frozenset(item["finished_by"]),
        started=item["started"],
        done=item["done"],
        failure=item.get("failure"),
        version=int(item["version"]),
    )


def answer_item(job: str, object_id: str, answer: StoredAnswer) -> Item:
    """An answer's item."""
    item = {
        **table.answer_key(job, object_id, answer.worker_id),
        "worker": answer.worker_id,
        "content": None if answer.content is None else _text(answer.content),
        "content_uri": answer.content_uri,
        "accepted": number(answer.accepted),
        "submitted": number(answer.submitted),
        "seconds": number(answer.seconds),
        "identity": _text(answer.identity),
        "counted": answer.counted,
    }
    return {name: value for name, value in item.items() if value is not None}


def read_answer(item: Item) -> StoredAnswer:
    """The answer of an item."""
    return StoredAnswer(
        worker_id=item["worker"],
        content=json.loads(item["content"]) if "content" in item else None,
        content_uri=item.get("content_uri"),
        accepted=float(item["accepted"]),
        submitted=float(item["submitted"]),
        seconds=float(item["seconds"]),
        identity=json.loads(item["identity"]),
        counted=item["counted"],
    )


def _index_entry(job: EngineJob, stored: StoredObject, now: float) -> Item:
    if stored.done:
        return {}
    running = [hold.expires for hold in stored.holds.values() if hold.expires > now]
    if stored.answers + len(running) < job.workers:
        return table.open_entry(job.key, stored.object_id)
    return table.held_entry(job.key, stored.object_id, min(running))


def _text(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
