"""Manifests as streams of records: JSON Lines, read and written one line at a time (contract section 2.1)."""

import codecs
import json
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any, BinaryIO, NoReturn

from ground_truth.contract.json_text import json_text
from ground_truth.contract.limits import MANIFEST_LINE_CHARACTERS
from ground_truth.manifests import faults as faults
from ground_truth.manifests.faults import Fault

Record = dict[str, Any]
Lines = BinaryIO | Iterable[bytes]

# Four bytes a character at most, and one more to see that it is too long: no line to check takes more memory than this.
_PIECE_BYTES = 4 * MANIFEST_LINE_CHARACTERS + 3


class ManifestError(ValueError):
    """A manifest line that cannot be read; ``fault`` says which rule it breaks."""

    def __init__(self, fault: Fault, found: str, line: int = 0) -> None:
        super().__init__(f"line {line}: {found}: {fault.fix}" if line else f"{found}: {fault.fix}")
        self.fault = fault
        self.found = found
        self.line = line


def read_manifest(lines: Lines) -> Iterator[Record]:
    """Yields the record of each line of a binary file or of any other source of lines.

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
        try:
            yield parse_line(without_byte_order_mark(raw) if number == 1 else raw)
        except ManifestError as error:
            raise ManifestError(error.fault, error.found, number) from error


def write_manifest(records: Iterable[Mapping[str, Any]], file: BinaryIO) -> int:
    """Writes one line for each record, and returns how many; every key and value comes through unchanged.

    Text is written as UTF-8 and read back equal whatever it holds. Raises ValueError for a value that JSON
    does not have, such as NaN.
    """
    count = 0
    for record in records:
        file.write(format_line(record))
        count += 1
    return count


def format_line(record: Mapping[str, Any]) -> bytes:
    """One manifest line with its line end."""
    return json_text(record).encode() + b"\n"


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


def without_byte_order_mark(raw: bytes) -> bytes:
    """The first line without the mark that some editors put before it."""
    return raw.removeprefix(codecs.BOM_UTF8)


def parse_line(raw: bytes) -> Record:
    """The record of one line, with or without its line end.

    Raises ManifestError for anything but one JSON object in UTF-8 without repeated keys.
    """
    try:
        record = _decoder.decode(raw.decode())
    except UnicodeDecodeError as error:
        raise ManifestError(faults.ENCODING, f"byte {error.start + 1} of the line is not UTF-8") from error
    except json.JSONDecodeError as error:
        raise ManifestError(faults.JSON, f"not JSON at character {error.pos + 1} ({error.msg})") from error
    except RecursionError as error:
        raise ManifestError(faults.JSON, "lists or objects nested too deeply to be read") from error
    except ManifestError:
        raise
    except ValueError as error:
        raise ManifestError(faults.JSON, f"not JSON ({error})") from error
    if not isinstance(record, dict):
        raise ManifestError(faults.OBJECT, f"a JSON {_json_name(record)}, not an object")
    return record


def _json_name(value: object) -> str:
    names = {list: "list", str: "text", bool: "truth value", type(None): "null"}
    return names.get(type(value), "number")


def _unique(pairs: list[tuple[str, Any]]) -> Record:
    record = dict(pairs)
    if len(record) != len(pairs):
        keys = [key for key, _ in pairs]
        repeated = sorted({key for key in keys if keys.count(key) > 1})
        raise ManifestError(faults.REPEATED_KEY, f"the key {repeated[0]!r} is there {keys.count(repeated[0])} times")
    return record


def _no_constant(name: str) -> NoReturn:
    raise ManifestError(faults.JSON, f"{name} is not JSON")


_decoder = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_constant)
