"""How well each worker draws boxes, and who draws far worse than the others."""

from collections.abc import Mapping
from dataclasses import dataclass

from ground_truth.consolidation.models import PRIOR_RIGHT, PRIOR_WRONG
from ground_truth.consolidation.workers import OUTLIER_ANSWERS, Outlier, outlier_limit


@dataclass(frozen=True, kw_only=True)
class BoxSkill:
    """Quality of a worker's boxes, each from 0 to 1 and shrunk by the prior Beta(4, 2).

    ``recall`` is the share of the kept objects that the worker found, ``precision`` the share of the
    worker's boxes that were kept, ``mean_iou`` the overlap with the consensus, ``skill`` the harmonic
    mean of the first two times the third; ``objects`` is the number of objects it rests on.
    """

    worker_id: str
    images: float
    objects: float
    recall: float
    precision: float
    mean_iou: float
    skill: float


def box_skills(counts: Mapping[str, Mapping[str, float]]) -> dict[str, BoxSkill]:
    """Quality of each worker from stored sums (``BoxConsolidation.counts``), sorted by worker."""
    return {worker: _skill(worker, counts[worker]) for worker in sorted(counts)}


def box_outliers(counts: Mapping[str, Mapping[str, float]]) -> dict[str, Outlier]:
    """Workers whose skill is below the median by three robust deviations, with the reason.

    A worker needs ten objects to be judged.
    """
    judged = {w: s for w, s in box_skills(counts).items() if s.objects >= OUTLIER_ANSWERS}
    limit = outlier_limit(s.skill for s in judged.values())
    return {
        worker: Outlier(worker_id=worker, score=s.skill, limit=limit, reason=_reason(s, limit))
        for worker, s in judged.items()
        if s.skill < limit
    }


def _skill(worker: str, sums: Mapping[str, float]) -> BoxSkill:
    hits, missed, extra = (sums.get(name, 0.0) for name in ("found", "missed", "extra"))
    recall = _share(hits, hits + missed)
    precision = _share(hits, hits + extra)
    overlap = _share(sums.get("iou", 0.0), hits)
    return BoxSkill(
        worker_id=worker,
        images=sums.get("images", 0.0),
        objects=hits + missed,
        recall=recall,
        precision=precision,
        mean_iou=overlap,
        skill=2 * recall * precision / (recall + precision) * overlap,
    )


def _share(right: float, total: float) -> float:
    return (right + PRIOR_RIGHT) / (total + PRIOR_RIGHT + PRIOR_WRONG)


def _reason(skill: BoxSkill, limit: float) -> str:
    return (
        f"skill {skill.skill:.2f}, the others' limit is {limit:.2f}: found {skill.recall:.0%} of "
        f"{skill.objects:.0f} objects, {skill.precision:.0%} of the boxes were kept, "
        f"mean IoU {skill.mean_iou:.2f}"
    )
