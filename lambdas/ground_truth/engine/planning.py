"""The first step of a job: its request is checked, its manifest is cut into batches."""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypedDict

from ground_truth.aws.s3 import Files, split_uri
from ground_truth.contract.job_paths import JobPaths
from ground_truth.contract.request import StoppingConditions
from ground_truth.engine.model import EngineJob, Status
from ground_truth.engine.request_checks import check_request
from ground_truth.engine.store.store import EngineStore
from ground_truth.manifests.lines import Lines, bounded_lines, parse_line

BATCH_LINES = 100
# A batch is read whole, by two functions.
BATCH_BYTES = 2_000_000
_AVAILABILITY = 2_592_000


class BatchJson(TypedDict):
    """A ``ManifestBatch`` as it is handed on."""

    number: int
    first: int
    lines: int
    start: int
    end: int
    until: int


@dataclass(frozen=True, kw_only=True)
class ManifestBatch:
    """A part of the manifest: ``lines`` lines from line ``first`` on, in bytes ``start`` up to ``end``.

    ``until`` is the number of the first line in the job that nobody shall be asked about: a stopping condition.
    """

    number: int
    first: int
    lines: int
    start: int
    end: int
    until: int

    def as_json(self) -> BatchJson:
        """What the state machine hands on."""
        return BatchJson(
            number=self.number, first=self.first, lines=self.lines, start=self.start, end=self.end, until=self.until
        )


class BatchPlan(TypedDict):
    """What the state machine goes on with: ``batches`` and ``results`` are keys in ``bucket``."""

    job: str
    bucket: str
    batches: str
    results: str
    seconds: int


def plan(unchecked_request: Mapping[str, object], store: EngineStore, files: Files) -> BatchPlan:
    """Makes a job of a request, and the list of its batches; returns what the state machine goes on with.

    Doing it again gives the same job and the same list.
    Raises ContractError for a request that no job can be made of, ManifestError for a manifest that is none,
    JobExists for a name that is taken.
    """
    request = check_request(unchecked_request)
    now = round(store.clock(), 3)
    available = int(request["HumanTaskConfig"].get("TaskAvailabilityLifetimeInSeconds", _AVAILABILITY))
    job = store.jobs.create(
        EngineJob(
            name=request["LabelingJobName"],
            request=request,
            status=Status.INITIALIZING,
            created=now,
            expires=now + available,
        )
    )
    paths = JobPaths.of_request(request)
    with files.stream(job.manifest) as manifest:
        most = request.get("StoppingConditions") or {}
        batch_list = [batch.as_json() for batch in batches(manifest, job.attribute, most)]
    files.write(paths.batches, json.dumps(batch_list).encode(), "application/json")
    store.jobs.set_status(job.name, Status.IN_PROGRESS, unless=_ENDED)
    bucket, key = split_uri(paths.batches)
    _, results = split_uri(paths.batch_results)
    return {"job": job.name, "bucket": bucket, "batches": key, "results": results, "seconds": available}


def batches(manifest: Lines, attribute: str, most: StoppingConditions) -> Iterator[ManifestBatch]:
    """Cuts a manifest; ``most`` are the stopping conditions (contract 4.1).

    Raises ManifestError, with the number of the line, for one that is no JSON object.
    """
    cut: list[tuple[int, int, int]] = []
    unlabeled: list[int] = []
    start = end = lines = count = 0
    for raw in bounded_lines(manifest):
        if raw.isspace():
            end += len(raw)
            continue
        if not parse_line(raw, count + 1).has_label(attribute):
            unlabeled.append(count)
        if lines and (lines == BATCH_LINES or end + len(raw) - start > BATCH_BYTES):
            cut.append((count - lines, start, end))
            start, lines = end, 0
        end += len(raw)
        lines += 1
        count += 1
    cut.append((count - lines, start, end))
    until = _until(unlabeled, count, most)
    firsts = [first for first, _, _ in cut] + [count]
    for number, (first, begin, stop) in enumerate(cut):
        size = firsts[number + 1] - first
        yield ManifestBatch(number=number, first=first, lines=size, start=begin, end=stop, until=until)


def _until(unlabeled: list[int], count: int, most: StoppingConditions) -> int:
    """The number of the first line behind those that may be labeled."""
    allowed = len(unlabeled)
    if "MaxHumanLabeledObjectCount" in most:
        allowed = min(allowed, most["MaxHumanLabeledObjectCount"])
    if "MaxPercentageOfInputDatasetLabeled" in most:
        percent = math.ceil(count * most["MaxPercentageOfInputDatasetLabeled"] / 100)
        allowed = min(allowed, max(0, percent - (count - len(unlabeled))))
    return unlabeled[allowed] if allowed < len(unlabeled) else count


_ENDED = (Status.COMPLETED, Status.FAILED, Status.STOPPING, Status.STOPPED)
