"""The first step of a labeling: its jobs, each with its whole request, checked with its manifest."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

import botocore.session
from botocore.validate import ParamValidator

from ground_truth.aws.s3 import Files
from ground_truth.contract import limits
from ground_truth.contract.backends import Backend, WorkforceKind
from ground_truth.contract.errors import ContractError
from ground_truth.contract.findings import Level
from ground_truth.contract.job_paths import JobPaths
from ground_truth.contract.json_types import Json
from ground_truth.contract.request import LabelingJobRequest
from ground_truth.contract.task_types import CUSTOM, TASK_TYPES, TaskType
from ground_truth.engine.request_checks import check_request
from ground_truth.manifests.check import check_manifest
from ground_truth.tasks.description import TaskDescription
from ground_truth.tasks.request_parts import merge_parts
from ground_truth.workflow.start import Refused, WorkflowInput

_MOST_PROBLEMS = 5
# The state that asks Ground Truth names every field, so each has a value, which here asks for nothing.
_NO_CONDITIONS: Mapping[str, object] = {"StoppingConditions": {"MaxPercentageOfInputDatasetLabeled": 100}, "Tags": []}


class PlannedJob(TypedDict):
    """A job to run, with its whole request; ``root`` and ``manifest`` are where its files and its output will be."""

    task: str
    type: str
    name: str
    backend: Backend
    paid: WorkforceKind
    attribute: str
    root: str
    manifest: str
    request: LabelingJobRequest


class LabelingPlan(TypedDict):
    """A labeling: its jobs, and whether they are the parts of a split task."""

    name: str
    task: str
    jobs: list[PlannedJob]
    split: bool


@dataclass(frozen=True, kw_only=True)
class WorkflowServices:
    """What the workflow works with: how tasks are found, its files, its backends, and the region it runs in."""

    find_task: Callable[[str], TaskDescription]
    files: Files
    backends: Sequence[Backend]
    region: str


def plan_labeling(event: Mapping[str, Json], started: datetime, services: WorkflowServices) -> LabelingPlan:
    """The jobs to run, each with its whole request, checked with its manifest.

    Raises Refused, ContractError and ManifestError in the words of the library's checks.
    """
    labeling = WorkflowInput.read(event, started)
    parts = {f"{labeling.name}-{number}": task for number, task in enumerate(labeling.split, start=1)}
    jobs = [_job(task, job, labeling, services) for job, task in (parts or {labeling.name: labeling.task}).items()]
    return {"name": labeling.name, "task": labeling.task, "jobs": jobs, "split": bool(parts)}


def _job(task_name: str, job_name: str, labeling: WorkflowInput, services: WorkflowServices) -> PlannedJob:
    task = services.find_task(task_name)
    output = task.deployment["OutputConfig"]["S3OutputPath"]
    manifest = labeling.manifest or JobPaths.of(output, labeling.after or "").output_manifest
    task_part = json.loads(services.files.read(task.request))
    request = merge_parts(task.job_request(task_part, job_name, manifest), labeling.request)
    backend = labeling.backend or task.workforce.backend
    if backend not in services.backends:
        allowed = f"one of {', '.join(services.backends)}"
        raise ContractError("backend", str(backend), allowed, "deploy the workflow with the other one too")
    if backend == Backend.GROUND_TRUTH:
        request = merge_parts(_NO_CONDITIONS, request)
    kind = TASK_TYPES.get(task.type, CUSTOM)
    _check_request(request, backend)
    _check_lines(request, kind, backend, services.files)
    paths = JobPaths.of(request["OutputConfig"]["S3OutputPath"], request["LabelingJobName"])
    return {
        "task": task_name,
        "type": task.type,
        "name": request["LabelingJobName"],
        "backend": backend,
        "paid": task.workforce if backend == Backend.GROUND_TRUTH else WorkforceKind.SELF_HOSTED,
        "attribute": request["LabelAttributeName"],
        "root": paths.root,
        "manifest": paths.output_manifest,
        "request": request,
    }


def _check_request(request: LabelingJobRequest, backend: Backend) -> None:
    if backend == Backend.SELF_HOSTED:
        check_request(request)
        return
    name = request["LabelingJobName"]
    if len(name) > limits.JOB_NAME_LENGTH or not limits.NAME.fullmatch(name):
        allowed = f"1 to {limits.JOB_NAME_LENGTH} letters, digits and hyphens"
        raise ContractError("LabelingJobName", name, allowed, "choose another name")
    model = botocore.session.get_session().get_service_model("sagemaker")
    shape = model.operation_model("CreateLabelingJob").input_shape
    if shape is None:
        raise TypeError("botocore does not say what CreateLabelingJob takes")
    validation = ParamValidator().validate(request, shape)
    if validation.has_errors():
        raise Refused(f"Ground Truth takes no such request: {validation.generate_report()}")


def _check_lines(request: LabelingJobRequest, kind: TaskType, backend: Backend, files: Files) -> None:
    with files.stream(request["InputConfig"]["DataSource"]["S3DataSource"]["ManifestS3Uri"]) as lines:
        problems = [
            f"{finding.where}: {finding.fact}: {finding.fix}" if finding.where else f"{finding.fact}: {finding.fix}"
            for finding in check_manifest(
                lines,
                task_type=kind,
                label_attribute=request["LabelAttributeName"],
                quotas=backend == Backend.GROUND_TRUTH,
            )
            if finding.level is Level.PROBLEM
        ]
    if problems:
        others = [f"and {len(problems) - _MOST_PROBLEMS} more"] if len(problems) > _MOST_PROBLEMS else []
        raise Refused("the manifest cannot be labeled: " + "; ".join([*problems[:_MOST_PROBLEMS], *others]))
