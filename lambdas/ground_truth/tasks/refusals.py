"""What CreateLabelingJob refuses of a task, one function per concern (contract sections 2.3 and 4).

Every function raises ContractError; values that only the deployment knows pass.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ground_truth.contract import limits
from ground_truth.contract.errors import ContractError, is_unresolved

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
