"""The quality report of a job: how sure the labels are, which are confused, and what somebody should look at."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ground_truth.answers.batch import ObjectError
from ground_truth.consolidation.by_type.outcome import Consolidated, Consolidation, WorkerQuality

_BINS = 10
# Enough to see what is meant; the count says how many there are.
_IMAGES_SHOWN = 20


def quality_report(found: Consolidation, workers: Sequence[WorkerQuality], images: Mapping[str, str]) -> dict[str, Any]:
    """The report as JSON; ``images`` gives each object's image by object id.

    ``confidence`` counts the parts of labels (classes, boxes, masks) in ten equal bins from 0 to 1; with one
    worker an object the confidence is 0 and says nothing. ``ambiguous`` and ``failed`` are in manifest order.
    """
    labeled = {object_id: one for object_id, one in found.outcomes.items() if isinstance(one, Consolidated)}
    failed = {object_id: one for object_id, one in found.outcomes.items() if isinstance(one, ObjectError)}
    return {
        "objects": len(images),
        "labeled": len(labeled),
        "answers": sum(worker.answers for worker in workers),
        "workers": len(workers),
        "outliers": [worker.worker_id for worker in workers if worker.outlier],
        "labels": dict(Counter(name for one in labeled.values() for name in one.names).most_common()),
        "confidence": _histogram(value for one in labeled.values() for value in one.confidences),
        "confusions": [
            {
                "labels": list(confusion.labels),
                "share": round(confusion.share, 4),
                "pairs": confusion.pairs,
                "objects": len(confusion.objects),
                "shown_by": [_object(object_id, images) for object_id in confusion.objects[:_IMAGES_SHOWN]],
                "by_one_worker": list(confusion.by_one[:_IMAGES_SHOWN]),
            }
            for confusion in found.confusions()
        ],
        "ambiguous": [
            _object(object_id, images) | {"why": one.ambiguous} for object_id, one in labeled.items() if one.ambiguous
        ],
        "failed": [_object(object_id, images) | {"why": str(one)} for object_id, one in failed.items()],
        "unanswered": [_object(object_id, images) for object_id in images if object_id not in found.outcomes],
    }


def _object(object_id: str, images: Mapping[str, str]) -> dict[str, str]:
    image = images.get(object_id)
    return {"object": object_id} | ({"image": image} if image else {})


def _histogram(values: Iterable[float]) -> list[dict[str, float]]:
    bins = Counter(min(int(value * _BINS), _BINS - 1) for value in values)
    return [{"from": place / _BINS, "to": (place + 1) / _BINS, "count": bins[place]} for place in range(_BINS)]
