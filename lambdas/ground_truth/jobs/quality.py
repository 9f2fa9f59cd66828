"""The quality report of a job: how sure the labels are, which are confused, and what somebody should look at."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NotRequired, TypedDict

from ground_truth.answers.working_time import WorkingTime
from ground_truth.consolidation.by_type.outcome import Consolidation, WorkerQuality

_BINS = 10
# Enough to see what is meant; the count says how many there are.
_IMAGES_SHOWN = 20

ConfidenceBin = TypedDict("ConfidenceBin", {"from": float, "to": float, "count": int})
"""How many confidences lie between two bounds, the upper one not included."""


class ObjectReference(TypedDict):
    """An object by its id; ``image`` is what its line is about, left out where the line does not tell."""

    object: str
    image: NotRequired[str]


class ObjectRemark(ObjectReference):
    """An object that somebody should look at, and why."""

    why: str


class ConfusedLabels(TypedDict):
    """Two labels that workers give in each other's place, and objects that show it (``Confusion``)."""

    labels: list[str]
    share: float
    pairs: int
    objects: int
    shown_by: list[ObjectReference]
    by_one_worker: list[str]


class UnreadableFile(TypedDict):
    """A file of an object's answers that cannot be read, and why."""

    object: str
    file: str
    why: str


class LabelQuality(TypedDict):
    """What the answers say about the labels.

    ``confidence`` counts the parts of labels (classes, boxes, masks) in ten equal bins from 0 to 1; with one
    worker an object the confidence is 0 and says nothing. ``ambiguous`` and ``failed`` are in manifest order.
    """

    objects: int
    labeled: int
    answers: int
    workers: int
    outliers: list[str]
    labels: dict[str, int]
    confidence: list[ConfidenceBin]
    confusions: list[ConfusedLabels]
    ambiguous: list[ObjectRemark]
    failed: list[ObjectRemark]
    unanswered: list[ObjectReference]


class JobQuality(LabelQuality):
    """The whole report as it is written: the job, its labels, its workers' times, and what could not be read."""

    job: str
    task_type: str
    label_attribute: str
    classes: list[str]
    classes_are: str
    seconds: WorkingTime
    unreadable_files: list[UnreadableFile]


class QualityNumbers(TypedDict):
    """The report in numbers, for a line on the screen."""

    label_attribute: str
    objects: int
    labeled: int
    answers: int
    workers: int
    ambiguous: int
    failed: int
    unanswered: int
    outliers: int
    confusions: int
    unreadable_files: int


def label_quality(
    consolidation: Consolidation, workers: Sequence[WorkerQuality], images: Mapping[str, str]
) -> LabelQuality:
    """What a consolidation says about its labels; ``images`` gives each object's image by object id."""
    labeled = consolidation.labeled
    return {
        "objects": len(images),
        "labeled": len(labeled),
        "answers": sum(worker.answers for worker in workers),
        "workers": len(workers),
        "outliers": [worker.worker_id for worker in workers if worker.outlier],
        "labels": dict(Counter(name for label in labeled.values() for name in label.names).most_common()),
        "confidence": _histogram(value for label in labeled.values() for value in label.confidences),
        "confusions": [
            {
                "labels": list(confusion.labels),
                "share": round(confusion.share, 4),
                "pairs": confusion.pairs,
                "objects": len(confusion.objects),
                "shown_by": [_reference(object_id, images) for object_id in confusion.objects[:_IMAGES_SHOWN]],
                "by_one_worker": list(confusion.by_one[:_IMAGES_SHOWN]),
            }
            for confusion in consolidation.confusions()
        ],
        "ambiguous": [
            {**_reference(object_id, images), "why": label.ambiguous}
            for object_id, label in labeled.items()
            if label.ambiguous
        ],
        "failed": [
            {**_reference(object_id, images), "why": str(error)} for object_id, error in consolidation.failed.items()
        ],
        "unanswered": [
            _reference(object_id, images) for object_id in images if object_id not in consolidation.outcomes
        ],
    }


def quality_numbers(quality: JobQuality) -> QualityNumbers:
    """The report in numbers."""
    return {
        "label_attribute": quality["label_attribute"],
        "objects": quality["objects"],
        "labeled": quality["labeled"],
        "answers": quality["answers"],
        "workers": quality["workers"],
        "ambiguous": len(quality["ambiguous"]),
        "failed": len(quality["failed"]),
        "unanswered": len(quality["unanswered"]),
        "outliers": len(quality["outliers"]),
        "confusions": len(quality["confusions"]),
        "unreadable_files": len(quality["unreadable_files"]),
    }


def _reference(object_id: str, images: Mapping[str, str]) -> ObjectReference:
    image = images.get(object_id)
    return {"object": object_id, "image": image} if image else {"object": object_id}


def _histogram(values: Iterable[float]) -> list[ConfidenceBin]:
    bins = Counter(min(int(value * _BINS), _BINS - 1) for value in values)
    return [{"from": step / _BINS, "to": (step + 1) / _BINS, "count": bins[step]} for step in range(_BINS)]
