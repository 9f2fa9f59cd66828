"""What the service refuses of names and labels (contract sections 4.2 and 4.3).

Every function raises ContractError; values that only the deployment knows pass.
"""

from collections.abc import Sequence

from ground_truth.contract import limits
from ground_truth.contract.errors import ContractError, is_unresolved
from ground_truth.contract.task_types import TaskType


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
