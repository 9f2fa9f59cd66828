"""Every mistake in a task is refused where it is made, with what was got, what is allowed and what to do."""

import pytest

from ground_truth.contract.errors import ContractError
from ground_truth.tasks.instructions import Example, Instructions
from ground_truth.tasks.task import (
    BoundingBox,
    CustomTask,
    ImageClassification,
    LabelingTask,
    MultiLabelClassification,
    SemanticSegmentation,
)


def boxes(**changes) -> LabelingTask:
    return BoundingBox(changes.pop("name", "street"), **{"labels": ["car"]} | changes)


def refused(match: str):
    return pytest.raises(ContractError, match=match)


@pytest.mark.parametrize("name", ["my_task", "-street", "street-", "two words", "", "t" * 48, "straße"])
def test_fails_when_a_job_could_not_be_named_after_the_task(name: str) -> None:
    with refused("'name' should be 1 to 47 letters, digits and hyphens"):
        boxes(name=name)


def test_the_longest_task_name_leaves_room_for_the_job_s_moment() -> None:
    assert boxes(name="t" * 47).name == "t" * 47


@pytest.mark.parametrize("attribute", ["my_label", "-a", "a" * 128, "a.b"])
def test_fails_when_the_label_attribute_name_has_other_characters(attribute: str) -> None:
    with refused("'label_attribute_name' should be 1 to 127 letters, digits and hyphens"):
        boxes(label_attribute_name=attribute)


@pytest.mark.parametrize("attribute", ["source", "source-ref", "street-metadata"])
def test_fails_when_the_label_attribute_name_is_taken_by_the_manifest(attribute: str) -> None:
    with refused("neither 'source' nor 'source-ref' and without the ending '-metadata'"):
        boxes(label_attribute_name=attribute)


def test_fails_when_a_box_label_would_be_taken_for_a_file() -> None:
    with refused("a name without the ending '-ref' for bounding-box"):
        boxes(label_attribute_name="street-ref")


def test_fails_when_a_mask_label_would_not_be_taken_for_a_file() -> None:
    with refused("a name with the ending '-ref' for semantic-segmentation"):
        SemanticSegmentation("areas", labels=["road"], label_attribute_name="areas")


def test_the_label_attribute_is_the_task_s_name_with_the_ending_of_its_type() -> None:
    assert boxes().label_attribute_name == "street"
    assert SemanticSegmentation("areas", labels=["road"]).label_attribute_name == "areas-ref"
    assert SemanticSegmentation("areas-ref", labels=["road"]).label_attribute_name == "areas-ref"


@pytest.mark.parametrize(
    ("task_class", "count", "allowed"),
    [
        (BoundingBox, 0, "1 to 50 labels"),
        (BoundingBox, 51, "1 to 50 labels"),
        (ImageClassification, 1, "2 or more labels"),
        (MultiLabelClassification, 1, "2 to 50 labels"),
        (MultiLabelClassification, 51, "2 to 50 labels"),
        (SemanticSegmentation, 0, "1 to 255 labels"),
        (SemanticSegmentation, 256, "1 to 255 labels"),
    ],
)
def test_fails_when_a_type_has_too_few_or_too_many_labels(task_class, count: int, allowed: str) -> None:
    with refused(rf"'labels' should be {allowed} for {task_class.type.key}, got {count}"):
        task_class("task", labels=[f"label {index}" for index in range(count)])


def test_fails_when_a_label_is_repeated() -> None:
    with refused(r"different from each other, got \['car'\]"):
        boxes(labels=["car", "bus", "car"])


@pytest.mark.parametrize("label", ["", " car", "car ", "x" * 257])
def test_fails_when_a_label_is_empty_padded_or_too_long(label: str) -> None:
    with refused("texts of 1 to 256 characters without blanks around them"):
        boxes(labels=[label])


def test_fails_when_labels_are_one_text_instead_of_a_list() -> None:
    with refused("a list of texts"):
        boxes(labels="car")


def test_fails_when_a_label_is_no_text() -> None:
    with refused("texts of 1 to 256 characters"):
        boxes(labels=[7])


@pytest.mark.parametrize("keyword", ["bounding-box", "two  blanks", "k" * 31, "", "straße"])
def test_fails_when_a_keyword_has_a_hyphen_or_is_too_long(keyword: str) -> None:
    with refused("letters and digits with single blanks, at most 30 characters"):
        boxes(task_keywords=[keyword])


def test_fails_with_more_than_five_keywords() -> None:
    with refused("'task_keywords' should be at most 5 keywords, got 6"):
        boxes(task_keywords=list("abcdef"))


def test_fails_when_keywords_are_one_text_instead_of_a_list() -> None:
    with refused("'task_keywords' should be a list of texts"):
        boxes(task_keywords="image")


@pytest.mark.parametrize("value", [True, 3.0, "3"])
def test_fails_when_a_count_is_no_whole_number(value) -> None:
    with refused("a whole number from 1 to 9"):
        boxes(number_of_human_workers_per_data_object=value)


