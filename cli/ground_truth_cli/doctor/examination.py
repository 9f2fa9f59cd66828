"""The whole examination of a task: every check there is, in the order in which people read them."""

from collections.abc import Iterator

from botocore.exceptions import ClientError

from ground_truth.aws.s3 import split_uri
from ground_truth.contract.findings import Finding
from ground_truth.contract.request import LabelingJobRequest
from ground_truth.contract.task_types import CUSTOM, TASK_TYPES
from ground_truth.tasks.request_parts import job_part, merge_parts
from ground_truth_cli.account.deployment import Deployment
from ground_truth_cli.doctor.account import check_account
from ground_truth_cli.doctor.buckets import check_buckets
from ground_truth_cli.doctor.images import Head, check_images, fetch_heads
from ground_truth_cli.doctor.keys import check_keys
from ground_truth_cli.doctor.manifest import ManifestSurvey, check_surveyed_manifest, survey_manifest
from ground_truth_cli.doctor.probes import PlannedJob
from ground_truth_cli.doctor.role import check_role
from ground_truth_cli.doctor.task import check_task
from ground_truth_cli.doctor.team import check_team, count_members

SAMPLE = 200


def examine(
    deployment: Deployment,
    task_name: str,
    *,
    manifest_uri: str | None = None,
    sample: int = SAMPLE,
    invoke: bool = False,
) -> Iterator[Finding]:
    """Performs every check on a task, on its manifest if one is given.

    ``sample`` is the number of images looked into; ``invoke`` calls the pre-annotation function.
    Raises StateError for an unknown task.
    """
    task = deployment.task(task_name)
    request = merge_parts(_task_part(deployment, task_name), task.deployment)
    if manifest_uri:
        request = merge_parts(request, job_part(f"{task_name}-job", manifest_uri))
    job = PlannedJob(deployment=deployment, task=task, request=request)
    yield from check_account(job)
    yield from check_team(job)
    manifest: ManifestSurvey | None = None
    buckets = {task.training_bucket}
    if manifest_uri:
        manifest, findings = survey_manifest(job, manifest_uri, sample_size=sample)
        yield from findings
        buckets |= (manifest.buckets if manifest else set()) | {split_uri(manifest_uri)[0]}
    heads: list[Head] = fetch_heads(job, manifest.sample) if manifest else []
    image_keys = {head.key for head in heads if head.key}
    yield from check_buckets(job, buckets)
    yield from check_keys(job, buckets, image_keys)
    yield from check_role(job, buckets, manifest_uri, image_keys)
    yield from check_task(job, manifest.first.content if manifest and manifest.first else None, invoke=invoke)
    if manifest:
        # Without the published request the manifest has nothing to be measured by; task.files tells of that.
        if "LabelAttributeName" in request:
            yield from check_surveyed_manifest(job, manifest, count_members(job))
        yield from check_images(heads, manifest.count, TASK_TYPES.get(task.type, CUSTOM))


def _task_part(deployment: Deployment, task_name: str) -> LabelingJobRequest:
    try:
        return deployment.task_part(deployment.task(task_name))
    except ClientError:
        return {}
