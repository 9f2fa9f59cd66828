"""Tasks on the labels of an earlier job: people verify them or adjust them (contract section 14)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import ClassVar

from ground_truth.contract import names, task_types
from ground_truth.contract.errors import ContractError, is_unresolved
from ground_truth.contract.task_types import TaskType
from ground_truth.tasks.task import LabelingTask


@dataclass(frozen=True, kw_only=True)
class EarlierLabels:
    """Labels that are in the manifest already, of a job that is no task here or of a model.

    ``type`` is the key of their task type: ``bounding-box`` or ``semantic-segmentation``. ``labels`` are in
    the order of their class indexes.
    Raises ContractError for another type, and for a name or labels that the type cannot have.
    """

    type: str
    label_attribute_name: str
    labels: Sequence[str]

    def __post_init__(self) -> None:
        if self.type not in task_types.VERIFICATIONS:
            raise ContractError(
                "type",
                self.type,
                f"one of {', '.join(sorted(map(str, task_types.VERIFICATIONS)))}",
                "only boxes and masks can be shown to workers again",
            )
        task_type = task_types.TASK_TYPES[self.type]
        names.check_label_attribute_name(self.label_attribute_name, task_type)
        names.check_labels(self.labels, task_type)
        object.__setattr__(self, "labels", tuple(self.labels))


@dataclass(frozen=True)
class AuditTask(LabelingTask):
    """What verification and adjustment have in common: ``of`` is the earlier task, or what is known of it.

    Input is the output manifest of the earlier job: objects that it did not label fail, and may cost.
    Raises ContractError for labels that are neither boxes nor masks, and for a label attribute of its own
    that earlier labels have already, as they would be overwritten.
    """

    _: KW_ONLY
    of: LabelingTask | EarlierLabels = field(default_factory=lambda: _missing())

    _types: ClassVar[Mapping[str | None, TaskType]]

    def __post_init__(self) -> None:
        key = self.of.type.key if isinstance(self.of, LabelingTask) else self.of.type
        base = self.of.type.audits if isinstance(self.of, LabelAdjustment) else key
        if base not in self._types:
            raise ContractError(
                "of",
                key,
                f"a task of the type {' or '.join(sorted(map(str, self._types)))}, or an adjustment of it",
                "only boxes and masks can be shown to workers again; label the images anew",
            )
        object.__setattr__(self, "type", self._types[base])
        super().__post_init__()
        taken = list(_attributes(self.of))
        if not is_unresolved(self.label_attribute_name) and self.label_attribute_name in taken:
            raise ContractError(
                "label_attribute_name",
                self.label_attribute_name,
                f"different from the earlier labels' {', '.join(taken)}",
                "the earlier labels would be overwritten; choose another name",
            )

    @property
    def audited_attribute(self) -> str:
        """The label attribute whose labels workers are shown."""
        return self.of.label_attribute_name


class LabelVerification(AuditTask):
    """Workers say of the boxes or the mask of an earlier job whether they are right: ``labels=["good", "bad"]``."""

    _types = task_types.VERIFICATIONS


class LabelAdjustment(AuditTask):
    """Workers correct the boxes or the mask of an earlier job.

    ``labels`` are those of the earlier job, in their order, and may have more at the end; left out, they are
    the same. Raises ContractError if one is missing.
    """

    _types = task_types.ADJUSTMENTS

    def __post_init__(self) -> None:
        self._derive("labels", tuple(self.of.labels))
        super().__post_init__()
        missing = [label for label in self.of.labels if label not in self.labels]
        if missing:
            raise ContractError(
                "labels",
                list(self.labels),
                f"all labels of the earlier job and others if you like; missing are {missing}",
                "workers are shown the earlier labels and need their names; add them",
            )


def _attributes(of: LabelingTask | EarlierLabels) -> Iterator[str]:
    """The label attributes along the chain of earlier jobs."""
    yield of.label_attribute_name
    if isinstance(of, AuditTask):
        yield from _attributes(of.of)


def _missing() -> EarlierLabels:
    raise ContractError("of", None, "the earlier task, or EarlierLabels", "say whose labels are looked at")
