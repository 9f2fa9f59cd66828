"""Output manifests of every type are read into labels with names, confidence and origin (contract section 7)."""

import io
import json
from datetime import UTC, datetime

import pytest

from ground_truth.contract.errors import ContractError, InputError
from ground_truth.contract.task_types import TASK_TYPES
from ground_truth.manifests.label_forms import FORMS
from ground_truth.manifests.labels import (
    AnyLabel,
    Box,
    BoxesLabel,
    ClassesLabel,
    ClassLabel,
    FileLabel,
    MaskClass,
    MaskLabel,
    TextSpan,
    TextSpansLabel,
)
from ground_truth.manifests.manifest_line import ManifestLine
from ground_truth.manifests.output import read_label, read_output_manifest

COMMON = {
    "job-name": "labeling-job/yard",
    "human-annotated": "yes",
    "creation-date": "2026-11-23T10:02:14.527256",
}


def line(label: object, type: str, *, attribute: str = "yard", **metadata: object) -> dict:
    details = {key.replace("_", "-"): value for key, value in metadata.items()}
    return {
        "source-ref": "s3://b/1.jpg",
        attribute: label,
        f"{attribute}-metadata": {**COMMON, "type": f"groundtruth/{type}", **details},
    }


CAR = {"class_id": 1, "left": 12, "top": 30, "width": 77, "height": 41}
SIZE = [{"width": 1280, "height": 720, "depth": 3}]
COLORS = {
    "0": {"class-name": "BACKGROUND", "hex-color": "#ffffff", "confidence": 0.8},
    "1": {"class-name": "road", "hex-color": "#2ca02c", "confidence": 0.8},
}
SPANS = {"annotations": {"labels": [], "entities": [{"label": "product", "startOffset": 4, "endOffset": 10}]}}

EXAMPLES = [
    (
        line(2, "image-classification", class_name="heron", confidence=0.95),
        ClassLabel(index=2, name="heron", confidence=0.95),
    ),
    (
        line("0", "text-classification", class_name="late", confidence=0),
        ClassLabel(index=0, name="late", confidence=0),
    ),
    (line("late", "text-classification"), ClassLabel(index=None, name="late")),
    (line(1, "video-classification", class_name="rain"), ClassLabel(index=1, name="rain")),
    (
        line(
            [1, 0],
            "image-classification-multilabel",
            class_map={"1": "bicycle", "0": "person"},
            confidence_map={"1": 0.95, "0": 0.2},
        ),
        ClassesLabel(
            classes=(
                ClassLabel(index=1, name="bicycle", confidence=0.95),
                ClassLabel(index=0, name="person", confidence=0.2),
            )
        ),
    ),
    (line([], "text-classification-multilabel", class_map={}, confidence_map={}), ClassesLabel(classes=())),
    (
        line(
            {"image_size": SIZE, "annotations": [CAR]},
            "object-detection",
            objects=[{"confidence": 0.8}],
            class_map={"1": "car"},
        ),
        BoxesLabel(
            width=1280,
            height=720,
            boxes=(Box(class_id=1, name="car", left=12, top=30, width=77, height=41, confidence=0.8),),
        ),
    ),
    (
        line({"image_size": SIZE, "annotations": []}, "object-detection", objects=[], class_map={}),
        BoxesLabel(width=1280, height=720, boxes=()),
    ),
    (
        line("s3://out/0.png", "semantic-segmentation", attribute="road-ref", internal_color_map=COLORS),
        MaskLabel(
            uri="s3://out/0.png",
            classes=(
                MaskClass(index=0, name="BACKGROUND", hex_color="#ffffff", confidence=0.8),
                MaskClass(index=1, name="road", hex_color="#2ca02c", confidence=0.8),
            ),
        ),
    ),
    (
        line(SPANS, "text-span", entities=[{"confidence": 0}]),
        TextSpansLabel(spans=(TextSpan(name="product", start=4, end=10, confidence=0),)),
    ),
    (
        line(
            1,
            "label-verification",
            class_name="bad",
            confidence=0.93,
            worker_feedback=[{"comment": "left edge too wide"}],
        ),
        ClassLabel(index=1, name="bad", confidence=0.93, comments=("left edge too wide",)),
    ),
    *(
        (
            line("s3://out/SeqLabel.json", form, class_map={"0": "car"}),
            FileLabel(uri="s3://out/SeqLabel.json", names={0: "car"}),
        )
        for form in (
            "video-object-detection",
            "video-object-tracking",
            "point_cloud_object_tracking",
            "point_cloud_single_frame_semantic_segmentation",
        )
    ),
    (
        {
            "source-ref": "s3://b/1",
            "cars": {"annotations": [{"class-id": 0}]},
            "cars-metadata": {**COMMON, "type": "groundtruth/point_cloud_object_detection", "class_map": {"0": "car"}},
        },
        AnyLabel(value={"annotations": [{"class-id": 0}]}, names={0: "car"}),
    ),
    (line({"mine": [1]}, "custom"), AnyLabel(value={"mine": [1]})),
    (line("anything", "of-the-future"), AnyLabel(value="anything")),
]


def attributes_of(content: dict) -> list[str]:
    return [record.attribute for record in ManifestLine(content).records]


