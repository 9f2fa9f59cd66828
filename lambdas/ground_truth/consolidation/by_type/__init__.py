"""From objects with their workers' answers to labels of output records: one module for each task type."""

import importlib

from ground_truth.consolidation.by_type.outcome import Consolidator
from ground_truth.contract import task_types

# Module and function for each type.
_CONSOLIDATORS = {
    task_types.IMAGE_CLASSIFICATION.key: ("classification", "consolidate"),
    task_types.MULTI_LABEL_CLASSIFICATION.key: ("multi_label", "consolidate"),
    task_types.BOUNDING_BOX.key: ("boxes", "consolidate"),
    task_types.SEMANTIC_SEGMENTATION.key: ("segmentation", "consolidate"),
    task_types.VERIFICATION_OF_BOXES.key: ("classification", "consolidate"),
    task_types.VERIFICATION_OF_MASKS.key: ("classification", "consolidate"),
    task_types.ADJUSTMENT_OF_BOXES.key: ("boxes", "consolidate_adjusted"),
    task_types.ADJUSTMENT_OF_MASKS.key: ("segmentation", "consolidate_adjusted"),
    task_types.CUSTOM.key: ("pass_through", "consolidate"),
}

# Types whose consolidation learns from batch to batch; a mask's weight comes from its own image.
LEARNING = frozenset(
    task_type
    for task_type, (module, _) in _CONSOLIDATORS.items()
    if module in ("classification", "multi_label", "boxes")
)


def consolidator(task_type: str) -> Consolidator:
    """The consolidator of the task type with this key.

    It is loaded only now: a function serves one type, and what the others need would slow its start.
    Raises ValueError for a type that has none.
    """
    if task_type not in _CONSOLIDATORS:
        raise ValueError(
            f"'task type' should be one of {', '.join(_CONSOLIDATORS)}, got {task_type!r}: choose the one of the task"
        )
    module, function = _CONSOLIDATORS[task_type]
    found: Consolidator = getattr(importlib.import_module(f"{__name__}.{module}"), function)
    return found
