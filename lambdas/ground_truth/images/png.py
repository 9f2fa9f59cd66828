"""PNG files without metadata: only what a decoder needs is written out, the coded picture stays as it is."""

import itertools
import struct
import zlib
from collections.abc import Iterator

from ground_truth.images.icc import neutral_profile
from ground_truth.images.stripped import ImageRefused, StrippedImage

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PIECE = 1 << 20
# Encoders write some thousand; a file of empty chunks would fill the memory with their names.
_MOST_CHUNKS = 200_000
_MOST_PROFILE_BYTES = 4_000_000
_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
# (first column, first row, column step, row step) of the passes of an interlaced picture.
_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
# Colour chunks by the lengths they may have; whatever is not here or handled by name is left out.
_COLOUR = {b"gAMA": (4,), b"cHRM": (32,), b"sRGB": (1,), b"cICP": (4,), b"sBIT": (1, 2, 3, 4)}


def strip_png(content: bytes, *, most_pixels: int) -> StrippedImage:
    """Rewrites a PNG file from its picture and colour chunks; every other chunk and all that follows is gone.

    The colour profile stays in neutral form; of an animation the still picture stays. The picture is unpacked
    piece by piece to see that it is whole.
    Raises ImageRefused for a broken or truncated file, and for one of more than ``most_pixels``.
    """
    chunks = list(itertools.islice(_chunks(content), _MOST_CHUNKS + 1))
    if len(chunks) > _MOST_CHUNKS:
        raise ImageRefused("broken: it consists of crumbs")
    if not chunks or chunks[0][0] != b"IHDR" or len(chunks[0][1]) != 13:
        raise ImageRefused("broken: the header is missing")
    header = bytes(chunks[0][1])
    width, height, depth, kind, *methods = struct.unpack(">IIBBBBB", header)
    if not width or not height or depth not in _DEPTHS.get(kind, ()) or methods not in ([0, 0, 0], [0, 0, 1]):
        raise ImageRefused("broken: the header is damaged")
    if width * height > most_pixels:
        raise ImageRefused(f"too many pixels to open safely: {width} x {height}")
    profile = None
    written = [PNG_SIGNATURE, _chunk(b"IHDR", header)]
    for name, payload in chunks[1:]:
        if name == b"iCCP" and profile is None:
            profile = _profile(bytes(payload))
            written += [_chunk(b"iCCP", b"icc\x00\x00" + zlib.compress(profile))] if profile else []
        elif len(payload) in _COLOUR.get(name, ()) or (name in (b"PLTE", b"tRNS") and _fits(name, len(payload))):
            written.append(_chunk(name, bytes(payload)))
        elif name == b"IDAT":
            break
        elif name[:1].isupper():
            raise ImageRefused("broken: it needs an extension that no browser knows")
    packed = b"".join(payload for name, payload in chunks if name == b"IDAT")
    packed = packed[: _packed_length(packed, _unpacked_length(width, height, depth * _SAMPLES[kind], methods[2]))]
    written += [_chunk(b"IDAT", packed), _chunk(b"IEND", b"")]
    return StrippedImage(pieces=written, width=width, height=height, profile=profile)


def _chunks(content: bytes) -> Iterator[tuple[bytes, memoryview]]:
    """The chunks before the end chunk, each with its checksum verified."""
    if not content.startswith(PNG_SIGNATURE):
        raise ImageRefused("not a PNG file")
    view = memoryview(content)
    position = len(PNG_SIGNATURE)
    while position + 12 <= len(content):
        length = int.from_bytes(view[position : position + 4], "big")
        end = position + 12 + length
        if end > len(content):
            break
        if zlib.crc32(view[position + 4 : end - 4]) != int.from_bytes(view[end - 4 : end], "big"):
            raise ImageRefused("broken: a checksum is wrong")
        name = bytes(view[position + 4 : position + 8])
        if name == b"IEND":
            return
        yield name, view[position + 8 : end - 4]
        position = end
    raise ImageRefused("truncated: the file ends before its picture does")


def _chunk(name: bytes, payload: bytes) -> bytes:
    checksum = zlib.crc32(payload, zlib.crc32(name))
    return struct.pack(">I", len(payload)) + name + payload + struct.pack(">I", checksum)


def _fits(name: bytes, length: int) -> bool:
    return (0 < length <= 768 and length % 3 == 0) if name == b"PLTE" else 0 < length <= 256


def _profile(payload: bytes) -> bytes | None:
    _, _, packed = payload.partition(b"\x00")
    try:
        return neutral_profile(zlib.decompressobj().decompress(packed[1:], _MOST_PROFILE_BYTES))
    except zlib.error:
        return None


def _unpacked_length(width: int, height: int, bits: int, interlaced: int) -> int:
    """The bytes of all rows, each with its filter byte in front."""
    total = 0
    for left, top, right, down in _PASSES if interlaced else ((0, 0, 1, 1),):
        columns, rows = -(-(width - left) // right), -(-(height - top) // down)
        total += rows * (1 + (columns * bits + 7) // 8) if columns > 0 and rows > 0 else 0
    return total


def _packed_length(packed: bytes, expected: int) -> int:
    """How much of the packed picture is picture; what a decoder would not read is not."""
    unpacking = zlib.decompressobj()
    unpacked, waiting = 0, packed
    try:
        while not unpacking.eof and unpacked <= expected:
            piece = unpacking.decompress(waiting, _PIECE)
            unpacked, waiting = unpacked + len(piece), unpacking.unconsumed_tail
            if not piece and not waiting:
                break
    except zlib.error as error:
        raise ImageRefused("broken: the picture is damaged") from error
    if unpacked > expected:
        raise ImageRefused("broken: it holds more data than its picture has pixels")
    if unpacked < expected or not unpacking.eof:
        raise ImageRefused("truncated: the picture is incomplete")
    return len(packed) - len(unpacking.unused_data)
