"""A whole run: list, prepare what is left, write the manifest."""

import contextlib
import csv
import hashlib
import hmac
import itertools
import json
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, ProcessPoolExecutor, wait
from dataclasses import asdict, dataclass, field
from pathlib import Path

from ground_truth.contract.errors import InputError, ServiceError
from ground_truth.images.prepare import Options
from ground_truth_cli.local_files import writing
from ground_truth_cli.preparation.journal import Journal
from ground_truth_cli.preparation.storages import Entry, Folder, Prefix, Storage
from ground_truth_cli.preparation.work import Outcome, Work, prepare_files, start_process

MANIFEST, MAPPING, REJECTED = "input.manifest", "mapping.csv", "rejected.csv"
JOURNAL = ".prepare.sqlite"
_FILES_A_TASK = 8
_MANIFEST_BYTES = 1_000_000_000
_THREADS = 8
_TASKS_A_PROCESS = 3
_LEAST_TASKS_A_PROCESS = 12
_SECONDS_BETWEEN_RECORDS = 1.0


@dataclass(frozen=True, kw_only=True)
class PreparationPlan:
    """What is to be done.

    ``records`` is the folder of mapping, rejects and journal. ``uri`` is what the manifest puts before names;
    empty leaves them relative to the destination. ``jobs`` is the number of processes.
    """

    source: Storage
    destination: Storage
    records: Path
    uri: str
    key: bytes
    options: Options = field(default_factory=Options)
    redact: tuple[str, ...] = ()
    jobs: int = 1
    dry_run: bool = False

    @property
    def settings(self) -> str:
        """A short text that differs when the same file would become something else."""
        text = json.dumps([asdict(self.options), sorted(self.redact), str(self.destination)])
        return hmac.new(self.key, text.encode(), hashlib.sha256).hexdigest()[:16]

    def work(self) -> Work:
        """What the processes need to know."""
        travels = isinstance(self.source, Prefix) or isinstance(self.destination, Prefix)
        return Work(
            source=self.source,
            destination=None if self.dry_run else self.destination,
            key=self.key,
            options=self.options,
            redact=self.redact,
            threads=_THREADS if travels or self.redact else 1,
        )


RunSummary = dict[str, int | float | str]
"""What a run did, by name: counts, the seconds it took, and where the manifest is."""


def carry_out(plan: PreparationPlan, *, progress: bool) -> RunSummary:
    """Does a plan and returns the summary; stopped at any point, the next call goes on from there.

    Raises InputError for a source without files, and for a destination that another source filled.
    """
    started = time.monotonic()
    if not plan.dry_run:
        plan.destination.make()
        with writing(plan.records):
            plan.records.mkdir(parents=True, exist_ok=True)
    journal = Journal(None if plan.dry_run else plan.records / JOURNAL)
    try:
        journal.belongs_to(str(plan.source))
        journal.take_note(_listed(plan), plan.settings)
        _check_written(plan, journal)
        before, left = journal.count(done=True), journal.count(done=False)
        if not before + left:
            raise InputError(f"'source' should hold files, got none in {plan.source}")
        _prepare_rest(plan, journal, left, progress=progress)
        counts = journal.counts()
        summary: RunSummary = {
            "files": before + left,
            "done_before": before,
            **counts,
            "duplicates": counts["prepared"] - counts["images"],
        }
        if not plan.dry_run:
            summary["removed"] = _remove_unlisted(plan, journal)
            summary["manifest"] = _write_results(plan, journal)
        return {**summary, "dry_run": plan.dry_run, "seconds": round(time.monotonic() - started, 1)}
    finally:
        journal.close()


def _listed(plan: PreparationPlan) -> Iterator[tuple[Entry, str]]:
    """The files of the source; of a folder that was prepared already, the pictures its manifest names."""
    if plan.source.entry(MANIFEST).size:
        yield from _listed_by_manifest(plan.source)
        return
    inside = plan.destination.root.resolve() if isinstance(plan.destination, Folder) else None
    for entry in plan.source.files(without=inside):
        yield entry, ""


def _listed_by_manifest(source: Storage) -> Iterator[tuple[Entry, str]]:
    for number, text in enumerate(source.read(MANIFEST, _MANIFEST_BYTES).splitlines(), start=1):
        try:
            line = json.loads(text)
            image = f"images/{line.pop('source-ref').rpartition('/')[2]}"
        except (ValueError, KeyError, AttributeError) as error:
            raise InputError(f"line {number} of the source's {MANIFEST} should name a picture: {error!r}") from error
        yield source.entry(image), json.dumps(line) if line else ""


