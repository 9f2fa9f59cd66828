"""The second step of a job: every object of a batch is offered to the workers, as its pre-annotation hook wants it."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from ground_truth.aws.s3 import Files
from ground_truth.contract import limits
from ground_truth.contract.errors import GroundTruthError
from ground_truth.contract.json_text import json_length
from ground_truth.contract.json_types import JsonObject
from ground_truth.contract.label_category_config import read_labels
from ground_truth.contract.request import LabelingJobRequest
from ground_truth.engine.hooks import HookFailed, Hooks, built_in_type, task_input_of
from ground_truth.engine.model import EngineJob, OpenObject
from ground_truth.engine.planning import ManifestBatch
from ground_truth.engine.store.store import EngineStore
from ground_truth.manifests.lines import parse_line
from ground_truth.manifests.manifest_line import ManifestLine
from ground_truth.tasks.input import task_input

_AT_ONCE = 8
_VERSION = "2018-10-16"


def open_batch(job: EngineJob, arn: str, batch: ManifestBatch, store: EngineStore, files: Files, hooks: Hooks) -> int:
    """Opens the objects of a batch and returns how many; one whose hook fails is kept as failed, with the reason.

    Doing it again opens nothing twice. Lines that are labeled already, that a stopping condition excludes, or that
    their hook says nobody needs to see, are not opened: they reach the output as they are.
    """
    pre = _PreAnnotation(job, arn, files, hooks)
    unlabeled = [
        (object_id, line)
        for object_id, line in lines_of(job, batch, files)
        if not line.has_label(job.attribute) and int(object_id) < batch.until
    ]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        opened = list(pool.map(lambda numbered: _opened(numbered[0], numbered[1], pre, store, job), unlabeled))
    objects = [open_object for open_object in opened if open_object]
    store.objects.open(job, objects)
    return len(objects)


def lines_of(job: EngineJob, batch: ManifestBatch, files: Files) -> Iterator[tuple[str, ManifestLine]]:
    """The lines of a batch with their object ids."""
    if not batch.lines:
        return
    content = files.read_range(job.manifest, batch.start, batch.end)
    # Only line ends part lines; texts may hold other characters that some take for one.
    raws = [raw for raw in content.split(b"\n") if raw.strip()]
    for index, raw in enumerate(raws):
        number = batch.first + index
        yield str(number), parse_line(raw, number + 1)


def labels_of(request: LabelingJobRequest, files: Files) -> list[str]:
    """The job's labels, none for a custom job without a category file."""
    uri = request.get("LabelCategoryConfigS3Uri")
    return read_labels(files.read(uri)) if uri else []


class _PreAnnotation:
    def __init__(self, job: EngineJob, arn: str, files: Files, hooks: Hooks) -> None:
        self._function = job.pre_annotation
        self._built_in = built_in_type(self._function, "PRE")
        self._labels: Sequence[str] = labels_of(job.request, files) if self._built_in else ()
        self._arn = arn
        self._hooks = hooks

    def input_of(self, line: ManifestLine) -> tuple[JsonObject, bool]:
        """The task input, and whether people are needed. Raises HookFailed and InputError."""
        if self._function is None:
            # Without a hook the line itself is what the page gets (contract section 5.4).
            return line.content, True
        if self._built_in:
            return task_input(line.content, labels=self._labels, instruction_media=None), True
        event = {"version": _VERSION, "labelingJobArn": self._arn, "dataObject": line.content}
        return task_input_of(self._hooks.call(self._function, event))


def _opened(
    object_id: str, line: ManifestLine, pre: _PreAnnotation, store: EngineStore, job: EngineJob
) -> OpenObject | None:
    try:
        page_input, needed = pre.input_of(line)
        length = json_length(page_input)
        if length > limits.TASK_INPUT_CHARACTERS:
            raise HookFailed(f"the task input has {length:,} characters, at most {limits.TASK_INPUT_CHARACTERS:,} fit")
    except (GroundTruthError, ValueError) as error:
        # A hook can answer with numbers that JSON does not have.
        store.objects.add_failed(job, object_id, str(error)[:1000])
        return None
    return OpenObject(object_id=object_id, task_input=page_input) if needed else None
