"""Verification and adjustment of earlier labels: what is derived, and every mistake."""

import dataclasses

import pytest

from ground_truth.contract.errors import ContractError
from ground_truth.tasks.request_parts import task_part
from ground_truth.tasks.reviews import EarlierLabels, LabelAdjustment, LabelVerification
from ground_truth.tasks.task import BoundingBox, CustomTask, ImageClassification, SemanticSegmentation

BOXES = BoundingBox("street", labels=["kerb", "hydrant"])
MASKS = SemanticSegmentation("areas", labels=["road"])


def refused(match: str):
    return pytest.raises(ContractError, match=match)


@pytest.mark.parametrize(
    ("task", "key", "function", "attribute"),
    [
        (
            LabelVerification("check", of=BOXES, labels=["good", "bad"]),
            "bounding-box-verification",
            "VerificationBoundingBox",
            "check",
        ),
        (
            LabelVerification("check", of=MASKS, labels=["good", "bad"]),
            "semantic-segmentation-verification",
            "VerificationSemanticSegmentation",
            "check",
        ),
        (LabelAdjustment("fix", of=BOXES), "bounding-box-adjustment", "AdjustmentBoundingBox", "fix"),
        (
            LabelAdjustment("fix", of=MASKS),
            "semantic-segmentation-adjustment",
            "AdjustmentSemanticSegmentation",
            "fix-ref",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_type_functions_and_attribute_follow_from_the_earlier_task(task, key, function, attribute) -> None:
    assert (task.type.key, task.type.function_suffix, task.label_attribute_name) == (key, function, attribute)


def test_a_request_of_an_audit_looks_like_any_other() -> None:
    entry, other = task_part(LabelVerification("check", of=BOXES, labels=["good", "bad"])), task_part(BOXES)
    assert entry.keys() == other.keys()
    assert entry["HumanTaskConfig"].keys() == other["HumanTaskConfig"].keys()


def test_the_labels_of_an_adjustment_are_the_earlier_ones_unless_there_are_more() -> None:
    assert LabelAdjustment("fix", of=BOXES).labels == ("kerb", "hydrant")
    assert LabelAdjustment("fix", of=BOXES, labels=["kerb", "hydrant", "pole"]).labels[-1] == "pole"


def test_an_adjustment_can_be_verified_in_turn() -> None:
    task = LabelVerification("check", of=LabelAdjustment("fix", of=MASKS), labels=["good"])
    assert (task.type.key, task.audited_attribute) == ("semantic-segmentation-verification", "fix-ref")


def test_labels_of_no_task_of_ours_are_named_by_type_and_attribute() -> None:
    result = EarlierLabels(type="bounding-box", label_attribute_name="predictions", labels=["car"])
    assert LabelVerification("check", of=result, labels=["good"]).audited_attribute == "predictions"


def test_an_audit_can_be_changed_like_any_task() -> None:
    task = LabelAdjustment("fix", of=BOXES)
    assert dataclasses.replace(task, number_of_human_workers_per_data_object=1).type is task.type


def test_fails_when_a_verification_of_masks_would_be_taken_for_a_file() -> None:
    with refused("a name without the ending '-ref' for semantic-segmentation-verification"):
        LabelVerification("check", of=MASKS, labels=["good"], label_attribute_name="check-ref")


def test_fails_when_an_adjustment_of_masks_would_not_be_taken_for_a_file() -> None:
    with refused("a name with the ending '-ref' for semantic-segmentation-adjustment"):
        LabelAdjustment("fix", of=MASKS, label_attribute_name="fix")


@pytest.mark.parametrize("of", [BOXES, LabelAdjustment("fix", of=BOXES)], ids=["directly", "along the chain"])
def test_fails_when_the_earlier_labels_would_be_overwritten(of) -> None:
    with refused("'label_attribute_name' should be different from the earlier labels' .*street, got 'street'"):
        LabelVerification("check", of=of, labels=["good"], label_attribute_name="street")


def test_fails_when_an_adjustment_lacks_a_label_of_the_earlier_job() -> None:
    with refused(r"'labels' should be all labels of the earlier job .* missing are \['hydrant'\]"):
        LabelAdjustment("fix", of=BOXES, labels=["kerb"])


def test_fails_when_the_earlier_labels_cannot_be_shown(tmp_path) -> None:
    (tmp_path / "own.html").write_text("<crowd-form></crowd-form>")
    for of in (
        ImageClassification("kind", labels=["day", "night"]),
        CustomTask("own", template=tmp_path / "own.html"),
        LabelVerification("check", of=BOXES, labels=["good"]),
    ):
        with refused(f"'of' should be a task of the type bounding-box or semantic-.* got '{of.type.key}'"):
            LabelVerification("again", of=of, labels=["good"])


def test_fails_when_nothing_is_said_of_the_earlier_labels() -> None:
    with refused("'of' should be the earlier task, or EarlierLabels, got None"):
        LabelVerification("check", labels=["good"])


def test_fails_when_earlier_labels_have_a_type_or_name_that_they_cannot_have() -> None:
    with refused("'type' should be one of bounding-box, semantic-segmentation, got 'custom'"):
        EarlierLabels(type="custom", label_attribute_name="a", labels=[])
    with refused("a name with the ending '-ref' for semantic-segmentation"):
        EarlierLabels(type="semantic-segmentation", label_attribute_name="a", labels=["road"])
    with refused("'labels' should be a list of texts, got 'car'"):
        EarlierLabels(type="bounding-box", label_attribute_name="a", labels="car")


def test_people_are_the_remedy_so_that_audits_do_not_warn_of_what_models_find() -> None:
    task = LabelAdjustment("fix", of=BoundingBox("street", labels=["car", "car on road"]))
    assert {"labels.coco", "labels.overlap"}.isdisjoint(dict(task.warnings()))
