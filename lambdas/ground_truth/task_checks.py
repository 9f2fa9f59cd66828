"""What CreateLabelingJob refuses of a task, one function per concern (contract sections 2.3 and 4).

Every function raises ContractError; values that only the deployment knows pass.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ground_truth import limits
from ground_truth.errors import ContractError, is_unresolved
from ground_truth.task_types import TaskType

# Each number of a task with its range and with what to do about a wrong one.
_NUMBERS: tuple[tuple[str, range, str], ...] = (
    ("number_of_human_workers_per_data_object", limits.WORKERS_PER_OBJECT, "three to five workers are usual"),
    ("task_time_limit_in_seconds", limits.TIME_LIMIT_SECONDS, "give the seconds one worker has for one object"),
    (
        "task_availability_lifetime_in_seconds",
        limits.AVAILABILITY_SECONDS,
        "give the seconds until unanswered objects are given up",
    ),
    (
        "max_concurrent_task_count",
        limits.CONCURRENT_OBJECTS,
        "it is the number of objects sent at a time, not the size of the dataset",
    ),
    (
        "max_percentage_of_input_dataset_labeled",
        limits.LABELED_PERCENTAGE,
        "give the percentage after which the job stops",
    ),
)


def check_name(property_name: str, value: str, most: int) -> None:
    """Checks a name of letters, digits and hyphens."""
    if is_unresolved(value):
        return
    if not 1 <= len(value) <= most or not limits.NAME.fullmatch(value):
        raise ContractError(
            property_name,
            value,
            f"1 to {most} letters, digits and hyphens, beginning and ending with a letter or digit",
            "underscores, blanks and dots are refused by the service; use hyphens",
        )


def check_label_attribute_name(attribute: str, task_type: TaskType) -> None:
    """Checks the name, and its ending, by which the service tells files from values (contract 4.2)."""
    check_name("label_attribute_name", attribute, limits.LABEL_ATTRIBUTE_NAME_LENGTH)
    if is_unresolved(attribute):
        return
    if attribute in limits.RESERVED_ATTRIBUTE_NAMES or attribute.endswith("-metadata"):
        raise ContractError(
            "label_attribute_name",
            attribute,
            "neither 'source' nor 'source-ref' and without the ending '-metadata'",
            "these names are taken by the manifest itself; choose another",
        )
    if attribute.endswith("-ref") is not task_type.label_attribute_is_reference:
        ending = "with" if task_type.label_attribute_is_reference else "without"
        raise ContractError(
            "label_attribute_name",
            attribute,
            f"a name {ending} the ending '-ref' for {task_type.key}",
            "the service decides by the ending whether the label is a file; change the name",
        )


def check_labels(labels: Sequence[str], task_type: TaskType) -> None:
    """Checks number, length and difference of labels; they must be known at synth, as files hold them."""
    if isinstance(labels, str):
        raise ContractError("labels", labels, "a list of texts", "write [...] around the label")
    for label in labels:
        if is_unresolved(label):
            raise ContractError(
                "labels",
                label,
                "texts known at synth",
                "they are written into files that are published before the deployment; give the text itself",
            )
        if not isinstance(label, str) or not 1 <= len(label) <= limits.LABEL_LENGTH or label != label.strip():
            raise ContractError(
                "labels",
                label,
                f"texts of 1 to {limits.LABEL_LENGTH} characters without blanks around them",
                "shorten or trim the label",
            )
    repeated = sorted({label for label in labels if list(labels).count(label) > 1})
    if repeated:
        raise ContractError("labels", repeated, "different from each other", "remove the repeated label")
    least, most = task_type.min_labels, task_type.max_labels
    if len(labels) < least or (most is not None and len(labels) > most):
        allowed = f"{least} or more" if most is None else f"{least} to {most}"
        raise ContractError(
            "labels", len(labels), f"{allowed} labels for {task_type.key}", "add labels or split the task"
        )


def check_texts(title: str, description: str, keywords: Sequence[str]) -> None:
    """Checks what workers see in their list of tasks."""
    _check_length("task_title", title, limits.TITLE_LENGTH)
    if not is_unresolved(title) and not limits.TITLE.fullmatch(title):
        raise ContractError(
            "task_title", title, "without emoji and control characters", "the service refuses them; use plain text"
        )
    _check_length("task_description", description, limits.DESCRIPTION_LENGTH)
    if not is_unresolved(description) and not limits.DESCRIPTION.fullmatch(description):
        raise ContractError("task_description", description, "one line", "join the lines")
    if isinstance(keywords, str):
        raise ContractError("task_keywords", keywords, "a list of texts", "write [...] around the keyword")
    if len(keywords) > limits.KEYWORD_COUNT:
        raise ContractError(
            "task_keywords",
            len(keywords),
            f"at most {limits.KEYWORD_COUNT} keywords",
            "keep the most telling ones",
        )
    for keyword in keywords:
        if is_unresolved(keyword):
            continue
        if len(keyword) > limits.KEYWORD_LENGTH or not limits.KEYWORD.fullmatch(keyword):
            raise ContractError(
                "task_keywords",
                keyword,
                f"letters and digits with single blanks, at most {limits.KEYWORD_LENGTH} characters",
                "write 'bounding box', not 'bounding-box'",
            )


def check_numbers(task: Any) -> None:
    """Checks workers, times and counts of a task against their ranges."""
    for name, allowed, fix in _NUMBERS:
        value = getattr(task, name)
        if outside(value, allowed):
            raise ContractError(name, value, f"a whole number from {allowed[0]} to {allowed[-1]}", fix)
    if outside(task.max_human_labeled_object_count, range(1, 2**31)):
        raise ContractError(
            "max_human_labeled_object_count",
            task.max_human_labeled_object_count,
            "a whole number of at least 1",
            "give the number of objects after which the job stops",
        )


def check_tags(tags: Mapping[str, str]) -> None:
    """Checks number, keys and values of tags."""
    if len(tags) > limits.TAG_COUNT:
        raise ContractError("tags", len(tags), f"at most {limits.TAG_COUNT}", "remove some tags")
    for key, value in tags.items():
        if not 1 <= len(key) <= limits.TAG_KEY_LENGTH or key.lower().startswith("aws:"):
            raise ContractError(
                "tags",
                key,
                f"keys of 1 to {limits.TAG_KEY_LENGTH} characters that do not begin with 'aws:'",
                "rename the tag",
            )
        _check_length("tags", value, limits.TAG_VALUE_LENGTH)
        for text in (key, value):
            if not is_unresolved(text) and not limits.TAG.fullmatch(text):
                raise ContractError("tags", text, "letters, digits, blanks and _.:/=+-@", "the service refuses others")


def check_template_file(template: str | Path | None) -> None:
    """Checks that a template of the user is there; what is in it is the template checker's matter."""
    if template is None:
        return
    if Path(template).suffix not in (".html", ".liquid") or not Path(template).is_file():
        raise ContractError(
            "template", str(template), "the path of an existing .html or .liquid file", "correct the path"
        )


def outside(value: float | None, allowed: range) -> bool:
    """Whether a number is given, known, and not a whole number of the range."""
    if value is None or is_unresolved(value):
        return False
    return type(value) is not int or value not in allowed


def _check_length(name: str, text: str, most: int) -> None:
    if not is_unresolved(text) and len(text) > most:
        raise ContractError(name, text, f"at most {most} characters", f"it has {len(text)}; shorten it")