def attribute_of(content: dict) -> str:
    (attribute,) = attributes_of(content)
    return attribute


@pytest.mark.parametrize(("content", "label"), EXAMPLES, ids=lambda value: type(value).__name__)
def test_each_form_of_label_is_read(content: dict, label: object) -> None:
    labeled = read_label(ManifestLine(content), attribute_of(content))
    assert labeled.label == label
    assert (labeled.job_name, labeled.human_annotated, labeled.failure_reason) == ("labeling-job/yard", True, None)
    assert labeled.created == datetime(2026, 11, 23, 10, 2, 14, 527256, tzinfo=UTC)
    assert labeled.source == content["source-ref"]


def test_every_form_has_an_example() -> None:
    read = {content[f"{attribute_of(content)}-metadata"]["type"] for content, _ in EXAMPLES}
    assert set(FORMS) <= read
    assert {task_type.record_type for task_type in TASK_TYPES.values()} <= set(FORMS)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-23T10:02:14.527256", datetime(2026, 11, 23, 10, 2, 14, 527256, tzinfo=UTC)),
        ("2026-11-23T10:02:14.123000", datetime(2026, 11, 23, 10, 2, 14, 123000, tzinfo=UTC)),
        ("2026-11-23T10:02:14+0000", datetime(2026, 11, 23, 10, 2, 14, tzinfo=UTC)),
    ],
)
def test_the_three_forms_of_creation_dates_are_read_as_utc(text: str, moment: datetime) -> None:
    assert read_label(ManifestLine(line(1, "custom", creation_date=text)), "yard").created == moment


def test_a_failed_object_has_a_reason_and_no_label() -> None:
    content = {"source-ref": "s3://b/1.jpg", "yard-metadata": {"failure-reason": "ClientError: expired"}}
    labeled = read_label(ManifestLine(content), "yard")
    assert (labeled.label, labeled.failure_reason, labeled.created) == (None, "ClientError: expired", None)
    assert attributes_of(content) == ["yard"]


def test_an_object_that_was_not_labeled_has_neither() -> None:
    labeled = read_label(ManifestLine({"source": "a text"}), "yard")
    assert (labeled.label, labeled.failure_reason, labeled.source) == (None, None, "a text")


def test_earlier_and_adjusted_labels_are_read_side_by_side() -> None:
    boxes = {"image_size": SIZE, "annotations": [CAR]}
    content = line(boxes, "object-detection", human_annotated="no") | line(
        boxes, "object-detection", attribute="adjusted", adjustment_status="unadjusted"
    )
    assert attributes_of(content) == ["yard", "adjusted"]
    earlier, adjusted = (read_label(ManifestLine(content), attribute) for attribute in attributes_of(content))
    assert (earlier.human_annotated, earlier.adjusted) == (False, None)
    assert (adjusted.human_annotated, adjusted.adjusted) == (True, False)


def test_metadata_of_a_sequence_is_no_label() -> None:
    assert attributes_of({"source-ref": "s3://b/1.json", "source-ref-metadata": {"frames": 3}}) == []


@pytest.mark.parametrize(
    ("label", "type", "metadata", "wrong"),
    [
        ({"x": 1}, "image-classification", {}, "'yard' should be the index or the name"),
        ("heron", "image-classification-multilabel", {}, "'yard' should be a list"),
        (["heron"], "image-classification-multilabel", {}, "'yard' should be a whole number"),
        ([], "object-detection", {}, "'yard' should be a JSON object"),
        ({"annotations": []}, "object-detection", {}, "'yard.image_size' should be a list"),
        ({"image_size": []}, "object-detection", {}, "'yard.image_size.width' should be a whole number"),
        ({"image_size": SIZE, "annotations": [1]}, "object-detection", {}, "'yard.annotations' should be"),
        ({"image_size": SIZE, "annotations": [{**CAR, "top": "1"}]}, "object-detection", {}, "'yard.annotations.top'"),
        (7, "semantic-segmentation", {}, "'yard' should be the address"),
        ("s3://b/1", "semantic-segmentation", {"internal_color_map": {"1": 1}}, "internal-color-map' should be"),
        ({}, "text-span", {}, "'yard.annotations' should be"),
        (1, "image-classification", {"confidence": "high"}, "'confidence' should be a number"),
        (1, "image-classification", {"creation_date": "yesterday"}, "'creation-date' should be like 2026"),
        (1, "label-verification", {"worker_feedback": "no"}, "worker-feedback' should be a list"),
    ],
)
def test_fails_for_a_label_that_is_not_as_its_type_demands(label, type: str, metadata: dict, wrong: str) -> None:
    with pytest.raises(ContractError, match=wrong):
        read_label(ManifestLine(line(label, type, **metadata)), "yard")


def test_a_manifest_is_read_line_by_line_and_fails_with_the_line() -> None:
    labels: list[object] = [1, "2", []]
    lines = [json.dumps(line(label, "image-classification")) for label in labels]
    read = read_output_manifest(io.BytesIO("\n".join(lines).encode()), "yard")
    assert [next(read).label, next(read).label] == [ClassLabel(index=1), ClassLabel(index=2)]
    with pytest.raises(InputError, match="^line 3: 'yard' should be"):
        next(read)
