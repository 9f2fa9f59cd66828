"""JPEG files without metadata: only what a decoder needs is written out, the coded picture stays as it is."""

import re
from collections.abc import Callable

from ground_truth.images.exif import turn_nothing
from ground_truth.images.icc import neutral_profile
from ground_truth.images.stripped import ImageRefused, StrippedImage

JPEG_SIGNATURE = b"\xff\xd8\xff"
_START = b"\xff\xd8"
_END = b"\xff\xd9"
# Inside a scan 0xff is followed by 0x00 or a restart marker; whatever else follows it ends the scan. Spelled without
# negation, which the regular expression engine searches for half again as fast.
_SCAN_END = re.compile(rb"\xff[\x01-\xcf\xd8-\xff]")
_JFIF = b"\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
_ADOBE = b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00"
_PROFILE = b"ICC_PROFILE\x00"
_PROFILE_PART = 65_519
# More than any encoder writes; a file of nothing but scans keeps a browser busy for minutes.
_MOST_SCANS = 200
_MOST_PIECES = 10_000

_APP0, _APP1, _APP2, _APP14, _COMMENT = 0xE0, 0xE1, 0xE2, 0xEE, 0xFE
_DHT, _DQT, _DRI, _SOS, _EOI = 0xC4, 0xDB, 0xDD, 0xDA, 0xD9
_FRAMES = (0xC0, 0xC1, 0xC2)
_METADATA = (*range(_APP0, 0xF0), _COMMENT)


def strip_jpeg(content: bytes) -> StrippedImage:
    """Rewrites a JPEG file from its tables and scans; every other segment and all that follows the end is gone.

    The colour profile stays in neutral form, and of JFIF and Adobe segments what tells the colours.
    Raises ImageRefused for a file that is broken, truncated, or of a kind that browsers do not show.
    """
    return _Rewriting(content).clean()


