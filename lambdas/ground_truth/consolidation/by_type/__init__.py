"""From objects with their workers' answers to labels of output records: a module for each task type, called like it."""

import importlib

from ground_truth.consolidation.by_type.outcome import Consolidator
from ground_truth.contract import task_types
from ground_truth.contract.errors import InputError

# Module and function for each type.
_CONSOLIDATORS = {
    task_types.IMAGE_CLASSIFICATION.key: ("image_classification", "merge_choices"),
    task_types.MULTI_LABEL_CLASSIFICATION.key: ("multi_label_classification", "merge_label_sets"),
    task_types.BOUNDING_BOX.key: ("bounding_box", "merge_boxes"),
    task_types.SEMANTIC_SEGMENTATION.key: ("semantic_segmentation", "merge_masks"),
    task_types.VERIFICATION_OF_BOXES.key: ("image_classification", "merge_choices"),
    task_types.VERIFICATION_OF_MASKS.key: ("image_classification", "merge_choices"),
    task_types.ADJUSTMENT_OF_BOXES.key: ("bounding_box", "merge_adjusted_boxes"),
    task_types.ADJUSTMENT_OF_MASKS.key: ("semantic_segmentation", "merge_adjusted_masks"),
    task_types.CUSTOM.key: ("custom", "pass_answers_on"),
}

# Types whose consolidation learns from batch to batch; a mask's weight comes from its own image.
LEARNING = frozenset(
    task_type
    for task_type, (module, _) in _CONSOLIDATORS.items()
    if module in ("image_classification", "multi_label_classification", "bounding_box")
)


def consolidator(task_type: str) -> Consolidator:
    """The consolidator of the task type with this key.

    It is loaded only now: a function serves one type, and what the others need would slow its start.
    Raises InputError for a type that has none.
    """
    if task_type not in _CONSOLIDATORS:
        raise InputError(
            f"'task type' should be one of {', '.join(_CONSOLIDATORS)}, got {task_type!r}: choose the one of the task"
        )
    module, function = _CONSOLIDATORS[task_type]
    merge: Consolidator = getattr(importlib.import_module(f"{__name__}.{module}"), function)
    return merge
