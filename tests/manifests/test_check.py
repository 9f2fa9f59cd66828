"""Every mistake in an input manifest is found with its line before a job is started."""

import io
import json
import tracemalloc
from typing import Any

import pytest

from ground_truth.contract.errors import ContractError
from ground_truth.contract.findings import Finding, Level
from ground_truth.contract.task_types import (
    ADJUSTMENT_OF_MASKS,
    BOUNDING_BOX,
    CUSTOM,
    IMAGE_CLASSIFICATION,
    SEMANTIC_SEGMENTATION,
    VERIFICATION_OF_BOXES,
)
from ground_truth.manifests.check import CHECKS, check_manifest

GOOD = b'{"source-ref": "s3://bucket/1.jpg"}\n'
BOXES = {
    "source-ref": "s3://bucket/1.jpg",
    "boxes": {"image_size": [{"width": 9, "height": 9, "depth": 3}], "annotations": []},
    "boxes-metadata": {"type": "groundtruth/object-detection", "objects": [], "class-map": {}},
}
MASK: dict[str, Any] = {
    "source-ref": "s3://bucket/1.jpg",
    "road-ref": "s3://out/1.png",
    "road-ref-metadata": {
        "type": "groundtruth/semantic-segmentation",
        "internal-color-map": {"1": {"class-name": "road", "hex-color": "#2ca02c"}},
    },
}


def findings(content: bytes | dict, **job) -> list[Finding]:
    content = json.dumps(content).encode() if isinstance(content, dict) else content
    return list(check_manifest(io.BytesIO(content), **job))


def faults(content: bytes | dict, **job) -> list[tuple[str, str]]:
    """Pairs of check and place, but for the count of objects."""
    return [
        (finding.check.id.removeprefix("manifest."), finding.where)
        for finding in findings(content, **job)
        if finding.level is not Level.OK
    ]


def ref(address: object, **extra: object) -> dict:
    return {"source-ref": address} | extra


def test_a_good_manifest_is_counted() -> None:
    (finding,) = findings(GOOD + GOOD.replace(b"1", b"2"), task_type=BOUNDING_BOX, label_attribute="street")
    assert (finding.level, finding.fact) == (Level.OK, "2 objects")


@pytest.mark.parametrize(
    ("line", "check"),
    [
        (b"\xff", "encoding"),
        ('{"source-ref": "s3://bucket/straße.jpg"}'.encode("latin-1"), "encoding"),
        (b"{'source-ref': 's3://bucket/2.jpg'}", "json"),
        (b'{"source-ref": "s3://bucket/2.jpg"},', "json"),
        (b'{"source-ref": "s3://bucket/2.jpg", "x": Infinity}', "json"),
        (b"[" * 90_000, "json"),
        (b'"s3://bucket/2.jpg"', "object"),
        (b'{"source-ref": "s3://bucket/2.jpg", "source-ref": "s3://bucket/3.jpg"}', "repeated-key"),
        (b'{"source-ref": "s3://bucket/2.jpg", "x": {"y": 1, "y": 1}}', "repeated-key"),
        (b"  ", "blank-line"),
        (b'{"source-ref": "s3://bucket/2.jpg", "$x": 1}', "dollar-key"),
        (b'{"source-ref": "s3://bucket/2.jpg", "\\u0024x": 1}', "dollar-key"),
        (b'{"image": "s3://bucket/2.jpg"}', "source"),
        (b'{"source-ref": "s3://bucket/2.jpg", "source": "a text"}', "source"),
        (b'{"source": ""}', "address"),
        (b'{"source": 7}', "address"),
        (b'{"source-ref": "s3://bucket/1.jpg", "camera": "north"}', "repeated-object"),
    ],
)
def test_a_wrong_line_is_found_with_its_number(line: bytes, check: str) -> None:
    assert faults(GOOD + line + b"\r\n" + GOOD.replace(b"1", b"9")) == [(check, "line 2")]


def test_a_byte_order_mark_is_found_and_the_first_line_read_all_the_same() -> None:
    assert faults(b"\xef\xbb\xbf" + GOOD + GOOD) == [("byte-order-mark", "line 1"), ("repeated-object", "line 2")]


def test_a_utf_16_file_is_called_by_its_name() -> None:
    first = findings(GOOD.decode().encode("utf-16"))[0]
    assert (first.check.id, first.fact[:18]) == ("manifest.encoding", "the file is UTF-16")


def test_blank_lines_at_the_end_are_a_warning() -> None:
    finding, _count = findings(GOOD + b"\n\n")
    assert (finding.level, finding.where, finding.fact) == (Level.WARNING, "line 2", "2 blank lines at the end")


