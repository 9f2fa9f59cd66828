"""One wrong value makes any valid task of any type refused, in words that say what is wrong (pitfalls 10 to 17)."""

import dataclasses
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ground_truth.contract import limits, task_types
from ground_truth.contract.errors import ContractError
from ground_truth.tasks.task import LabelingTask
from tests.tasks.valid_tasks import tasks

few = settings(max_examples=20)

Mutation = tuple[str, st.SearchStrategy[Any], str]


def outside(numbers: range) -> st.SearchStrategy[int]:
    return st.integers(max_value=numbers[0] - 1) | st.integers(min_value=numbers[-1] + 1)


# What is changed, to what, and what the refusal says.
MUTATIONS: list[Mutation] = [
    (
        "label_attribute_name",
        st.sampled_from(["a_b", "a b", "-a", "a-", "é", "a" * 128]),
        "letters, digits and hyphens",
    ),
    ("label_attribute_name", st.sampled_from(["source", "source-ref", "a-metadata"]), "neither 'source' nor"),
    ("labels", st.lists(st.just("twice"), min_size=2, max_size=3), "different from each other"),
    ("labels", st.sampled_from([[" a", "b"], ["", "b"], ["a" * 257, "b"]]), "without blanks around them"),
    ("name", st.sampled_from(["a_b", "", "-a", "a" * 48, "a.b"]), "1 to 47 letters, digits and hyphens"),
    ("task_keywords", st.sampled_from([["bounding-box"], ["a" * 31], ["a  b"]]), "letters and digits with single"),
    ("task_keywords", st.just(list("abcdef")), "at most 5 keywords"),
    ("task_title", st.text("ab", min_size=129, max_size=140), "at most 128 characters"),
    ("task_description", st.text("ab", min_size=256, max_size=260), "at most 255 characters"),
    ("task_description", st.sampled_from(["a\nb", "a\rb"]), "one line"),
    ("number_of_human_workers_per_data_object", outside(limits.WORKERS_PER_OBJECT), "from 1 to 9"),
    ("task_time_limit_in_seconds", outside(limits.TIME_LIMIT_SECONDS), "from 30 to 28800"),
    ("task_availability_lifetime_in_seconds", outside(limits.AVAILABILITY_SECONDS), "from 60 to 2592000"),
    ("max_concurrent_task_count", outside(limits.CONCURRENT_OBJECTS), "not the size of the dataset"),
]


@pytest.mark.parametrize(("property_name", "values", "said"), MUTATIONS, ids=[f"{m[0]} {m[2]}" for m in MUTATIONS])
@few
@given(task=tasks(), data=st.data())
def test_a_wrong_value_is_refused(property_name: str, values: Any, said: str, task: LabelingTask, data: Any) -> None:
    with pytest.raises(ContractError) as refusal:
        dataclasses.replace(task, **{property_name: data.draw(values)})
    assert refusal.value.property_name == property_name
    assert said in str(refusal.value)


@few
@given(tasks())
def test_the_other_ending_of_the_label_attribute_is_refused(task: LabelingTask) -> None:
    name = task.label_attribute_name
    other = name.removesuffix("-ref") if task.type.label_attribute_is_reference else f"{name}-ref"
    with pytest.raises(ContractError, match="'label_attribute_name' should be a name with"):
        dataclasses.replace(task, label_attribute_name=other)


@few
@given(tasks())
def test_fewer_and_more_labels_than_the_type_takes_are_refused(task: LabelingTask) -> None:
    least, most = task.type.min_labels, task.type.max_labels
    for count in (least - 1, *([most + 1] if most is not None else [])):
        # An adjustment without labels has those of the earlier job.
        if count or task.type not in task_types.ADJUSTMENTS.values():
            with pytest.raises(ContractError, match="'labels' should be "):
                dataclasses.replace(task, labels=[f"n{index}" for index in range(count)])
