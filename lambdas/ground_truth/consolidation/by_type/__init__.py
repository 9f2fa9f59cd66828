"""From objects with their workers' answers to labels of output records: the table of task types names what for each."""

import importlib

from ground_truth.consolidation.by_type.outcome import Consolidator
from ground_truth.contract.errors import InputError
from ground_truth.contract.task_types import TASK_TYPES


def consolidator(task_type: str) -> Consolidator:
    """The consolidator of the task type with this key.

    It is loaded only now: a function serves one type, and what the others need would slow its start.
    Raises InputError for a type that has none.
    """
    if task_type not in TASK_TYPES:
        raise InputError(
            f"'task type' should be one of {', '.join(TASK_TYPES)}, got {task_type!r}: choose the one of the task"
        )
    module, function = TASK_TYPES[task_type].consolidation.split(".")
    merge: Consolidator = getattr(importlib.import_module(f"{__name__}.{module}"), function)
    return merge
