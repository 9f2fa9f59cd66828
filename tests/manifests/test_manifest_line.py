"""A manifest line tells where its object lies and what each job said of it, and keeps what is the user's own."""

from hypothesis import given
from hypothesis import strategies as st

from ground_truth.manifests.manifest_line import LabelRecord, ManifestLine

KEYS = st.sampled_from(
    ["source-ref", "camera", "yard", "yard-metadata", "metadata", "-metadata", "barn", "barn-metadata"]
)
VALUES = st.none() | st.text(max_size=3) | st.dictionaries(st.sampled_from(["type", "failure-reason"]), st.text())
CONTENTS = st.dictionaries(KEYS, VALUES)
LABELED = ManifestLine(
    {
        "source-ref": "s3://bucket/1.jpg",
        "camera": "north",
        "yard": {"annotations": []},
        "yard-metadata": {"type": "groundtruth/object-detection", "job-name": "labeling-job/first"},
        "barn-metadata": {"failure-reason": "nobody answered", "type": "groundtruth/custom"},
    }
)


def test_the_records_of_a_line_are_those_of_what_was_labeled_and_of_what_failed() -> None:
    yard, barn = LABELED.records
    assert (yard.attribute, yard.label, yard.job_name, yard.failure_reason) == (
        "yard",
        {"annotations": []},
        "first",
        None,
    )
    assert (barn.attribute, barn.label, barn.type, barn.failure_reason) == (
        "barn",
        None,
        "groundtruth/custom",
        "nobody answered",
    )
    assert LABELED.has_label("yard")
    assert not LABELED.has_label("barn")


def test_the_source_is_an_address_or_a_text() -> None:
    assert (LABELED.source, LABELED.source_keys) == ("s3://bucket/1.jpg", ["source-ref"])
    assert ManifestLine({"source": "a text"}).source == "a text"
    assert (ManifestLine({}).source, ManifestLine({}).source_keys) == ("", [])


def test_a_failure_takes_the_place_of_an_earlier_label() -> None:
    failure = LabelRecord("yard", {"yard-metadata": {"failure-reason": "unreadable"}})
    line = LABELED.with_record(failure)
    assert not line.has_label("yard")
    assert line.record("yard") == failure
    assert line.content["camera"] == "north"


def test_a_hook_s_further_keys_are_kept_beside_its_label() -> None:
    record = LabelRecord("yard", {"yard": 1, "yard-metadata": {"type": "groundtruth/custom"}, "mine": 2})
    assert ManifestLine({"source": "a"}).with_record(record).content == {"source": "a", **record.content}


@given(CONTENTS, st.sampled_from(["yard", "barn", "other"]))
def test_a_record_taken_out_and_put_back_leaves_the_line_as_it_was(content: dict, attribute: str) -> None:
    line = ManifestLine(content)
    bare = line.without_record(attribute)
    assert bare.record(attribute).content == {}
    assert bare.with_record(line.record(attribute)) == line
    assert line.content == content
