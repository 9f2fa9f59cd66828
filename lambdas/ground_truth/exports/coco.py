"""COCO: one JSON file with all images; boxes in pixels from 0, masks as compressed run lengths."""

import json
from collections.abc import Callable, Iterator

from ground_truth.contract.json_types import JsonObject
from ground_truth.exports.dataset import Dataset, ExportedImage
from ground_truth.manifests.labels import Box, BoxesLabel, MaskLabel


def coco_files(dataset: Dataset, read_file: Callable[[str], bytes]) -> Iterator[tuple[str, bytes]]:
    """Yields annotations.json. A category's id is its class index plus one: COCO counts from one."""
    images: list[JsonObject] = []
    annotations: list[JsonObject] = []
    for number, image in enumerate(dataset.images, 1):
        width, height, parts = _annotations(image, read_file)
        images.append({"id": number, "file_name": image.name, "width": width, "height": height, "coco_url": image.uri})
        for part in parts:
            annotations.append({"id": len(annotations) + 1, "image_id": number, **part, "iscrowd": 0})
    categories = [
        {"id": index + 1, "name": name, "supercategory": ""} for index, name in enumerate(dataset.class_names)
    ]
    content = {"images": images, "annotations": annotations, "categories": categories}
    # ASCII, for whatever the labels hold.
    yield "annotations.json", json.dumps(content, allow_nan=False).encode()


def _annotations(image: ExportedImage, read_file: Callable[[str], bytes]) -> tuple[int, int, list[JsonObject]]:
    """The image's width, height and annotations."""
    label = image.label
    if isinstance(label, BoxesLabel):
        return label.width, label.height, [_box(box) for box in label.boxes]
    assert isinstance(label, MaskLabel)
    # Loads numpy and Pillow, which boxes do not need.
    from ground_truth.exports.masks import read_indexed, run_lengths

    mask = read_indexed(read_file(label.uri))
    parts: list[JsonObject] = []
    for entry in label.classes:
        counts = run_lengths(mask == entry.index) if entry.index else None
        if counts is not None and counts.area:
            annotation: JsonObject = {
                "category_id": entry.index,
                "bbox": list(counts.bbox),
                "area": counts.area,
                "segmentation": {"size": list(mask.shape), "counts": counts.text},
            }
            parts.append(annotation | _confidence(entry.confidence))
    return mask.shape[1], mask.shape[0], parts


def _box(box: Box) -> JsonObject:
    left, top, right, bottom = box.left, box.top, box.left + box.width, box.top + box.height
    annotation: JsonObject = {
        "category_id": box.class_id + 1,
        "bbox": [box.left, box.top, box.width, box.height],
        "area": box.width * box.height,
        # Readers that want an outline get the box's.
        "segmentation": [[left, top, right, top, right, bottom, left, bottom]],
    }
    return annotation | _confidence(box.confidence)


def _confidence(confidence: float | None) -> JsonObject:
    """Not COCO's, but readers pass over what they do not know."""
    return {} if confidence is None else {"confidence": confidence}
