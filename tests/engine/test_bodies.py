"""What the worker's page sends is taken as it should be, or refused in words with the status of HTTP."""

import json
from typing import Any

import pytest

from ground_truth.engine import bodies
from ground_truth.engine.bodies import RequestRefused, read_answer_body, read_decline_body, read_draft_body
from ground_truth.engine.model import SentAnswer, Worker

ADA = Worker(worker_id="private.eu-west-1.ada", identity={"sub": "ada"})


def raw(body: Any) -> bytes:
    return json.dumps(body).encode()


def test_an_answer_has_its_content_or_its_address_and_who_signed_in() -> None:
    answered = read_answer_body(raw({"answerContent": {"a": 1}, "timeSpentInSeconds": 3, "identity": "eve"}), ADA)
    assert answered == SentAnswer(content={"a": 1}, seconds=3.0, identity={"sub": "ada"})
    uploaded = read_answer_body(raw({"answerUri": "s3://b/k", "answerContent": {}, "timeSpentInSeconds": 0.5}), ADA)
    assert uploaded == SentAnswer(content=None, content_uri="s3://b/k", seconds=0.5, identity={"sub": "ada"})


@pytest.mark.parametrize("seconds", [None, "3", True, [3]])
def test_seconds_are_a_number(seconds: Any) -> None:
    with pytest.raises(RequestRefused, match="'timeSpentInSeconds' should be a number") as refused:
        read_answer_body(raw({"answerContent": {}, "timeSpentInSeconds": seconds}), ADA)
    assert refused.value.status == 400


@pytest.mark.parametrize("uri", [None, 7, {}])
def test_an_address_is_a_text(uri: Any) -> None:
    with pytest.raises(RequestRefused, match="'answerUri' should be the one that was given for this task"):
        read_answer_body(raw({"answerUri": uri, "timeSpentInSeconds": 1}), ADA)


@pytest.mark.parametrize("content", [None, "text", [1], 7])
def test_content_and_drafts_are_objects(content: Any) -> None:
    with pytest.raises(RequestRefused, match=f"'answerContent' should be a JSON object, got {type(content).__name__}"):
        read_answer_body(raw({"answerContent": content, "timeSpentInSeconds": 1}), ADA)
    with pytest.raises(RequestRefused, match="'draft' should be a JSON object"):
        read_draft_body(raw({"draft": content}))
    assert read_draft_body(raw({"draft": {"a": [1]}})) == {"a": [1]}


def test_a_reason_is_a_text() -> None:
    assert read_decline_body(raw({"reason": ""})) == ""
    with pytest.raises(RequestRefused, match="'reason' should be a text, got 7"):
        read_decline_body(raw({"reason": 7}))


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"reason": NaN}', b'{"reason": "\xff"}'])
def test_a_body_is_a_json_object_that_can_be_written_again(body: bytes) -> None:
    with pytest.raises(RequestRefused) as refused:
        read_decline_body(body)
    assert refused.value.status == 400


def test_a_body_longer_than_api_gateway_takes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "MOST_BODY_BYTES", 20)
    assert read_decline_body(b'{"reason": "ninety"}') == "ninety"
    with pytest.raises(RequestRefused, match="upload a longer answer first") as refused:
        read_decline_body(b'{"reason": "ninety!"}')
    assert refused.value.status == 413


def test_what_is_sent_may_lie_as_deep_as_it_may_lie_alone() -> None:
    def nested(levels: int) -> bytes:
        return b'{"draft": {"a": ' + b"[" * (levels - 1) + b"]" * (levels - 1) + b"}}"

    assert read_draft_body(nested(50))
    with pytest.raises(RequestRefused, match="deep in one another"):
        read_draft_body(nested(51))
