"""A labeling from its task and manifest to its report: what the workflow's function does between the services.

What starts it is ``{"task", "manifest"}`` and, as wanted, ``"name"``, ``"backend"``, ``"request"`` with changes of
the CreateLabelingJob request, ``"after"`` (a finished job, whose output is the manifest: how reviews are chained)
and ``"split"``, the tasks that ``split_by_label`` made of the task.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

import botocore.session
from botocore.validate import ParamValidator

from ground_truth.aws.s3 import Files
from ground_truth.contract import limits
from ground_truth.contract.backends import Backend, WorkforceKind
from ground_truth.contract.errors import ContractError, InputError
from ground_truth.contract.findings import Level
from ground_truth.contract.job_paths import JobPaths
from ground_truth.contract.label_categories import read_labels
from ground_truth.contract.task_types import CUSTOM, TASK_TYPES, TaskType
from ground_truth.engine.request_checks import check_request
from ground_truth.jobs.failure_reasons import explain_failure
from ground_truth.jobs.folder import S3Folder, find_job_folder
from ground_truth.manifests.check import check_manifest
from ground_truth.manifests.lines import format_line, read_manifest
from ground_truth.manifests.manifest_line import ManifestLine
from ground_truth.reporting.report import make_report
from ground_truth.reporting.thumbnails import Thumbnails
from ground_truth.tasks.description import TaskDescription
from ground_truth.tasks.request_parts import Request, merge
from ground_truth.tasks.splitting import merge_split_labels, split_by_label
from ground_truth.tasks.task import BoundingBox

_KNOWN = ("task", "manifest", "after", "name", "backend", "request", "split")
_MOST_TOLD = 5


class Refused(InputError):
    """What the workflow was started with cannot become a job; the text says what to do."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where the workflow runs: how tasks are found, its files, and which backends it has."""

    find_task: Callable[[str], TaskDescription]
    files: Files
    backends: Sequence[Backend]
    region: str


def check(given: Mapping[str, Any], started: datetime, place: Place) -> dict[str, Any]:
    """The jobs to run, each with its whole request, checked with its manifest.

    Raises Refused, ContractError and ManifestError in the words of the library's checks.
    """
    unknown = sorted(set(given) - set(_KNOWN))
    if unknown:
        raise Refused(f"{', '.join(unknown)} means nothing here: give some of {', '.join(_KNOWN)}")
    if not isinstance(given.get("task"), str) or ("manifest" in given) == ("after" in given):
        raise Refused("give 'task', and either 'manifest' or 'after', the name of a finished job")
    name = given.get("name") or f"{given['task']}-{started:%Y%m%d-%H%M%S}"
    tasks = {f"{name}-{number}": task for number, task in enumerate(given.get("split", ()), start=1)}
    jobs = [_job(task, job, given, place) for job, task in (tasks or {name: given["task"]}).items()]
    return {"name": name, "task": given["task"], "jobs": jobs, "split": bool(tasks)}


def merge_jobs(plan: Mapping[str, Any], place: Place) -> dict[str, str]:
    """Joins the output of one job a label into one manifest, where a job of the task itself would have it."""
    jobs = plan["jobs"]
    labels = [label for job in jobs for label in _labels(job, place.files) or ()]
    task = BoundingBox(plan["task"], labels=labels, instructions=None)
    if [part.label_attribute_name for part in split_by_label(task)] != [job["attribute"] for job in jobs]:
        raise Refused(
            f"'split' should name the tasks that split_by_label made of {plan['task']!r}, in its order, "
            f"got {[job['task'] for job in jobs]}"
        )
    manifests = [_lines(job["manifest"], place.files) for job in jobs]
    joined = [
        ManifestLine(merge_split_labels(task, [line.content for line in lines]))
        for lines in zip(*manifests, strict=True)
    ]
    uri = JobPaths.of(_parent(jobs[0]["root"]), plan["name"]).output_manifest
    place.files.write(uri, b"".join(map(format_line, joined)), "application/jsonlines")
    return {"manifest": uri}


def report(plan: Mapping[str, Any], place: Place, client: Any) -> dict[str, Any]:
    """Writes ``report/report.html`` and ``report/quality.json`` beside each job, and says what to tell people."""
    told = [f"Labeling {plan['name']} has ended."]
    reports = []
    for job in plan["jobs"]:
        kind = TASK_TYPES.get(job["type"], CUSTOM)
        told.append(f"{job['name']}: {job['manifest']}")
        if kind is CUSTOM:
            told.append("What its labels mean is the task's own, so that there is no report.")
            continue
        reports.append(_report(job, kind, place, client))
        told += [*_summary(reports[-1]["summary"]), f"Report: {reports[-1]['page']}"]
    return {"message": "\n".join(told), "reports": [one["page"] for one in reports]}


