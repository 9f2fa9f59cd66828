"""YOLO: a text file an image, each line a class index and a box's centre and size as shares of the image's."""

import json
import re
from collections.abc import Callable, Iterator

from ground_truth.exports.dataset import Dataset
from ground_truth.exports.image_names import stem_of
from ground_truth.manifests.labels import Box, BoxesLabel

# YAML has no such characters; JSON lets them stand.
_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff]")


def yolo_files(dataset: Dataset, read_file: Callable[[str], bytes]) -> Iterator[tuple[str, bytes]]:
    """Yields data.yaml and labels/<image>.txt, empty for an image with nothing on it; images belong in images/.

    A class index is its position in the label category file, so that exports of one task go together.
    """
    names = "".join(f"  {index}: {_yaml(name)}\n" for index, name in enumerate(dataset.class_names))
    # No ``path``: with one, even ".", readers start from the folder they run in and not from that of data.yaml.
    lists = "train: images\nval: images\n"
    yield "data.yaml", f"{lists}names:\n{names}".encode() if names else f"{lists}names: {{}}\n".encode()
    for image in dataset.images:
        assert isinstance(image.label, BoxesLabel)
        lines = "".join(_line(box, image.label) for box in image.label.boxes)
        yield f"labels/{stem_of(image.name)}.txt", lines.encode()


def _line(box: Box, label: BoxesLabel) -> str:
    middle = ((box.left + box.width / 2) / label.width, (box.top + box.height / 2) / label.height)
    size = (box.width / label.width, box.height / label.height)
    return f"{box.class_id} {' '.join(f'{share:.8f}' for share in (*middle, *size))}\n"


def _yaml(text: str) -> str:
    """Text as YAML: as JSON has it, which YAML reads too."""
    return _UNPRINTABLE.sub(lambda character: f"\\u{ord(character[0]):04x}", json.dumps(text, ensure_ascii=False))
