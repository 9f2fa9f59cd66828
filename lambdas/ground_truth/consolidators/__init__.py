"""From objects with their workers' answers to labels of output records: one module for each task type."""

import importlib

from ground_truth import task_types
from ground_truth.consolidators.outcome import Consolidator

_MODULES = {
    task_types.IMAGE_CLASSIFICATION.key: "classification",
    task_types.MULTI_LABEL_CLASSIFICATION.key: "multi_label",
    task_types.BOUNDING_BOX.key: "boxes",
    task_types.SEMANTIC_SEGMENTATION.key: "segmentation",
    task_types.CUSTOM.key: "pass_through",
}

# Types whose consolidation learns from batch to batch; a mask's weight comes from its own image.
LEARNING = frozenset(
    task_type.key
    for task_type in (
        task_types.IMAGE_CLASSIFICATION,
        task_types.MULTI_LABEL_CLASSIFICATION,
        task_types.BOUNDING_BOX,
    )
)


def consolidator(task_type: str) -> Consolidator:
    """The consolidator of the task type with this key.

    It is loaded only now: a function serves one type, and what the others need would slow its start.
    Raises ValueError for a type that has none.
    """
    if task_type not in _MODULES:
        raise ValueError(
            f"'task type' should be one of {', '.join(_MODULES)}, got {task_type!r}: choose the one of the task"
        )
    found: Consolidator = importlib.import_module(f"{__name__}.{_MODULES[task_type]}").consolidate
    return found
