"""Worker-response files: what every worker said of one object, old and new (contract section 8)."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime

from ground_truth.answers.batch import AnnotatedObject, Answer, ObjectError, read_content

# No task stays with a worker for longer (contract section 4.1); more is a mistake.
_LONGEST_SECONDS = 30 * 24 * 3_600


def read_response(file: bytes) -> list[Answer]:
    """The answers in one file; the oldest files know neither times of acceptance nor worker metadata.

    Raises ObjectError for what is no worker response.
    """
    try:
        entries = json.loads(file)["answers"]
    except (KeyError, TypeError, ValueError) as error:
        raise ObjectError("not a worker response: it should be JSON like {'answers': [...]}") from error
    if not isinstance(entries, list):
        raise ObjectError("not a worker response: its 'answers' should be a list")
    return [_answer(entry) for entry in entries]


def latest(object_id: str, answers: Iterable[Answer]) -> AnnotatedObject:
    """Joins an object's answers, given in the order of its files: of a worker's the last submitted counts.

    Where times are equal or missing the answer given later counts.
    Raises ObjectError if nobody answered.
    """
    last: dict[str, Answer] = {}
    for answer in answers:
        earlier = last.get(answer.worker_id)
        if earlier is None or answer.submitted >= earlier.submitted:
            last[answer.worker_id] = answer
    if not last:
        raise ObjectError("no worker answered")
    return AnnotatedObject(dataset_object_id=object_id, answers=tuple(last.values()))


def seen_labels(labeled: AnnotatedObject) -> set[str]:
    """Every label that the answers name, in whatever built-in type's way."""
    parts = [part for answer in labeled.answers for part in answer.content.values() if isinstance(part, Mapping)]
    return {label for part in parts for label in _labels(part) if isinstance(label, str) and label}


def _answer(entry: object) -> Answer:
    if not isinstance(entry, Mapping):
        raise ObjectError("an answer is not an object with workerId and answerContent")
    worker_id = str(entry.get("workerId", ""))
    content = read_content(entry.get("answerContent"), worker_id)
    # Without the Z, times with milliseconds sort after those without in the same second.
    submitted = str(entry.get("submissionTime") or "").rstrip("Z")
    return Answer(worker_id=worker_id, content=content, submitted=submitted, seconds=_seconds(entry))


def _seconds(entry: Mapping[str, object]) -> float | None:
    """How long the worker took: as the file says, which leaves out pauses, else from acceptance to submission."""
    spent = entry.get("timeSpentInSeconds")
    if isinstance(spent, (int, float)) and not isinstance(spent, bool):
        return float(spent) if 0 <= spent < _LONGEST_SECONDS else None
    try:
        accepted, submitted = (
            datetime.fromisoformat(str(entry[name])) for name in ("acceptanceTime", "submissionTime")
        )
        seconds = (submitted - accepted).total_seconds()
    except (KeyError, TypeError, ValueError):
        return None
    return seconds if 0 <= seconds < _LONGEST_SECONDS else None


def _labels(part: Mapping[str, object]) -> list[object]:
    several, boxes, mappings = (part.get(name) for name in ("labels", "boundingBoxes", "labelMappings"))
    return [
        part.get("label"),
        *(several if isinstance(several, list) else ()),
        *(box.get("label") for box in (boxes if isinstance(boxes, list) else ()) if isinstance(box, Mapping)),
        *(mappings if isinstance(mappings, Mapping) else ()),
    ]
