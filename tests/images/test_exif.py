"""Whether a photo lies upright, told without Pillow: never where Pillow would turn it."""

import io
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from ground_truth.images import pixels
from ground_truth.images.exif import turn_nothing
from ground_truth.images.jpeg import strip_jpeg
from tests.images.samples import jpeg_bytes, loaded_jpeg

XMP = b"http://ns.adobe.com/xap/1.0/\x00"


def exif(*entries: tuple[int, int, int, int], order: str = ">", at: int = 8) -> bytes:
    """An EXIF segment's content with these entries of tag, type, count and value."""
    head = (b"MM\x00*" if order == ">" else b"II*\x00") + struct.pack(f"{order}I", at)
    table = b"".join(struct.pack(f"{order}HHIHH", *entry, 0) for entry in entries)
    return b"Exif\x00\x00" + head + bytes(at - 8) + struct.pack(f"{order}H", len(entries)) + table + bytes(4)


def photo(*segments: bytes) -> bytes:
    """A JPEG file with these APP1 segments."""
    plain = jpeg_bytes()
    return plain[:2] + b"".join(b"\xff\xe1" + struct.pack(">H", len(s) + 2) + s for s in segments) + plain[2:]


def pillows(content: bytes) -> int:
    with Image.open(io.BytesIO(content)) as image:
        return pixels.orientation_of(image)


@pytest.mark.parametrize("order", ["<", ">"])
def test_an_upright_photo_needs_no_decoder(order: str) -> None:
    assert strip_jpeg(photo()).upright
    assert strip_jpeg(photo(exif((0x010F, 3, 1, 7), (0x0112, 3, 1, 1), order=order))).upright
    assert strip_jpeg(photo(exif((0x010F, 3, 1, 7), order=order))).upright
    assert strip_jpeg(photo(exif((0x0112, 3, 1, 1), order=order), XMP + b"<tiff:Orientation>6<")).upright
    assert strip_jpeg(loaded_jpeg()).upright


@pytest.mark.parametrize(
    "segments",
    [
        [exif((0x0112, 3, 1, 6))],
        [exif((0x0112, 3, 1, 6), order="<", at=20)],
        [exif((0x0112, 3, 1, 1), (0x0112, 3, 1, 6))],
        [exif(), exif((0x0112, 3, 1, 6))],
        [XMP + b'<x tiff:Orientation="6"/>'],
        [exif((0x010F, 3, 1, 7)), XMP + b"<tiff:Orientation>6<"],
        [b"Exif\x00\x00MM\x00*"],
        [b"Exif\x00\x00\x00\x00\x00\x00"],
        [b"Exif\x00\x00II+\x00" + bytes(20)],
    ],
)
def test_what_turns_a_photo_or_could_is_left_to_the_decoder(segments: list[bytes]) -> None:
    assert not strip_jpeg(photo(*segments)).upright


NUMBERS = st.sampled_from([0, 1, 2, 3, 4, 6, 8, 0x0112, 0x8769, 65535])
ENTRIES = st.tuples(st.sampled_from([0x0112, 0x010F, 0x8769]), NUMBERS, NUMBERS, NUMBERS)


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@settings(max_examples=400)
@given(
    st.lists(ENTRIES, max_size=4),
    st.sampled_from("<>"),
    st.integers(8, 30),
    st.sampled_from([b"", XMP + b"<tiff:Orientation>6<", exif((0x0112, 3, 1, 8))]),
    st.integers(0, 90),
)
def test_it_is_never_surer_than_pillow(entries: list, order: str, at: int, other: bytes, cut: int) -> None:
    segment = exif(*entries, order=order, at=at)
    segments = [part for part in (segment[: len(segment) - cut], other) if part]
    if turn_nothing([memoryview(part) for part in segments]):
        assert pillows(photo(*segments)) == 1
