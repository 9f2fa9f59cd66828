"""Label Studio: tasks to import, with boxes in percent of the image, and the labeling interface to import them into.

Labels of people become annotations, those of a model predictions. Images stay where they are, at s3:// addresses:
add the bucket as a source storage, which signs them.
"""

import json
from collections.abc import Callable, Iterator
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from ground_truth.contract.json_types import Json, JsonObject
from ground_truth.exports.dataset import Dataset, ExportedImage, plain
from ground_truth.manifests.labels import Box, BoxesLabel, ClassesLabel, ClassLabel

_NAMES: JsonObject = {"from_name": "label", "to_name": "image"}


def label_studio_files(dataset: Dataset, read_file: Callable[[str], bytes]) -> Iterator[tuple[str, bytes]]:
    """Yields tasks.json and label_config.xml."""
    tasks = [_task(image, dataset) for image in dataset.images]
    yield "tasks.json", json.dumps(tasks, allow_nan=False).encode()
    yield "label_config.xml", _interface(dataset)


def _task(image: ExportedImage, dataset: Dataset) -> JsonObject:
    result = _result(image, dataset)
    data: JsonObject = {"image": image.uri}
    if not image.by_model:
        return {"data": data, "annotations": [{"result": result}]}
    return {"data": data, "predictions": [{"model_version": image.job_name, "result": result}]}


def _result(image: ExportedImage, dataset: Dataset) -> list[Json]:
    label = image.label
    if isinstance(label, BoxesLabel):
        return [_rectangle(number, box, label, dataset) for number, box in enumerate(label.boxes, 1)]
    assert isinstance(label, ClassLabel | ClassesLabel)
    chosen = label.classes if isinstance(label, ClassesLabel) else (label,)
    names: list[Json] = [_name(label_class, dataset) for label_class in chosen]
    return [{**_NAMES, "type": "choices", "value": {"choices": names}}] if names else []


def _rectangle(number: int, box: Box, label: BoxesLabel, dataset: Dataset) -> JsonObject:
    value: JsonObject = {
        "x": 100 * box.left / label.width,
        "y": 100 * box.top / label.height,
        "width": 100 * box.width / label.width,
        "height": 100 * box.height / label.height,
        "rotation": 0,
        "rectanglelabels": [dataset.class_name(box.class_id)],
    }
    size: JsonObject = {"original_width": label.width, "original_height": label.height, "image_rotation": 0}
    score: JsonObject = {} if box.confidence is None else {"score": box.confidence}
    return _NAMES | {"id": str(number), "type": "rectanglelabels"} | size | {"value": value} | score


def _name(label: ClassLabel, dataset: Dataset) -> str:
    return plain(label.name) if label.index is None else dataset.class_name(label.index)


def _interface(dataset: Dataset) -> bytes:
    """Which labels there are to choose from, boxes or choices."""
    view = Element("View")
    SubElement(view, "Image", name="image", value="$image")
    forms = {type(image.label) for image in dataset.images}
    title, entry = ("RectangleLabels", "Label") if BoxesLabel in forms else ("Choices", "Choice")
    chooser = SubElement(view, title, name="label", toName="image")
    if ClassesLabel in forms:
        chooser.set("choice", "multiple")
    # Some classifications tell a name and no index.
    unnumbered = {
        plain(image.label.name): None
        for image in dataset.images
        if isinstance(image.label, ClassLabel) and image.label.index is None
    }
    for name in (*dataset.class_names, *unnumbered):
        SubElement(chooser, entry, value=name)
    indent(view)
    content: bytes = tostring(view, encoding="utf-8")
    return content
