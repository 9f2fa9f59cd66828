"""Whether EXIF and XMP data turn a picture, told without a decoder."""

import struct
from collections.abc import Sequence

_EXIF = b"Exif\x00\x00"
_ORDERS = {b"II*\x00": "<", b"MM\x00*": ">"}
_ORIENTATION = 0x0112
# As the entry of every upright photo says it: one number of two bytes, and it is 1.
_UPRIGHT = (3, 1, 1)


def turn_nothing(segments: Sequence[memoryview]) -> bool:
    """Whether it is certain that these APP1 segments leave the picture as it lies.

    False where they turn it, and where only a full reader can tell.
    """
    exif = [segment[len(_EXIF) :] for segment in segments if segment[: len(_EXIF)] == _EXIF]
    if len(exif) > 1:
        return False
    try:
        orientations = _orientations(exif[0]) if exif else []
    except (struct.error, KeyError):
        return False
    # XMP data have a say only where EXIF data have none.
    return all(each == _UPRIGHT for each in orientations) and (bool(orientations) or not _say_orientation(segments))


def _orientations(tiff: memoryview) -> list[tuple[int, int, int]]:
    """Type, count and value of what the first directory says of the orientation."""
    order = _ORDERS[bytes(tiff[:4])]
    start = struct.unpack_from(f"{order}I", tiff, 4)[0]
    count = struct.unpack_from(f"{order}H", tiff, start)[0]
    entries = (struct.unpack_from(f"{order}HHIH", tiff, start + 2 + 12 * index) for index in range(count))
    return [tuple(value) for tag, *value in entries if tag == _ORIENTATION]


def _say_orientation(segments: Sequence[memoryview]) -> bool:
    return any(b"Orientation" in bytes(segment) for segment in segments)
