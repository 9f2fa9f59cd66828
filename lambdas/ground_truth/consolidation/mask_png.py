"""Reads workers' mask PNGs and writes indexed ones, within limits on their size."""

import base64
import io
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ground_truth.contract.errors import InputError

MOST_MASK_PIXELS = 80_000_000
"""Larger images are refused before they are decompressed: a few kilobytes can hold gigapixels."""

BACKGROUND_COLOR = "#ffffff"


def read_worker_mask(png: str | bytes, colors: Mapping[str, str], labels: Sequence[str]) -> NDArray[np.uint8]:
    """Class index of each pixel, shape (height, width): 0 is background, else 1 + index in labels.

    ``png`` is PNG bytes or their base64 text; ``colors`` maps the label names of ``labels`` to the
    worker's hex colours. Pixels of any other colour, or fully transparent, are background.
    Raises InputError for what is no PNG, is too large or has a broken colour.
    """
    image = _open(png)
    pixels = np.asarray(image.convert("RGBA")).astype(np.int64)
    code = pixels[..., 0] << 16 | pixels[..., 1] << 8 | pixels[..., 2]
    code[pixels[..., 3] == 0] = -1
    mask = np.zeros(code.shape, np.uint8)
    for index, label in enumerate(labels):
        if label in colors:
            mask[code == color_code(colors[label])] = index + 1
    return mask


def write_mask(mask: NDArray[np.uint8], colors: Mapping[int, str]) -> bytes:
    """8-bit indexed PNG of a mask, colours by class index (contract section 7.3)."""
    image = Image.fromarray(mask)
    palette = np.zeros((max(colors, default=0) + 1, 3), np.uint8)
    for index, color in colors.items():
        code = color_code(color)
        palette[index] = code >> 16, code >> 8 & 255, code & 255
    image.putpalette(palette.tobytes())
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()


def color_code(color: str) -> int:
    """Number of a hex colour such as #2ca02c. Raises InputError for anything else."""
    digits = color.removeprefix("#")
    try:
        code = int(digits, 16)
    except ValueError:
        code = -1
    if len(digits) != 6 or code < 0:
        raise InputError(f"a colour should look like '#2ca02c', got {color!r}: use six hex digits")
    return code


def _open(png: str | bytes) -> Image.Image:
    try:
        data = base64.b64decode(png.split(",")[-1]) if isinstance(png, str) else png
        image = Image.open(io.BytesIO(data), formats=["PNG"])
        if image.width * image.height <= MOST_MASK_PIXELS:
            image.load()
            return image
    except (ValueError, OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise InputError(f"a mask should be a PNG, got {png[:20]!r}...: {error}") from error
    raise InputError(
        f"a mask should have at most {MOST_MASK_PIXELS} pixels, got {image.width} x {image.height}: "
        "scale the image down before labeling"
    )
