"""Pascal VOC: an XML file an image (host.robots.ox.ac.uk/pascal/VOC, development kit, section "Annotation").

Corners are pixels, both inside of the box, and the upper left pixel of the image is (1, 1).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from xml.etree import ElementTree

from ground_truth.exports.file_names import image_table
from ground_truth.exports.selection import Selected, boxes_of
from ground_truth.labels import Box

# What XML 1.0 has no way to write.
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def export(images: Iterable[Selected], classes: Sequence[str]) -> Mapping[str, str]:
    """Writes a file an image; the confidence has no place in it.

    Raises ValueError for labels that are not boxes.
    """
    listed = list(images)
    files = {f"Annotations/{PurePosixPath(image.unique_name).stem}.xml": _document(image) for image in listed}
    return files | {"images.csv": image_table(listed)}


def _document(image: Selected) -> str:
    label = boxes_of(image, "voc")
    root = ElementTree.Element("annotation")
    _add(root, folder="JPEGImages", filename=image.unique_name)
    _add(ElementTree.SubElement(root, "source"), database=image.uri)
    _add(ElementTree.SubElement(root, "size"), width=label.width, height=label.height, depth=3)
    _add(root, segmented=0)
    for box in label.boxes:
        found = ElementTree.SubElement(root, "object")
        _add(found, name=box.name, pose="Unspecified", truncated=0, difficult=0)
        _add(ElementTree.SubElement(found, "bndbox"), **_corners(box))
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode") + "\n"


def _corners(box: Box) -> dict[str, float]:
    right, bottom = box.left + box.width, box.top + box.height
    return {"xmin": box.left + 1, "ymin": box.top + 1, "xmax": right, "ymax": bottom}


def _add(parent: ElementTree.Element, **texts: object) -> None:
    for name, text in texts.items():
        ElementTree.SubElement(parent, name).text = _NO_XML.sub("\ufffd", str(text))
