"""One labeling job of Ground Truth's played through by hand, in the contract's files and events (sections 5, 6 and 8).

What Ground Truth does between the hooks is done here in the open: the manifest is read, each line goes
through the deployed pre-annotation function, workers answer, and the deployed post-annotation function
merges the answers. Every call is made with the job's own execution role.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from examples.street.crowd import CROWD, answer
from examples.street.deploy import Deployment
from examples.street.photos import Photo
from ground_truth.aws.s3 import split_uri
from ground_truth.contract.label_category_config import read_labels
from ground_truth.contract.request import LabelingJobRequest

Answers = Sequence[tuple[str, Mapping[str, Any]]]
# Asks the workers: task input in, (worker id, answer content) of each out.
AskWorkers = Callable[[Mapping[str, Any]], Answers]


class HookFailed(RuntimeError):
    """A deployed hook raised; the message is the hook's own."""


@dataclass(frozen=True, kw_only=True)
class JobRun:
    """Runs the job of a complete CreateLabelingJob request; ``session`` has the execution role's rights."""

    request: LabelingJobRequest
    session: Any

    def run(self, ask_workers: AskWorkers) -> str:
        """Plays the job to its end and returns the URI of the output manifest."""
        lines = self._read_manifest()
        file_name = f"{datetime.now(UTC):%Y-%m-%d_%H:%M:%S}.json"
        payload = []
        for index, line in enumerate(lines):
            answers = ask_workers(self._task_input(line))
            self._put_worker_response(index, answers, file_name)
            payload.append(_payload_entry(index, line, answers))
        labels = self._consolidate(payload, file_name)
        uri = f"{self._root}/manifests/output/output.manifest"
        labeled = (line | labels.get(str(index), self._failed()) for index, line in enumerate(lines))
        self._put(uri, "".join(json.dumps(line) + "\n" for line in labeled))
        return uri

    @property
    def _root(self) -> str:
        folder: str = self.request["OutputConfig"]["S3OutputPath"]
        return f"{folder.rstrip('/')}/{self.request['LabelingJobName']}"

    @property
    def _arn(self) -> str:
        account = self.request["RoleArn"].split(":")[4]
        name = self.request["LabelingJobName"].lower()
        return f"arn:aws:sagemaker:{self.session.region_name}:{account}:labeling-job/{name}"

    def _read_manifest(self) -> list[dict[str, Any]]:
        text = self._get(self.request["InputConfig"]["DataSource"]["S3DataSource"]["ManifestS3Uri"])
        return [json.loads(line) for line in text.splitlines()]

    def _task_input(self, line: Mapping[str, Any]) -> Mapping[str, Any]:
        event = {"version": "2018-10-16", "labelingJobArn": self._arn, "dataObject": line}
        response: dict[str, Mapping[str, Any]] = self._invoke(
            self.request["HumanTaskConfig"]["PreHumanTaskLambdaArn"], event
        )
        return response["taskInput"]

    def _put_worker_response(self, index: int, answers: Answers, file_name: str) -> None:
        submitted = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}.000Z"
        entries = [
            {"answerContent": content, "submissionTime": submitted, "workerId": worker} for worker, content in answers
        ]
        uri = f"{self._root}/annotations/worker-response/iteration-1/{index}/{file_name}"
        self._put(uri, json.dumps({"answers": entries}))

    def _consolidate(self, payload: Sequence[Mapping[str, Any]], file_name: str) -> dict[str, dict[str, Any]]:
        """Hands the batch to the post-annotation hook; returns each object's content by its id."""
        folder = f"{self._root}/annotations/consolidated-annotation"
        payload_uri = f"{folder}/consolidation-request/iteration-1/{file_name}"
        self._put(payload_uri, json.dumps(payload))
        task = self.request["HumanTaskConfig"]
        event = {
            "version": "2018-10-06",
            "labelingJobArn": self._arn,
            "labelCategories": read_labels(self._get(self.request["LabelCategoryConfigS3Uri"])),
            "labelAttributeName": self.request["LabelAttributeName"],
            "roleArn": self.request["RoleArn"],
            "payload": {"s3Uri": payload_uri},
            "outputConfig": f"{self._root}/annotations",
            "maxHumanWorkersPerDataObject": task["NumberOfHumanWorkersPerDataObject"],
        }
        response = self._invoke(task["AnnotationConsolidationConfig"]["AnnotationConsolidationLambdaArn"], event)
        self._put(f"{folder}/consolidation-response/iteration-1/{file_name}", json.dumps(response))
        return {entry["datasetObjectId"]: entry["consolidatedAnnotation"]["content"] for entry in response}

    def _failed(self) -> dict[str, Any]:
        reason = "the object could not be consolidated; the log of the post-annotation hook says why"
        return {f"{self.request['LabelAttributeName']}-metadata": {"failure-reason": reason}}

    def _invoke(self, function_arn: str, event: Mapping[str, Any]) -> Any:
        answer = self.session.client("lambda").invoke(FunctionName=function_arn, Payload=json.dumps(event))
        result = json.loads(answer["Payload"].read())
        if "FunctionError" in answer:
            raise HookFailed(f"{function_arn.rpartition(':')[2]}: {result.get('errorMessage', result)}")
        return result

    def _get(self, uri: str) -> str:
        bucket, key = split_uri(uri)
        text: str = self.session.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read().decode()
        return text

    def _put(self, uri: str, text: str) -> None:
        bucket, key = split_uri(uri)
        self.session.client("s3").put_object(Bucket=bucket, Key=key, Body=text.encode())


def _payload_entry(index: int, line: Mapping[str, Any], answers: Answers) -> dict[str, Any]:
    return {
        "datasetObjectId": str(index),
        "dataObject": {"s3Uri": line["source-ref"]},
        "annotations": [
            {"workerId": worker, "annotationData": {"content": json.dumps(content)}} for worker, content in answers
        ],
    }


def label(deployment: Deployment, photos: Sequence[Photo]) -> list[dict[str, Any]]:
    """Puts photos in, runs one job over them with simulated workers, and returns the output manifest."""
    s3 = deployment.emulator.session().client("s3")
    by_uri = {}
    for photo in photos:
        key = f"images/{photo.name}"
        s3.put_object(Bucket=deployment.bucket, Key=key, Body=photo.content)
        by_uri[f"s3://{deployment.bucket}/{key}"] = photo
    manifest_uri = f"s3://{deployment.bucket}/datasets/street/input.manifest"
    lines = "".join(json.dumps({"source-ref": uri}) + "\n" for uri in by_uri)
    _, key = split_uri(manifest_uri)
    s3.put_object(Bucket=deployment.bucket, Key=key, Body=lines.encode())

    def ask_workers(task_input: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
        photo = by_uri[task_input["taskObject"]]
        return [(worker.worker_id, answer(worker, photo.objects, photo.size, photo.taken_as)) for worker in CROWD]

    request = deployment.job_request("street", f"street-{datetime.now(UTC):%Y%m%d-%H%M%S}", manifest_uri)
    session = deployment.emulator.session_as(deployment.outputs["ExecutionRoleArn"])
    uri = JobRun(request=request, session=session).run(ask_workers)
    bucket, key = split_uri(uri)
    body = s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()
    return [json.loads(line) for line in body.splitlines()]
