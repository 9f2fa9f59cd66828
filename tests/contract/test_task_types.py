import re
from pathlib import Path

import pytest

from ground_truth.consolidation.by_type import consolidator
from ground_truth.contract import task_types
from ground_truth.contract.task_types import TASK_TYPES, TaskType
from ground_truth.templates.elements import CROWD_ELEMENTS

REPOSITORY = Path(__file__).parents[2]
SOURCES = [
    path for folder in ("lambdas", "cli", "constructs", "stacks") for path in (REPOSITORY / folder).rglob("*.py")
]
each_type = pytest.mark.parametrize("task_type", TASK_TYPES.values(), ids=lambda task_type: task_type.key)


def _name(task_type: TaskType) -> str:
    return next(name for name, value in vars(task_types).items() if value is task_type)


@pytest.mark.parametrize(
    # What is no built-in type is an exception wherever labels are looked into.
    "task_type",
    [task_type for task_type in TASK_TYPES.values() if task_type is not task_types.CUSTOM],
    ids=lambda task_type: task_type.key,
)
def test_a_type_is_named_in_few_files_besides_its_own_as_what_differs_stands_in_the_table(task_type: TaskType) -> None:
    name = re.compile(rf"\b{_name(task_type)}\b|[\"']{task_type.key}[\"']")
    naming = [path.relative_to(REPOSITORY).as_posix() for path in SOURCES if name.search(path.read_text("utf-8"))]
    assert "lambdas/ground_truth/contract/task_types.py" in naming
    assert len(naming) <= 5, naming


@each_type
def test_every_type_names_a_consolidation_that_is_there(task_type: TaskType) -> None:
    assert callable(consolidator(task_type.key))


@each_type
def test_every_type_s_element_takes_an_answer_and_labels(task_type: TaskType) -> None:
    assert (task_type.element is None) is (task_type is task_types.CUSTOM)
    if task_type.element:
        element = CROWD_ELEMENTS[task_type.element]
        assert element.is_annotator
        assert element.labels_attribute


def test_what_is_looked_at_again_can_be_verified_and_adjusted() -> None:
    audited = {task_type.audits for task_type in TASK_TYPES.values()} - {None}
    assert audited == task_types.VERIFICATIONS.keys() == task_types.ADJUSTMENTS.keys()
    assert audited == {"bounding-box", "semantic-segmentation"}


def test_every_column_of_the_table_is_read_by_something() -> None:
    code = "".join(path.read_text("utf-8") for path in SOURCES)
    assert not [column for column in vars(task_types.CUSTOM) if not re.search(rf"\.{column}\b", code)]
