"""What the numbers mean for the one who runs the job, in plain words: what to look at and what to change."""

from collections.abc import Iterator, Mapping

from ground_truth.jobs.quality import LabelQuality
from ground_truth.reporting.markup import duration, single_line
from ground_truth.reporting.summary import JobSummary

# Shares from which on something is worth a sentence; proposals.
_MANY_AMBIGUOUS = 0.1
_MANY_UNSURE = 0.25
_UNSURE = 0.5
_HASTY = 1 / 3
_FEW_ANSWERS = 5
_MOST_HINTS_OF_A_KIND = 5

ONE_WORKER = (
    "Each image was labeled by one worker: confidence is then always 0 and means nothing. Have three to five workers "
    "label each image, if you want to know how sure the labels are."
)


def hints(summary: JobSummary, letters: Mapping[str, str]) -> Iterator[str]:
    """Yields what to do, the most urgent first; nothing where all is well."""
    if not summary["labeled"]:
        yield "No image has a label yet: wait for answers, or see under failures and doubts why none could be merged."
    yield from _instructions(summary)
    yield from _workers(summary, letters)
    yield from _labels(summary)


def has_one_worker(quality: LabelQuality) -> bool:
    """Whether no image has answers of several workers."""
    return bool(quality["labeled"]) and quality["answers"] <= quality["labeled"]


def _instructions(summary: JobSummary) -> Iterator[str]:
    for confusion in summary["confusions"][:_MOST_HINTS_OF_A_KIND]:
        first, second = (single_line(label, 60) for label in confusion["labels"])
        alone = len(confusion["by_one_worker"])
        yield (
            f"The instructions seem unclear about “{first}” and “{second}”: in {confusion['share']:.0%} of the "
            f"comparable pairs of answers the workers differ between the two ({_images(confusion['objects'])}). Look "
            "at the pictures below, decide what is right, and show one good and one bad example in the instructions."
            + f" In {_images(alone)} one worker gave both labels to the same thing."
            * bool(alone)
        )
    ambiguous = len(summary["ambiguous"])
    if ambiguous and ambiguous >= _MANY_AMBIGUOUS * summary["labeled"]:
        yield (
            f"{_images(ambiguous)} of {summary['labeled']:,} could nearly as well have another label: have them "
            "looked at before training on them (quality.json lists them)."
        )


def _workers(summary: JobSummary, letters: Mapping[str, str]) -> Iterator[str]:
    for worker in [worker for worker in summary["by_worker"] if worker["outlier"]][:_MOST_HINTS_OF_A_KIND]:
        yield (
            f"Look at the answers of worker {letters[worker['worker']]}, who stands out: "
            f"{single_line(worker['outlier'], 200)}. Talk to the worker, or take the answers out."
        )
    times = summary["seconds"]
    hasty = [
        (worker_id, time["median"])
        for worker_id, time in (times.get("workers") or {}).items()
        if time["answers"] >= _FEW_ANSWERS and time["median"] < _HASTY * times["median"]
    ]
    for worker_id, seconds in hasty[:_MOST_HINTS_OF_A_KIND]:
        yield (
            f"Worker {letters.get(worker_id, '?')} is hasty: half of the answers took less than {duration(seconds)}, "
            f"where {duration(times['median'])} are usual."
        )


def _labels(summary: JobSummary) -> Iterator[str]:
    if has_one_worker(summary):
        yield ONE_WORKER
    elif total := sum(step["count"] for step in summary["confidence"]):
        unsure = sum(step["count"] for step in summary["confidence"] if step["to"] <= _UNSURE)
        if unsure >= _MANY_UNSURE * total:
            yield (
                f"{unsure / total:.0%} of the labels have a confidence below {_UNSURE:.0%}: look at the least sure "
                "pictures below, and leave such labels out of training with 'export --min-confidence'."
            )
    if summary["failed"]:
        yield f"{_images(len(summary['failed']))} failed: the reasons are under failures and doubts."
    if summary["unanswered"]:
        yield f"{_images(len(summary['unanswered']))} have no answer yet."


def _images(count: int) -> str:
    return f"{count:,} image" + "s" * (count != 1)
