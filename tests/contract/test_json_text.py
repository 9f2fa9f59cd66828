"""What is sent as JSON is one line that reads back equal, and counts by its characters."""

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ground_truth.contract.errors import InputError
from ground_truth.contract.json_text import json_length, json_text

CHARACTERS = st.characters() | st.sampled_from('"\\\n\x00\x85\u2028é駅😀\ud800')
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(CHARACTERS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(CHARACTERS), inner, max_size=3),
    max_leaves=8,
)


@given(VALUES)
@example({"a\u2028b": "\u0085", "\ud800": "\udfff\x7f"})
def test_any_value_reads_back_equal_from_one_line_of_utf_8(value: Any) -> None:
    text = json_text(value)
    assert json.loads(text.encode().decode()) == json.loads(json.dumps(value))
    assert len(text.splitlines()) == 1
    assert json_length(value) == len(text)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 2),
        ("plain", 7),
        ("é", 3),
        ("駅" * 21_454, 21_456),
        ("😀", 3),
        ("👩‍👩‍👧", 7),
        ('"\\', 6),
        ("\n\t", 6),
        ("\x00", 8),
        ("</script>&'", 13),
        ("駅\u2028駅", 10),
        ("\ud800", 8),
    ],
)
def test_a_character_counts_once_and_an_escape_only_where_one_is_sent(text: str, length: int) -> None:
    assert json_length(text) == length
    assert json_length({text: text}) == 2 * length + len("{: }")


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_fails_for_numbers_that_json_does_not_have(number: float) -> None:
    with pytest.raises(InputError, match="a number that JSON does not have"):
        json_length([number])
