"""The engine's table in memory, a clock that tests move, and a way to count and to break requests."""

import itertools
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from ground_truth.engine.model import EngineJob, OpenObject, Status
from ground_truth.engine.store import keys
from ground_truth.engine.store.store import EngineStore
from tests.memory_aws import memory_aws

_numbers = itertools.count()


class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


class Crash(BaseException):
    """The function is killed here; nothing catches it."""


class Engine:
    """A store over a table of its own, and what was asked of DynamoDB."""

    def __init__(self) -> None:
        resource = boto3.resource("dynamodb", region_name="eu-west-1")
        self.clock = Clock()
        self.requests: list[str] = []
        self.left: int | None = None
        self.table = resource.create_table(
            TableName=f"engine-{next(_numbers)}",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[
                {"AttributeName": keys.PARTITION_KEY, "KeyType": "HASH"},
                {"AttributeName": keys.SORT_KEY, "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[
                {"AttributeName": name, "AttributeType": "S"}
                for name in (
                    keys.PARTITION_KEY,
                    keys.SORT_KEY,
                    keys.INDEX_PARTITION_KEY,
                    keys.INDEX_SORT_KEY,
                )
            ],
            GlobalSecondaryIndexes=[
                {
                    "IndexName": keys.INDEX,
                    "KeySchema": [
                        {"AttributeName": keys.INDEX_PARTITION_KEY, "KeyType": "HASH"},
                        {"AttributeName": keys.INDEX_SORT_KEY, "KeyType": "RANGE"},
                    ],
                    "Projection": {"ProjectionType": "KEYS_ONLY"},
                }
            ],
        )
        self.store = EngineStore(self.table, self.clock, at_once=1)  # a crash comes at a request of a known number
        self.table.meta.client.meta.events.register("before-call.dynamodb", self._note)

    def _note(self, model: Any, **_: Any) -> None:
        if self.left is not None:
            if self.left == 0:
                self.left = None
                raise Crash
            self.left -= 1
        self.requests.append(model.name)

    def job(self, name: str = "street", *, workers: int = 3, objects: int = 0, **changes: Any) -> EngineJob:
        """A job in progress with so many objects."""
        task = {"NumberOfHumanWorkersPerDataObject": workers, "TaskTimeLimitInSeconds": 600}
        items = {
            "name": name,
            "request": {"LabelingJobName": name, "HumanTaskConfig": task},
            "status": Status.IN_PROGRESS,
            "created": self.clock.now,
            "expires": self.clock.now + 86_400,
        }
        job = self.store.jobs.create(EngineJob(**items | changes))
        self.store.objects.open(job, map(opened, range(objects)))
        return job


def opened(index: int) -> OpenObject:
    uri = f"s3://bucket/{index}.jpg"
    return OpenObject(object_id=str(index), task_input={"taskObject": uri})


@pytest.fixture(scope="module")
def aws() -> Iterator[None]:
    with memory_aws():
        yield


@pytest.fixture
def engine(aws: None, monkeypatch: pytest.MonkeyPatch) -> Engine:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    return Engine()
