"""What one claim and one answer ask of DynamoDB, with few objects open and with many.

    python -m benchmarks.claim

Runs on the emulator; counts requests and capacity units, not time. A unit of writing is a kilobyte, one of
reading four; what is written in a transaction counts twice, and so does what is read in none but consistently against
what is read from the index.
"""

import json
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from tqdm import tqdm

from emulator import Emulator
from ground_truth.engine import items, work
from ground_truth.engine.model import EngineJob, StoredObject
from tests.engine.conftest import Engine

OPEN = (100, 100_000)
WORKERS = 3
LINE = {"source-ref": "s3://training-bucket/datasets/street/images/0123456789abcdef0123456789abcdef.jpg"}
BOXES = [{"label": "car on road", "left": n, "top": 400, "width": 187, "height": 85} for n in range(6)]
ANSWER = {"boundingBox": {"boundingBoxes": BOXES, "inputImageProperties": {"width": 960, "height": 640}}}
IDENTITY = {
    "identityProviderType": "Cognito",
    "issuer": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI",
    "sub": "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9",
}


@dataclass
class Asked:
    """What was asked of DynamoDB: requests by their names, and capacity units."""

    requests: Counter[str] = field(default_factory=Counter)
    written: int = 0
    read: float = 0

    def note(self, model: Any, params: dict[str, Any], **_: Any) -> None:
        """Counts one request, from what it sends."""
        body = json.loads(params["body"])
        self.requests[model.name] += 1
        if model.name == "TransactWriteItems":
            parts = [content for part in body["TransactItems"] for content in part.values()]
            self.written += sum(2 * _kilobytes(part.get("Item", {})) for part in parts)
        elif model.name in ("PutItem", "UpdateItem"):
            self.written += _kilobytes(body.get("Item", {}))
        elif model.name == "BatchGetItem":
            self.read += sum(len(one["Keys"]) for one in body["RequestItems"].values())
        else:
            # An object is smaller than four kilobytes; a page of the index is too.
            self.read += 0.5 if "IndexName" in body else 1


def main() -> None:
    """Prints a table, one row a step."""
    print(f"{'open objects':>12}  {'step':<14}{'requests':>9}{'written':>9}{'read':>6}  of DynamoDB")
    with Emulator.start() as emulator:
        os.environ.update(emulator.environment())
        for count in OPEN:
            for step, asked in steps(count).items():
                told = ", ".join(f"{number} {name}" for name, number in sorted(asked.requests.items()))
                print(f"{count:>12,}  {step:<14}{asked.requests.total():>9}{asked.written:>9}{asked.read:>6g}  {told}")


def steps(count: int) -> dict[str, Asked]:
    """A claim and an answer of a new worker, and his claim after more answers."""
    engine = Engine()
    job = engine.job(workers=WORKERS)
    fill(engine, job, count)
    found = {}
    with _noting(engine) as asked:
        lease = work.claim(engine.store, job, "ada")
    found["first claim"] = asked
    assert lease
    given = work.Given(content=ANSWER, seconds=21.5, identity=IDENTITY)
    with _noting(engine) as asked:
        work.answer(engine.store, job, lease.object_id, "ada", given)
        engine.store.may_be_finished(job, lease.object_id)
    found["answer"] = asked
    for _ in range(10):
        following = work.claim(engine.store, job, "ada")
        assert following
        work.answer(engine.store, job, following.object_id, "ada", given)
    with _noting(engine) as asked:
        assert work.claim(engine.store, job, "ada")
    found["12th claim"] = asked
    return found


def fill(engine: Engine, job: EngineJob, count: int) -> None:
    """Puts open objects into the table as the store would, but in batches."""
    with engine.table.batch_writer() as batch:
        for number in tqdm(range(count), desc="Filling the table", leave=False, disable=None):
            stored = StoredObject(object_id=str(number), line=LINE, task_input={"taskObject": LINE["source-ref"]})
            batch.put_item(Item=items.object_item(job, stored, engine.clock.now))


@contextmanager
def _noting(engine: Engine) -> Iterator[Asked]:
    """What is asked while the block runs."""
    asked, events = Asked(), engine.table.meta.client.meta.events
    events.register("before-call.dynamodb", asked.note)
    try:
        yield asked
    finally:
        events.unregister("before-call.dynamodb", asked.note)


def _kilobytes(item: dict[str, Any]) -> int:
    """The units that writing an item takes; at least one."""
    return max(1, ceil(sum(len(name) + _length(value) for name, value in item.items()) / 1024))


def _length(value: dict[str, Any]) -> int:
    return sum(len(str(content)) for content in value.values())


if __name__ == "__main__":
    main()
