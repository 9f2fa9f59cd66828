"""One preview: a template with one manifest line, what was answered so far, and what becomes of it."""

import runpy
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TypedDict
from urllib.parse import quote

from ground_truth.answers.batch import AnnotatedObject, Answer
from ground_truth.aws.s3 import split_uri
from ground_truth.consolidation.by_type import consolidator
from ground_truth.consolidation.output_records import label_records
from ground_truth.contract.errors import InputError, ServiceError, StateError
from ground_truth.contract.json_types import JsonObject
from ground_truth.contract.task_types import TaskType
from ground_truth.engine.hooks import task_input_of
from ground_truth.tasks.input import task_input
from ground_truth.templates.rendering import render_page
from ground_truth_cli.local_files import read_text

MASK_PATH = "/mask.png"
FILES_PATH = "/files/"
MEDIA_PATH = "/instruction-media"
_JOB = "preview"
# One line of one manifest: its number stands where a job has the index of an object.
_OBJECT = "0"
_MOST_ANSWERS = 9
_ARN = "arn:aws:sagemaker:us-east-1:111122223333:labeling-job/preview"
_HANDLERS = ("handler", "lambda_handler")


class WorkerResponse(TypedDict):
    """One answer, as a file of worker responses has it."""

    answerContent: JsonObject
    submissionTime: str
    timeSpentInSeconds: float
    workerId: str


@dataclass(kw_only=True)
class Preview:
    """A template as its author sees it.

    ``line`` is the manifest line; pictures that it names by a path lie below ``folder``, the manifest's. ``images``
    is a folder where pictures of the bucket lie too, by their file name. ``sign`` makes the address of any
    other S3 object. ``media`` is the folder of the pictures that instructions show. ``hook`` is the file of a
    pre-annotation function of the author's own, called as the service calls it; ours by default.
    """

    template: Path
    line: JsonObject
    folder: Path
    labels: list[str]
    task_type: TaskType
    sign: Callable[[str], str]
    images: Path | None = None
    media: Path | None = None
    hook: Path | None = None
    answers: list[WorkerResponse] = field(default_factory=list)
    mask: bytes = b""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def page(self) -> str:
        """The page that a worker gets.

        Raises TemplateError where the template cannot be rendered, InputError for a line that a page cannot be given.
        """
        page_input = self._task_input()
        text = read_text(self.template)
        return render_page(text, page_input, self._readable, title=self.template.name)

    def _task_input(self) -> Mapping[str, object]:
        if self.hook is None:
            media = MEDIA_PATH if self.media else None
            return task_input(self.shown_line, labels=self.labels, instruction_media=media)
        event = {"version": "2018-10-16", "labelingJobArn": _ARN, "dataObject": self.shown_line}
        try:
            # Anew each time, so that it may be edited like the template.
            module = runpy.run_path(str(self.hook))
            answer = module[next(name for name in _HANDLERS if name in module)](event, None)
        except StopIteration:
            raise ServiceError(f"{self.hook.name} has no function {' or '.join(_HANDLERS)}") from None
        except Exception as error:  # whatever the author's function raises
            raise ServiceError(f"{self.hook.name} raised {type(error).__name__}: {error}") from error
        return task_input_of(answer)[0]

    @property
    def shown_line(self) -> JsonObject:
        """The line with an address for a picture that is named by its path."""
        source = self.line.get("source-ref")
        if isinstance(source, str) and "://" not in source:
            return {**self.line, "source-ref": FILES_PATH + quote(source)}
        return dict(self.line)

    def picture(self, name: str) -> Path | None:
        """The file of a picture; None for one that the line does not name, or that lies elsewhere."""
        source = str(self.line.get("source-ref", ""))
        if "://" not in source:
            path = (self.folder / source).resolve()
            return path if name == source and path.is_file() and self.folder.resolve() in path.parents else None
        local = self._local(source)
        return local if local and name == local.name else None

    @property
    def version(self) -> int:
        """A number that differs after template or function was saved; 0 while a file is missing, as editors do."""
        try:
            return sum(file.stat().st_mtime_ns for file in (self.template, self.hook) if file)
        except OSError:
            return 0

    def answer(self, content: JsonObject, seconds: float) -> None:
        """Keeps an answer, as one of another worker, in the form of a worker response (contract section 8)."""
        with self._lock:
            if len(self.answers) >= _MOST_ANSWERS:
                raise StateError(f"an object takes at most {_MOST_ANSWERS} workers' answers: clear them to go on")
            submitted = datetime.now(UTC)
            self.answers.append(
                {
                    "answerContent": dict(content),
                    "submissionTime": f"{submitted:%Y-%m-%dT%H:%M:%S}.{submitted.microsecond // 1000:03}Z",
                    "timeSpentInSeconds": round(max(0.0, seconds), 3),
                    "workerId": f"private.preview.{len(self.answers) + 1}",
                }
            )

    def clear(self) -> None:
        """Forgets the answers."""
        with self._lock:
            self.answers.clear()
            self.mask = b""

    def state(self) -> dict[str, object]:
        """All that the preview shows beside the page."""
        with self._lock:
            return {
                "version": self.version,
                "template": self.template.name,
                "taskType": self.task_type.key,
                "picture": self._address(),
                "answers": list(self.answers),
                "merged": self._merged() if len(self.answers) > 1 else None,
            }

    def _address(self) -> str | None:
        """Where the picture is; None where there is none to be had, which the page of the task says."""
        source = self.shown_line.get("source-ref")
        try:
            return self._readable(source) if isinstance(source, str) and source else None
        except InputError:
            return None

    def _merged(self) -> JsonObject:
        """The record of the output manifest; its label is the same as the post-annotation hook's."""
        answers = tuple(
            Answer(worker_id=response["workerId"], content=response["answerContent"]) for response in self.answers
        )
        consolidation = consolidator(self.task_type.key)(
            [(_OBJECT, AnnotatedObject(dataset_object_id=_OBJECT, answers=answers))],
            self.labels,
            history={},
            write_file=self._keep_mask,
        )
        attribute = f"{_JOB}-ref" if self.task_type.label_attribute_is_reference else _JOB
        records = label_records(consolidation, attribute, self.task_type, job_arn=_JOB, moment=datetime.now(UTC))
        return records[_OBJECT].content

    def _keep_mask(self, _: str, png: bytes) -> str:
        self.mask = png
        return MASK_PATH

    def _readable(self, uri: str) -> str:
        if not uri.startswith("s3://"):
            return uri
        local = self._local(uri)
        return FILES_PATH + quote(local.name) if local else self.sign(uri)

    def _local(self, uri: str) -> Path | None:
        if self.images is None or not uri.startswith("s3://"):
            return None
        path = self.images / split_uri(uri)[1].rpartition("/")[2]
        return path if path.is_file() else None
