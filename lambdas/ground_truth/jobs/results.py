"""Consolidates a whole job from its worker responses: the final manifest, its workers, its quality.

Used by the command and at a job's end. All objects are consolidated together, so that every answer of a worker
counts in judging every other.
"""

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from ground_truth.answers.batch import AnnotatedObject, Answer, ObjectError
from ground_truth.answers.worker_responses import latest, read_response, seen_labels
from ground_truth.answers.working_time import working_time
from ground_truth.consolidation.by_type import consolidator
from ground_truth.consolidation.by_type.outcome import Consolidation, WorkerQuality, WriteFile
from ground_truth.consolidation.output_records import label_records
from ground_truth.contract.errors import ReadError
from ground_truth.contract.task_types import TaskType
from ground_truth.jobs.folder import JobFolder, manifest_of, read_ahead
from ground_truth.jobs.job_manifest import job_name_in, label_attribute_in, labels_in
from ground_truth.jobs.quality import JobQuality, UnreadableFile, label_quality
from ground_truth.manifests.lines import format_line, read_manifest
from ground_truth.manifests.manifest_line import ManifestLine

CountRead = Callable[[int, int], None]
"""Told how many of how many objects are read."""


@dataclass(frozen=True, kw_only=True)
class JobResults:
    """What came out: the manifest's lines, what the answers say of the workers, and what a person should look at.

    ``object_ids`` pair with the lines.
    """

    label_attribute: str
    object_ids: Sequence[str]
    lines: Sequence[ManifestLine]
    workers: Sequence[WorkerQuality]
    quality: JobQuality

    def manifest(self) -> str:
        """The output manifest."""
        return b"".join(map(format_line, self.lines)).decode()

    def workers_csv(self) -> str:
        """The workers as a table, empty where the answers say nothing."""
        text = io.StringIO()
        table = csv.writer(text, lineterminator="\n")
        table.writerow(["worker", "answers", "skill", "skill_low", "skill_high", "agreement", "outlier", "reason"])
        for worker in self.workers:
            values = (worker.skill, worker.low, worker.high, worker.agreement)
            numbers = ["" if value is None else f"{value:.4f}" for value in values]
            stands_out = "yes" if worker.outlier else "no"
            table.writerow([worker.worker_id, worker.answers, *numbers, stands_out, worker.outlier])
        return text.getvalue()

    def quality_json(self) -> str:
        """The quality report as it is written."""
        return json.dumps(self.quality, indent=2, ensure_ascii=False) + "\n"


def consolidate_job(
    job: JobFolder,
    task_type: TaskType,
    *,
    write_file: WriteFile,
    labels: Sequence[str] | None = None,
    manifest: Sequence[ManifestLine] | None = None,
    label_attribute: str | None = None,
    moment: datetime | None = None,
    progress: CountRead = lambda done, total: None,
) -> JobResults:
    """Consolidates all that workers said in a job.

    ``manifest`` gives the lines; by default the job's own does, else there is one line for each object id.
    ``labels`` are in the order of class indexes; by default they are those that the job's manifest tells, then
    the others that workers named, sorted, for which all answers are read twice. ``label_attribute`` is by
    default the one in the manifest, else the job's name; ``moment``, the creation date, is by default now.
    Objects that fail get a failure-reason instead of a label, lines that nobody answered stay as they are.
    Raises ManifestError for a manifest that is none.
    """
    lines = _lines(job, manifest)
    own_lines = list(lines.values())
    attribute = label_attribute or label_attribute_in(own_lines, task_type, job.root.name) or _named(job, task_type)
    reading = _Reading(job, progress, passes=1 if labels else 2)
    classes_are = "given"
    if not labels:
        labels, classes_are = _guess_labels(reading, labels_in(own_lines, attribute))
    consolidation = consolidator(task_type.key)(reading.objects(), labels, history={}, write_file=write_file)
    consolidation = _with_lines_only(consolidation, lines)
    name = job_name_in(own_lines, attribute) or job.root.name
    records = label_records(consolidation, attribute, task_type, job_arn=name, moment=moment or datetime.now(UTC))
    workers = consolidation.workers()
    images = {object_id: line.source for object_id, line in lines.items()}
    return JobResults(
        label_attribute=attribute,
        object_ids=list(lines),
        lines=[
            line.with_record(records[object_id]) if object_id in records else line for object_id, line in lines.items()
        ],
        workers=workers,
        quality={
            "job": name,
            "task_type": task_type.key,
            "label_attribute": attribute,
            "classes": list(labels),
            "classes_are": classes_are,
            **label_quality(consolidation, workers, images),
            "seconds": working_time(reading.seconds),
            "unreadable_files": reading.unreadable,
        },
    )


