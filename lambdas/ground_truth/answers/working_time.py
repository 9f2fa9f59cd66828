"""How long workers took for their answers, as far as worker responses tell."""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import TypedDict


class WorkerTime(TypedDict):
    """One worker's times in seconds: how many are known, and what half of them stay below."""

    answers: int
    median: float


class WorkingTime(TypedDict, total=False):
    """All times in seconds; without any key where no time is known."""

    answers: int
    total: float
    low: float
    median: float
    high: float
    workers: dict[str, WorkerTime]


def working_time(seconds: Mapping[str, Sequence[float]]) -> WorkingTime:
    """Times in seconds by worker as JSON: how many are known, their sum, and what half of them stay below.

    ``low`` and ``high`` are those that one in ten stays below and above. Empty where no time is known.
    """
    every = sorted(value for values in seconds.values() for value in values)
    if not every:
        return {}
    tenth = len(every) // 10
    return {
        "answers": len(every),
        "total": round(sum(every), 1),
        "low": round(every[tenth], 1),
        "median": round(median(every), 1),
        "high": round(every[-1 - tenth], 1),
        "workers": {
            worker: {"answers": len(values), "median": round(median(values), 1)}
            for worker, values in sorted(seconds.items())
        },
    }
