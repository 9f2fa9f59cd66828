"""Label Studio: tasks with annotations to import, and the interface they need (labelstud.io, "Import pre-annotations").

Places are in percent of the image's size. Images stay where they are, so that Label Studio needs the bucket as a
source storage.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import quoteattr

from ground_truth.exports.selection import Selected
from ground_truth.labels import Box, BoxesLabel, ClassesLabel

_IMAGE = "image"
_LABEL = "label"


def export(images: Iterable[Selected], classes: Sequence[str]) -> Mapping[str, str]:
    """Writes ``tasks.json`` and ``interface.xml``; the confidence of a box is its ``score``."""
    listed = list(images)
    tasks = [{"data": {_IMAGE: image.uri}, "annotations": [{"result": _results(image)}]} for image in listed]
    return {
        "tasks.json": json.dumps(tasks, ensure_ascii=False, indent=1) + "\n",
        "interface.xml": _interface(listed, classes),
    }


def _results(image: Selected) -> list[dict[str, Any]]:
    label = image.label
    if isinstance(label, BoxesLabel):
        return [_rectangle(f"box-{number}", box, label) for number, box in enumerate(label.boxes, 1)]
    parts = label.classes if isinstance(label, ClassesLabel) else (label,)
    choices = {"choices": [part.name or f"class {part.index}" for part in parts]}
    return [{"id": "choice", "type": "choices", "from_name": _LABEL, "to_name": _IMAGE, "value": choices}]


def _rectangle(result_id: str, box: Box, label: BoxesLabel) -> dict[str, Any]:
    value = {
        "x": 100 * box.left / label.width,
        "y": 100 * box.top / label.height,
        "width": 100 * box.width / label.width,
        "height": 100 * box.height / label.height,
        "rotation": 0,
        "rectanglelabels": [box.name],
    }
    return {
        "id": result_id,
        "type": "rectanglelabels",
        "from_name": _LABEL,
        "to_name": _IMAGE,
        "original_width": label.width,
        "original_height": label.height,
        "image_rotation": 0,
        "value": value,
        **({} if box.confidence is None else {"score": box.confidence}),
    }


def _interface(images: Sequence[Selected], classes: Sequence[str]) -> str:
    kinds = {type(image.label) for image in images}
    if BoxesLabel in kinds:
        opening, entry, closing = f'<RectangleLabels name="{_LABEL}" toName="{_IMAGE}">', "Label", "</RectangleLabels>"
    else:
        choice = "multiple" if ClassesLabel in kinds else "single"
        opening, entry = f'<Choices name="{_LABEL}" toName="{_IMAGE}" choice="{choice}">', "Choice"
        closing = "</Choices>"
    entries = "".join(f"    <{entry} value={quoteattr(name)}/>\n" for name in classes)
    return f'<View>\n  <Image name="{_IMAGE}" value="${_IMAGE}"/>\n  {opening}\n{entries}  {closing}\n</View>\n'