def explain(error: Mapping[str, Any], name: str) -> dict[str, str]:
    """What to tell people of a labeling that failed."""
    cause = str(error.get("Cause", ""))
    try:
        found = json.loads(cause)
    except ValueError:
        found = None
    if isinstance(found, Mapping):
        # A function's own words, a Ground Truth job's, or those of the engine's state machine.
        cause = str(found.get("errorMessage") or found.get("FailureReason") or found.get("Cause") or cause)
    told = cause or str(error.get("Error", ""))
    known = explain_failure(told)
    advice = [f"{known.meaning}: {known.fix}"] if known else []
    return {"message": "\n".join([f"Labeling {name} failed.", told, *advice])}


def _job(task_name: str, job_name: str, given: Mapping[str, Any], place: Place) -> dict[str, Any]:
    task = place.find_task(task_name)
    output = task.deployment["OutputConfig"]["S3OutputPath"]
    manifest = given.get("manifest") or JobPaths.of(output, given["after"]).output_manifest
    task_part = json.loads(place.files.read(task.request))
    request = merge(task.job_request(task_part, job_name, manifest), given.get("request") or {})
    backend = given.get("backend") or task.workforce.backend
    if backend not in place.backends:
        raise ContractError(
            "backend", str(backend), f"one of {', '.join(place.backends)}", "deploy the workflow with the other one too"
        )
    kind = TASK_TYPES.get(task.type, CUSTOM)
    _check_request(request, backend)
    _check_lines(request, kind, backend, place.files)
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


def _check_request(request: Request, backend: Backend) -> None:
    if backend == Backend.SELF_HOSTED:
        check_request(request)
        return
    name = request["LabelingJobName"]
    if len(name) > limits.JOB_NAME_LENGTH or not limits.NAME.fullmatch(name):
        allowed = f"1 to {limits.JOB_NAME_LENGTH} letters, digits and hyphens"
        raise ContractError("LabelingJobName", name, allowed, "choose another name")
    model = botocore.session.get_session().get_service_model("sagemaker")
    shape: Any = model.operation_model("CreateLabelingJob").input_shape
    found = ParamValidator().validate(request, shape)
    if found.has_errors():
        raise Refused(f"Ground Truth takes no such request: {found.generate_report()}")


def _check_lines(request: Request, kind: TaskType, backend: Backend, files: Files) -> None:
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
        more = [f"and {len(problems) - _MOST_TOLD} more"] if len(problems) > _MOST_TOLD else []
        raise Refused("the manifest cannot be labeled: " + "; ".join([*problems[:_MOST_TOLD], *more]))


def _report(job: Mapping[str, Any], kind: TaskType, place: Place, client: Any) -> dict[str, Any]:
    made = make_report(
        find_job_folder(S3Folder(place.files, job["root"])),
        kind,
        thumbnails=Thumbnails(client=client),
        workforce=WorkforceKind(job["paid"]),
        region=place.region,
        price_usd=_price(job["request"]),
        labels=_labels(job, place.files),
        lines=_lines(job["manifest"], place.files),
        label_attribute=job["attribute"],
    )
    paths = JobPaths(job["root"])
    quality = json.dumps(made.summary, indent=2, ensure_ascii=False) + "\n"
    place.files.write(paths.report_summary, quality.encode(), "application/json")
    place.files.write(paths.report_page, made.html.encode(), "text/html; charset=utf-8")
    return {"summary": made.summary, "page": paths.report_page}


def _summary(summary: Mapping[str, Any]) -> Iterator[str]:
    yield f"{summary['labeled']:,} of {summary['objects']:,} images labeled by {summary['workers']} workers."
    yield from (f"- {hint}" for hint in summary["hints"])


def _price(request: Request) -> str | None:
    """What each answer of a crowd costs, if the request says so."""
    amount = request["HumanTaskConfig"].get("PublicWorkforceTaskPrice", {}).get("AmountInUsd")
    if not amount:
        return None
    tenths = amount.get("Dollars", 0) * 1_000 + amount.get("Cents", 0) * 10 + amount.get("TenthFractionsOfACent", 0)
    return f"{tenths / 1_000:.3f}"


def _labels(job: Mapping[str, Any], files: Files) -> list[str] | None:
    uri = job["request"].get("LabelCategoryConfigS3Uri")
    return read_labels(files.read(uri)) if uri else None


def _lines(uri: str, files: Files) -> list[ManifestLine]:
    return list(read_manifest(BytesIO(files.read(uri))))


def _parent(uri: str) -> str:
    return uri.rpartition("/")[0]
