"""A job of the engine in the shapes of DescribeLabelingJob and ListLabelingJobs."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import cast

from ground_truth.contract.job_paths import JobPaths
from ground_truth.contract.labeling_job import JobDescription, JobState, JobSummary, LabelCounters
from ground_truth.engine.model import EngineJob, Status
from ground_truth.engine.store.store import EngineStore

# What DescribeLabelingJob gives back as CreateLabelingJob took it.
AS_REQUESTED = (
    "LabelAttributeName",
    "InputConfig",
    "OutputConfig",
    "RoleArn",
    "LabelCategoryConfigS3Uri",
    "StoppingConditions",
    "LabelingJobAlgorithmsConfig",
    "HumanTaskConfig",
    "Tags",
)
_WITH_OUTPUT = (Status.COMPLETED, Status.STOPPED)


def describe(store: EngineStore, job: EngineJob, state_machine: str) -> JobDescription:
    """What DescribeLabelingJob tells of a job; ``state_machine`` is the ARN of the engine's."""
    arn = _arn(state_machine, f"labeling-job/{job.key}")
    request: Mapping[str, object] = job.request
    description = {
        **_state(store, job, arn),
        "JobReferenceCode": hashlib.sha256(f"{arn} {job.created}".encode()).hexdigest()[:32],
        **{name: request[name] for name in AS_REQUESTED if name in request},
        "HumanTaskConfig": {"WorkteamArn": _team(job, state_machine), **job.request["HumanTaskConfig"]},
    }
    return cast(JobDescription, description)


def summarize(store: EngineStore, job: EngineJob, state_machine: str) -> JobSummary:
    """What ListLabelingJobs tells of a job, in its LabelingJobSummaryList."""
    hooks = {
        "PreHumanTaskLambdaArn": job.pre_annotation,
        "AnnotationConsolidationLambdaArn": job.post_annotation,
    }
    summary = {
        **_state(store, job, _arn(state_machine, f"labeling-job/{job.key}")),
        "WorkteamArn": _team(job, state_machine),
        **{name: arn for name, arn in hooks.items() if arn},
        "InputConfig": job.request["InputConfig"],
    }
    return cast(JobSummary, summary)


def _state(store: EngineStore, job: EngineJob, arn: str) -> JobState:
    state: JobState = {
        "LabelingJobName": job.name,
        "LabelingJobArn": arn,
        "LabelingJobStatus": str(job.status),
        "LabelCounters": _counters(store, job),
        "CreationTime": _moment(job.created),
        "LastModifiedTime": _moment(job.created if job.changed is None else job.changed),
    }
    if job.failure_reason:
        state["FailureReason"] = job.failure_reason
    if job.status in _WITH_OUTPUT:
        state["LabelingJobOutput"] = {"OutputDatasetS3Uri": JobPaths.of_request(job.request).output_manifest}
    return state


def _counters(store: EngineStore, job: EngineJob) -> LabelCounters:
    """While people work, an object counts as labeled when it has its answers; at the end, when it has a label."""
    counts = store.jobs.counts(job)
    labeled, failed = counts.finished - counts.failed, counts.failed
    if job.status in _WITH_OUTPUT:
        outcome = store.jobs.outcome(job)
        labeled, failed = outcome.labeled, outcome.failed
    return {
        "TotalLabeled": labeled,
        "HumanLabeled": labeled,
        "MachineLabeled": 0,
        "FailedNonRetryableError": failed,
        "Unlabeled": counts.total - labeled - failed,
    }


def _team(job: EngineJob, state_machine: str) -> str:
    """The shapes demand a work team, and the engine needs none: the name of the one it gives says so."""
    return job.request["HumanTaskConfig"].get("WorkteamArn") or _arn(state_machine, "workteam/self-hosted/workers")


def _arn(state_machine: str, resource: str) -> str:
    """The ARN of what SageMaker would have, in the account and the region of the engine."""
    _, partition, _, region, account, *_ = state_machine.split(":")
    return f"arn:{partition}:sagemaker:{region}:{account}:{resource}"


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
