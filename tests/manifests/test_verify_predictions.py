"""What a model found reaches people's screens: predictions, manifest line, pre-annotation hook, page."""

import json
from datetime import UTC, datetime

import pytest

from ground_truth.manifests.predictions import chained_lines, read_predictions
from ground_truth.tasks.input import task_input
from ground_truth.tasks.reviews import EarlierLabels, LabelAdjustment, LabelVerification
from ground_truth.templates.generate import generate_template
from ground_truth.templates.liquid import render
from tests.templates.test_generate import Elements

DATASET = {
    "images": [{"id": 7, "file_name": "1.jpg", "width": 100, "height": 50}],
    "categories": [{"id": 18, "name": 'the "big" dog'}, {"id": 3, "name": "car"}],
    "annotations": [{"image_id": 7, "category_id": 3, "bbox": [10, 5, 20, 10], "score": 0.9}],
}
PREDICTIONS = read_predictions(DATASET)
FOUND = EarlierLabels(type="bounding-box", label_attribute_name="model", labels=PREDICTIONS.labels)
BOX = {"label": "car", "left": 10, "top": 5, "width": 20, "height": 10}


@pytest.mark.parametrize(
    ("task", "attribute", "shown"),
    [
        (
            LabelVerification("check", of=FOUND, labels=["good", "bad"]),
            "overlay",
            {"boundingBox": {"labels": ["car"], "value": [BOX]}},
        ),
        (LabelAdjustment("fix", of=FOUND), "initial-value", [BOX]),
    ],
    ids=["verification", "adjustment"],
)
def test_people_see_what_the_model_found(task, attribute: str, shown) -> None:
    moment = datetime(2026, 11, 24, tzinfo=UTC)
    (line,) = chained_lines(PREDICTIONS, images_uri="s3://images", label_attribute="model", moment=moment)
    options = task_input(line.content, labels=task.labels, instruction_media=None)
    page = render(generate_template(task), options, lambda uri: f"https://signed/{uri}")
    assert json.loads(Elements(page).attributes[task.type.element][attribute]) == shown
