"""Faces and plates made unrecognizable: boxes in, blurred pixels out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PIL import Image, ImageFilter

# Detectors cut close; what is around a face tells who it is, too.
_MARGIN = 0.15
# So few blocks along the longer side that nothing can be computed back from them.
_BLOCKS = 6


@dataclass(frozen=True, kw_only=True)
class PictureRegion:
    """A part of a picture, in shares of its width and height, counted from the upper left corner."""

    left: float
    top: float
    width: float
    height: float


# Finds what is to be made unrecognizable in an upright picture. It may miss some: people must be told so.
Detector = Callable[[Image.Image], Sequence[PictureRegion]]


def redacted(image: Image.Image, boxes: Sequence[PictureRegion]) -> Image.Image:
    """A copy in which the boxes, and a margin of 15 percent around them, are coarse blurred blocks.

    The blocks are averages, so the original pixels are gone from the file. Parts of a box outside the picture
    are ignored.
    """
    result = image.copy()
    for box in boxes:
        frame = _frame(box, image.width, image.height)
        width, height = frame[2] - frame[0], frame[3] - frame[1]
        if width <= 0 or height <= 0:
            continue
        part = result.crop(frame)
        scale = _BLOCKS / max(width, height)
        coarse = part.resize((max(1, round(width * scale)), max(1, round(height * scale))), Image.Resampling.BOX)
        smooth = coarse.resize(part.size, Image.Resampling.BILINEAR)
        if smooth.mode in ("L", "RGB", "RGBA"):
            smooth = smooth.filter(ImageFilter.GaussianBlur(max(width, height) / _BLOCKS / 2))
        result.paste(smooth, frame[:2])
    return result


def _frame(box: PictureRegion, width: int, height: int) -> tuple[int, int, int, int]:
    across, down = box.width * _MARGIN, box.height * _MARGIN
    return (
        max(0, int((box.left - across) * width)),
        max(0, int((box.top - down) * height)),
        min(width, -int(-(box.left + box.width + across) * width // 1)),
        min(height, -int(-(box.top + box.height + down) * height // 1)),
    )
