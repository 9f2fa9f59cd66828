"""Worker-response files: what every worker said of one object, old and new (contract section 8)."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from ground_truth.answers.batch import AnnotatedObject, Answer, ObjectError, read_content

# No task stays with a worker for longer (contract section 4.1); more is a mistake.
_LONGEST = 30 * 24 * 3_600


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
        before = last.get(answer.worker_id)
        if before is None or answer.submitted >= before.submitted:
            last[answer.worker_id] = answer
    if not last:
        raise ObjectError("no worker answered")
    return AnnotatedObject(dataset_object_id=object_id, answers=tuple(last.values()))


def seen_labels(labeled: AnnotatedObject) -> set[str]:
    """Every label that the answers name, in whatever built-in type's way."""
    parts = [part for answer in labeled.answers for part in answer.content.values() if isinstance(part, Mapping)]
    return {label for part in parts for label in _labels(part) if isinstance(label, str) and label}


def _answer(entry: Any) -> Answer:
    if not isinstance(entry, Mapping):
        raise ObjectError("an answer is not an object with workerId and answerContent")
    worker = str(entry.get("workerId", ""))
    content = read_content(entry.get("answerContent"), worker)
    # Without the Z, times with milliseconds sort after those without in the same second.
    submitted = str(entry.get("submissionTime") or "").rstrip("Z")
    return Answer(worker_id=worker, content=content, submitted=submitted, seconds=_seconds(entry))


def _seconds(entry: Mapping[str, Any]) -> float | None:
    """How long the worker took: as the file says, which leaves out pauses, else from acceptance to submission."""
    spent = entry.get("timeSpentInSeconds")
    if isinstance(spent, (int, float)) and not isinstance(spent, bool):
        return float(spent) if 0 <= spent < _LONGEST else None
    try:
        accepted, submitted = (
            datetime.fromisoformat(str(entry[name])) for name in ("acceptanceTime", "submissionTime")
        )
        taken = (submitted - accepted).total_seconds()
    except (KeyError, TypeError, ValueError):
        return None
    return taken if 0 <= taken < _LONGEST else None


def _labels(part: Mapping[str, Any]) -> list[Any]:
    several, boxes = (part[name] if isinstance(part.get(name), list) else [] for name in ("labels", "boundingBoxes"))
    return [
        part.get("label"),
        *several,
        *(box.get("label") for box in boxes if isinstance(box, Mapping)),
        *(part["labelMappings"] if isinstance(part.get("labelMappings"), Mapping) else ()),
    ]
