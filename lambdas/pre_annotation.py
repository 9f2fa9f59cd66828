"""The pre-annotation hook: one manifest line in, what the worker's page needs out (contract section 5)."""

import functools
import os

from ground_truth.aws.s3 import Files
from ground_truth.contract.errors import InputError
from ground_truth.contract.hook_events import PreAnnotationAnswer, PreAnnotationEvent
from ground_truth.contract.label_category_config import read_labels
from ground_truth.tasks.input import task_input


def handler(event: PreAnnotationEvent, context: object) -> PreAnnotationAnswer:
    """Answers one data object's event with its task input.

    Raises InputError, naming the job, for a line without ``source-ref`` or ``source``.
    """
    job = event.get("labelingJobArn", "unknown")
    try:
        page_input = task_input(
            event.get("dataObject") or {},
            labels=_labels(),
            instruction_media=os.environ.get("INSTRUCTION_MEDIA"),
        )
    except InputError as error:
        raise InputError(f"labeling job {job}: {error}") from error
    return {"taskInput": page_input, "isHumanAnnotationRequired": True}


@functools.cache
def _labels() -> list[str]:
    """The task's labels, read once per environment of the function."""
    uri = os.environ.get("LABEL_CATEGORY_CONFIG_S3_URI")
    return read_labels(Files().read(uri)) if uri else []
