import pytest

from ground_truth.tasks.coco_classes import COCO_CLASSES
from ground_truth.tasks.instructions import Instructions
from ground_truth.tasks.label_names import coco_labels, shared_words
from ground_truth.tasks.task import BoundingBox, ImageClassification, SemanticSegmentation
from ground_truth.tasks.warnings import CHECKS


def test_coco_has_eighty_classes() -> None:
    assert len(COCO_CLASSES) == 80
    assert {"person", "traffic light", "toothbrush"} <= COCO_CLASSES


@pytest.mark.parametrize("label", ["car", "Car", "cars", "buses", "traffic_light", "Traffic-Lights", "people"])
def test_warns_when_existing_models_find_a_label(label: str) -> None:
    text = dict(BoundingBox("street", labels=[label]).warnings())["labels.coco"]
    assert f"existing models find '{label}'" in text
    assert "label them by model and let people verify" in text
    assert "ground-truth manifest from-predictions" in text


@pytest.mark.parametrize("label", ["car on road", "scooter", "cat flap", "bus stop"])
def test_a_label_that_only_contains_a_class_is_for_people(label: str) -> None:
    assert coco_labels([label]) == ()


def test_warns_when_labels_share_a_word_and_suggests_to_split() -> None:
    text = dict(BoundingBox("street", labels=["car on road", "car on sidewalk"]).warnings())["labels.overlap"]
    assert "'car on road', 'car on sidewalk' share the word 'car'" in text
    assert "split_by_label()" in text


def test_masks_are_not_split_as_every_pixel_has_one_label() -> None:
    text = dict(SemanticSegmentation("areas", labels=["wet road", "dry road"]).warnings())["labels.overlap"]
    assert "split_by_label" not in text
    assert "say in the instructions how they differ" in text


def test_small_words_are_no_overlap() -> None:
    assert list(shared_words(["on the road", "on the kerb"])) == []


def test_categories_of_a_picture_may_share_words() -> None:
    assert "labels.overlap" not in dict(
        ImageClassification("kind", labels=["street by day", "street by night"]).warnings()
    )


def test_warns_when_there_are_more_labels_than_the_element_promises() -> None:
    assert "labels.many" in dict(BoundingBox("street", labels=[f"n{index}" for index in range(11)]).warnings())
    assert "labels.many" not in dict(BoundingBox("street", labels=[f"n{index}" for index in range(10)]).warnings())


def test_every_warning_is_listed_with_what_it_means() -> None:
    rules = Instructions()
    tasks = (
        BoundingBox("a", labels=[f"car {index}" for index in range(11)], max_concurrent_task_count=1_001),
        BoundingBox("b", labels=["car"], instructions=rules),
    )
    assert {name for task in tasks for name, _ in task.warnings()} == {check.id for check in CHECKS}
