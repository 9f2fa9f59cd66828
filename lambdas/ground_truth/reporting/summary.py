"""What the report tells, as JSON: the job's quality, its workers, its cost and what follows from them."""

from collections.abc import Iterator
from typing import TypedDict

from ground_truth.contract.backends import WorkforceKind
from ground_truth.contract.errors import ContractError
from ground_truth.contract.task_types import TaskType
from ground_truth.jobs.cost import Estimate, EstimateJson, estimate_cost
from ground_truth.jobs.quality import JobQuality, ObjectRemark
from ground_truth.jobs.results import JobResults
from ground_truth.manifests.output import read_label
from ground_truth.reporting.drawn_answers import letters_of


class WorkerSummary(TypedDict):
    """One worker in the report; ``letter`` stands for them in the pictures, the numbers are as in ``WorkerQuality``."""

    worker: str
    letter: str
    answers: int
    skill: float | None
    skill_low: float | None
    skill_high: float | None
    agreement: float | None
    outlier: str


class JobSummary(JobQuality):
    """The quality report, and what else there is to say; ``cost`` is None while there are no answers."""

    by_worker: list[WorkerSummary]
    cost: EstimateJson | None


class ReportSummary(JobSummary):
    """All that quality.json holds."""

    hints: list[str]


def summarize_job(
    results: JobResults, task_type: TaskType, *, workforce: WorkforceKind, region: str, price_usd: str | None = None
) -> JobSummary:
    """The quality report (``ground_truth.jobs.quality``), its workers and their cost.

    ``failed`` are the objects that failed in the job too, not only those whose answers could not be merged.
    """
    quality = results.quality
    failed = list(_failed(results))
    failed_ids = {remark["object"] for remark in failed}
    unanswered = [reference for reference in quality["unanswered"] if reference["object"] not in failed_ids]
    answered = quality["objects"] - len(unanswered)
    letters = letters_of([worker.worker_id for worker in results.workers])
    cost = _cost(quality, answered, task_type, workforce=workforce, region=region, price_usd=price_usd)
    return {
        **quality,
        "failed": failed,
        "unanswered": unanswered,
        "by_worker": [
            {
                "worker": worker.worker_id,
                "letter": letters[worker.worker_id],
                "answers": worker.answers,
                "skill": _rounded(worker.skill),
                "skill_low": _rounded(worker.low),
                "skill_high": _rounded(worker.high),
                "agreement": _rounded(worker.agreement),
                "outlier": worker.outlier,
            }
            for worker in results.workers
        ],
        "cost": cost.as_json() if cost else None,
    }


def _failed(results: JobResults) -> Iterator[ObjectRemark]:
    unmerged = {remark["object"]: remark for remark in results.quality["failed"]}
    for object_id, line in zip(results.object_ids, results.lines, strict=True):
        try:
            reason = read_label(line, results.label_attribute).failure_reason
        except ContractError as error:
            reason = str(error)
        if object_id in unmerged:
            yield unmerged.pop(object_id)
        elif reason is not None:
            yield {"object": object_id, "image": line.source, "why": reason}
    yield from unmerged.values()


def _cost(
    quality: JobQuality,
    objects: int,
    task_type: TaskType,
    *,
    workforce: WorkforceKind,
    region: str,
    price_usd: str | None,
) -> Estimate | None:
    """What the answers so far, to so many objects, cost; None while there are none."""
    if not quality["answers"] or objects < 1:
        return None
    workers = min(max(round(quality["answers"] / objects), 1), 9)
    return estimate_cost(
        task_type,
        objects=objects,
        workers=workers,
        workforce=workforce,
        price_usd=price_usd,
        region=region,
        people=quality["workers"],
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
