"""What a worker's page is given for an example object, so that templates can be tried before any job."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from ground_truth.contract.task_types import TASK_TYPES, Output, TaskType
from ground_truth.manifests import records
from ground_truth.tasks.input import task_input
from ground_truth.tasks.reviews import AuditTask
from ground_truth.tasks.task import LabelingTask

_MOMENT = datetime(2026, 11, 24, tzinfo=UTC)
_JOB_ARN = "arn:aws:sagemaker:eu-west-1:111122223333:labeling-job/earlier"
_LABELS = ("first", "second")


def example_input(task: LabelingTask, *, instruction_media: str | None = None) -> dict[str, Any]:
    """The task input that the pre-annotation hook gives the page of a task, earlier labels included."""
    earlier = {}
    if isinstance(task, AuditTask):
        earlier = _earlier_record(task.type.audits, task.audited_attribute, task.of.labels)
    return _input(task.type, task.labels, earlier, instruction_media)


def example_input_of_type(task_type: TaskType) -> dict[str, Any]:
    """The same where only the type is known."""
    earlier = _earlier_record(task_type.audits, "earlier", _LABELS)
    return _input(task_type, _LABELS, earlier, "https://media.example.com")


def _input(
    task_type: TaskType, labels: Sequence[str], earlier: Mapping[str, Any], instruction_media: str | None
) -> dict[str, Any]:
    line = {task_type.manifest_keys[0]: "s3://images/example.jpg", **earlier}
    return task_input(line, labels=labels, instruction_media=instruction_media)


def _earlier_record(key: str | None, attribute: str, labels: Sequence[str]) -> dict[str, Any]:
    if key is None:
        return {}
    label, details = _EARLIER[TASK_TYPES[key].output](labels)
    return records.label_record(attribute, TASK_TYPES[key], label, details, job_arn=_JOB_ARN, moment=_MOMENT).content


def _boxes(labels: Sequence[str]) -> tuple[Any, dict[str, Any]]:
    """One box of each label, side by side."""
    boxes = [
        {"class_id": index, "left": 20 * index, "top": 5, "width": 15, "height": 10} for index in range(len(labels))
    ]
    label = records.boxes_label({"width": 1280, "height": 720}, boxes)
    return label, records.boxes_details(labels, boxes, [{"confidence": 0.0}] * len(boxes))


def _mask(labels: Sequence[str]) -> tuple[Any, dict[str, Any]]:
    classes = {index + 1: (name, f"#{index + 1:06x}") for index, name in enumerate(labels)}
    return "s3://images/example-mask.png", records.mask_details(classes, 0.0)


_EARLIER: Mapping[Output, Callable[[Sequence[str]], tuple[Any, dict[str, Any]]]] = {
    Output.BOXES: _boxes,
    Output.MASK_FILE: _mask,
}
