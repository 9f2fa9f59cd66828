"""What the report tells, as JSON: the job's quality, its workers, its cost and what follows from them."""

from collections.abc import Iterator, Mapping
from typing import Any

from ground_truth.contract.errors import ContractError
from ground_truth.contract.task_types import TaskType
from ground_truth.jobs.cost import Backend, Estimate, estimate_cost
from ground_truth.jobs.job_manifest import image_of
from ground_truth.jobs.results import JobResults
from ground_truth.manifests.output import read_label
from ground_truth.reporting.drawn_answers import letters_of
from ground_truth.reporting.hints import hints


def summarize_job(
    results: JobResults, task_type: TaskType, *, backend: Backend, region: str, price_usd: str | None = None
) -> dict[str, Any]:
    """The quality report (`ground_truth.jobs.quality`), and what else there is to say.

    ``failed`` are the objects that failed in the job too, not only those whose answers could not be merged.
    """
    failed = list(_failed(results))
    known = {one["object"] for one in failed}
    letters = letters_of([worker.worker_id for worker in results.workers])
    summary: dict[str, Any] = {
        **results.quality,
        "failed": failed,
        "unanswered": [one for one in results.quality["unanswered"] if one["object"] not in known],
        "by_worker": [
            {
                "worker": one.worker_id,
                "letter": letters[one.worker_id],
                "answers": one.answers,
                "skill": _rounded(one.skill),
                "skill_low": _rounded(one.low),
                "skill_high": _rounded(one.high),
                "agreement": _rounded(one.agreement),
                "outlier": one.outlier,
            }
            for one in results.workers
        ],
    }
    cost = _cost(summary, task_type, backend, region, price_usd)
    return summary | {"cost": cost and cost.as_json(), "hints": list(hints(summary, letters))}


def _failed(results: JobResults) -> Iterator[Mapping[str, str]]:
    told = {one["object"]: one for one in results.quality["failed"]}
    for object_id, line in zip(results.object_ids, results.lines, strict=True):
        try:
            reason = read_label(line, results.label_attribute).failure_reason
        except ContractError as error:
            reason = str(error)
        if object_id in told:
            yield told.pop(object_id)
        elif reason is not None:
            yield {"object": object_id, "image": image_of(line), "why": reason}
    yield from told.values()


def _cost(
    summary: Mapping[str, Any], task_type: TaskType, backend: Backend, region: str, price_usd: str | None
) -> Estimate | None:
    """What the answers so far cost; None while there are none."""
    objects = summary["objects"] - len(summary["unanswered"])
    if not summary["answers"] or objects < 1:
        return None
    workers = min(max(round(summary["answers"] / objects), 1), 9)
    return estimate_cost(
        task_type,
        objects=objects,
        workers=workers,
        backend=backend,
        price_usd=price_usd,
        region=region,
        people=summary["workers"],
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
