"""A model's boxes become the labels of an earlier job, which people can verify."""

import io
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ground_truth.contract.errors import ContractError
from ground_truth.contract.findings import Level
from ground_truth.contract.task_types import ADJUSTMENT_OF_BOXES, VERIFICATION_OF_BOXES
from ground_truth.manifests.check import check_manifest
from ground_truth.manifests.labels import Box, BoxesLabel
from ground_truth.manifests.lines import write_manifest
from ground_truth.manifests.manifest_line import ManifestLine
from ground_truth.manifests.output import read_label
from ground_truth.manifests.predictions import chained_lines, read_predictions

MOMENT = datetime(2026, 11, 23, 10, tzinfo=UTC)
DATASET = {
    "images": [
        {"id": 7, "file_name": "yard/1 a+b%.jpg", "width": 100, "height": 50},
        {"id": 3, "file_name": "straße.jpg", "width": 100, "height": 50},
    ],
    "categories": [{"id": 18, "name": "dog"}, {"id": 3, "name": "car"}],
}
RESULTS = [
    {"image_id": 7, "category_id": 3, "bbox": [10.4, 5.6, 20.2, 10.1], "score": 0.9},
    {"image_id": 7, "category_id": 18, "bbox": [-5, -5, 30, 30], "score": 0.4},
]


def contents(results=RESULTS, dataset=DATASET, **changes) -> list[dict]:
    options: dict[str, Any] = {"images_uri": "s3://bucket/images/", "label_attribute": "model", "moment": MOMENT}
    return [line.content for line in chained_lines(read_predictions(results, dataset), **options | changes)]


def with_image(**changes) -> dict:
    return DATASET | {"images": [DATASET["images"][0] | changes]}


def test_every_image_gets_a_line_with_its_boxes_in_ground_truth_s_form() -> None:
    first, second = contents()
    assert first == {
        "source-ref": "s3://bucket/images/yard/1 a+b%.jpg",
        "model": {
            "image_size": [{"width": 100, "height": 50, "depth": 3}],
            "annotations": [
                {"class_id": 1, "left": 10, "top": 6, "width": 21, "height": 10},
                {"class_id": 0, "left": 0, "top": 0, "width": 25, "height": 25},
            ],
        },
        "model-metadata": {
            "objects": [{"confidence": 0.9}, {"confidence": 0.4}],
            "class-map": {"0": "dog", "1": "car"},
            "type": "groundtruth/object-detection",
            "job-name": "labeling-job/predictions",
            "human-annotated": "no",
            "creation-date": "2026-11-23T10:00:00.000000",
        },
    }
    assert second["source-ref"] == "s3://bucket/images/straße.jpg"
    assert second["model"]["annotations"] == []


def test_the_whole_data_set_form_says_the_same_as_results_with_their_data_set() -> None:
    assert contents(DATASET | {"annotations": RESULTS}, None) == contents()


@pytest.mark.parametrize("task_type", [VERIFICATION_OF_BOXES, ADJUSTMENT_OF_BOXES])
def test_the_manifest_passes_the_check_of_a_review(task_type) -> None:
    file = io.BytesIO()
    write_manifest(map(ManifestLine, contents()), file)
    file.seek(0)
    (finding,) = check_manifest(file, task_type=task_type, label_attribute="check", audited_attribute="model")
    assert finding.level is Level.OK


def test_what_is_written_reads_back_as_a_model_s_boxes() -> None:
    labeled = read_label(ManifestLine(contents(min_score=0.5)[0]), "model")
    assert labeled.human_annotated is False
    box = Box(class_id=1, name="car", left=10, top=6, width=21, height=10, confidence=0.9)
    assert labeled.label == BoxesLabel(width=100, height=50, boxes=(box,))


def test_only_wanted_labels_are_kept_in_the_order_of_the_task() -> None:
    (annotation,) = contents(labels=["car"])[0]["model"]["annotations"]
    assert annotation["class_id"] == 0
    assert contents(labels=["car", "dog"])[0]["model-metadata"]["class-map"] == {"0": "car", "1": "dog"}


def test_annotations_without_score_have_no_confidence() -> None:
    unscored = {key: value for key, value in RESULTS[0].items() if key != "score"}
    assert contents([unscored])[0]["model-metadata"]["objects"] == [{"confidence": 0}]
    with pytest.raises(ContractError, match="score"):
        contents([unscored], min_score=0.5)


@given(st.lists(st.floats(-300, 300), min_size=4, max_size=4))
def test_boxes_lie_within_their_image_and_have_a_size(bbox: list[float]) -> None:
    for box in contents([RESULTS[0] | {"bbox": bbox}])[0]["model"]["annotations"]:
        assert box["left"] >= 0 <= box["top"]
        assert box["width"] >= 1 <= box["height"]
        assert box["left"] + box["width"] <= 100
        assert box["top"] + box["height"] <= 50


@pytest.mark.parametrize(
    ("results", "dataset", "wrong"),
    [
        (RESULTS, None, "'predictions' should be given with images and categories"),
        ("text", DATASET, "'predictions' should be COCO's data set or list of results"),
        ({"images": []}, None, "'annotations' should be a list"),
        (RESULTS, {"images": DATASET["images"]}, "'categories' should be a list"),
        (RESULTS, {"categories": [], "images": [{"file_name": "1.jpg"}]}, "'images.id' should be there"),
        ([RESULTS[0] | {"image_id": 99}], DATASET, "'annotations.image_id' should be the id .* got 99"),
        ([RESULTS[0] | {"category_id": 99}], DATASET, "'annotations.category_id' should be the id .* got 99"),
        ([{"image_id": 7}], DATASET, "'annotations.category_id' should be there"),
        ([RESULTS[0] | {"image_id": [7]}], DATASET, "'annotations.image_id' should be a number or a text"),
        ([RESULTS[0] | {"score": 90}], DATASET, "'annotations.score' should be a number from 0 to 1, got 90"),
        ([RESULTS[0] | {"bbox": [1, 2, 3]}], DATASET, "'annotations.bbox' should be"),
        ([RESULTS[0] | {"bbox": [1, 2, 3, 10**400]}], DATASET, "'annotations.bbox' should be"),
        ([], with_image(width=None), "'images.width' should be the pixels"),
        ([], with_image(height=0), "'images.height' should be the pixels"),
        ([], with_image(file_name="/data/1.jpg"), "'images.file_name' should be a name relative"),
    ],
)
def test_fails_for_predictions_that_do_not_fit_together(results, dataset, wrong: str) -> None:
    with pytest.raises(ContractError, match=wrong):
        contents(results, dataset)


@pytest.mark.parametrize(
    ("option", "wrong"),
    [
        ({"images_uri": "/data/images"}, "'images_uri' should be like s3://bucket/prefix"),
        ({"label_attribute": "my_model"}, "'label_attribute_name' should be"),
        ({"label_attribute": "model-ref"}, "'label_attribute_name' should be"),
        ({"labels": ["cat"]}, "'labels' should be among"),
    ],
)
def test_fails_for_what_no_job_could_have(option: dict, wrong: str) -> None:
    with pytest.raises(ContractError, match=wrong):
        contents(**option)


def test_fails_for_more_categories_than_one_task_can_have() -> None:
    many = DATASET | {"categories": [{"id": number, "name": f"class {number}"} for number in range(51)]}
    with pytest.raises(ContractError, match="50 labels"):
        contents([], many)
    assert len(contents([], many, labels=["class 7"])) == 2
