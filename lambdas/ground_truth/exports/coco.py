"""COCO's ``instances.json``: one file with images, boxes and categories (cocodataset.org, "Data format")."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ground_truth.exports.selection import Selected, boxes_of


def export(images: Iterable[Selected], classes: Sequence[str]) -> Mapping[str, str]:
    """Writes the file; category ids count from 1, as class index plus one, and ``score`` is the confidence.

    Raises ValueError for labels that are not boxes.
    """
    described: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for image_id, image in enumerate(images, 1):
        label = boxes_of(image, "coco")
        size = {"width": label.width, "height": label.height}
        described.append({"id": image_id, "file_name": image.file_name, **size, "coco_url": image.uri})
        for box in label.boxes:
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": image_id,
                    "category_id": box.class_id + 1,
                    "bbox": [box.left, box.top, box.width, box.height],
                    "area": box.width * box.height,
                    "segmentation": [],
                    "iscrowd": 0,
                    **({} if box.confidence is None else {"score": box.confidence}),
                }
            )
    categories = [{"id": index + 1, "name": name, "supercategory": ""} for index, name in enumerate(classes)]
    content = {"info": {}, "licenses": [], "images": described, "annotations": annotations, "categories": categories}
    return {"instances.json": json.dumps(content, ensure_ascii=False, indent=1) + "\n"}
