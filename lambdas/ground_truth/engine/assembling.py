"""The last step of a job: its output manifest, from the lines of its batches, and the news that it has ended."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ground_truth.aws.composition import Progress, compose
from ground_truth.aws.s3 import Files, split_uri
from ground_truth.contract.job_paths import JobPaths
from ground_truth.engine.model import EngineJob, Status
from ground_truth.engine.store.store import Store

# EventBridge keeps sources that begin with "aws." to AWS; the rest is as SageMaker's (contract section 12).
EVENT_SOURCE = "cdk-ground-truth"
EVENT_TYPE = "SageMaker Ground Truth Labeling Job State Change"


def assemble(job: EngineJob, state: Mapping[str, Any], files: Files, client: Any, has_time: Any) -> dict[str, Any]:
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
        progress=Progress(**state.get("progress", {})),
        has_time=has_time,
        encryption=files.encryption,
    )
    if not progress.done:
        return {"job": job.name, "done": False, "progress": progress.as_json()}
    return {"job": job.name, "done": True, "manifest": paths.output_manifest}


def end(job: EngineJob, store: Store) -> Status:
    """Marks a job whose manifest is there as completed, or as stopped if somebody stopped it."""
    status = Status.STOPPED if job.status in (Status.STOPPING, Status.STOPPED) else Status.COMPLETED
    store.jobs.set_status(job.name, status, unless=[Status.FAILED])
    return status


def announcement(arn: str, status: str) -> dict[str, Any]:
    """The event that tells of a job's status."""
    return {
        "Source": EVENT_SOURCE,
        "DetailType": EVENT_TYPE,
        "Resources": [arn],
        "Detail": json.dumps({"LabelingJobStatus": status}),
    }
