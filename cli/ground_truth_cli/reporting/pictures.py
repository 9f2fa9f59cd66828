"""Pictures of a report: an object with what every worker said of it, small enough to lie in the page."""

import base64
import io
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from botocore.exceptions import BotoCoreError
from PIL import Image, ImageDraw, ImageFont

from ground_truth.annotations import Answer
from ground_truth.s3 import Files

_WIDTH, _HEIGHT = 640, 480
_QUALITY = 72
# Told apart by colour-blind people too (Okabe and Ito); each box says whose it is besides.
_COLORS = ("#0072b2", "#e69f00", "#009e73", "#d55e00", "#cc79a7", "#56b4e9", "#f0e442")
_MOST_TEXT = 40


class Drawn(NamedTuple):
    """A picture as data URI, and whether the photo itself is on it."""

    uri: str
    has_photo: bool


class Photos:
    """Finds photos: in ``folder`` by their file name, else where the manifest says."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._without_aws = False

    def open(self, source: str) -> Image.Image | None:
        """The photo, shrunk where its format can; None if it cannot be had or is none."""
        try:
            content = self._read(source)
            if content is None:
                return None
            photo = Image.open(io.BytesIO(content))
            size = photo.size
            photo.draft("RGB", (_WIDTH, _HEIGHT))
            shown = photo.convert("RGB")
        except Exception:
            # Whatever a decoder or AWS says: the report is of the labels, and shows them without the photo.
            return None
        shown.info["stored"] = size
        return shown

    def _read(self, source: str) -> bytes | None:
        if self._folder:
            path = self._folder / PurePosixPath(source).name
            return path.read_bytes() if path.is_file() else None
        if self._without_aws or not source.startswith("s3://"):
            return None
        try:
            return Files().read(source)
        except BotoCoreError:
            # No credentials or no network: looking for them takes seconds, and would for each photo.
            self._without_aws = True
            raise


def drawn(photo: Image.Image | None, answers: Sequence[Answer], numbers: Mapping[str, int]) -> Drawn:
    """Draws every worker's boxes on the photo, or on grey where there is none; ``numbers`` tell workers apart."""
    size = _size(photo, answers)
    scale = min(_WIDTH / size[0], _HEIGHT / size[1])
    shape = (max(1, round(size[0] * scale)), max(1, round(size[1] * scale)))
    picture = photo.resize(shape) if photo else Image.new("RGB", shape, "#8b949e")
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(size=13)
    for answer in answers:
        number = numbers[answer.worker_id]
        color = _COLORS[number % len(_COLORS)]
        for box in _boxes(answer):
            left, top = box["left"] * scale, box["top"] * scale
            right, bottom = left + box["width"] * scale, top + box["height"] * scale
            draw.rectangle((left, top, max(left, right), max(top, bottom)), outline=color, width=3)
            # Each worker's text on a line of its own, so that equal boxes stay readable.
            at = (left + 4, top + 2 + 15 * (number % len(_COLORS)))
            draw.text(at, _label(number, box), fill="white", font=font, stroke_width=2, stroke_fill="black")
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=_QUALITY)
    return Drawn("data:image/jpeg;base64," + base64.b64encode(file.getvalue()).decode(), photo is not None)


def said(answer: Answer) -> str:
    """A worker's answer in a few words."""
    boxes = list(_boxes(answer))
    if boxes:
        return ", ".join(sorted({str(box["label"]) for box in boxes}))
    parts = [part for part in answer.content.values() if isinstance(part, Mapping)]
    labels = [part["label"] for part in parts if isinstance(part.get("label"), str)]
    labels += [name for part in parts if isinstance(part.get("labels"), list) for name in part["labels"]]
    labels += [
        name for part in parts if isinstance(part.get("labelMappings"), Mapping) for name in part["labelMappings"]
    ]
    return ", ".join(map(str, labels)) or "nothing"


def _label(number: int, box: Mapping[str, Any]) -> str:
    # Pillow draws no character that is a line break or has no glyph; what is shown is for orientation only.
    text = "".join(char for char in str(box["label"])[:_MOST_TEXT] if char.isprintable())
    return f"{number + 1}: {text}"


def _size(photo: Image.Image | None, answers: Sequence[Answer]) -> tuple[int, int]:
    if photo:
        stored: tuple[int, int] = photo.info["stored"]
        return stored
    for answer in answers:
        for part in answer.content.values():
            size = part.get("inputImageProperties") if isinstance(part, Mapping) else None
            if isinstance(size, Mapping) and _is_positive(size.get("width")) and _is_positive(size.get("height")):
                return int(size["width"]), int(size["height"])
    return _WIDTH, _HEIGHT


def _boxes(answer: Answer) -> list[Mapping[str, Any]]:
    """The boxes of an answer that can be drawn: answers are whatever a template sent."""
    parts = [part for part in answer.content.values() if isinstance(part, Mapping)]
    boxes = [box for part in parts if isinstance(part.get("boundingBoxes"), list) for box in part["boundingBoxes"]]
    sides = ("left", "top", "width", "height")
    return [
        box
        for box in boxes
        if isinstance(box, Mapping) and "label" in box and all(_is_length(box.get(side)) for side in sides)
    ]


def _is_length(value: object) -> bool:
    return isinstance(value, int | float) and 0 <= value < 1_000_000


def _is_positive(value: object) -> bool:
    return _is_length(value) and value != 0
