"""What the post-annotation hook is given: objects with the answers of their workers (contract section 6.3)."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ground_truth.contract.errors import InputError


class ObjectError(InputError):
    """One dataset object that cannot be consolidated; the others of its batch can."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What one worker said of one object; ``content`` is what the worker's form submitted.

    ``submitted`` is an ISO time, empty where it is not known; ``seconds`` is how long the worker took, if known.
    """

    worker_id: str
    content: Mapping[str, Any]
    submitted: str = ""
    seconds: float | None = None


@dataclass(frozen=True, kw_only=True)
class AnnotatedObject:
    """One dataset object and its answers, one a worker."""

    dataset_object_id: str
    answers: tuple[Answer, ...]


ReadText = Callable[[str], str]


def read_batch(payload: Iterable[object], read_text: ReadText) -> Iterator[tuple[str, AnnotatedObject | ObjectError]]:
    """Reads the objects of a payload file (``PayloadObject``), each as (id, object) or (id, what is wrong with it).

    ``read_text`` fetches an ``s3Uri``, for answers that are not inline. Where a worker answered an object
    twice the last answer counts.
    """
    for position, entry in enumerate(payload):
        object_id = f"at position {position}"
        try:
            if not isinstance(entry, Mapping) or "datasetObjectId" not in entry:
                raise ObjectError("the entry has no datasetObjectId")
            object_id = str(entry["datasetObjectId"])
            yield object_id, _read_object(object_id, entry, read_text)
        except ObjectError as error:
            yield object_id, error
        except (KeyError, TypeError, ValueError, AttributeError, InputError) as error:
            yield object_id, ObjectError(f"the entry is not of the contract's shape: {error!r}")


def _read_object(object_id: str, entry: Mapping[str, object], read_text: ReadText) -> AnnotatedObject:
    annotations = entry.get("annotations") or ()
    if not isinstance(annotations, list | tuple):
        raise ObjectError("the entry is not of the contract's shape: its 'annotations' should be a list")
    answers = [_read_answer(annotation, read_text) for annotation in annotations]
    last_of_worker = {answer.worker_id: answer for answer in answers}
    if not last_of_worker:
        raise ObjectError("no worker answered")
    return AnnotatedObject(dataset_object_id=object_id, answers=tuple(last_of_worker.values()))


def _read_answer(annotation: object, read_text: ReadText) -> Answer:
    if not isinstance(annotation, Mapping):
        raise ObjectError("an annotation is not an object with workerId and annotationData")
    worker_id = str(annotation.get("workerId", ""))
    data = annotation.get("annotationData") or {}
    text = data.get("content")
    if text is None and "s3Uri" in data:
        text = read_text(data["s3Uri"])
    return Answer(worker_id=worker_id, content=read_content(text, worker_id))


def read_content(text: object, worker_id: str) -> Mapping[str, Any]:
    """Reads what a form submitted, a string of JSON or the object itself.

    Raises ObjectError, naming the worker, for anything else.
    """
    try:
        # Ground Truth sends the answer as a string of JSON; an engine may send the object itself.
        content = json.loads(text) if isinstance(text, (str, bytes)) else text
    except ValueError as error:
        raise ObjectError(f"the answer of worker {worker_id} is not JSON") from error
    if not isinstance(content, Mapping):
        raise ObjectError(f"the answer of worker {worker_id} is not an object with the form's fields")
    return content


def answer_field(content: Mapping[str, Any], field: str) -> Mapping[str, Any]:
    """Finds the part of an answer that holds ``field``, whatever name the template gave its element.

    Raises ObjectError if there is none.
    """
    for part in content.values():
        if isinstance(part, Mapping) and field in part:
            return part
    raise ObjectError(f"an answer has no '{field}', only {sorted(content)}")
