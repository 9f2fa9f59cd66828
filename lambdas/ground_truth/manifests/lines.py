"""Manifests as streams of lines: JSON Lines, read and written one line at a time (contract section 2.1)."""

import codecs
import json
from collections.abc import Iterable, Iterator
from functools import partial
from typing import BinaryIO, NoReturn

from ground_truth.contract.errors import InputError
from ground_truth.contract.json_text import json_text
from ground_truth.contract.json_types import Json, JsonObject
from ground_truth.contract.limits import MANIFEST_LINE_CHARACTERS
from ground_truth.manifests import faults
from ground_truth.manifests.faults import Fault
from ground_truth.manifests.manifest_line import ManifestLine

Lines = BinaryIO | Iterable[bytes]

# Four bytes a character at most, and one more to see that it is too long: no line to check takes more memory than this.
_PIECE_BYTES = 4 * MANIFEST_LINE_CHARACTERS + 3


class ManifestError(InputError):
    """A manifest line that cannot be read: ``fault`` is the rule it breaks, ``fact`` says in words how.

    ``line`` is its number, counted from 1; 0 where it is not known.
    """

    def __init__(self, fault: Fault, fact: str, line: int = 0) -> None:
        super().__init__(f"line {line}: {fact}: {fault.fix}" if line else f"{fact}: {fault.fix}")
        self.fault = fault
        self.fact = fact
        self.line = line


def read_manifest(lines: Lines) -> Iterator[ManifestLine]:
    """Yields each line of a binary file or of any other source of lines.

    A byte order mark and blank lines at the end are passed over. Raises ManifestError, with the number of
    the line, at the first that is not a JSON object in UTF-8. Length is no matter: labels make lines longer
    than those of an input manifest may be.
    """
    blank = 0
    for number, raw in enumerate(lines, 1):
        if raw.isspace() or not raw:
            blank = blank or number
            continue
        if blank:
            raise ManifestError(faults.BLANK_LINE, "a blank line", blank)
        yield parse_line(raw, number)


def write_manifest(lines: Iterable[ManifestLine], file: BinaryIO) -> int:
    """Writes lines, and returns how many; every key and value comes through unchanged.

    Text is written as UTF-8 and read back equal whatever it holds. Raises InputError for a value that JSON
    does not have, such as NaN.
    """
    count = 0
    for line in lines:
        file.write(format_line(line))
        count += 1
    return count


def format_line(line: ManifestLine) -> bytes:
    """One manifest line with its line end."""
    return json_text(line.content).encode() + b"\n"


def bounded_lines(lines: Lines) -> Iterator[bytes]:
    """Yields lines as they are, but of a file only the beginning of one too long for an input manifest."""
    readline = getattr(lines, "readline", None)
    return iter(lines) if readline is None else _bounded(partial(readline, _PIECE_BYTES))


def _bounded(read_piece: "partial[bytes]") -> Iterator[bytes]:
    pieces = iter(read_piece, b"")
    for piece in pieces:
        yield piece
        while len(piece) == _PIECE_BYTES and not piece.endswith(b"\n"):
            piece = next(pieces, b"")


def parse_line(raw: bytes, number: int = 0) -> ManifestLine:
    """Reads one line, with or without its line end.

    ``number`` counts from 1: the first line may have the mark before it that some editors put there.
    Raises ManifestError, with the number, for anything but one JSON object in UTF-8 without repeated keys.
    """
    try:
        return _parse(raw.removeprefix(codecs.BOM_UTF8) if number == 1 else raw)
    except ManifestError as error:
        raise ManifestError(error.fault, error.fact, number) from error


def _parse(raw: bytes) -> ManifestLine:
    try:
        content: Json = _decoder.decode(raw.decode())
    except UnicodeDecodeError as error:
        raise ManifestError(faults.ENCODING, f"byte {error.start + 1} of the line is not UTF-8") from error
    except json.JSONDecodeError as error:
        raise ManifestError(faults.JSON, f"not JSON at character {error.pos + 1} ({error.msg})") from error
    except RecursionError as error:
        raise ManifestError(faults.JSON, "lists or objects nested too deeply to be read") from error
    except ValueError as error:
        raise ManifestError(faults.JSON, f"not JSON ({error})") from error
    if not isinstance(content, dict):
        raise ManifestError(faults.OBJECT, f"a JSON {_json_name(content)}, not an object")
    return ManifestLine(content)


def _json_name(value: object) -> str:
    names = {list: "list", str: "text", bool: "truth value", type(None): "null"}
    return names.get(type(value), "number")


def _unique(pairs: list[tuple[str, Json]]) -> JsonObject:
    content = dict(pairs)
    if len(content) != len(pairs):
        keys = [key for key, _ in pairs]
        repeated = sorted({key for key in keys if keys.count(key) > 1})
        raise ManifestError(faults.REPEATED_KEY, f"the key {repeated[0]!r} is there {keys.count(repeated[0])} times")
    return content


def _no_constant(name: str) -> NoReturn:
    raise ManifestError(faults.JSON, f"{name} is not JSON")


_decoder = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_constant)
