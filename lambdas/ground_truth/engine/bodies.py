"""What the worker's page sends, from bytes to values that hold what they should; nothing behind it looks again."""

from ground_truth.contract.errors import GroundTruthError, InputError
from ground_truth.contract.json_types import Json, JsonObject
from ground_truth.engine.model import SentAnswer, Worker
from ground_truth.engine.strict_json import MOST_LEVELS, parse

# API Gateway and Lambda take no more in one request; longer answers, such as masks, go to S3 first.
MOST_BODY_BYTES = 5_000_000


class RequestRefused(GroundTruthError):
    """A request that is not granted: ``status`` is that of HTTP, the text is for the worker."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def read_answer_body(raw: bytes, worker: Worker) -> SentAnswer:
    """A worker's answer: its content or the address at which it was put, and the seconds that it took.

    Raises RequestRefused for anything else.
    """
    body = _object(raw)
    seconds = body.get("timeSpentInSeconds")
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise RequestRefused(400, f"'timeSpentInSeconds' should be a number, got {seconds!r}")
    uri = body.get("answerUri")
    if "answerUri" in body and not isinstance(uri, str):
        raise RequestRefused(400, "'answerUri' should be the one that was given for this task")
    return SentAnswer(
        content=None if "answerUri" in body else _content(body, "answerContent"),
        content_uri=uri if isinstance(uri, str) else None,
        seconds=float(seconds),
        identity=worker.identity,
    )


def read_draft_body(raw: bytes) -> JsonObject:
    """What a worker has so far. Raises RequestRefused for anything else."""
    return _content(_object(raw), "draft")


def read_decline_body(raw: bytes) -> str:
    """Why a worker declines an object. Raises RequestRefused for anything else."""
    reason = _object(raw).get("reason")
    if not isinstance(reason, str):
        raise RequestRefused(400, f"'reason' should be a text, got {reason!r}")
    return reason


def _object(raw: bytes) -> JsonObject:
    if len(raw) > MOST_BODY_BYTES:
        raise RequestRefused(413, f"a request has at most {MOST_BODY_BYTES:,} bytes: upload a longer answer first")
    try:
        # The answer, the draft or the reason lies one level below.
        body: Json = parse(raw, most_levels=MOST_LEVELS + 1)
    except InputError as error:
        raise RequestRefused(400, f"the request should be JSON that can be written again: {error}") from error
    if not isinstance(body, dict):
        raise RequestRefused(400, "the request should be a JSON object")
    return body


def _content(body: JsonObject, name: str) -> JsonObject:
    content = body.get(name)
    if not isinstance(content, dict):
        raise RequestRefused(400, f"'{name}' should be a JSON object, got {type(content).__name__}")
    return content
