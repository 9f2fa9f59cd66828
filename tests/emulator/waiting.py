"""Waiting for what the emulator does on its own."""

import time
from collections.abc import Callable
from typing import Any, TypeVar

# Seconds: a busy machine takes its time, and only a fault has to wait for the end of it.
PATIENCE = 300

Seen = TypeVar("Seen")


def wait_for(look: Callable[[], Seen | None], what: str) -> Seen:
    """What ``look`` sees, once it is something; raises AssertionError with ``what`` was missing."""
    end = time.monotonic() + PATIENCE
    while not (observed := look()):
        assert time.monotonic() < end, f"missing after {PATIENCE} seconds: {what}"
        time.sleep(0.2)
    return observed


def wait_for_end(states: Any, arn: str) -> dict[str, Any]:
    """How an execution of a state machine ended."""

    def look() -> dict[str, Any] | None:
        execution: dict[str, Any] = states.describe_execution(executionArn=arn)
        return execution if execution["status"] != "RUNNING" else None

    return wait_for(look, f"the end of {arn}")
