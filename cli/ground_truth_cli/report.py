"""``ground-truth report``: one page that shows how good a job's labels are, and what to do about it."""

import io
import json
import statistics
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import click

from ground_truth.annotations import Answer, ObjectError
from ground_truth.job_folder import Job, find_job, read_ahead
from ground_truth.job_manifest import image_of
from ground_truth.job_results import JobResults, consolidate_job
from ground_truth.label_categories import read_labels
from ground_truth.labels import BoxesLabel, ClassesLabel, ClassLabel, Label, MaskLabel
from ground_truth.manifest import read_manifest
from ground_truth.output_manifest import read_label
from ground_truth.task_types import CUSTOM, TASK_TYPES
from ground_truth.worker_responses import latest, read_response
from ground_truth_cli.job_source import answers_bar, content_of, folder_of
from ground_truth_cli.reporting.page import Report, Shown, page_of
from ground_truth_cli.reporting.pictures import Photos, drawn, said

_TYPES = [one.key for one in TASK_TYPES.values() if one is not CUSTOM]
_MOST_CONFUSIONS = 5
_SHOWN_A_CONFUSION = 4
_UNSURE_SHOWN = 12


@click.command()
@click.argument("source")
@click.option("--type", "type_key", required=True, type=click.Choice(_TYPES), help="Kind of task.")
@click.option("--labels", metavar="FILE", help="Label category file, for the order of classes.")
@click.option("--manifest", metavar="FILE", help="Manifest whose lines are labeled, instead of the job's own.")
@click.option(
    "--images",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with the photos, by their file name, instead of where the manifest names them.",
)
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder for the report.")
@click.option("--json", "as_json", is_flag=True, help="Print where the files are as JSON.")
def report(
    source: str, type_key: str, labels: str | None, manifest: str | None, images: Path | None, out: Path, as_json: bool
) -> None:
    """Show how good a job's labels are: report.html for people, quality.json for programs.

    SOURCE is the job's folder, <output path>/<job name>, in S3 or downloaded. The page needs nothing beside it:
    confidence, labels, confused labels and unsure objects with what every worker said of them, workers who stand
    out, and what to do about it.
    """
    job = find_job(folder_of(source))
    with answers_bar() as progress, tempfile.TemporaryDirectory() as scratch:

        def keep_mask(object_id: str, png: bytes) -> str:
            path = Path(scratch, f"{len(object_id)}-{PurePosixPath(object_id).name}.png")
            path.write_bytes(png)
            return str(path)

        results = consolidate_job(
            job,
            TASK_TYPES[type_key],
            write_file=keep_mask,
            labels=read_labels(content_of(labels)) if labels else None,
            manifest=list(read_manifest(io.BytesIO(content_of(manifest)))) if manifest else None,
            progress=progress,
        )
    page = page_of(_report(job, results, Photos(images)))
    out.mkdir(parents=True, exist_ok=True)
    (out / "report.html").write_text(page, encoding="utf-8")
    (out / "quality.json").write_text(results.quality_json(), encoding="utf-8")
    files = {"report": str(out / "report.html"), "quality": str(out / "quality.json")}
    click.echo(json.dumps(files) if as_json else f"Look at it: {files['report']}\nFor programs: {files['quality']}")


def _report(job: Job, results: JobResults, photos: Photos) -> Report:
    quality = {**results.quality, "confusions": results.quality["confusions"][:_MOST_CONFUSIONS]}
    numbers = {one.worker_id: number for number, one in enumerate(results.workers)}
    showing = _Showing(job, results, photos, numbers)
    return Report(
        quality=quality,
        workers=results.workers,
        numbers=numbers,
        seconds=_seconds(job),
        confused=[
            showing.objects(entry["object"] for entry in one["shown_by"][:_SHOWN_A_CONFUSION])
            for one in quality["confusions"]
        ],
        unsure=showing.objects(_least_confident(results)),
    )


class _Showing:
    """Shows objects of a job with the answers of their workers."""

    def __init__(self, job: Job, results: JobResults, photos: Photos, numbers: Mapping[str, int]) -> None:
        self._job = job
        self._lines = {str(index): line for index, line in enumerate(results.lines)}
        self._photos = photos
        self._numbers = numbers

    def objects(self, object_ids: Iterable[str]) -> list[Shown]:
        return [self._object(object_id) for object_id in object_ids]

    def _object(self, object_id: str) -> Shown:
        answers = [one for one in self._answers(object_id) if one.worker_id in self._numbers]
        source = image_of(self._lines.get(object_id, {}))
        picture = drawn(self._photos.open(source), answers, self._numbers)
        return Shown(
            object_id=object_id,
            name=PurePosixPath(source).name or "no name",
            picture=picture.uri,
            has_photo=picture.has_photo,
            words=[f"{self._numbers[one.worker_id] + 1}: {said(one)}" for one in answers],
        )

    def _answers(self, object_id: str) -> Sequence[Answer]:
        files = [self._job.root.read(name) for name in self._job.responses.get(object_id, ())]
        try:
            return latest(object_id, (answer for file in files for answer in read_response(file))).answers
        except ObjectError:
            return ()


def _least_confident(results: JobResults) -> list[str]:
    """The labeled objects whose least sure part is the least sure; those of one worker are not meant."""
    found = []
    for index, line in enumerate(results.lines):
        confidences = _confidences(read_label(line, results.label_attribute).label)
        if confidences and 0 < min(confidences) < 1:
            found.append((min(confidences), index))
    return [str(index) for _, index in sorted(found)[:_UNSURE_SHOWN]]


def _confidences(label: Label | None) -> list[float]:
    match label:
        case BoxesLabel():
            parts: Sequence[Any] = label.boxes
        case ClassesLabel() | MaskLabel():
            parts = label.classes
        case ClassLabel():
            parts = [label]
        case _:
            parts = []
    return [part.confidence for part in parts if part.confidence is not None]


def _seconds(job: Job) -> dict[str, float]:
    """The median time that each worker took; nothing of those whose files do not say, as with old ones."""
    times: dict[str, list[float]] = {}
    for _, content in read_ahead(job.root, (name for names in job.responses.values() for name in names)):
        for entry in _entries(content):
            seconds = entry.get("timeSpentInSeconds") if isinstance(entry, Mapping) else None
            if isinstance(seconds, int | float) and seconds >= 0:
                times.setdefault(str(entry.get("workerId", "")), []).append(seconds)
    return {worker: statistics.median(found) for worker, found in times.items()}


def _entries(content: bytes | OSError) -> list[Any]:
    if isinstance(content, OSError):
        return []
    try:
        entries = json.loads(content)["answers"]
    except (KeyError, TypeError, ValueError):
        return []
    return entries if isinstance(entries, list) else []
