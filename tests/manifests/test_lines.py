"""Manifests are read and written as they are, whatever the names of files hold."""

import io
import json
from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ground_truth.contract.errors import InputError
from ground_truth.manifests.lines import ManifestError, read_manifest, write_manifest
from ground_truth.manifests.manifest_line import ManifestLine

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda values: st.lists(values, max_size=3) | st.dictionaries(st.text(), values, max_size=3),
    max_leaves=8,
)
LINES = st.lists(st.dictionaries(st.text(), JSON_VALUES, max_size=4), max_size=4)


def written(contents: list[dict]) -> bytes:
    file = io.BytesIO()
    assert write_manifest(map(ManifestLine, contents), file) == len(contents)
    return file.getvalue()


def contents_of(lines) -> list[dict]:
    return [line.content for line in read_manifest(lines)]


@given(LINES)
@example([{"a\u2028b": "\u0085", "\ud800": "\udfff\x7f"}])
def test_every_line_reads_back_equal_from_one_line_of_utf_8(contents: list[dict]) -> None:
    file = written(contents)
    assert contents_of(io.BytesIO(file)) == contents
    assert len(file.decode().splitlines()) == len(contents)


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
@example('a "quoted" + name 100% %20 straße 駅.jpg')
def test_a_key_comes_through_unchanged_beside_earlier_labels(key: str) -> None:
    content = {"source-ref": f"s3://bucket/{key}", "boxes": {"annotations": []}, "boxes-metadata": {"type": "x"}}
    (read,) = contents_of(io.BytesIO(written([content])))
    assert read == content
    assert list(read) == list(content)


def test_names_stay_readable_in_the_file() -> None:
    assert "straße 駅.jpg" in written([{"source-ref": "s3://b/straße 駅.jpg"}]).decode()


def test_fails_to_write_what_json_does_not_have() -> None:
    with pytest.raises(InputError, match="a number that JSON does not have"):
        written([{"score": float("nan")}])


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_both_line_ends_a_byte_order_mark_and_a_blank_end_are_read(line_end: bytes) -> None:
    content = b"\xef\xbb\xbf" + line_end.join([b'{"source": "a"}', b'{"source": "b"}', b"", b" "])
    assert [line.source for line in read_manifest(io.BytesIO(content))] == ["a", "b"]


def test_lines_may_come_from_anywhere() -> None:
    assert contents_of([b'{"source": "a"}', b'{"source": "b"}\n']) == [{"source": "a"}, {"source": "b"}]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (b"\xff", "byte 1 of the line is not UTF-8"),
        (b"{'a': 1}", "not JSON at character 2"),
        (b'{"a": NaN}', "NaN is not JSON"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "not JSON"),
        (b"[" * 90_000, "lists or objects nested too deeply"),
        (b"[1]", "a JSON list, not an object"),
        (b"7", "a JSON number, not an object"),
        (b'{"a": {"b": 1, "b": 2}}', "the key 'b' is there 2 times"),
    ],
)
def test_fails_with_the_line_and_what_is_wrong_with_it(line: bytes, found: str) -> None:
    with pytest.raises(ManifestError, match=f"^line 2: {found}.*: [a-z]") as caught:
        list(read_manifest([b'{"source": "a"}\n', line]))
    assert caught.value.line == 2


def test_fails_with_the_number_of_the_first_blank_line_between_objects() -> None:
    with pytest.raises(ManifestError, match="^line 2: a blank line"):
        list(read_manifest([b"{}\n", b"\n", b" \n", b"{}\n"]))


def test_lines_are_read_one_at_a_time() -> None:
    def lines() -> Iterator[bytes]:
        yield json.dumps({"source": "first"}).encode()
        raise AssertionError("read ahead")

    assert next(read_manifest(lines())).content == {"source": "first"}


def test_a_line_with_thousands_of_labels_is_read_whole() -> None:
    content = {"source-ref": "s3://b/1.jpg", "boxes": {"annotations": [{"class_id": 0, "left": 1}] * 50_000}}
    file = written([content, content])
    assert len(file) > 2_000_000
    assert contents_of(io.BytesIO(file)) == [content, content]