@pytest.mark.parametrize("key", ["", "aws:own", "k" * 129])
def test_fails_when_a_tag_s_key_is_reserved_or_too_long(key: str) -> None:
    with refused("'tags' should be keys of 1 to 128 characters"):
        boxes(tags={key: "x"})


@pytest.mark.parametrize("name", ["missing.html", "template.txt"])
def test_fails_when_the_template_is_missing_or_of_another_kind(tmp_path, name: str) -> None:
    (tmp_path / "template.txt").write_text("")
    with refused("'template' should be the path of an existing .html or .liquid file"):
        CustomTask("own", template=tmp_path / name)


@pytest.mark.parametrize("image", ["http://example.com/a.png", "s3://bucket/a.png", "/etc/a.png", ""])
def test_fails_when_an_example_s_picture_is_neither_in_the_folder_nor_served_by_https(image: str) -> None:
    with refused("a path inside the instruction media folder or an https URL"):
        Example(image=image, text="Right.")


def test_fails_when_the_title_is_too_long() -> None:
    with refused("'task_title' should be at most 128 characters"):
        boxes(task_title="t" * 129)


def test_fails_when_the_description_is_too_long_or_has_two_lines() -> None:
    with refused("'task_description' should be at most 255 characters"):
        boxes(task_description="d" * 256)
    for line_end in ("\n", "\r", "\u2028"):
        with refused("'task_description' should be one line"):
            boxes(task_description=f"one{line_end}two")


@pytest.mark.parametrize("title", ["cars \U0001f697", "a\x00b"])
def test_fails_when_the_title_has_characters_that_the_service_refuses(title: str) -> None:
    with refused("'task_title' should be without emoji and control characters"):
        boxes(task_title=title)


def test_a_label_with_an_emoji_stays_out_of_the_title() -> None:
    assert boxes(labels=["\U0001f697"]).task_title == "Draw boxes"


@pytest.mark.parametrize("tags", [{"a": "x" * 257}, {"a": "b!"}, {"a!": "b"}, {"a": "\U0001f697"}])
def test_fails_when_a_tag_has_characters_that_the_service_refuses_or_is_too_long(tags) -> None:
    with refused("'tags' should be "):
        boxes(tags=tags)


@pytest.mark.parametrize(
    ("name", "bad", "allowed"),
    [
        ("number_of_human_workers_per_data_object", (-1, 10, 2.5), "1 to 9"),
        ("task_time_limit_in_seconds", (29, 28_801), "30 to 28800"),
        ("task_availability_lifetime_in_seconds", (59, 2_592_001), "60 to 2592000"),
        ("max_concurrent_task_count", (0, 5_001), "1 to 5000"),
        ("max_percentage_of_input_dataset_labeled", (0, 101), "1 to 100"),
        ("max_human_labeled_object_count", (0, -1), "at least 1"),
    ],
)
def test_fails_when_a_number_is_out_of_its_range(name: str, bad: tuple, allowed: str) -> None:
    for value in bad:
        with refused(rf"'{name}' should be a whole number .*{allowed}, got {value}"):
            boxes(**{name: value})


def test_fails_when_zero_workers_are_asked_for() -> None:
    with refused("'number_of_human_workers_per_data_object' should be a whole number from 1 to 9, got 0"):
        boxes(number_of_human_workers_per_data_object=0)


def test_warns_when_a_batch_needs_a_raised_quota() -> None:
    assert ("max_concurrent_task_count") in dict(boxes(max_concurrent_task_count=1_001).warnings())
    assert ("max_concurrent_task_count") not in dict(boxes(max_concurrent_task_count=1_000).warnings())


def test_fails_when_there_are_more_than_fifty_tags() -> None:
    with refused("'tags' should be at most 50"):
        boxes(tags={f"k{index}": "" for index in range(51)})


def test_fails_when_a_custom_task_has_no_template() -> None:
    with refused("'template' should be the path of a worker template, got None"):
        CustomTask("own")


def test_tasks_cannot_be_changed_after_they_were_checked() -> None:
    with pytest.raises(AttributeError):
        boxes().name = "other"


def test_each_missing_rule_is_named_with_why_it_matters() -> None:
    missing = dict(Instructions().missing(draws_outlines=True))
    assert set(missing) == {"what_to_label", "box_fit", "partly_visible", "good_examples", "bad_examples"}
    assert missing["partly_visible"] == "workers will disagree at image edges and behind obstacles"


def test_outline_rules_are_not_missed_where_nobody_draws() -> None:
    assert "box_fit" not in dict(Instructions().missing(draws_outlines=False))


def test_complete_instructions_leave_nothing_to_warn_of() -> None:
    example = (Example(image="a.png", text="Right."),)
    rules = Instructions(
        what_to_label="a", box_fit="b", partly_visible="c", good_examples=example, bad_examples=example
    )
    assert not list(boxes(labels=["scooter"], instructions=rules).warnings())
