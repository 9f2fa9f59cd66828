"""What the contract prints goes in, and what comes out has the shape it prints (contract sections 6 and 7)."""

import json
from typing import Any

import pytest

import post_annotation
from tests.handlers.conftest import PAYLOAD_KEY, Bucket, documented_event, real_event
from tests.handlers.test_post_annotation import COLORS, painted

LABELS = ["heron", "egret", "owl"]

# Section 6.3 as printed, the answer double-encoded with its keys in alphabetical order.
PRINTED_PAYLOAD = r"""
[{"datasetObjectId": "7",
  "dataObject": {"s3Uri": "s3://acme-media-sagemaker/yard/0008.jpg"},
  "annotations": [
    {"workerId": "private.eu-west-1.0f3c9a77d2e4b611",
     "annotationData": {"content": "{\"boundingBox\":{\"boundingBoxes\":[{\"height\":41,\"label\":\"pallet\",\"left\":12,\"top\":30,\"width\":77}],\"inputImageProperties\":{\"height\":720,\"width\":1280}}}"}}]}]
"""  # noqa: E501

COMMON = {"job-name": "labeling-job/species", "human-annotated": "yes", "creation-date": "2026-11-23T10:02:14.217995"}

# Section 7.3: task type, what a worker answers, the label and the metadata peculiar to the type.
PRINTED_RECORDS: dict[str, tuple[str, dict[str, Any], Any, dict[str, Any]]] = {
    "ImageMultiClass": (
        "image-classification",
        {"crowd-image-classifier": {"label": "heron"}},
        2,
        {"confidence": 0.95, "class-name": "heron", "type": "groundtruth/image-classification"},
    ),
    "ImageMultiClassMultiLabel": (
        "multi-label-classification",
        {"crowd-image-classifier-multi-select": {"labels": ["heron", "owl"]}},
        [1, 0],
        {
            "class-map": {"0": "heron", "2": "owl"},
            "confidence-map": {"0": 0.95, "2": 0.77},
            "type": "groundtruth/image-classification-multilabel",
        },
    ),
    "BoundingBox": (
        "bounding-box",
        {
            "boundingBox": {
                "boundingBoxes": [{"height": 41, "label": "egret", "left": 12, "top": 30, "width": 77}],
                "inputImageProperties": {"height": 720, "width": 1280},
            }
        },
        {
            "image_size": [{"width": 1280, "height": 720, "depth": 3}],
            "annotations": [{"class_id": 1, "left": 12, "top": 30, "width": 77, "height": 41}],
        },
        {"objects": [{"confidence": 0.8}], "class-map": {"1": "egret"}, "type": "groundtruth/object-detection"},
    ),
    "SemanticSegmentation": (
        "semantic-segmentation",
        painted("h", colors={"heron": "#2ca02c"}),
        "s3://OUT/JOB/annotations/consolidated-annotation/output/0_2026-11-23T10:02:14.091190.png",
        {
            "internal-color-map": {
                "0": {"class-name": "BACKGROUND", "hex-color": "#ffffff", "confidence": 0.80546},
                "1": {"class-name": "heron", "hex-color": "#2ca02c", "confidence": 0.80546},
            },
            "type": "groundtruth/semantic-segmentation",
        },
    ),
}


def shape(value: Any) -> Any:
    """What a consumer relies on: keys, kinds of values, and one element for each list."""
    if isinstance(value, dict):
        return {key: shape(each) for key, each in value.items()}
    if isinstance(value, list):
        return [shape(each) for each in value[:1]]
    return "number" if isinstance(value, float) else type(value).__name__


@pytest.fixture
def run(bucket: Bucket, monkeypatch):
    def run(task_type: str, payload: str, event=documented_event, labels=LABELS) -> list[dict[str, Any]]:
        monkeypatch.setenv("TASK_TYPE", task_type)
        config = {"document-version": "2018-11-28", "labels": [{"label": label} for label in labels]}
        monkeypatch.setenv("LABEL_CATEGORY_CONFIG_S3_URI", bucket.put("labels.json", config))
        post_annotation._files.cache_clear()
        post_annotation._labels.cache_clear()
        sent = event(bucket.put(PAYLOAD_KEY, payload))
        return post_annotation.handler(sent | ({"labelCategories": labels} if "labelCategories" in sent else {}), None)

    return run


@pytest.mark.parametrize("event", [documented_event, real_event])
def test_the_printed_payload_gives_the_printed_response(run, event) -> None:
    response = run("bounding-box", PRINTED_PAYLOAD, event, ["forklift", "pallet"])
    (entry,) = json.loads(json.dumps(response))
    assert set(entry) == {"datasetObjectId", "consolidatedAnnotation"}
    assert entry["datasetObjectId"] == "7"
    assert set(entry["consolidatedAnnotation"]) == {"content"}
    content = entry["consolidatedAnnotation"]["content"]
    assert set(content) == {"Yard-Boxes", "Yard-Boxes-metadata"}
    box = {"class_id": 1, "left": 12, "top": 30, "width": 77, "height": 41}
    assert content["Yard-Boxes"]["annotations"] == [box]
    assert content["Yard-Boxes-metadata"]["objects"] == [{"confidence": 0.0}]


@pytest.mark.parametrize("name", PRINTED_RECORDS)
def test_records_have_the_printed_shape(run, name: str) -> None:
    task_type, answer, label, metadata = PRINTED_RECORDS[name]
    annotations = [
        {"workerId": f"public.us-east-1.{worker}", "annotationData": {"content": json.dumps(answer)}}
        for worker in ("A2B", "C3D", "E4F")
    ]
    payload = [{"datasetObjectId": "0", "dataObject": {"s3Uri": "s3://b/1.jpg"}, "annotations": annotations}]
    (entry,) = run(task_type, json.dumps(payload))
    content = json.loads(json.dumps(entry["consolidatedAnnotation"]["content"]))
    assert shape(content["Yard-Boxes"]) == shape(label)
    ours = content["Yard-Boxes-metadata"]
    if task_type == "semantic-segmentation":
        # One painted pixel leaves no background to be named with another key.
        assert set(ours["internal-color-map"]) == {"0", "1"}
    printed = metadata | COMMON
    assert shape({key: ours[key] for key in printed}) == shape(printed)
    assert ours["type"] == printed["type"]
    assert set(ours) - set(printed) <= {"alternatives", "margin"}


def test_the_colors_of_workers_are_kept_in_the_color_map(run) -> None:
    answer = painted("p", colors=COLORS)
    payload = [
        {
            "datasetObjectId": "0",
            "annotations": [{"workerId": "w", "annotationData": {"content": json.dumps(answer)}}],
        }
    ]
    (entry,) = run("semantic-segmentation", json.dumps(payload), labels=["forklift", "pallet"])
    colors = entry["consolidatedAnnotation"]["content"]["Yard-Boxes-metadata"]["internal-color-map"]
    assert {key: each["hex-color"] for key, each in colors.items()} == {"0": "#ffffff", "2": COLORS["pallet"]}
