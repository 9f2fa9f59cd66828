"""A bucket, functions and a job's request, for tests of the steps of a job and of the worker's API."""

import json
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import boto3

from ground_truth.aws.s3 import Files
from ground_truth.engine.assembling import assemble
from ground_truth.engine.consolidating import consolidate_batch
from ground_truth.engine.hooks import HookFailed
from ground_truth.engine.model import EngineJob
from ground_truth.engine.opening import open_batch
from ground_truth.engine.planning import ManifestBatch, plan
from tests.engine.conftest import Engine

BUCKET = "training"
ARN = "arn:aws:sagemaker:eu-west-1:111122223333:labeling-job/yard"
PRE = "arn:aws:lambda:eu-west-1:111122223333:function:pre"
POST = "arn:aws:lambda:eu-west-1:111122223333:function:post"
TEMPLATE = "<crowd-form><img alt='' src='{{ task.input.taskObject | grant_read_access }}'></crowd-form>"
Function = Callable[[Mapping[str, Any]], Any]


def pre_hook(event: Mapping[str, Any]) -> Any:
    return {"taskInput": {"taskObject": event["dataObject"]["source-ref"]}, "isHumanAnnotationRequired": True}


class LabelingAccount:
    """Everything around the engine's table."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.store = engine.store
        self.s3 = boto3.client("s3", region_name="eu-west-1")
        self.files = Files(self.s3)
        self._empty_bucket()
        self.functions: dict[str, Function] = {PRE: pre_hook, POST: self.post_hook}
        self.events: list[tuple[str, Any]] = []
        self.put("page.html", TEMPLATE)
        self.put("labels.json", json.dumps({"labels": [{"label": "forklift"}, {"label": "pallet"}]}))

    def _empty_bucket(self) -> None:
        """The bucket is that of all tests, as LINES name it."""
        if BUCKET not in [bucket["Name"] for bucket in self.s3.list_buckets()["Buckets"]]:
            region = {"LocationConstraint": "eu-west-1"}
            self.s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=region)
        for bucket in self.s3.list_objects_v2(Bucket=BUCKET).get("Contents", ()):
            self.s3.delete_object(Bucket=BUCKET, Key=bucket["Key"])

    def call(self, function_arn: str, event: Mapping[str, Any]) -> Any:
        self.events.append((function_arn, event))
        return self.functions[function_arn](event)

    def post_hook(self, event: Mapping[str, Any]) -> Any:
        """A hook as public samples have it: what most said, for each object."""
        payload = json.loads(self.files.read(event["payload"]["s3Uri"]))
        attribute = event["labelAttributeName"]
        records = []
        for entry in payload:
            answers = [json.loads(answer["annotationData"]["content"]) for answer in entry["annotations"]]
            labels = [answer["kind"]["label"] for answer in answers]
            content = {attribute: {"label": max(sorted(set(labels)), key=labels.count), "votes": len(labels)}}
            records.append(
                {"datasetObjectId": entry["datasetObjectId"], "consolidatedAnnotation": {"content": content}}
            )
        return records

    def put(self, key: str, text: str) -> str:
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=text.encode())
        return f"s3://{BUCKET}/{key}"

    def read(self, uri: str) -> Any:
        return json.loads(self.files.read(uri))

    def lines(self, *lines: Any) -> str:
        return self.put("input.manifest", "".join(json.dumps(line) + "\n" for line in lines))

    def request(self, **changes: Any) -> dict[str, Any]:
        config: dict[str, Any] = {
            "UiConfig": {"UiTemplateS3Uri": f"s3://{BUCKET}/page.html"},
            "PreHumanTaskLambdaArn": PRE,
            "AnnotationConsolidationConfig": {"AnnotationConsolidationLambdaArn": POST},
            "TaskTitle": "Find pallets",
            "TaskDescription": "Say what is on each photo.",
            "NumberOfHumanWorkersPerDataObject": 2,
            "TaskTimeLimitInSeconds": 600,
            "TaskAvailabilityLifetimeInSeconds": 3600,
        }
        config |= changes.pop("HumanTaskConfig", {})
        request = {
            "LabelingJobName": "Yard",
            "LabelAttributeName": "yard",
            "InputConfig": {"DataSource": {"S3DataSource": {"ManifestS3Uri": f"s3://{BUCKET}/input.manifest"}}},
            "OutputConfig": {"S3OutputPath": f"s3://{BUCKET}/labeling-jobs"},
            "LabelCategoryConfigS3Uri": f"s3://{BUCKET}/labels.json",
            "RoleArn": "arn:aws:iam::111122223333:role/labeling",
            "HumanTaskConfig": {key: value for key, value in config.items() if value is not None},
        }
        return request | changes

    def begin(self, **changes: Any) -> tuple[EngineJob, list[ManifestBatch]]:
        """Plans a job and opens its objects."""
        planned = plan(self.request(**changes), self.store, self.files)
        job = self.store.jobs.get(planned["job"])
        batches = [ManifestBatch(**entry) for entry in self.read(f"s3://{planned['bucket']}/{planned['batches']}")]
        for batch in batches:
            open_batch(job, ARN, batch, self.store, self.files, self)
        return job, batches

    def end(self, name: str, batches: list[ManifestBatch]) -> list[dict[str, Any]]:
        """Consolidates and assembles a job; the lines of its output manifest."""
        job = self.store.jobs.get(name)
        for batch in batches:
            consolidate_batch(job, ARN, batch, self.store, self.files, self)
        state = assemble(job, {"job": job.name}, self.files, self.s3, lambda: True)
        assert state["done"]
        return [json.loads(line) for line in self.files.read(state["manifest"]).splitlines()]

    def written(self) -> set[str]:
        return {entry.uri.removeprefix(f"s3://{BUCKET}/") for entry in self.files.list(f"s3://{BUCKET}/labeling-jobs")}


def failing(message: str) -> Function:
    def fail(event: Mapping[str, Any]) -> Any:
        raise HookFailed(message)

    return fail


def states() -> Any:
    """A client for Step Functions that notes what was woken."""
    woken: list[str] = []
    return SimpleNamespace(woken=woken, send_task_success=lambda taskToken, output: woken.append(taskToken))
