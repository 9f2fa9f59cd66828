"""YOLO: a text file an image, with a line a box, and ``data.yaml`` (docs.ultralytics.com, "Object detection datasets").

Images belong into ``images/`` beside ``labels/``, under the names in ``images.csv``.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath

from ground_truth.exports.file_names import image_table
from ground_truth.exports.selection import Selected, boxes_of


def export(images: Iterable[Selected], classes: Sequence[str]) -> Mapping[str, str]:
    """Writes class index, centre, width and height of each box, as shares of the image's size.

    An image without boxes has an empty file, which says that nothing is on it.
    Raises ValueError for labels that are not boxes.
    """
    files = {}
    listed = list(images)
    for image in listed:
        label = boxes_of(image, "yolo")
        lines = (
            f"{box.class_id} {(box.left + box.width / 2) / label.width:.8f} "
            f"{(box.top + box.height / 2) / label.height:.8f} {box.width / label.width:.8f} "
            f"{box.height / label.height:.8f}\n"
            for box in label.boxes
        )
        files[f"labels/{PurePosixPath(image.unique_name).stem}.txt"] = "".join(lines)
    # JSON is YAML too, and needs no rules of its own for names with quotes or colons.
    names = "".join(f"  {index}: {json.dumps(name)}\n" for index, name in enumerate(classes))
    files["data.yaml"] = f"path: .\ntrain: images\nval: images\nnames:\n{names}"
    files["images.csv"] = image_table(listed)
    return files