class _Rewriting:
    def __init__(self, content: bytes) -> None:
        self._content = content
        self._view = memoryview(content)
        self._body: list[bytes | memoryview] = []
        self._size: tuple[int, int] | None = None
        self._components = 0
        self._scans = 0
        self._jfif = self._adobe = b""
        self._descriptions: list[memoryview] = []
        self._profile: dict[int, bytes] = {}
        self._profile_parts = 0

    def clean(self) -> StrippedImage:
        if not self._content.startswith(_START):
            raise ImageRefused("not a JPEG file")
        position = len(_START)
        while (marker := self._marker(position))[0] != _EOI:
            position = self._segment(*marker)
        if self._size is None or not self._scans:
            raise ImageRefused("broken: the file holds no picture")
        profile = self._neutral_profile()
        head = [_START, self._jfif, self._adobe, *_profile_segments(profile)]
        width, height = self._size
        return StrippedImage(
            pieces=[*head, *self._body, _END],
            width=width,
            height=height,
            profile=profile,
            upright=turn_nothing(self._descriptions),
        )

    def _marker(self, position: int) -> tuple[int, int]:
        """The marker at a position, and the position behind it; fill bytes are skipped."""
        content = self._content
        if content[position : position + 1] not in (b"\xff", b""):
            raise ImageRefused("broken: there are stray bytes between its segments")
        while content[position : position + 1] == b"\xff":
            position += 1
        if position >= len(content):
            raise ImageRefused("truncated: the file ends before its picture does")
        return content[position], position + 1

    def _segment(self, marker: int, position: int) -> int:
        length = int.from_bytes(self._content[position : position + 2], "big")
        end = position + length
        if length < 2:
            raise ImageRefused("broken: a segment has no length")
        if end > len(self._content):
            raise ImageRefused("truncated: the file ends before its picture does")
        payload = self._view[position + 2 : end]
        if marker in _METADATA:
            self._remember(marker, payload)
            return end
        if marker in _FRAMES:
            self._take_frame(payload)
        elif marker == _SOS:
            self._check_scan(payload)
        elif marker not in _TABLES:
            raise ImageRefused(f"of a JPEG kind that browsers do not show (marker 0x{marker:02x})")
        elif not _TABLES[marker](bytes(payload)):
            raise ImageRefused("broken: a table is damaged")
        if len(self._body) > _MOST_PIECES:
            raise ImageRefused("broken: it consists of crumbs")
        self._body.append(b"\xff%c" % marker)
        if marker == _SOS:
            end = self._scan_end(end)
        self._body.append(self._view[position:end])
        return end

    def _scan_end(self, position: int) -> int:
        marker = _SCAN_END.search(self._content, position)
        if marker is None:
            raise ImageRefused("truncated: the file ends before its picture does")
        return marker.start()

    def _remember(self, marker: int, payload: memoryview) -> None:
        if self._scans:
            return
        if marker == _APP0 and bytes(payload[:5]) == b"JFIF\x00":
            self._jfif = _JFIF
        elif marker == _APP1:
            self._descriptions.append(payload)
        elif marker == _APP14 and bytes(payload[:5]) == b"Adobe" and len(payload) >= 12:
            self._adobe = _ADOBE + bytes([min(payload[11], 2)])
        elif marker == _APP2 and bytes(payload[:12]) == _PROFILE and len(payload) > 14:
            self._profile.setdefault(payload[12], bytes(payload[14:]))
            self._profile_parts = payload[13]

    def _take_frame(self, payload: memoryview) -> None:
        if self._size:
            raise ImageRefused("broken: the file holds more than one frame")
        if len(payload) < 6 or payload[5] not in (1, 3, 4) or len(payload) != 6 + 3 * payload[5]:
            raise ImageRefused("broken: the frame header is damaged")
        if payload[0] != 8:
            raise ImageRefused(f"of a JPEG kind that browsers do not show ({payload[0]} bits a sample)")
        height, width = int.from_bytes(payload[1:3], "big"), int.from_bytes(payload[3:5], "big")
        if not width or not height:
            raise ImageRefused("broken: the picture has no size")
        self._size, self._components = (width, height), payload[5]

    def _check_scan(self, payload: memoryview) -> None:
        self._scans += 1
        if self._size is None or self._scans > _MOST_SCANS:
            raise ImageRefused("broken: its scans are not those of a picture")
        if not payload or not 1 <= payload[0] <= self._components or len(payload) != 4 + 2 * payload[0]:
            raise ImageRefused("broken: a scan header is damaged")

    def _neutral_profile(self) -> bytes | None:
        parts = range(1, self._profile_parts + 1)
        if not parts or any(part not in self._profile for part in parts):
            return None
        return neutral_profile(b"".join(self._profile[part] for part in parts))


def _profile_segments(profile: bytes | None) -> list[bytes]:
    parts = [profile[at : at + _PROFILE_PART] for at in range(0, len(profile or b""), _PROFILE_PART)] if profile else []
    return [
        b"\xff%c%b%b%c%c%b" % (_APP2, (len(part) + 16).to_bytes(2, "big"), _PROFILE, number, len(parts), part)
        for number, part in enumerate(parts, start=1)
    ]


def _is_quantization(payload: bytes) -> bool:
    position = 0
    while position < len(payload):
        precision, number = divmod(payload[position], 16)
        if precision > 1 or number > 3:
            return False
        position += 1 + 64 * (precision + 1)
    return position == len(payload) > 0


def _is_huffman(payload: bytes) -> bool:
    position = 0
    while position + 17 <= len(payload):
        kind, number = divmod(payload[position], 16)
        symbols = sum(payload[position + 1 : position + 17])
        if kind > 1 or number > 3 or symbols > 256:
            return False
        position += 17 + symbols
    return position == len(payload) > 0


def _is_restart(payload: bytes) -> bool:
    return len(payload) == 2


_TABLES: dict[int, Callable[[bytes], bool]] = {_DQT: _is_quantization, _DHT: _is_huffman, _DRI: _is_restart}
