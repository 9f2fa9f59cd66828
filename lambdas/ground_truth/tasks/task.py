"""Labeling tasks: one frozen dataclass per kind; everything a job needs is derived from it."""

from collections.abc import Iterator, Sequence
from dataclasses import KW_ONLY, dataclass, field
from pathlib import Path
from typing import ClassVar

from ground_truth.contract import limits, names, task_types
from ground_truth.contract.errors import ContractError
from ground_truth.contract.task_types import TaskType
from ground_truth.tasks import refusals, warnings
from ground_truth.tasks.instructions import Instructions

# A job is named after its task and the moment it starts: "street-20261124-093000".
JOB_NAME_SUFFIX_LENGTH = len("-20261124-093000")
TASK_NAME_LENGTH = limits.JOB_NAME_LENGTH - JOB_NAME_SUFFIX_LENGTH


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
        if self.instructions is not None and not isinstance(self.instructions, Instructions):
            raise ContractError(
                "instructions", self.instructions, "Instructions", "write Instructions(what_to_label=...)"
            )
        names.check_labels(self.labels, self.type)
        object.__setattr__(self, "labels", tuple(self.labels))
        self._derive("label_attribute_name", self.name + "-ref" * self._adds_reference_suffix)
        self._derive("task_title", self._default_title())
        self._derive("task_description", self._default_description())
        self._derive("task_keywords", self.type.keywords)
        self._derive("number_of_human_workers_per_data_object", self.type.default_workers)
        self._derive("task_time_limit_in_seconds", self.type.default_time_limit_in_seconds)
        names.check_name("name", self.name, TASK_NAME_LENGTH)
        names.check_label_attribute_name(self.label_attribute_name, self.type)
        refusals.check_texts(self.task_title, self.task_description, self.task_keywords)
        object.__setattr__(self, "task_keywords", tuple(self.task_keywords))
        refusals.check_tags(self.tags)
        refusals.check_numbers(self)
        refusals.check_template_file(self.template)

    def warnings(self) -> Iterator[tuple[str, str]]:
        """Yields (id, text) for what is allowed and yet likely to cost money or quality."""
        yield from warnings.of_rules(self.name, self.type, self.instructions)
        yield from warnings.of_labels(self.name, self.type, self.labels)
        yield from warnings.of_batch_size(self.name, self.max_concurrent_task_count)

    @property
    def _adds_reference_suffix(self) -> bool:
        return self.type.label_attribute_is_reference and not self.name.endswith("-ref")

    def _derive(self, name: str, value: object) -> None:
        if getattr(self, name) in ("", (), None):
            object.__setattr__(self, name, value)

    def _default_title(self) -> str:
        title = f"{self.type.verb}: {', '.join(self.labels)}" if self.labels else self.type.verb
        fits = len(title) <= limits.TITLE_LENGTH and limits.TITLE.fullmatch(title)
        return title if fits else self.type.verb

    def _default_description(self) -> str:
        rule = self.instructions.what_to_label if self.instructions else ""
        line = " ".join(rule.split())
        return line if 0 < len(line) <= limits.DESCRIPTION_LENGTH else f"{self.type.verb} in pictures."


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