class _Reading:
    """Reads the objects of a job, as often as asked.

    ``unreadable`` says what could not be read the last time, ``seconds`` how long each worker took.
    """

    def __init__(self, job: JobFolder, progress: CountRead, *, passes: int) -> None:
        self._job = job
        self._progress = progress
        self._total = passes * len(job.responses)
        self._done = 0
        self.unreadable: list[UnreadableFile] = []
        self.seconds: dict[str, list[float]] = {}

    def objects(self) -> Iterator[tuple[str, AnnotatedObject | ObjectError]]:
        """Each object with the answers in those of its files that are readable."""
        self.unreadable.clear()
        self.seconds.clear()
        names = (name for names in self._job.responses.values() for name in names)
        contents = read_ahead(self._job.root, names)
        for object_id, own in self._job.responses.items():
            yield object_id, self._object(object_id, [next(contents) for _ in own])
            self._done += 1
            self._progress(self._done, self._total)

    def _object(self, object_id: str, files: list[tuple[str, bytes | ReadError]]) -> AnnotatedObject | ObjectError:
        answers: list[Answer] = []
        problems: list[UnreadableFile] = []
        for name, content in files:
            try:
                if isinstance(content, ReadError):
                    raise content
                answers += read_response(content)
            except (ReadError, ObjectError) as error:
                problems.append({"object": object_id, "file": name, "why": str(error)})
        self.unreadable += problems
        try:
            labeled = latest(object_id, answers)
        except ObjectError as error:
            return ObjectError("; ".join(f"{problem['file']}: {problem['why']}" for problem in problems) or str(error))
        for answer in labeled.answers:
            if answer.seconds is not None:
                self.seconds.setdefault(answer.worker_id, []).append(answer.seconds)
        return labeled


def _lines(job: JobFolder, manifest: Sequence[ManifestLine] | None) -> dict[str, ManifestLine]:
    """The manifest's lines by object id, in order."""
    own = manifest_of(job.root) if manifest is None else None
    if own is not None:
        manifest = list(read_manifest(io.BytesIO(own)))
    if manifest is None:
        return {object_id: ManifestLine({"dataset-object-id": object_id}) for object_id in job.responses}
    return {str(index): line for index, line in enumerate(manifest)}


def _named(job: JobFolder, task_type: TaskType) -> str:
    """The job's name, which is what an attribute is mostly called, in the form that the type demands."""
    suffix = "-ref" if task_type.label_attribute_is_reference and not job.root.name.endswith("-ref") else ""
    return job.root.name + suffix


def _guess_labels(reading: _Reading, written: Mapping[int, str]) -> tuple[list[str], str]:
    """Labels in class index order, and in words where they are from; ``written`` are those of the manifest."""
    objects = (labeled for _, labeled in reading.objects() if isinstance(labeled, AnnotatedObject))
    others = sorted(set().union(*map(seen_labels, objects)) - set(written.values()))
    # An index that no record tells is taken: by one of the others, if anything.
    gaps = [index for index in range(max(written, default=-1) + 1) if index not in written]
    filled = dict(written) | dict(zip(gaps, [*others, *(f"unknown class {index}" for index in gaps)], strict=False))
    source = "guessed: give the label category file" if others else "told by the manifest"
    return [filled[index] for index in sorted(filled)] + others[len(gaps) :], source


def _with_lines_only(consolidation: Consolidation, lines: Mapping[str, ManifestLine]) -> Consolidation:
    """Marks objects that the manifest does not have as failed, so that they are not lost silently."""
    missing = ObjectError(f"the manifest has no line for it, only {len(lines)} lines: give the job's own manifest")
    outcomes = {
        object_id: outcome if object_id in lines else missing for object_id, outcome in consolidation.outcomes.items()
    }
    return replace(consolidation, outcomes=outcomes)
