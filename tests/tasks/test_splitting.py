import pytest
from hypothesis import given
from hypothesis import strategies as st

from ground_truth.contract.errors import ContractError
from ground_truth.tasks.instructions import Instructions
from ground_truth.tasks.splitting import merge_split_labels, split_by_label
from ground_truth.tasks.task import BoundingBox, ImageClassification, LabelingTask

RULES = Instructions(what_to_label="Each one.", box_fit="Tight.")
STREET = BoundingBox("street", labels=["car on road", "car on sidewalk"], instructions=RULES)
SIZE = [{"width": 1280, "height": 720, "depth": 3}]


def box(class_id: int, left: int) -> dict[str, int]:
    return {"class_id": class_id, "left": left, "top": 1, "width": 10, "height": 20}


def line(part: LabelingTask, *lefts: int, source: str = "s3://images/1.jpg", size=SIZE, second: int = 1) -> dict:
    name = part.label_attribute_name
    return {
        "source-ref": source,
        "camera": "north",
        name: {"image_size": size, "annotations": [box(0, left) for left in lefts]},
        f"{name}-metadata": {
            "objects": [{"confidence": left / 100} for left in lefts],
            "class-map": {"0": part.labels[0]} if lefts else {},
            "type": "groundtruth/object-detection",
            "human-annotated": "yes",
            "creation-date": f"2026-11-24T10:00:0{second}.000000",
            "job-name": f"labeling-job/{name}-1",
        },
    }


def test_each_label_gets_a_task_of_its_own_with_the_same_rules() -> None:
    parts = split_by_label(STREET)
    assert [part.name for part in parts] == ["street-car-on-road", "street-car-on-sidewalk"]
    assert [part.label_attribute_name for part in parts] == [part.name for part in parts]
    assert [part.labels for part in parts] == [("car on road",), ("car on sidewalk",)]
    assert {part.instructions for part in parts} == {RULES}
    assert parts[0].task_title == "Draw boxes: car on road"


def test_a_title_of_the_user_is_kept() -> None:
    task = BoundingBox("street", labels=["a", "b"], task_title="Cars of our street")
    assert {part.task_title for part in split_by_label(task)} == {"Cars of our street"}


@pytest.mark.parametrize("labels", [["Straße", "日本"], ["a b", "a-b"], ["x" * 60, "y"], ["...", "?"]])
def test_parts_are_numbered_where_labels_make_no_names(labels: list[str]) -> None:
    assert [part.name for part in split_by_label(BoundingBox("street", labels=labels))] == ["street-1", "street-2"]


def test_fails_when_the_results_could_not_be_joined_again() -> None:
    with pytest.raises(ContractError, match="'task' should be of the type bounding-box, got 'image-classification'"):
        split_by_label(ImageClassification("kind", labels=["day", "night"]))


def test_boxes_of_the_parts_get_the_classes_of_the_whole() -> None:
    road, sidewalk = split_by_label(STREET)
    joined = merge_split_labels(STREET, [line(sidewalk, 30, second=2), line(road, 10, 20)])
    assert joined == {
        "source-ref": "s3://images/1.jpg",
        "camera": "north",
        "street": {"image_size": SIZE, "annotations": [box(0, 10), box(0, 20), box(1, 30)]},
        "street-metadata": {
            "objects": [{"confidence": 0.1}, {"confidence": 0.2}, {"confidence": 0.3}],
            "class-map": {"0": "car on road", "1": "car on sidewalk"},
            "type": "groundtruth/object-detection",
            "human-annotated": "yes",
            "creation-date": "2026-11-24T10:00:02.000000",
            "job-name": "labeling-job/street-car-on-sidewalk-1",
        },
    }


def test_parts_that_ran_one_after_the_other_are_in_one_line() -> None:
    road, sidewalk = split_by_label(STREET)
    assert merge_split_labels(STREET, [line(road, 1) | line(sidewalk, 2)])["street"]["annotations"] == [
        box(0, 1),
        box(1, 2),
    ]


def test_an_object_that_failed_in_one_part_fails_as_a_whole() -> None:
    road, sidewalk = split_by_label(STREET)
    failed = {
        "source-ref": "s3://images/1.jpg",
        f"{road.name}-metadata": {"failure-reason": "expired"},
    }
    joined = merge_split_labels(STREET, [failed, line(sidewalk, 2)])
    assert "street" not in joined
    assert joined["street-metadata"]["failure-reason"] == "street-car-on-road: expired"


def test_fails_when_a_part_is_missing() -> None:
    with pytest.raises(ContractError, match=r"missing are \['street-car-on-sidewalk'\]"):
        merge_split_labels(STREET, [line(split_by_label(STREET)[0], 1)])


@pytest.mark.parametrize(
    ("change", "name"),
    [({"source": "s3://images/2.jpg"}, "source-ref"), ({"size": [{"width": 1, "height": 1}]}, "image_size")],
)
def test_fails_when_lines_are_of_different_objects(change, name: str) -> None:
    road, sidewalk = split_by_label(STREET)
    with pytest.raises(ContractError, match=f"'{name}' should be the same in the lines of all split jobs"):
        merge_split_labels(STREET, [line(road, 1), line(sidewalk, 2, **change)])


@given(st.lists(st.lists(st.integers(0, 99), max_size=4), min_size=1, max_size=5))
def test_joining_loses_no_box_and_mixes_no_labels(lefts: list[list[int]]) -> None:
    task = BoundingBox("t", labels=[f"n{index}" for index in range(len(lefts))])
    joined = merge_split_labels(task, [line(part, *own) for part, own in zip(split_by_label(task), lefts, strict=True)])
    items = [(entry["class_id"], entry["left"]) for entry in joined["t"]["annotations"]]
    assert items == [(index, left) for index, own in enumerate(lefts) for left in own]
    assert joined["t-metadata"]["class-map"] == {str(index): f"n{index}" for index, own in enumerate(lefts) if own}
