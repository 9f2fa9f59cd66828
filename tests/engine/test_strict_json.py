"""What passes can be written again, as JSON and as UTF-8; all else is refused in words."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ground_truth.contract.errors import InputError
from ground_truth.engine.strict_json import MOST_LEVELS, parse

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(min_value=-(10**400), max_value=10**400)
    | st.floats()
    | st.text(st.characters())
    | st.text(st.sampled_from("a\ud83d\ude00\x00\u2028é"))
)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters()) | st.just("\udfff"), inner)
)


def nested(levels: int, opening: str = "[", closing: str = "]") -> bytes:
    return (opening * levels + ("1" if opening != "[" else "") + closing * levels).encode()


@given(value=VALUES, ascii_only=st.booleans())
def test_what_passes_is_written_and_read_again_and_only_what_cannot_be_is_refused(value: Any, ascii_only: bool) -> None:
    raw = json.dumps(value, ensure_ascii=ascii_only).encode(errors="surrogatepass")
    try:
        read = parse(raw)
    except InputError:
        with pytest.raises((ValueError, OverflowError)):
            write_elsewhere(raw)
        return
    assert read == json.loads(raw)
    assert parse(write_elsewhere(raw)) == read


def write_elsewhere(raw: bytes) -> bytes:
    """The JSON as a strict writer in UTF-8 with doubles for numbers has it, or its error."""
    value = json.loads(raw.decode())
    for number in whole_numbers(value):
        float(number)
    return json.dumps(value, ensure_ascii=False, allow_nan=False).encode()


def whole_numbers(value: Any) -> list[int]:
    if isinstance(value, dict):
        return [number for part in value.values() for number in whole_numbers(part)]
    if isinstance(value, list):
        return [number for part in value for number in whole_numbers(part)]
    return [value] if isinstance(value, int) else []


@given(raw=st.binary() | st.text().map(str.encode))
def test_whatever_bytes_come_they_are_read_or_refused_in_words(raw: bytes) -> None:
    try:
        json.dumps(parse(raw), ensure_ascii=False, allow_nan=False).encode()
    except InputError as error:
        assert str(error)


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"NaN", "NaN is no number"),
        (b"[Infinity]", "Infinity is no number"),
        (b'{"a": -Infinity}', "-Infinity is no number"),
        (b"1e999", "the number 1e999 is too large"),
        (b"-1e309", "the number -1e309 is too large"),
        (b"1" + b"0" * 309, "the number 10000000000000000000... is too large"),
        (b"9" * 309, "is too large"),
        (b"9" * 100_000, "is too large"),
        (b'"half \\ud83d"', r"half a character \(\\ud83d\)"),
        (b'{"\\ude00": 1}', r"half a character \(\\ude00\)"),
        (b'[[{"a": ["\\ude00\\ud83d"]}]]', "half a character"),
        ('"\ud83d"'.encode(errors="surrogatepass"), "byte 2 is not UTF-8"),
        ('"text"'.encode("utf-16"), "byte 1 is not UTF-8"),
        (b'{"a": 1', "at character 8"),
        (b"", "at character 1"),
        (nested(MOST_LEVELS + 1), "more than 50 deep"),
        (nested(MOST_LEVELS + 1, '{"a":', "}"), "more than 50 deep"),
        (nested(988), "more than 50 deep"),
        (nested(200_000), "more than 50 deep"),
        (nested(200_000, '{"a":', "}"), "more than 50 deep"),
    ],
)
def test_what_could_not_be_written_again_is_refused_with_the_reason(raw: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message):
        parse(raw)


@pytest.mark.parametrize(
    "raw",
    [
        b"1e308",
        b"-1.7976931348623157e308",
        b"9" * 308,
        b"1e-999",
        b'"\\ud83d\\ude00"',
        b'"\\u0000"',
        '"😀 \u2028"'.encode(),
        nested(MOST_LEVELS),
        nested(MOST_LEVELS, '{"a":', "}"),
    ],
)
def test_what_is_only_unusual_passes_unchanged(raw: bytes) -> None:
    assert parse(raw) == json.loads(raw)
