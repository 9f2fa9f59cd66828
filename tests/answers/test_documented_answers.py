"""The documented example answer of every built-in type is understood (contract section 7.3)."""

import base64
import io
from typing import Any

import pytest
from PIL import Image

from ground_truth.answers.batch import AnnotatedObject, Answer
from ground_truth.consolidation.by_type import consolidator
from ground_truth.consolidation.by_type.outcome import Consolidated
from ground_truth.contract.task_types import TASK_TYPES, TaskType

SIZE = {"height": 720, "width": 1280}


def painted() -> str:
    picture = Image.new("RGBA", (4, 3), (0, 0, 0, 0))
    picture.putpixel((1, 1), (0x2C, 0xA0, 0x2C, 255))
    file = io.BytesIO()
    picture.save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


BOXES = {
    "boundingBox": {
        "boundingBoxes": [{"height": 41, "label": "pallet", "left": 12, "top": 30, "width": 77}],
        "inputImageProperties": SIZE,
    }
}
MASK = {
    "crowd-semantic-segmentation": {
        "inputImageProperties": SIZE,
        "labelMappings": {"road": {"color": "#2ca02c"}},
        "labeledImage": {"pngImageData": painted()},
    }
}


def modified(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: part | {"initialValueModified": True} for name, part in answer.items()}


VERDICT = {"crowd-image-classifier": {"label": "bad", "workerComment": "left edge too wide"}}
BOX = {"class_id": 1, "left": 12, "top": 30, "width": 77, "height": 41}

# By task type: labels, the answer, and what the record says of it.
EXAMPLES: dict[str, tuple[list[str], dict[str, Any], dict[str, Any]]] = {
    "image-classification": (
        ["owl", "heron"],
        {"crowd-image-classifier": {"label": "heron"}},
        {"label": 1, "class-name": "heron"},
    ),
    "multi-label-classification": (
        ["person", "bicycle"],
        {"crowd-image-classifier-multi-select": {"labels": ["bicycle", "person"]}},
        {"label": [0, 1], "class-map": {"0": "person", "1": "bicycle"}},
    ),
    "bounding-box": (["forklift", "pallet"], BOXES, {"boxes": [BOX], "class-map": {"1": "pallet"}}),
    "semantic-segmentation": (["road"], MASK, {"colors": ["#ffffff", "#2ca02c"]}),
    "bounding-box-verification": (
        ["good", "bad"],
        VERDICT,
        {"label": 1, "worker-feedback": [{"comment": "left edge too wide"}]},
    ),
    "semantic-segmentation-verification": (["good", "bad"], VERDICT, {"label": 1, "class-name": "bad"}),
    "bounding-box-adjustment": (
        ["forklift", "pallet"],
        modified(BOXES),
        {"boxes": [BOX], "adjustment-status": "adjusted"},
    ),
    "semantic-segmentation-adjustment": (["road"], MASK, {"adjustment-status": "unadjusted"}),
}


def consolidated(task_type: str, content: dict[str, Any], labels: list[str]) -> Consolidated:
    labeled = AnnotatedObject(dataset_object_id="0", answers=(Answer(worker_id="w", content=content),))
    result = consolidator(task_type)([("0", labeled)], labels, history={}, write_file=lambda *_: "s3://out/0.png")
    outcome = result.outcomes["0"]
    assert isinstance(outcome, Consolidated), outcome
    return outcome


@pytest.mark.parametrize(
    "task_type", [known for known in TASK_TYPES.values() if known.element], ids=lambda task_type: task_type.key
)
def test_the_documented_answer_is_consolidated(task_type: TaskType) -> None:
    labels, content, expected = EXAMPLES[task_type.key]
    name, *_ = content
    assert name == task_type.answer_field
    result = consolidated(task_type.key, content, labels)
    label, details = result.label, result.details
    items = {"label": label, **details}
    if isinstance(label, dict):
        items["boxes"] = label["annotations"]
    if "internal-color-map" in details:
        items["colors"] = [entry["hex-color"] for entry in details["internal-color-map"].values()]
    assert {key: items[key] for key in expected} == expected


def test_a_verdict_without_a_comment_has_no_feedback() -> None:
    content = {"crowd-image-classifier": {"label": "good"}}
    assert "worker-feedback" not in consolidated("bounding-box-verification", content, ["good", "bad"]).details


def test_every_type_has_a_consolidation() -> None:
    assert all(map(consolidator, TASK_TYPES))