@pytest.mark.parametrize(
    "address",
    [
        "bucket/1.jpg",
        "s3:/bucket/1.jpg",
        "s3://bucket",
        "s3://bucket/",
        "s3:///1.jpg",
        " s3://b/1.jpg",
        "https://example.com/1.jpg",
        "/home/me/1.jpg",
        "s3://bucket/" + "ß" * 600 + ".jpg",
        7,
        None,
    ],
)
def test_an_address_that_is_none_on_s3_is_found(address: object) -> None:
    assert faults(ref(address)) == [("address", "line 1")]


def test_an_s3_address_in_web_form_is_a_warning() -> None:
    finding, _count = findings(ref("https://bucket.s3.eu-west-1.amazonaws.com/1.jpg"))
    assert (finding.check.id, finding.level) == ("manifest.web-address", Level.WARNING)


@pytest.mark.parametrize("key", ["a b+c%20.jpg", '"quoted".png', "straße/駅.jpeg", "UPPER.JPG", "x" * 1_000 + ".jpg"])
def test_any_key_that_s3_allows_passes(key: str) -> None:
    assert not faults(ref(f"s3://bucket/{key}"), task_type=BOUNDING_BOX)


@pytest.mark.parametrize("key", ["1.gif", "1", "1.tif", "folder/", "1.jpg.txt"])
def test_a_file_that_the_type_does_not_take_is_found(key: str) -> None:
    assert faults(ref(f"s3://bucket/{key}"), task_type=IMAGE_CLASSIFICATION) == [("file-ending", "line 1")]
    assert not faults(ref(f"s3://bucket/{key}"), task_type=CUSTOM)


def test_a_text_for_an_image_task_is_found() -> None:
    assert faults({"source": "a text"}, task_type=BOUNDING_BOX) == [("media-key", "line 1")]
    assert not faults({"source": "a text"}, task_type=CUSTOM)


def test_a_line_may_have_a_hundred_thousand_characters_and_no_more() -> None:
    short = {"source-ref": "s3://b/1.jpg"} | {f"k{number}": "é" * 19_000 for number in range(5)} | {"pad": ""}
    spare = 100_000 - len(json.dumps(short, ensure_ascii=False))
    for extra, expected in ((0, []), (1, [("line-length", "line 1")])):
        line = json.dumps(short | {"pad": "é" * (spare + extra)}, ensure_ascii=False).encode()
        assert faults(line + b"\r\n") == expected


def test_an_endless_line_is_found_without_keeping_it_in_memory() -> None:
    content = io.BytesIO(b"x" * 20_000_000 + b"\n" + GOOD)
    tracemalloc.start()
    try:
        result = [(finding.check.id, finding.where) for finding in check_manifest(content)]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert result == [("manifest.line-length", "line 1"), ("manifest.objects", "")]
    assert peak < 4_000_000


@pytest.mark.parametrize("value", ["x" * 20_001, list(range(5_000)), {"a": "x" * 20_000}])
def test_a_value_of_more_than_twenty_thousand_characters_is_found(value: object) -> None:
    assert faults(ref("s3://b/1.jpg", big=value)) == [("attribute-length", "line 1")]
    assert not faults(ref("s3://b/1.jpg", big="é" * 15_000))


@pytest.mark.parametrize("ascii_only", [True, False])
@pytest.mark.parametrize("character", ["é", "駅", "😀"])
def test_a_value_is_as_long_as_its_characters_however_the_file_writes_them(character: str, ascii_only: bool) -> None:
    spare = 20_000 - len('{"note": ""}')
    for key, value in (("text", character * 20_000), ("object", {"note": character * spare})):
        longer = value + character if isinstance(value, str) else {"note": value["note"] + character}
        for own, expected in ((value, []), (longer, [("attribute-length", "line 1")])):
            line = json.dumps(ref("s3://b/1.jpg", **{key: own}), ensure_ascii=ascii_only).encode()
            items = [fault for fault in faults(line) if fault[0] != "line-length"]
            assert items == expected


def test_an_object_that_has_the_job_s_label_is_a_warning() -> None:
    finding, _count = findings(BOXES, task_type=BOUNDING_BOX, label_attribute="boxes")
    assert (finding.check.id, finding.level) == ("manifest.labeled", Level.WARNING)
    assert not faults(BOXES, task_type=BOUNDING_BOX, label_attribute="other")


