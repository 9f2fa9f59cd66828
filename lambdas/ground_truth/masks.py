"""Masks: workers' painted PNGs in, one palette PNG out (contract section 7.3, SemanticSegmentation)."""

import base64
import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ground_truth.annotations import AnnotatedObject, Answer, ObjectError, answer_field

PIXELS_AT_MOST = 100_000_000

Mask = NDArray[np.uint8]


def majority(labeled: AnnotatedObject, labels: Sequence[str]) -> tuple[bytes, dict[int, tuple[str, str]], float]:
    """Each pixel's label by majority; the lower class where several are level, background lowest.

    Returns the palette PNG, (label, hex colour) of each pixel value in it, and the confidence: the mean share
    of workers behind the pixels that are not background (0 with one worker).
    Raises ObjectError where masks are unreadable or of different sizes.
    """
    colors: dict[int, tuple[str, str]] = {}
    masks = [_decode(answer, labels, colors) for answer in labeled.answers]
    if len({mask.shape for mask in masks}) > 1:
        raise ObjectError(f"the masks differ in size: {sorted({mask.shape for mask in masks})}")
    chosen, most = np.zeros_like(masks[0]), np.zeros_like(masks[0])
    # One class at a time, as the votes of all classes together would not fit into a function's memory.
    for value in range(len(labels) + 1):
        votes = np.sum([mask == value for mask in masks], axis=0, dtype=np.uint8)
        chosen[votes > most] = value
        np.maximum(most, votes, out=most)
    painted = chosen > 0
    share = float(most[painted].mean() / len(masks)) if painted.any() and len(masks) > 1 else 0.0
    used = {int(value): colors[int(value)] for value in np.unique(chosen) if value}
    return _encode(chosen, used), used, round(share, 5)


def _decode(answer: Answer, labels: Sequence[str], colors: dict[int, tuple[str, str]]) -> Mask:
    """Turns one worker's painted picture into pixel values (1 + class index); notes the colours met."""
    part = answer_field(answer.content, "labeledImage")
    try:
        with Image.open(io.BytesIO(base64.b64decode(part["labeledImage"]["pngImageData"]))) as picture:
            if picture.width * picture.height > PIXELS_AT_MOST:
                raise ObjectError(f"the mask of worker {answer.worker_id} has more than {PIXELS_AT_MOST} pixels")
            pixels = np.asarray(picture.convert("RGBA"))
        mappings: Mapping[str, Any] = part["labelMappings"]
        mask: Mask = np.zeros(pixels.shape[:2], np.uint8)
        for label, mapping in mappings.items():
            value = _value(label, labels)
            red, green, blue = bytes.fromhex(mapping["color"].removeprefix("#"))
            colors.setdefault(value, (label, mapping["color"]))
            mask[(pixels[..., :3] == (red, green, blue)).all(axis=-1) & (pixels[..., 3] > 0)] = value
    except (KeyError, TypeError, ValueError, AttributeError, OSError, Image.DecompressionBombError) as error:
        if isinstance(error, ObjectError):
            raise
        raise ObjectError(f"the mask of worker {answer.worker_id} is not readable: {error}") from error
    return mask


def _value(label: str, labels: Sequence[str]) -> int:
    if label not in labels:
        raise ObjectError(f"a worker painted the unknown label {label!r}; the task has {list(labels)}")
    return labels.index(label) + 1


def _encode(mask: Mask, classes: Mapping[int, tuple[str, str]]) -> bytes:
    picture = Image.fromarray(mask, mode="P")
    palette = bytearray(b"\xff" * 768)
    for value, (_, color) in classes.items():
        palette[3 * value : 3 * value + 3] = bytes.fromhex(color.removeprefix("#"))
    picture.putpalette(bytes(palette))
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()
