"""What is allowed in a task and yet likely to cost money or quality, as (id, text); ids never change."""

from collections.abc import Iterator, Sequence

from ground_truth.contract import limits
from ground_truth.contract.findings import Check
from ground_truth.contract.task_types import TaskType
from ground_truth.tasks import refusals
from ground_truth.tasks.instructions import REASONS, Instructions
from ground_truth.tasks.label_names import coco_labels, shared_words

INSTRUCTIONS = Check("instructions", "The task has instructions.", "Unclear rules spoil crowd labels.")
RULES = {
    rule: Check(f"instructions.{rule}", f"The instructions have '{rule}'.", f"{reason[0].upper()}{reason[1:]}.")
    for rule, reason in REASONS.items()
}
MANY = Check(
    "labels.many",
    "There are no more labels than the documentation of the page's element promises.",
    "The API takes more, but workers lose sight of long lists.",
)
OVERLAP = Check(
    "labels.overlap",
    "Labels to draw share no word.",
    "Workers take one for the other; one task a label does away with the choice.",
)
COCO = Check(
    "labels.coco",
    "No label to draw is a COCO class.",
    "Existing models find these; people only need to verify them.",
)
BATCH = Check(
    "max_concurrent_task_count",
    f"No more than {limits.CONCURRENT_OBJECTS_WITHOUT_QUOTA} objects are sent at a time.",
    "More needs a raised quota from AWS Support.",
)

CHECKS = (INSTRUCTIONS, *RULES.values(), MANY, OVERLAP, COCO, BATCH)


def of_rules(name: str, task_type: TaskType, instructions: Instructions | None) -> Iterator[tuple[str, str]]:
    """Rules that workers are not told."""
    if instructions is None:
        yield INSTRUCTIONS.id, f"task '{name}' has no instructions: unclear rules spoil crowd labels"
        return
    for rule, reason in instructions.missing(draws_outlines=task_type.draws_outlines):
        yield RULES[rule].id, f"task '{name}' has no rule '{rule}': {reason}"


def of_labels(name: str, task_type: TaskType, labels: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Labels that are too many, that are easily confused, or that need no people."""
    advised = task_type.advised_labels
    if advised is not None and len(labels) > advised:
        yield (
            MANY.id,
            f"task '{name}' has {len(labels)} labels: the documentation of <{task_type.element}> promises {advised} "
            "only, and workers lose sight of long lists",
        )
    if not task_type.draws_outlines or task_type.audits:
        return
    overlaps = [f"{_quoted(having)} share the word '{word}'" for word, having in shared_words(labels)]
    if overlaps:
        yield (
            OVERLAP.id,
            f"workers will take labels of task '{name}' for one another, as {'; '.join(overlaps)}: "
            f"{_advice_on_overlap(task_type)}",
        )
    known = coco_labels(labels)
    if known:
        yield (
            COCO.id,
            f"existing models find {_quoted(known)} of task '{name}' (COCO classes): label them by model and let "
            "people verify; 'ground-truth manifest from-predictions' writes the manifest for a LabelVerification task",
        )


def of_batch_size(name: str, count: int | None) -> Iterator[tuple[str, str]]:
    """A batch that an account may not send without asking."""
    most = limits.CONCURRENT_OBJECTS_WITHOUT_QUOTA
    if refusals.outside(count, range(most + 1)):
        yield (
            BATCH.id,
            f"task '{name}' sends {count} objects at a time: more than {most} needs a raised quota from AWS Support",
        )


def _advice_on_overlap(task_type: TaskType) -> str:
    if task_type.can_be_split:
        return "split_by_label() makes one single-label task of each, and merge_split_labels() joins the results"
    return "say in the instructions how they differ"


def _quoted(labels: Sequence[str]) -> str:
    return ", ".join(map(repr, labels))