def test_metadata_that_the_job_would_replace_is_a_warning() -> None:
    line = ref("s3://b/1.jpg", **{"boxes-metadata": {"mine": 1}})
    assert faults(line, label_attribute="boxes") == [("overwritten", "line 1")]
    failed = ref("s3://b/1.jpg", **{"boxes-metadata": {"failure-reason": "nobody answered"}})
    assert not faults(failed, label_attribute="boxes")


@pytest.mark.parametrize("attribute", ["source-ref", "my_label", "x-metadata", "x-ref"])
def test_fails_for_a_label_attribute_that_the_type_cannot_have(attribute: str) -> None:
    with pytest.raises(ContractError, match="'label_attribute_name' should be"):
        findings(GOOD, task_type=BOUNDING_BOX, label_attribute=attribute)


def test_fails_for_a_review_that_would_replace_what_it_reviews() -> None:
    with pytest.raises(ContractError, match="another name"):
        findings(BOXES, task_type=VERIFICATION_OF_BOXES, label_attribute="boxes", audited_attribute="boxes")


def test_a_review_finds_its_label_by_name_and_by_type() -> None:
    for audited in ("boxes", ""):
        assert not faults(BOXES, task_type=VERIFICATION_OF_BOXES, label_attribute="check", audited_attribute=audited)


@pytest.mark.parametrize("audited", ["boxes", ""])
def test_an_object_without_the_label_to_review_is_found(audited: str) -> None:
    job = {"task_type": VERIFICATION_OF_BOXES, "audited_attribute": audited}
    assert faults(GOOD, **job) == [("unreviewable", "line 1")]
    assert faults({key: BOXES[key] for key in BOXES if key != "boxes"}, **job) == [("unreviewable", "line 1")]
    failed = ref("s3://b/1.jpg", **{"boxes-metadata": {"failure-reason": "ClientError: nobody"}})
    assert faults(failed, **job) == [("failed", "line 1")]
    assert "ClientError: nobody" in findings(failed, **job)[0].fact


def test_a_label_of_another_type_cannot_be_reviewed() -> None:
    assert faults(MASK, task_type=VERIFICATION_OF_BOXES) == [("unreviewable", "line 1")]


def test_masks_without_colours_cannot_be_reviewed() -> None:
    assert not faults(MASK, task_type=ADJUSTMENT_OF_MASKS)
    metadata = MASK["road-ref-metadata"] | {"internal-color-map": {"1": {"class-name": "road"}}}
    assert faults(MASK | {"road-ref-metadata": metadata}, task_type=ADJUSTMENT_OF_MASKS) == [("colors", "line 1")]


def test_an_empty_manifest_is_a_problem() -> None:
    assert faults(b"") == [("objects", "")]


def test_more_objects_than_a_job_of_the_type_takes_are_a_problem() -> None:
    lines = [json.dumps(ref(f"s3://bucket/{number}.png")).encode() for number in range(20_001)]
    *_, enough = check_manifest(lines[:20_000], task_type=SEMANTIC_SEGMENTATION)
    *_, too_many = check_manifest(lines, task_type=SEMANTIC_SEGMENTATION)
    assert (enough.level, enough.fact) == (Level.OK, "20,000 objects")
    assert too_many.level is Level.PROBLEM
    assert too_many.fact == "20,001 objects, but a semantic-segmentation job takes 20,000"


def test_without_quotas_a_manifest_may_be_of_any_length_but_empty() -> None:
    lines = [json.dumps(ref(f"s3://bucket/{number}.png")).encode() for number in range(20_001)]
    *_, count = check_manifest(lines, task_type=SEMANTIC_SEGMENTATION, quotas=False)
    assert (count.level, count.fact) == (Level.OK, "20,001 objects")
    *_, count = check_manifest([], task_type=SEMANTIC_SEGMENTATION, quotas=False)
    assert (count.level, count.fact) == (Level.PROBLEM, "0 objects")


def test_a_thousand_problems_of_one_kind_stay_readable() -> None:
    result = findings(b"x\n" * 1_000 + b"{}\n", most_of_a_kind=3)
    assert [finding.where for finding in result] == ["line 1", "line 2", "line 3", "line 1001", "", ""]
    assert result[-1].fact.startswith("and 997 more lines")
    assert result[-1].level is Level.PROBLEM


def test_a_long_value_is_quoted_in_short() -> None:
    finding = findings(ref("x" * 10_000))[0]
    assert len(finding.fact) < 200


def test_every_check_is_listed_once_and_says_why_it_matters() -> None:
    assert len({check.id for check in CHECKS}) == len(CHECKS) == 22
    assert all(check.meaning and check.why and check.id.startswith("manifest.") for check in CHECKS)
