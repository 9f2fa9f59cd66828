"""Whatever a template or a worker sends for one object, the others of its batch are labeled all the same."""

import base64
import io
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from ground_truth.answers.batch import read_batch
from ground_truth.consolidation.by_type import consolidator
from ground_truth.consolidation.by_type.outcome import Consolidated
from ground_truth.contract.errors import InputError
from ground_truth.contract.task_types import TASK_TYPES

LABELS = ["heron", "egret"]


def png() -> str:
    file = io.BytesIO()
    Image.fromarray(np.full((3, 4, 3), 7, np.uint8)).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


SIZE = {"width": 40, "height": 30}
GOOD: dict[str, Any] = {
    "image-classification": {"form": {"label": "heron"}},
    "multi-label-classification": {"form": {"labels": ["heron"]}},
    "bounding-box": {
        "form": {
            "boundingBoxes": [{"label": "heron", "left": 1, "top": 2, "width": 3, "height": 4}],
            "inputImageProperties": SIZE,
        }
    },
    "semantic-segmentation": {
        "form": {
            "labelMappings": {"heron": {"color": "#070707"}},
            "labeledImage": {"pngImageData": png()},
            "inputImageProperties": SIZE,
        }
    },
    "custom": {"form": {"any": 1}},
}
# What is verified or adjusted has answers like the type that it is made of.
LIKE = {"bounding-box-adjustment": "bounding-box", "semantic-segmentation-adjustment": "semantic-segmentation"}
KEYS = st.sampled_from(
    ["form", "label", "labels", "boundingBoxes", "left", "top", "width", "height", "inputImageProperties"]
    + ["labelMappings", "labeledImage", "pngImageData", "color", "heron", "workerComment", "initialValueModified"]
)
VALUES = st.sampled_from(["heron", "", "unicorn", "#070707", png(), "x" * 30])
SCALARS = st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats() | VALUES
ODD = st.recursive(SCALARS, lambda some: st.lists(some, max_size=3) | st.dictionaries(KEYS, some, max_size=4))


@st.composite
def spoiled(draw, good: dict) -> dict:
    """A good answer in which one value, wherever it is, became something else."""
    answer = json.loads(json.dumps(good))
    position = answer
    while True:
        key = draw(st.sampled_from(sorted(position) if isinstance(position, dict) else range(len(position))))
        if isinstance(position[key], (dict, list)) and position[key] and draw(st.booleans()):
            position = position[key]
            continue
        position[key] = draw(ODD)
        return answer


def entry(object_id: str, *answers: object) -> dict:
    return {
        "datasetObjectId": object_id,
        "annotations": [
            {"workerId": f"w{index}", "annotationData": {"content": answer}} for index, answer in enumerate(answers)
        ],
    }


@pytest.mark.parametrize("task_type", TASK_TYPES)
@settings(max_examples=60)
@given(data=st.data())
def test_one_bad_object_never_sinks_the_batch(task_type: str, data) -> None:
    good = GOOD.get(LIKE.get(task_type, task_type), GOOD["image-classification"])
    bad = data.draw(st.lists(spoiled(good) | ODD, min_size=1, max_size=3))
    entries = [entry("first", good, good), entry("bad", *bad), data.draw(ODD), entry("last", good)]
    result = consolidator(task_type)(
        read_batch(entries, lambda uri: uri), LABELS, history={}, write_file=lambda object_id, png: f"{object_id}.png"
    )
    for object_id in ("first", "last"):
        assert isinstance(result.outcomes[object_id], Consolidated)
    labels = [(value.label, value.details) for value in result.outcomes.values() if isinstance(value, Consolidated)]
    # What passes through untouched may hold what Python's JSON reads and no other does.
    json.dumps(labels, allow_nan=task_type == "custom")
    json.dumps(result.counts, allow_nan=False)
    assert all(worker.answers for worker in result.workers())
    result.confusions()


def test_an_unknown_task_type_is_refused_by_name() -> None:
    with pytest.raises(InputError, match="'task type' should be one of bounding-box, .*, got 'poetry'"):
        consolidator("poetry")
