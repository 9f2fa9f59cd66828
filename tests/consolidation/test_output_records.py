"""What came out of a consolidation, as records of the manifest and as the hook's answer."""

from datetime import UTC, datetime

from ground_truth.answers.batch import ObjectError
from ground_truth.consolidation.by_type.outcome import Consolidated, Consolidation
from ground_truth.consolidation.output_records import hook_response, label_records
from ground_truth.contract.task_types import IMAGE_CLASSIFICATION

CONSOLIDATION = Consolidation(
    outcomes={
        "7": Consolidated(label=1, details={"class-name": "heron"}),
        "8": ObjectError("no worker chose a label"),
        "9": Consolidated(label=0, details={"class-name": "egret"}),
    }
)
COMMON = {
    "type": "groundtruth/image-classification",
    "job-name": "labeling-job/birds",
    "human-annotated": "yes",
    "creation-date": "2026-11-28T12:00:00.000000",
}


def arguments() -> dict:
    arn = "arn:aws:sagemaker:eu-west-1:111122223333:labeling-job/Birds"
    return {"job_arn": arn, "moment": datetime(2026, 11, 28, 12, tzinfo=UTC)}


def test_every_object_has_a_record_with_its_label_or_the_reason_why_it_has_none() -> None:
    records = label_records(CONSOLIDATION, "bird", IMAGE_CLASSIFICATION, **arguments())
    assert {name: record.content for name, record in records.items()} == {
        "7": {"bird": 1, "bird-metadata": {"class-name": "heron", **COMMON}},
        "8": {"bird-metadata": {"failure-reason": "no worker chose a label", **COMMON}},
        "9": {"bird": 0, "bird-metadata": {"class-name": "egret", **COMMON}},
    }
    assert list(records) == ["7", "8", "9"]


def test_the_hook_answers_for_the_labeled_objects_only() -> None:
    response = hook_response(CONSOLIDATION, "bird", IMAGE_CLASSIFICATION, **arguments())
    assert [entry["datasetObjectId"] for entry in response] == ["7", "9"]
    assert response[0]["consolidatedAnnotation"]["content"]["bird-metadata"]["class-name"] == "heron"


def test_labeled_and_failed_objects_are_told_apart() -> None:
    assert list(CONSOLIDATION.labeled) == ["7", "9"]
    assert {name: str(error) for name, error in CONSOLIDATION.failed.items()} == {"8": "no worker chose a label"}
