"""One job a label, where labels are easily confused; and the results of such jobs as one again."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ground_truth.contract import limits
from ground_truth.contract.errors import ContractError
from ground_truth.contract.task_types import TASK_TYPES
from ground_truth.manifests import records
from ground_truth.tasks.task import TASK_NAME_LENGTH, LabelingTask


def split_by_label(task: LabelingTask) -> tuple[LabelingTask, ...]:
    """Makes one task of each label, in the order of labels; all else is kept, instructions too.

    Each is named after task and label ("street-car-on-road"), or numbered where such names would be too long
    or the same; its label attribute is its name.
    Raises ContractError for anything but boxes: only their results can be joined again.
    """
    if not task.type.can_be_split:
        raise ContractError(
            "task",
            task.type.key,
            f"of the type {' or '.join(kind.key for kind in TASK_TYPES.values() if kind.can_be_split)}",
            "the results of other types cannot be joined again; say in the instructions how labels differ",
        )
    has_own_title = task.task_title != replace(task, task_title="").task_title
    title = task.task_title if has_own_title else ""
    return tuple(
        replace(task, name=name, labels=(label,), label_attribute_name="", task_title=title)
        for name, label in zip(_names(task), task.labels, strict=True)
    )


def merge_split_labels(task: LabelingTask, lines: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Joins what the jobs of ``split_by_label(task)`` say of one object: one output manifest line of each.

    Boxes get the class index that their label has in ``task``; other keys of the lines are kept. An object
    that failed in one job fails as a whole, as otherwise it would seem to show nothing of that label.
    Raises ContractError if a job's line is missing, or if lines are of different objects or image sizes.
    """
    attributes = [part.label_attribute_name for part in split_by_label(task)]
    lines = list(lines)
    _check_same("source-ref", [line.get("source-ref") for line in lines])
    joined = {key: value for line in lines for key, value in line.items()}
    missing = [attribute for attribute in attributes if f"{attribute}-metadata" not in joined]
    if missing:
        raise ContractError(
            "lines", sorted(joined), f"one of each split job; missing are {missing}", "run the jobs that are missing"
        )
    others = {key: value for key, value in joined.items() if key.removesuffix("-metadata") not in attributes}
    return others | _joined_record(task, attributes, joined)


def _joined_record(task: LabelingTask, attributes: Sequence[str], joined: Mapping[str, Any]) -> dict[str, Any]:
    every_metadata = [joined[f"{attribute}-metadata"] for attribute in attributes]
    latest = max(every_metadata, key=lambda metadata: str(metadata.get("creation-date", "")))
    failures = [
        f"{attribute}: {metadata['failure-reason']}"
        for attribute, metadata in zip(attributes, every_metadata, strict=True)
        if "failure-reason" in metadata
    ]
    if failures:
        return {f"{task.label_attribute_name}-metadata": {**latest, "failure-reason": "; ".join(failures)}}
    parts = [joined[attribute] for attribute in attributes]
    _check_same("image_size", [part["image_size"] for part in parts])
    boxes = [{**box, "class_id": index} for index, part in enumerate(parts) for box in part["annotations"]]
    objects = [{"confidence": entry["confidence"]} for metadata in every_metadata for entry in metadata["objects"]]
    return {
        task.label_attribute_name: {"image_size": parts[0]["image_size"], "annotations": boxes},
        f"{task.label_attribute_name}-metadata": latest | records.boxes_details(task.labels, boxes, objects),
    }


def _check_same(property_name: str, values: Sequence[Any]) -> None:
    if not values or any(value != values[0] for value in values):
        raise ContractError(
            property_name, values, "the same in the lines of all split jobs", "give the lines of one object"
        )


def _names(task: LabelingTask) -> list[str]:
    named = [f"{task.name}-{_plain(label)}" for label in task.labels]
    usable = all(len(name) <= TASK_NAME_LENGTH and limits.NAME.fullmatch(name) for name in named)
    if usable and len(set(named)) == len(named):
        return named
    return [f"{task.name}-{position}" for position in range(1, len(named) + 1)]


def _plain(label: str) -> str:
    """The label in letters, digits and hyphens, as far as it has any."""
    letters = unicodedata.normalize("NFKD", label.casefold()).encode("ascii", "ignore").decode()
    return "-".join(re.findall(r"[a-z0-9]+", letters))
