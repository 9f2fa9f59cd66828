"""The whole store: jobs, objects, answers and workers over one table."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from ground_truth.engine.store.answers import AnswerStore
from ground_truth.engine.store.jobs import JobStore
from ground_truth.engine.store.objects import ObjectStore
from ground_truth.engine.store.reading import TableReader
from ground_truth.engine.store.workers import WorkerStore

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table


class EngineStore:
    """Reads and writes the engine's table.

    ``clock`` tells seconds since 1970; ``at_once`` is how many requests are under way where there are many.
    """

    def __init__(self, table: Table, clock: Callable[[], float] = time.time, *, at_once: int = 16) -> None:
        reader = TableReader(table)
        self.clock = clock
        self.jobs = JobStore(table, reader, clock)
        self.objects = ObjectStore(table, reader, clock, at_once)
        self.answers = AnswerStore(table, reader, clock)
        self.workers = WorkerStore(table, reader, clock)
