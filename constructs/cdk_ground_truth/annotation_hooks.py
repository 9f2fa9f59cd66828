"""The choice of the functions that run before and after people work on an object."""

from dataclasses import dataclass
from enum import Enum

from aws_cdk import aws_lambda as lambda_

from ground_truth.contract.errors import ContractError
from ground_truth.contract.task_types import CUSTOM
from ground_truth.tasks.task import LabelingTask


class Hook(Enum):
    """Where a hook comes from, if it is not a function of your own."""

    OURS = "ours"
    BUILT_IN = "built-in"
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class AnnotationHooks:
    """Chooses the hooks of a task: ours, AWS's built-in ones for the type and region, none, or a function.

    Custom tasks may do without. Then the manifest line itself is the template's ``task.input``, or answers
    are not consolidated (contract sections 5.4 and 6.5).
    Raises ContractError for anything else.
    """

    pre_annotation: lambda_.IFunction | Hook = Hook.OURS
    post_annotation: lambda_.IFunction | Hook = Hook.OURS

    def __post_init__(self) -> None:
        for name in ("pre_annotation", "post_annotation"):
            choice = getattr(self, name)
            if not isinstance(choice, Hook) and not hasattr(choice, "function_arn"):
                raise ContractError(name, choice, "a Lambda function or a member of Hook", "write Hook.BUILT_IN, say")

    def check(self, task: LabelingTask) -> None:
        """Raises ContractError where a task cannot do with these hooks."""
        if Hook.NONE in (self.pre_annotation, self.post_annotation) and task.type is not CUSTOM:
            raise ContractError(
                "hooks",
                "none",
                f"ours, built-in or your own function for {task.type.key}",
                "only custom tasks do without",
            )
        uses_media = task.instructions is not None and task.instructions.uses_media
        if uses_media and self.pre_annotation is not Hook.OURS:
            raise ContractError(
                "hooks",
                self.pre_annotation,
                "our pre-annotation hook for a task whose examples show instruction media",
                "only ours tells the template where the pictures lie; give them by https URL instead",
            )

    @property
    def gives_our_task_input(self) -> bool:
        """Whether pages are given ``taskObject``, ``labels`` and ``manifestLine``, as by ours and AWS's hooks."""
        return self.pre_annotation in (Hook.OURS, Hook.BUILT_IN)

    @staticmethod
    def built_in() -> "AnnotationHooks":
        """AWS's own functions on both sides."""
        return AnnotationHooks(pre_annotation=Hook.BUILT_IN, post_annotation=Hook.BUILT_IN)
