"""The post-annotation event is read as documented and as really sent, and what is none is refused by what it lacks."""

from datetime import UTC, datetime
from typing import Any

import pytest

from ground_truth.answers.hook_event import ConsolidationRequest
from ground_truth.contract.errors import InputError

FOLDER = "s3://out/yard/annotations/consolidated-annotation"
EVENT: dict[str, Any] = {
    "version": "2018-10-16",
    "labelingJobArn": "arn:aws:sagemaker:eu-west-1:111122223333:labeling-job/yard",
    "labelAttributeName": "yard",
    "labelCategories": ["forklift", "pallet"],
    "payload": {"s3Uri": f"{FOLDER}/consolidation-request/iteration-1/2026-11-23_10:02:14.json"},
}


def test_an_event_tells_job_attribute_labels_and_when_its_batch_was_made() -> None:
    request = ConsolidationRequest.read(EVENT)
    assert request.labeling_job_arn == EVENT["labelingJobArn"]
    assert (request.label_attribute_name, request.labels) == ("yard", ("forklift", "pallet"))
    assert request.payload_uri == EVENT["payload"]["s3Uri"]
    assert request.moment == datetime(2026, 11, 23, 10, 2, 14, tzinfo=UTC)


@pytest.mark.parametrize("categories", [{}, {"labelCategories": None}, {"labelCategories": []}])
def test_a_job_made_in_the_console_has_no_labels_in_its_event(categories: dict[str, Any]) -> None:
    event = {key: value for key, value in EVENT.items() if key != "labelCategories"} | categories
    assert ConsolidationRequest.read(event).labels == ()


@pytest.mark.parametrize("key", ["labelingJobArn", "labelAttributeName", "payload"])
def test_fails_with_the_key_that_is_missing(key: str) -> None:
    event = {name: value for name, value in EVENT.items() if name != key}
    with pytest.raises(InputError, match=f"not a post-annotation event: '{key}' is missing, it has .*'version'"):
        ConsolidationRequest.read(event)


@pytest.mark.parametrize("payload", [None, "s3://out/a.json", {}, {"S3Uri": "s3://out/a.json"}])
def test_fails_for_a_payload_without_its_address(payload: object) -> None:
    with pytest.raises(InputError, match=r"'payload\.s3Uri' is missing"):
        ConsolidationRequest.read(EVENT | {"payload": payload})
