"""The last step of a job: its output manifest, from the lines of its batches, and the news that it has ended."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NotRequired, TypedDict

from ground_truth.aws.composition import ProgressJson, UploadProgress, compose
from ground_truth.aws.s3 import Files, split_uri
from ground_truth.contract.job_paths import JobPaths
from ground_truth.engine.model import EngineJob, Status
from ground_truth.engine.store.store import EngineStore

if TYPE_CHECKING:
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef
    from mypy_boto3_s3 import S3Client

# EventBridge keeps sources that begin with "aws." to AWS; the rest is as SageMaker's (contract section 12).
EVENT_SOURCE = "cdk-ground-truth"
EVENT_TYPE = "SageMaker Ground Truth Labeling Job State Change"


class AssemblyState(TypedDict):
    """How far a job's manifest is: ``progress`` until it is there, ``manifest`` and ``status`` from then on."""

    job: str
    done: NotRequired[bool]
    progress: NotRequired[ProgressJson]
    manifest: NotRequired[str]
    status: NotRequired[str]


def assemble(
    job: EngineJob, state: AssemblyState, files: Files, client: S3Client, has_time: Callable[[], bool]
) -> AssemblyState:
    """Joins the lines of the batches from where ``state`` stands; ``done`` says that the manifest is there."""
    paths = JobPaths.of_request(job.request)
    count = len(json.loads(files.read(paths.batches)))
    bucket, key = split_uri(paths.output_manifest)

    def pieces(after: str) -> Iterator[tuple[str, bytes]]:
        for batch in range(int(after) + 1 if after else 0, count):
            yield str(batch), files.read(paths.intermediate(batch))

    progress = compose(
        client,
        bucket=bucket,
        key=key,
        content_type="application/jsonlines",
        pieces=pieces,
        progress=UploadProgress(**state.get("progress", ProgressJson())),
        has_time=has_time,
        encryption=files.encryption,
    )
    if not progress.done:
        return {"job": job.name, "done": False, "progress": progress.as_json()}
    return {"job": job.name, "done": True, "manifest": paths.output_manifest}


def end_job(job: EngineJob, store: EngineStore) -> Status:
    """Marks a job whose manifest is there as completed, or as stopped if somebody stopped it."""
    status = Status.STOPPED if job.status in (Status.STOPPING, Status.STOPPED) else Status.COMPLETED
    store.jobs.set_status(job.name, status, unless=[Status.FAILED])
    return status


def announcement(arn: str, status: str) -> PutEventsRequestEntryTypeDef:
    """The event that tells of a job's status."""
    return {
        "Source": EVENT_SOURCE,
        "DetailType": EVENT_TYPE,
        "Resources": [arn],
        "Detail": json.dumps({"LabelingJobStatus": status}),
    }
