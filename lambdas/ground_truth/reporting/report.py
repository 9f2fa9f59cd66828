"""Makes a job's report: everything that is to be said of it, and the page that says it."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ground_truth.contract.backends import WorkforceKind
from ground_truth.contract.task_types import TaskType
from ground_truth.jobs.folder import JobFolder
from ground_truth.jobs.results import consolidate_job
from ground_truth.manifests.manifest_line import ManifestLine
from ground_truth.reporting.drawn_answers import letters_of
from ground_truth.reporting.hints import hints
from ground_truth.reporting.page import page
from ground_truth.reporting.pictures import Album
from ground_truth.reporting.summary import ReportSummary, summarize_job
from ground_truth.reporting.thumbnails import Thumbnails

MOST_PICTURES = 24


@dataclass(frozen=True, kw_only=True)
class Report:
    """``summary`` is for programs, ``html`` the page for people."""

    summary: ReportSummary
    html: str


def make_report(
    job: JobFolder,
    task_type: TaskType,
    *,
    thumbnails: Thumbnails,
    workforce: WorkforceKind,
    region: str,
    price_usd: str | None = None,
    labels: Sequence[str] | None = None,
    lines: Sequence[ManifestLine] | None = None,
    label_attribute: str | None = None,
    pictures: int = MOST_PICTURES,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Report:
    """Reads all that workers said in a job and reports on it; ``labels``, ``lines`` and ``label_attribute`` are as in
    ``ground_truth.jobs.results.consolidate_job``, the cost is that of ``workforce``, and ``pictures`` the most shown.
    """
    with tempfile.TemporaryDirectory() as folder:
        masks = Path(folder)

        def keep_mask(object_id: str, png: bytes) -> str:
            (masks / f"{object_id}.png").write_bytes(png)
            return f"{object_id}.png"

        results = consolidate_job(
            job,
            task_type,
            write_file=keep_mask,
            labels=labels,
            manifest=lines,
            label_attribute=label_attribute,
            progress=progress,
        )
        letters = letters_of([worker.worker_id for worker in results.workers])
        job_summary = summarize_job(results, task_type, workforce=workforce, region=region, price_usd=price_usd)
        summary: ReportSummary = {**job_summary, "hints": list(hints(job_summary, letters))}
        album = Album(
            job=job,
            results=results,
            letters=letters,
            thumbnails=thumbnails,
            masks=masks,
            left=pictures,
        )
        return Report(summary=summary, html=page(summary, album))
