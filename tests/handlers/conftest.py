import json
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.memory_aws import memory_aws

BUCKET = "results"
JOB_ARN = "arn:aws:sagemaker:eu-west-1:111122223333:labeling-job/yard-boxes"
PAYLOAD_KEY = (
    "labeling-jobs/Yard-Boxes/annotations/consolidated-annotation/"
    "consolidation-request/iteration-1/2026-11-23_10:02:11.json"
)


class Bucket:
    """The output bucket of a job in a simulated S3."""

    def __init__(self) -> None:
        self.client = boto3.client("s3")
        location = {"LocationConstraint": "eu-west-1"}
        self.client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=location)

    def put(self, key: str, content: Any) -> str:
        text = content if isinstance(content, str | bytes) else json.dumps(content)
        self.client.put_object(Bucket=BUCKET, Key=key, Body=text)
        return f"s3://{BUCKET}/{key}"

    def get(self, uri: str) -> bytes:
        body: bytes = self.client.get_object(Bucket=BUCKET, Key=uri.removeprefix(f"s3://{BUCKET}/"))["Body"].read()
        return body

    def keys(self) -> set[str]:
        return {entry["Key"] for entry in self.client.list_objects_v2(Bucket=BUCKET).get("Contents", ())}


@pytest.fixture
def bucket(monkeypatch):
    with memory_aws():
        yield Bucket()


def documented_event(payload_uri: str, **changes: Any) -> dict[str, Any]:
    """Contract section 6.1."""
    return {
        "version": "2018-10-16",
        "labelingJobArn": JOB_ARN,
        "labelCategories": ["forklift", "pallet"],
        "labelAttributeName": "Yard-Boxes",
        "roleArn": "arn:aws:iam::111122223333:role/gt-exec",
        "payload": {"s3Uri": payload_uri},
    } | changes


def real_event(payload_uri: str) -> dict[str, Any]:
    """Contract section 6.2: another version, more keys, and no categories."""
    event = documented_event(payload_uri, version="2018-10-06", vpcEnabled=False)
    event |= {"outputConfig": f"s3://{BUCKET}/Yard-Boxes/annotations", "maxHumanWorkersPerDataObject": 3}
    del event["labelCategories"]
    return event


def entry(object_id: str, *contents: Any, workers: list[str] | None = None) -> dict[str, Any]:
    """One object of a payload file (contract section 6.3), the answers double-encoded as they come."""
    names = workers or [f"private.eu-west-1.{index:016x}" for index in range(len(contents))]
    return {
        "datasetObjectId": object_id,
        "dataObject": {"s3Uri": f"s3://images/{object_id}.jpg"},
        "annotations": [
            {"workerId": worker, "annotationData": {"content": json.dumps(content)}}
            for worker, content in zip(names, contents, strict=True)
        ],
    }


REPOSITORY = Path(__file__).resolve().parents[2]
