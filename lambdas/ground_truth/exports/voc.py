"""Pascal VOC: an XML file an image with boxes in whole pixels, or the mask as it is.

Pixels are counted from one and the last one is in the box: a box of 10 pixels at the left edge goes from 1 to 10.
"""

from collections.abc import Callable, Iterator
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from ground_truth.exports.dataset import Dataset, ExportedImage, plain
from ground_truth.exports.image_names import stem_of
from ground_truth.manifests.labels import Box, BoxesLabel, MaskLabel

_DEPTH = 3


def voc_files(dataset: Dataset, read_file: Callable[[str], bytes]) -> Iterator[tuple[str, bytes]]:
    """Yields Annotations/<image>.xml or SegmentationClass/<image>.png, and labels.txt: the classes, one a line.

    The pixel values of a mask are the line numbers in labels.txt, 0 is the background.
    """
    names = "".join(f"{' '.join(name.split())}\n" for name in dataset.class_names)
    yield "labels.txt", names.encode()
    for image in dataset.images:
        stem = stem_of(image.name)
        if isinstance(image.label, MaskLabel):
            yield f"SegmentationClass/{stem}.png", _checked(read_file(image.label.uri))
        else:
            yield f"Annotations/{stem}.xml", _annotation(image, dataset)


def _annotation(image: ExportedImage, dataset: Dataset) -> bytes:
    assert isinstance(image.label, BoxesLabel)
    root = Element("annotation")
    _texts(root, folder="JPEGImages", filename=image.name)
    _texts(SubElement(root, "source"), image=plain(image.uri))
    _texts(SubElement(root, "size"), width=image.label.width, height=image.label.height, depth=_DEPTH)
    _texts(root, segmented=0)
    for box in image.label.boxes:
        entry = SubElement(root, "object")
        _texts(entry, name=dataset.class_name(box.class_id), pose="Unspecified", truncated=0, difficult=0)
        _texts(SubElement(entry, "bndbox"), **_edges(box, image.label))
    indent(root)
    content: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return content


def _checked(mask: bytes) -> bytes:
    # Loads numpy and Pillow, which boxes do not need.
    from ground_truth.exports.masks import read_indexed

    read_indexed(mask)
    return mask


def _edges(box: Box, label: BoxesLabel) -> dict[str, int]:
    # A box narrower than a pixel is that pixel.
    left, top = min(round(box.left), label.width - 1), min(round(box.top), label.height - 1)
    right, bottom = max(round(box.left + box.width), left + 1), max(round(box.top + box.height), top + 1)
    return {"xmin": left + 1, "ymin": top + 1, "xmax": right, "ymax": bottom}


def _texts(parent: Element, **values: str | int) -> None:
    for name, value in values.items():
        SubElement(parent, name).text = str(value)
