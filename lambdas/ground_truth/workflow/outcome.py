"""The last steps of a labeling: merging what was split, reports, and what to tell people."""

import json
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import TYPE_CHECKING, TypedDict

from ground_truth.aws.s3 import Files
from ground_truth.contract.backends import WorkforceKind
from ground_truth.contract.job_paths import JobPaths
from ground_truth.contract.label_category_config import read_labels
from ground_truth.contract.request import LabelingJobRequest
from ground_truth.contract.task_types import CUSTOM, TASK_TYPES, TaskType
from ground_truth.jobs.failure_reasons import explain_failure
from ground_truth.jobs.folder import S3Folder, find_job_folder
from ground_truth.manifests.lines import format_line, read_manifest
from ground_truth.manifests.manifest_line import ManifestLine
from ground_truth.reporting.report import make_report
from ground_truth.reporting.summary import ReportSummary
from ground_truth.reporting.thumbnails import Thumbnails
from ground_truth.tasks.splitting import merge_split_labels, split_by_label
from ground_truth.tasks.task import BoundingBox

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

from ground_truth.workflow.plan import LabelingPlan, PlannedJob, WorkflowServices
from ground_truth.workflow.start import Refused


class LabelingReport(TypedDict):
    """What to tell people of a labeling that has ended, and where its reports are."""

    message: str
    reports: list[str]


def merge_jobs(plan: LabelingPlan, services: WorkflowServices) -> dict[str, str]:
    """Joins the output of one job a label into one manifest, where a job of the task itself would have it."""
    jobs = plan["jobs"]
    labels = [label for job in jobs for label in _labels(job, services.files) or ()]
    task = BoundingBox(plan["task"], labels=labels, instructions=None)
    if [part.label_attribute_name for part in split_by_label(task)] != [job["attribute"] for job in jobs]:
        raise Refused(
            f"'split' should name the tasks that split_by_label made of {plan['task']!r}, in its order, "
            f"got {[job['task'] for job in jobs]}"
        )
    manifests = [_lines(job["manifest"], services.files) for job in jobs]
    joined = [
        ManifestLine(merge_split_labels(task, [line.content for line in lines]))
        for lines in zip(*manifests, strict=True)
    ]
    uri = JobPaths.of(_parent(jobs[0]["root"]), plan["name"]).output_manifest
    services.files.write(uri, b"".join(map(format_line, joined)), "application/jsonlines")
    return {"manifest": uri}


def report_jobs(plan: LabelingPlan, services: WorkflowServices, client: "S3Client") -> LabelingReport:
    """Writes ``report/report.html`` and ``report/quality.json`` beside each job, and says what to tell people."""
    sentences = [f"Labeling {plan['name']} has ended."]
    reports = []
    for job in plan["jobs"]:
        kind = TASK_TYPES.get(job["type"], CUSTOM)
        sentences.append(f"{job['name']}: {job['manifest']}")
        if kind is CUSTOM:
            sentences.append("What its labels mean is the task's own, so that there is no report.")
            continue
        summary = _report(job, kind, services, client)
        reports.append(JobPaths(job["root"]).report_page)
        sentences += [*_sentences(summary), f"Report: {reports[-1]}"]
    return {"message": "\n".join(sentences), "reports": reports}


def explain_labeling(error: Mapping[str, str], name: str) -> dict[str, str]:
    """What to tell people of a labeling that failed; ``error`` is what the state machine tells of it."""
    reason = _cause(error.get("Cause", "")) or error.get("Error", "")
    explanation = explain_failure(reason)
    advice = [f"{explanation.meaning}: {explanation.fix}"] if explanation else []
    return {"message": "\n".join([f"Labeling {name} failed.", reason, *advice])}


def _cause(text: str) -> str:
    """A function's own words, a Ground Truth job's, or those of the engine's state machine."""
    try:
        cause = json.loads(text)
    except ValueError:
        return text
    if not isinstance(cause, dict):
        return text
    return str(cause.get("errorMessage") or cause.get("FailureReason") or cause.get("Cause") or text)


def _report(job: PlannedJob, kind: TaskType, services: WorkflowServices, client: "S3Client") -> ReportSummary:
    job_report = make_report(
        find_job_folder(S3Folder(services.files, job["root"])),
        kind,
        thumbnails=Thumbnails(client=client),
        workforce=WorkforceKind(job["paid"]),
        region=services.region,
        price_usd=_price(job["request"]),
        labels=_labels(job, services.files),
        lines=_lines(job["manifest"], services.files),
        label_attribute=job["attribute"],
    )
    paths = JobPaths(job["root"])
    quality = json.dumps(job_report.summary, indent=2, ensure_ascii=False) + "\n"
    services.files.write(paths.report_summary, quality.encode(), "application/json")
    services.files.write(paths.report_page, job_report.html.encode(), "text/html; charset=utf-8")
    return job_report.summary


def _sentences(summary: ReportSummary) -> Iterator[str]:
    yield f"{summary['labeled']:,} of {summary['objects']:,} images labeled by {summary['workers']} workers."
    yield from (f"- {hint}" for hint in summary["hints"])


def _price(request: LabelingJobRequest) -> str | None:
    """What each answer of a crowd costs, if the request says so."""
    amount = request["HumanTaskConfig"].get("PublicWorkforceTaskPrice", {}).get("AmountInUsd")
    if not amount:
        return None
    tenths = amount.get("Dollars", 0) * 1_000 + amount.get("Cents", 0) * 10 + amount.get("TenthFractionsOfACent", 0)
    return f"{tenths / 1_000:.3f}"


def _labels(job: PlannedJob, files: Files) -> list[str] | None:
    uri = job["request"].get("LabelCategoryConfigS3Uri")
    return read_labels(files.read(uri)) if uri else None


def _lines(uri: str, files: Files) -> list[ManifestLine]:
    return list(read_manifest(BytesIO(files.read(uri))))


def _parent(uri: str) -> str:
    return uri.rpartition("/")[0]
