"""What one claim and one answer ask of DynamoDB, with few objects open and with many.

    python -m benchmarks.claim

Runs on the emulator; counts requests and capacity units, not time. A unit of writing is a kilobyte, one of
reading four; what is written in a transaction counts twice, and so does what is read in none but consistently against
what is read from the index.
"""

import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import ceil

from botocore.model import OperationModel
from tqdm import tqdm

from emulator import Emulator
from ground_truth.contract.json_types import Json, JsonObject
from ground_truth.engine import work
from ground_truth.engine.model import EngineJob, SentAnswer, StoredObject
from ground_truth.engine.store.objects import object_item
from tests.engine.conftest import Engine

OPEN = (100, 100_000)
WORKERS = 3
LINE = {"source-ref": "s3://training-bucket/datasets/street/images/0123456789abcdef0123456789abcdef.jpg"}
BOXES: list[Json] = [{"label": "car on road", "left": n, "top": 400, "width": 187, "height": 85} for n in range(6)]
ANSWER: JsonObject = {"boundingBox": {"boundingBoxes": BOXES, "inputImageProperties": {"width": 960, "height": 640}}}
IDENTITY: JsonObject = {
    "identityProviderType": "Cognito",
    "issuer": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI",
    "sub": "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9",
}

# A value as it is sent: under the letter of its kind.
Attribute = Mapping[str, object]


@dataclass
class Requests:
    """What was asked of DynamoDB: requests by their names, and capacity units."""

    names: Counter[str] = field(default_factory=Counter)
    written: int = 0
    read: float = 0

    def note(self, model: OperationModel, params: Mapping[str, str], **_: object) -> None:
        """Counts one request, from what it sends."""
        body = json.loads(params["body"])
        self.names[model.name] += 1
        if model.name == "TransactWriteItems":
            parts = [content for part in body["TransactItems"] for content in part.values()]
            self.written += sum(2 * _kilobytes(part.get("Item", {})) for part in parts)
        elif model.name in ("PutItem", "UpdateItem"):
            self.written += _kilobytes(body.get("Item", {}))
        elif model.name == "BatchGetItem":
            self.read += sum(len(part["Keys"]) for part in body["RequestItems"].values())
        else:
            # An object is smaller than four kilobytes; a page of the index is too.
            self.read += 0.5 if "IndexName" in body else 1


def main() -> None:
    """Prints a table, one row a step."""
    print(f"{'open objects':>12}  {'step':<14}{'requests':>9}{'written':>9}{'read':>6}  of DynamoDB")
    with Emulator.start() as emulator:
        os.environ.update(emulator.environment())
        for count in OPEN:
            for step, requests in steps(count).items():
                names = ", ".join(f"{number} {name}" for name, number in sorted(requests.names.items()))
                print(
                    f"{count:>12,}  {step:<14}{requests.names.total():>9}{requests.written:>9}{requests.read:>6g}  "
                    f"{names}"
                )


def steps(count: int) -> dict[str, Requests]:
    """A claim and an answer of a new worker, and their claim after more answers."""
    engine = Engine()
    job = engine.job(workers=WORKERS)
    fill(engine, job, count)
    counted = {}
    with _noting(engine) as requests:
        lease = work.claim(engine.store, job, "ada")
    counted["first claim"] = requests
    assert lease
    sent = SentAnswer(content=ANSWER, seconds=21.5, identity=IDENTITY)
    with _noting(engine) as requests:
        work.answer(engine.store, job, lease.object_id, "ada", sent)
        engine.store.jobs.may_be_finished(job, lease.object_id)
    counted["answer"] = requests
    for _ in range(10):
        following = work.claim(engine.store, job, "ada")
        assert following
        work.answer(engine.store, job, following.object_id, "ada", sent)
    with _noting(engine) as requests:
        assert work.claim(engine.store, job, "ada")
    counted["12th claim"] = requests
    return counted


def fill(engine: Engine, job: EngineJob, count: int) -> None:
    """Puts open objects into the table as the store would, but in batches."""
    with engine.table.batch_writer() as batch:
        for number in tqdm(range(count), desc="Filling the table", leave=False, disable=None):
            stored = StoredObject(object_id=str(number), task_input={"taskObject": LINE["source-ref"]})
            batch.put_item(Item=object_item(job, stored, engine.clock.now))


@contextmanager
def _noting(engine: Engine) -> Iterator[Requests]:
    """What is asked while the block runs."""
    requests, events = Requests(), engine.table.meta.client.meta.events
    events.register("before-call.dynamodb", requests.note)
    try:
        yield requests
    finally:
        events.unregister("before-call.dynamodb", requests.note)


def _kilobytes(item: Mapping[str, Attribute]) -> int:
    """The units that writing an item takes; at least one."""
    return max(1, ceil(sum(len(name) + _length(value) for name, value in item.items()) / 1024))


def _length(value: Attribute) -> int:
    return sum(len(str(content)) for content in value.values())


if __name__ == "__main__":
    main()
