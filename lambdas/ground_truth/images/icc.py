"""Colour profiles that give right colours and tell nothing else."""

import struct
from collections.abc import Callable

_HEADER = 128
_MOST_TAGS = 100
_MOST_BYTES = 4_000_000
# What a renderer needs; the texts, devices, dates, viewing conditions and private tags are not among it.
_COLOUR_TAGS = (
    b"wtpt", b"bkpt", b"chad", b"rXYZ", b"gXYZ", b"bXYZ", b"rTRC", b"gTRC", b"bTRC", b"kTRC", b"cicp",
    b"A2B0", b"A2B1", b"A2B2", b"B2A0", b"B2A1", b"B2A2",
)  # fmt: skip
_DESCRIPTION = b"Colour profile"
_COPYRIGHT = b"No rights"


def neutral_profile(profile: bytes) -> bytes | None:
    """Rebuilds a profile from its colour data, with fixed texts and a header without device, program and date.

    None if it is broken, or holds nothing that can be rebuilt: decoders then take the picture for sRGB.
    """
    try:
        return _rebuild(profile)
    except (struct.error, IndexError):
        return None


def _rebuild(profile: bytes) -> bytes | None:
    count = struct.unpack_from(">I", profile, _HEADER)[0]
    if profile[36:40] != b"acsp" or count > _MOST_TAGS or len(profile) > _MOST_BYTES:
        return None
    tags: dict[bytes, bytes] = {}
    for index in range(count):
        name, offset, size = struct.unpack_from(">4sII", profile, _HEADER + 4 + 12 * index)
        if name in _COLOUR_TAGS and offset + size <= len(profile):
            value = _value(profile[offset : offset + size])
            if value is not None:
                tags.setdefault(name, value)
    if not tags.keys() & {b"A2B0", b"kTRC"} and not tags.keys() >= {b"rXYZ", b"gXYZ", b"bXYZ", b"rTRC"}:
        return None
    text = _text_v4 if profile[8] >= 4 else _text_v2
    tags |= {b"desc": text(_DESCRIPTION, b"desc"), b"cprt": text(_COPYRIGHT, b"text")}
    return _assemble(_header(profile), tags)


def _header(profile: bytes) -> bytes:
    """The header with nothing but what colours depend on."""
    colour_fields = ((8, 24), (36, 40), (64, 80))  # version to colour spaces; signature; intent and illuminant
    header = bytearray(_HEADER)
    for start, end in colour_fields:
        header[start:end] = profile[start:end]
    # Four of the version's bytes and the high half of the intent are reserved: nothing may hide there.
    header[10:12] = header[64:66] = bytes(2)
    return bytes(header)


def _assemble(header: bytes, tags: dict[bytes, bytes]) -> bytes:
    position = _HEADER + 4 + 12 * len(tags)
    table, data, positions = b"", b"", {}
    for name, value in tags.items():
        if value not in positions:
            positions[value] = position + len(data)
            data += value + bytes(-len(value) % 4)
        table += struct.pack(">4sII", name, positions[value], len(value))
    size = position + len(data)
    return struct.pack(">I", size) + header[4:] + struct.pack(">I", len(tags)) + table + data


def _value(tag: bytes) -> bytes | None:
    """A tag's colour data without reserved bytes and without what follows it; None if it is of no known kind."""
    kind = tag[:4]
    size = _SIZES[kind](tag) if kind in _SIZES else 0
    if not size or size > len(tag):
        return None
    return kind + bytes(4) + tag[8:size]


def _curve(tag: bytes) -> int:
    return int(12 + 2 * struct.unpack_from(">I", tag, 8)[0])


def _parametric(tag: bytes) -> int:
    return 12 + 4 * (1, 3, 4, 5, 7)[struct.unpack_from(">H", tag, 8)[0]]


def _table_8(tag: bytes) -> int:
    inputs, outputs, grid = tag[8], tag[9], tag[10]
    return 48 + 256 * inputs + int(grid**inputs) * outputs + 256 * outputs


def _table_16(tag: bytes) -> int:
    inputs, outputs, grid = tag[8], tag[9], tag[10]
    entries_in, entries_out = struct.unpack_from(">HH", tag, 48)
    return int(52 + 2 * (inputs * entries_in + int(grid**inputs) * outputs + outputs * entries_out))


_SIZES: dict[bytes, Callable[[bytes], int]] = {
    b"XYZ ": lambda tag: 20,
    b"sf32": lambda tag: 44,
    b"cicp": lambda tag: 12,
    b"curv": _curve,
    b"para": _parametric,
    b"mft1": _table_8,
    b"mft2": _table_16,
}


def _text_v2(text: bytes, kind: bytes) -> bytes:
    if kind == b"text":
        return b"text" + bytes(4) + text + b"\x00"
    return b"desc" + bytes(4) + struct.pack(">I", len(text) + 1) + text + b"\x00" + bytes(78)


def _text_v4(text: bytes, kind: bytes) -> bytes:
    encoded = text.decode("ascii").encode("utf-16-be")
    return b"mluc" + bytes(4) + struct.pack(">II2s2sII", 1, 12, b"en", b"US", len(encoded), 28) + encoded
