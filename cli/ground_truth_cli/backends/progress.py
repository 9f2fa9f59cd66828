"""How far a job is, how fast it goes on, and when it will be done."""

import time
from collections import deque
from dataclasses import asdict, dataclass
from datetime import datetime

from ground_truth.contract.labeling_job import JobState

_WINDOW_SECONDS = 600
_UNITS = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a job is; ``done`` objects have a label or have failed.

    ``answers`` and ``at_work`` are None where the backend does not tell, ``per_hour`` and ``seconds_left`` where
    nothing is done yet or the job does not go on.
    """

    objects: int
    done: int
    failed: int
    answers: int | None
    at_work: int | None
    per_hour: float | None = None
    seconds_left: float | None = None

    def as_json(self) -> dict[str, int | float | None]:
        """The figures for programs."""
        return asdict(self)


class ProgressMeter:
    """Measures how fast a job goes on: while it is watched, else since it was created."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, int]] = deque()

    def measure(self, description: JobState, answers: int | None, at_work: int | None) -> Progress:
        """How far a job is that is described so now."""
        counters = description["LabelCounters"]
        failed = counters.get("FailedNonRetryableError", 0)
        done = counters.get("TotalLabeled", 0) + failed
        objects = done + counters.get("Unlabeled", 0)
        rate = (
            self._rate(done, description["CreationTime"]) if description["LabelingJobStatus"] == "InProgress" else None
        )
        return Progress(
            objects=objects,
            done=done,
            failed=failed,
            answers=answers,
            at_work=at_work,
            per_hour=rate and round(rate * 3_600, 1),
            seconds_left=rate and round((objects - done) / rate),
        )

    def _rate(self, done: int, created: datetime) -> float | None:
        """Objects a second."""
        now = time.time()
        self._samples.append((now, done))
        while self._samples[0][0] < now - _WINDOW_SECONDS:
            self._samples.popleft()
        first, before = self._samples[0]
        if done > before:
            return (done - before) / (now - first)
        return done / max(now - created.timestamp(), 1) or None


def duration_text(seconds: float) -> str:
    """A time in its two largest units."""
    left = round(seconds)
    parts = []
    for unit, size in _UNITS:
        count, left = divmod(left, size)
        parts.append((count, unit))
    first = next((index for index, (count, _) in enumerate(parts) if count), len(parts) - 1)
    return " ".join(f"{count} {unit}" for count, unit in parts[first : first + 2] if count) or "0 s"
