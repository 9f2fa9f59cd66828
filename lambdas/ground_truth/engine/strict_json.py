"""JSON from outside, parsed so that whatever passes can be written again, as JSON and as UTF-8."""

import json
import math
import re
from collections.abc import Iterable
from itertools import chain
from typing import NoReturn

from ground_truth.contract.errors import InputError
from ground_truth.contract.json_types import Json, JsonObject

# Python itself stops at about a thousand, other readers earlier; no form is as deep.
MOST_LEVELS = 50
# Digits of the largest double, and a sign: Python reads longer ones slowly, or not at all.
_MOST_DIGITS = 310
_SURROGATE = re.compile("[\ud800-\udfff]")


def parse(raw: bytes, *, most_levels: int = MOST_LEVELS) -> Json:
    """The value of a JSON text in UTF-8.

    Raises InputError, with what is wrong as a sentence's end, for anything else and for what could not be written
    again: NaN, infinities and numbers beyond a double, half a surrogate pair in a text or a key, and lists and objects
    more than ``most_levels`` deep in one another.
    """
    try:
        value: Json = _decoder.decode(raw.decode())
    except UnicodeDecodeError as error:
        raise InputError(f"byte {error.start + 1} is not UTF-8") from error
    except json.JSONDecodeError as error:
        raise InputError(f"{error.msg} at character {error.pos + 1}") from error
    except RecursionError as error:
        raise _too_deep(most_levels) from error
    _check(value, most_levels)
    return value


def _check(value: Json, most_levels: int) -> None:
    """Level by level, since recursion would end where Python's does."""
    parts: list[Json] = [value]
    depth = 0
    while parts:
        containers = [part for part in parts if isinstance(part, dict | list)]
        if containers and depth == most_levels:
            raise _too_deep(most_levels)
        for part in parts:
            if isinstance(part, str):
                _check_text(part)
        parts, depth = [inner for container in containers for inner in _parts_of(container)], depth + 1


def _parts_of(container: JsonObject | list[Json]) -> Iterable[Json]:
    return chain(container, container.values()) if isinstance(container, dict) else container


def _check_text(text: str) -> None:
    half = None if text.isascii() else _SURROGATE.search(text)
    if half:
        raise InputError(f"a text holds half a character (\\u{ord(half[0]):04x}): delete it there and type it again")


def _too_deep(most_levels: int) -> InputError:
    return InputError(f"lists and objects lie more than {most_levels} deep in one another")


def _whole_number(text: str) -> int:
    if len(text) > _MOST_DIGITS:
        raise _too_large(text)
    number = int(text)
    try:
        float(number)
    except OverflowError as error:
        raise _too_large(text) from error
    return number


def _number(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise _too_large(text)
    return number


def _too_large(text: str) -> InputError:
    return InputError(f"the number {text if len(text) <= 20 else f'{text[:20]}...'} is too large")


def _no_constant(name: str) -> NoReturn:
    raise InputError(f"{name} is no number")


_decoder = json.JSONDecoder(parse_constant=_no_constant, parse_int=_whole_number, parse_float=_number)
