"""Labeled manifest lines of every form, to be exported."""

import io
from typing import Any

import numpy as np
from PIL import Image

from ground_truth.manifests.lines import format_line
from ground_truth.manifests.manifest_line import ManifestLine
from ground_truth.manifests.output import LabeledObject, read_output_manifest

ATTRIBUTE = "street"
CLASSES = ["car", "bike path", "tree"]


def boxes_line(
    uri: str, boxes: list[tuple[int, float, float, float, float]], size: tuple[int, int] = (640, 480), **extra: Any
) -> dict[str, Any]:
    """A line with boxes, each as class index, left, top, width, height."""
    names = extra.pop("names", CLASSES)
    confidences = extra.pop("confidences", [0.9] * len(boxes))
    sides = ("class_id", "left", "top", "width", "height")
    return _line(
        uri,
        {
            "image_size": [{"width": size[0], "height": size[1], "depth": 3}],
            "annotations": [dict(zip(sides, box, strict=True)) for box in boxes],
        },
        "object-detection",
        objects=[{"confidence": confidence} for confidence in confidences],
        **{"class-map": {str(box[0]): names[box[0]] for box in boxes}} | extra,
    )


def class_line(uri: str, index: int, confidence: float = 0.9) -> dict[str, Any]:
    return _line(uri, index, "image-classification", **{"class-name": CLASSES[index], "confidence": confidence})


def classes_line(uri: str, chosen: dict[int, float]) -> dict[str, Any]:
    return _line(
        uri,
        list(chosen),
        "image-classification-multilabel",
        **{
            "class-map": {str(index): CLASSES[index] for index in chosen},
            "confidence-map": {str(index): value for index, value in chosen.items()},
        },
    )


def mask_line(uri: str, address: str, indexes: list[int], confidence: float = 0.8) -> dict[str, Any]:
    named = {0: "BACKGROUND"} | {index: CLASSES[index - 1] for index in indexes}
    colors = {
        str(index): {"class-name": name, "hex-color": f"#00000{index}", "confidence": confidence}
        for index, name in named.items()
    }
    return _line(uri, address, "semantic-segmentation", **{"internal-color-map": colors})


def failed_line(uri: str, reason: str = "ClientError: no such image") -> dict[str, Any]:
    return {"source-ref": uri, f"{ATTRIBUTE}-metadata": {"failure-reason": reason, "job-name": "labeling-job/street"}}


def mask_png(mask: np.ndarray) -> bytes:
    image = Image.fromarray(mask)
    image.putpalette(bytes(range(256)) * 3)
    content = io.BytesIO()
    image.save(content, "PNG")
    return content.getvalue()


def objects(*lines: dict[str, Any]) -> list[LabeledObject]:
    return list(read_output_manifest(map(format_line, map(ManifestLine, lines)), ATTRIBUTE))


def _line(uri: str, label: Any, kind: str, **metadata: Any) -> dict[str, Any]:
    common = {"type": f"groundtruth/{kind}", "job-name": "labeling-job/street", "human-annotated": "yes"}
    return {"source-ref": uri, ATTRIBUTE: label, f"{ATTRIBUTE}-metadata": common | metadata}