def _check_written(plan: PreparationPlan, journal: Journal) -> None:
    """What the journal says is there may have been removed since."""
    if not plan.dry_run and isinstance(plan.destination, Folder):
        missing = (n for n, image, size in journal.prepared() if not plan.destination.holds(f"images/{image}", size))
        while names := list(itertools.islice(missing, 1_000)):
            journal.forget(names)


def _prepare_rest(plan: PreparationPlan, journal: Journal, left: int, *, progress: bool) -> None:
    jobs = max(1, min(plan.jobs, left))
    # The fewer files there are, the smaller a task: no process should wait long for the last of another.
    tasks = _tasks(journal, max(1, min(_FILES_A_TASK, left // (jobs * _LEAST_TASKS_A_PROCESS))))
    # Threads come with the progress bar and the clients; processes are forked before there are any.
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else None)
    with ProcessPoolExecutor(jobs, mp_context=context, initializer=start_process, initargs=(plan.work(),)) as pool:
        running = {pool.submit(prepare_files, names) for names in itertools.islice(tasks, jobs * _TASKS_A_PROCESS)}
        finished: list[Outcome] = []
        recorded = time.monotonic()
        try:
            with _progress(left, shown=progress) as advance:
                while running:
                    done, running = wait(running, return_when=FIRST_COMPLETED)
                    running |= {pool.submit(prepare_files, names) for names in itertools.islice(tasks, len(done))}
                    fresh = _outcomes(done)
                    finished += fresh
                    advance(len(fresh))
                    if time.monotonic() - recorded > _SECONDS_BETWEEN_RECORDS:
                        journal.record(finished)
                        finished, recorded = [], time.monotonic()
        finally:
            journal.record(finished)
            pool.shutdown(wait=True, cancel_futures=True)


@contextlib.contextmanager
def _progress(total: int, *, shown: bool) -> Iterator[Callable[[int], object]]:
    """Counts files where somebody looks; loading the bar takes as long as preparing some photos."""
    if not shown or not sys.stderr.isatty():
        yield lambda count: None
        return
    from tqdm import tqdm

    with tqdm(total=total, unit="file", file=sys.stderr) as bar:
        yield bar.update


def _tasks(journal: Journal, size: int) -> Iterator[list[str]]:
    """What is left, so many files a task."""
    for names in journal.waiting(1_000):
        for at in range(0, len(names), size):
            yield names[at : at + size]


def _outcomes(done: Iterable["Future[list[Outcome]]"]) -> list[Outcome]:
    try:
        return [outcome for task in done for outcome in task.result()]
    except BrokenExecutor as error:
        raise ServiceError(
            "a process ended without a word, as happens when memory is short: "
            "the same command goes on from here; give it fewer --jobs"
        ) from error


def _remove_unlisted(plan: PreparationPlan, journal: Journal) -> int:
    """Removes the pictures of files that are gone or were prepared otherwise: nobody should find them."""
    unlisted = journal.unlisted()
    for image in unlisted:
        plan.destination.remove(f"images/{image}")
    journal.clear_unlisted()
    return len(unlisted)


def _write_results(plan: PreparationPlan, journal: Journal) -> str:
    before = f"{plan.uri}/images/" if plan.uri else "images/"
    with writing(plan.records), tempfile.TemporaryDirectory(dir=plan.records) as scratch:
        mapping = ((old, f"{before}{image}") for old, image, _ in journal.prepared())
        _write_private(Path(scratch, MAPPING), _csv(("file", "image"), mapping)).replace(plan.records / MAPPING)
        rejected = _write_private(Path(scratch, REJECTED), _csv(("file", "reason"), journal.rejected()))
        rejected.replace(plan.records / REJECTED)
        lines = (
            json.dumps({"source-ref": f"{before}{image}"} | attributes) + "\n" for image, attributes in journal.lines()
        )
        plan.destination.upload(MANIFEST, _write_private(Path(scratch, MANIFEST), lines))
    if isinstance(plan.destination, Prefix):
        return f"{plan.destination.uri}/{MANIFEST}"
    return str(plan.destination.root / MANIFEST)


class _Line:
    """A file for the csv module that hands its one line on."""

    def write(self, text: str) -> str:
        return text


def _csv(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    writer = csv.writer(_Line(), lineterminator="\n")
    return (writer.writerow(row) for row in itertools.chain([head], rows))


def _write_private(path: Path, lines: Iterable[str]) -> Path:
    """Writes lines, as they come, to a file that its owner alone may read."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.writelines(lines)
    return path
