"""Labeling tasks: one frozen dataclass per kind; everything a job needs is derived from it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import KW_ONLY, dataclass, field
from pathlib import Path
from typing import ClassVar

from ground_truth import limits, task_types
from ground_truth.errors import ContractError, is_unresolved
from ground_truth.instructions import Instructions
from ground_truth.task_types import TaskType

# A job is named after its task and the moment it starts: "street-20261124-093000".
JOB_NAME_SUFFIX_LENGTH = len("-20261124-093000")


@dataclass(frozen=True)
class LabelingTask:
    """What is asked of workers: labels, rules, how many workers, and for how long.

    ``name`` names the task in the environment and its jobs. ``labels`` are in the order of the class
    indexes of the output. Left out, the title, description and keywords are written from type and labels;
    ``label_attribute_name`` is the task's name, with ``-ref`` where the type demands it; workers per object
    and the time limit are those of the type; tasks stay available for the workforce's longest time.
    ``template`` is a worker template of your own (.html or .liquid) instead of the generated one.

    Raises ContractError for anything the service would refuse (contract section 4).
    """

    type: ClassVar[TaskType]

    name: str
    _: KW_ONLY
    labels: Sequence[str] = ()
    instructions: Instructions | None = None
    template: str | Path | None = None
    label_attribute_name: str = ""
    task_title: str = ""
    task_description: str = ""
    task_keywords: Sequence[str] = ()
    number_of_human_workers_per_data_object: int | None = None
    task_time_limit_in_seconds: int | None = None
    task_availability_lifetime_in_seconds: int | None = None
    max_concurrent_task_count: int | None = None
    max_human_labeled_object_count: int | None = None
    max_percentage_of_input_dataset_labeled: int | None = None
    tags: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._check_labels()
        object.__setattr__(self, "labels", tuple(self.labels))
        self._derive("label_attribute_name", self.name + "-ref" * self._adds_reference_suffix)
        self._derive("task_title", self._default_title())
        self._derive("task_description", self._default_description())
        self._derive("task_keywords", self.type.keywords)
        self._derive("number_of_human_workers_per_data_object", self.type.default_workers)
        self._derive("task_time_limit_in_seconds", self.type.default_time_limit_in_seconds)
        self._check_names()
        self._check_texts()
        object.__setattr__(self, "task_keywords", tuple(self.task_keywords))
        self._check_numbers()
        self._check_template()

    @property
    def draws_outlines(self) -> bool:
        """Whether workers draw, so that rules on tightness and on cut-off objects matter."""
        return self.type in (task_types.BOUNDING_BOX, task_types.SEMANTIC_SEGMENTATION)

    def warnings(self) -> Iterator[tuple[str, str]]:
        """Yields (id, text) for what is allowed and yet likely to cost money or quality."""
        if self.instructions is None:
            yield "instructions", f"task '{self.name}' has no instructions: unclear rules spoil crowd labels"
        else:
            for rule, reason in self.instructions.missing(draws_outlines=self.draws_outlines):
                yield f"instructions.{rule}", f"task '{self.name}' has no rule '{rule}': {reason}"
        if _outside(self.max_concurrent_task_count, range(limits.CONCURRENT_OBJECTS_WITHOUT_QUOTA + 1)):
            yield (
                "max_concurrent_task_count",
                f"task '{self.name}' sends {self.max_concurrent_task_count} objects at a time: "
                f"more than {limits.CONCURRENT_OBJECTS_WITHOUT_QUOTA} needs a raised quota from AWS Support",
            )

    @property
    def _adds_reference_suffix(self) -> bool:
        return self.type.label_attribute_is_reference and not self.name.endswith("-ref")

    def _derive(self, name: str, value: object) -> None:
        if getattr(self, name) in ("", (), None):
            object.__setattr__(self, name, value)

    def _default_title(self) -> str:
        title = f"{self.type.verb}: {', '.join(self.labels)}" if self.labels else self.type.verb
        return title if len(title) <= limits.TITLE_LENGTH else self.type.verb

    def _default_description(self) -> str:
        rule = self.instructions.what_to_label if self.instructions else ""
        line = " ".join(rule.split())
        return line if 0 < len(line) <= limits.DESCRIPTION_LENGTH else f"{self.type.verb} in pictures."

    def _check_names(self) -> None:
        _check_name("name", self.name, limits.JOB_NAME_LENGTH - JOB_NAME_SUFFIX_LENGTH)
        attribute = self.label_attribute_name
        _check_name("label_attribute_name", attribute, limits.LABEL_ATTRIBUTE_NAME_LENGTH)
        if is_unresolved(attribute):
            return
        if attribute in limits.RESERVED_ATTRIBUTE_NAMES or attribute.endswith("-metadata"):
            raise ContractError(
                "label_attribute_name",
                attribute,
                "neither 'source' nor 'source-ref' and without the ending '-metadata'",
                "these names are taken by the manifest itself; choose another",
            )
        if attribute.endswith("-ref") is not self.type.label_attribute_is_reference:
            ending = "with" if self.type.label_attribute_is_reference else "without"
            raise ContractError(
                "label_attribute_name",
                attribute,
                f"a name {ending} the ending '-ref' for {self.type.key}",
                "the service decides by the ending whether the label is a file; change the name",
            )

    def _check_labels(self) -> None:
        if isinstance(self.labels, str):
            raise ContractError("labels", self.labels, "a list of texts", "write [...] around the label")
        labels = list(self.labels)
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
        repeated = sorted({label for label in labels if labels.count(label) > 1})
        if repeated:
            raise ContractError("labels", repeated, "different from each other", "remove the repeated label")
        most = self.type.max_labels if self.type.max_labels is not None else len(labels)
        if not self.type.min_labels <= len(labels) <= most:
            allowed = (
                f"{self.type.min_labels} or more"
                if self.type.max_labels is None
                else (f"{self.type.min_labels} to {self.type.max_labels}")
            )
            raise ContractError(
                "labels",
                len(labels),
                f"{allowed} labels for {self.type.key}",
                "add labels or split the task",
            )

    def _check_texts(self) -> None:
        _check_length("task_title", self.task_title, limits.TITLE_LENGTH)
        _check_length("task_description", self.task_description, limits.DESCRIPTION_LENGTH)
        if "\n" in self.task_description:
            raise ContractError("task_description", self.task_description, "one line", "join the lines")
        if isinstance(self.task_keywords, str):
            raise ContractError(
                "task_keywords", self.task_keywords, "a list of texts", "write [...] around the keyword"
            )
        if len(self.task_keywords) > limits.KEYWORD_COUNT:
            raise ContractError(
                "task_keywords",
                len(self.task_keywords),
                f"at most {limits.KEYWORD_COUNT} keywords",
                "keep the most telling ones",
            )
        for keyword in self.task_keywords:
            if is_unresolved(keyword):
                continue
            if len(keyword) > limits.KEYWORD_LENGTH or not limits.KEYWORD.fullmatch(keyword):
                raise ContractError(
                    "task_keywords",
                    keyword,
                    f"letters and digits with single blanks, at most {limits.KEYWORD_LENGTH} characters",
                    "write 'bounding box', not 'bounding-box'",
                )

    def _check_template(self) -> None:
        if self.template is None:
            return
        if Path(self.template).suffix not in (".html", ".liquid") or not Path(self.template).is_file():
            raise ContractError(
                "template", str(self.template), "the path of an existing .html or .liquid file", "correct the path"
            )

    def _check_numbers(self) -> None:
        if len(self.tags) > limits.TAG_COUNT:
            raise ContractError("tags", len(self.tags), f"at most {limits.TAG_COUNT}", "remove some tags")
        for key in self.tags:
            if not 1 <= len(key) <= limits.TAG_KEY_LENGTH or key.lower().startswith("aws:"):
                raise ContractError(
                    "tags",
                    key,
                    f"keys of 1 to {limits.TAG_KEY_LENGTH} characters that do not begin with 'aws:'",
                    "rename the tag",
                )
        for name, allowed, fix in (
            (
                "number_of_human_workers_per_data_object",
                limits.WORKERS_PER_OBJECT,
                "three to five workers are usual",
            ),
            (
                "task_time_limit_in_seconds",
                limits.TIME_LIMIT_SECONDS,
                "give the seconds one worker has for one object",
            ),
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
        ):
            value = getattr(self, name)
            if _outside(value, allowed):
                raise ContractError(name, value, f"a whole number from {allowed[0]} to {allowed[-1]}", fix)
        if _outside(self.max_human_labeled_object_count, range(1, 2**31)):
            raise ContractError(
                "max_human_labeled_object_count",
                self.max_human_labeled_object_count,
                "a whole number of at least 1",
                "give the number of objects after which the job stops",
            )


class BoundingBox(LabelingTask):
    """Workers draw a box around every object of the labels (1 to 50 labels)."""

    type = task_types.BOUNDING_BOX


class ImageClassification(LabelingTask):
    """Workers choose the one label that fits (2 labels or more)."""

    type = task_types.IMAGE_CLASSIFICATION


class MultiLabelClassification(LabelingTask):
    """Workers choose every label that fits (2 to 50 labels)."""

    type = task_types.MULTI_LABEL_CLASSIFICATION


class SemanticSegmentation(LabelingTask):
    """Workers paint each pixel with a label (1 label or more)."""

    type = task_types.SEMANTIC_SEGMENTATION


class CustomTask(LabelingTask):
    """Workers do what your own ``template`` asks; labels are optional.

    Raises ContractError without ``template``.
    """

    type = task_types.CUSTOM

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.template is None:
            raise ContractError(
                "template", None, "the path of a worker template", "a custom task has no generated template"
            )


def _outside(value: float | None, allowed: range) -> bool:
    if value is None or is_unresolved(value):
        return False
    return type(value) is not int or value not in allowed


def _check_length(name: str, text: str, most: int) -> None:
    if not is_unresolved(text) and len(text) > most:
        raise ContractError(name, text, f"at most {most} characters", f"it has {len(text)}; shorten it")


def _check_name(name: str, value: str, most: int, pattern: re.Pattern[str] = limits.NAME) -> None:
    if is_unresolved(value):
        return
    if not 1 <= len(value) <= most or not pattern.fullmatch(value):
        raise ContractError(
            name,
            value,
            f"1 to {most} letters, digits and hyphens, beginning and ending with a letter or digit",
            "underscores, blanks and dots are refused by the service; use hyphens",
        )
