"""The whole store: jobs, objects, answers and workers over one table."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from ground_truth.engine.store.answers import Answers
from ground_truth.engine.store.jobs import Jobs
from ground_truth.engine.store.objects import Objects
from ground_truth.engine.store.reading import TableReader
from ground_truth.engine.store.workers import Workers

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table


class Store:
    """Reads and writes the engine's table.

    ``clock`` tells seconds since 1970; ``at_once`` is how many requests are under way where there are many.
    """

    def __init__(self, table: Table, clock: Callable[[], float] = time.time, *, at_once: int = 16) -> None:
        reader = TableReader(table)
        self.clock = clock
        self.jobs = Jobs(table, reader, clock)
        self.objects = Objects(table, reader, clock, at_once)
        self.answers = Answers(table, reader, clock)
        self.workers = Workers(table, reader, clock)
