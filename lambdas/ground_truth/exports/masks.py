"""Consolidated masks: read from their indexed PNG, and written as COCO's compressed run lengths."""

import io
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ground_truth.consolidation.mask_png import MOST_MASK_PIXELS
from ground_truth.contract.errors import InputError


class RunLengths(NamedTuple):
    """A region: COCO's text for it, its pixels, and its bounding box as left, top, width, height."""

    text: str
    area: int
    bbox: tuple[int, int, int, int]


def read_indexed(png: bytes) -> NDArray[np.uint8]:
    """The class of each pixel, shape (height, width).

    Raises InputError for what is no indexed or grey PNG of eight bits.
    """
    try:
        with Image.open(io.BytesIO(png), formats=["PNG"]) as image:
            if image.mode in ("P", "L") and image.width * image.height <= MOST_MASK_PIXELS:
                return np.asarray(image, dtype=np.uint8)
            finding = f"a PNG of mode {image.mode}, {image.width} x {image.height}"
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        finding = f"{png[:20]!r}...: {error}"
    raise InputError(
        f"a mask should be an indexed PNG of at most {MOST_MASK_PIXELS:,} pixels, got {finding}: "
        "take the consolidated mask, not a worker's"
    )


def run_lengths(region: NDArray[np.bool_]) -> RunLengths:
    """The region's run lengths, column by column, as COCO's tools compress them."""
    columns = region.ravel(order="F")
    changes = np.flatnonzero(np.diff(columns)) + 1
    edges = np.concatenate(([0], changes, [columns.size]))
    runs = np.diff(edges).tolist()
    if columns.size and columns[0]:
        # The first run is of what is not in the region.
        runs.insert(0, 0)
    rows, places = np.flatnonzero(region.any(axis=1)), np.flatnonzero(region.any(axis=0))
    if not rows.size:
        return RunLengths(_compressed(runs), 0, (0, 0, 0, 0))
    left, top = int(places[0]), int(rows[0])
    box = (left, top, int(places[-1]) - left + 1, int(rows[-1]) - top + 1)
    return RunLengths(_compressed(runs), int(np.count_nonzero(region)), box)


def _compressed(runs: list[int]) -> str:
    """Six bits a character, little end first; from the fourth run on the difference to the run two before."""
    text = []
    for place, run in enumerate(runs):
        value = run - runs[place - 2] if place > 2 else run
        goes_on = True
        while goes_on:
            bits = value & 0x1F
            value >>= 5
            goes_on = value != (-1 if bits & 0x10 else 0)
            text.append(chr((bits | 0x20 if goes_on else bits) + 48))
    return "".join(text)
