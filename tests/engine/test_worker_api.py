"""The worker's API as the page calls it: only for workers, only what they hold, and nothing they sent is lost."""

import base64
import json
from typing import Any

import pytest
import requests

import worker_api
from ground_truth.contract.json_text import json_text
from ground_truth.engine.api import WorkerApi
from ground_truth.engine.model import Status
from tests.engine.conftest import Engine
from tests.engine.labeling_account import BUCKET, LabelingAccount, states

ISSUER = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_pool"
ANSWER = {"answerContent": {"kind": {"label": "pallet"}}, "timeSpentInSeconds": 3.5}


class Page:
    """The worker's page of whoever signed in as `subject`."""

    def __init__(self, subject: str, groups: str = "[workers]") -> None:
        self.claims = {"sub": subject, "iss": ISSUER, "cognito:groups": groups}

    def ask(self, route: str, body: Any = None, query: dict[str, str] | None = None, **path: str) -> tuple[int, Any]:
        event = {
            "routeKey": route,
            "pathParameters": path,
            "queryStringParameters": query,
            "requestContext": {"authorizer": {"jwt": {"claims": self.claims}}},
            "body": body if isinstance(body, str) else json.dumps(body),
        }
        answer = worker_api.handler(event, None)
        return answer["statusCode"], json.loads(answer["body"]) if answer["body"] else None

    def claim(self, **query: str) -> Any:
        return self.ask("POST /jobs/{job}/claim", query=query or None, job="Yard")[1]

    def task(self, action: str, task: str, body: Any = None) -> tuple[int, Any]:
        method = "PUT" if action == "draft" else "POST"
        return self.ask(f"{method} /tasks/{{id}}/{action}", body, id=task)


@pytest.fixture
def account(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> LabelingAccount:
    account = LabelingAccount(engine)
    account.states = states()
    api = WorkerApi(account.store, account.files, account.s3, account.states)
    monkeypatch.setattr(worker_api, "_api", lambda: api)
    monkeypatch.setenv("WORKERS_GROUP", "workers")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    account.lines(*({"source-ref": f"s3://{BUCKET}/{index}.jpg"} for index in range(2)))
    _, account.batches = account.begin()
    account.store.jobs.set_token("Yard", "token")
    return account


def test_a_session_from_the_list_to_the_end_of_the_job(account: LabelingAccount) -> None:
    ada, ben = Page("ada"), Page("ben")
    [job] = ada.ask("GET /jobs")[1]["jobs"]
    assert {name: job[name] for name in ("job", "title", "done", "left")} == {
        "job": "Yard",
        "title": "Find pallets",
        "done": 0,
        "left": 2,
    }
    for page in (ada, ben):
        while task := page.claim():
            assert page.task("answer", task["taskId"], ANSWER) == (200, {})
    assert account.store.jobs.is_finished(account.store.jobs.get("Yard"))
    assert account.states.woken == ["token"]
    [result, _] = account.store.objects.results(account.store.jobs.get("Yard"), ["0", "1"])
    assert {answer.worker_id for answer in result.answers} == {"private.eu-west-1.ada", "private.eu-west-1.ben"}
    assert result.answers[0].identity == {"identityProviderType": "Cognito", "issuer": ISSUER, "sub": "ada"}


def test_the_page_is_rendered_with_pictures_signed_for_as_long_as_the_hold(account: LabelingAccount) -> None:
    task = Page("ada").claim()
    assert f"{BUCKET}" in task["html"]
    assert "X-Amz-Expires=600" in task["html"].replace("&amp;", "&") or "Expires=" in task["html"]
    assert "<title>Find pallets</title>" in task["html"]
    assert task["expiresAt"] - task["acceptedAt"] == 600


def test_who_is_no_worker_gets_nothing(account: LabelingAccount) -> None:
    for groups in ("", "[others]", "[workers-of-another-job]"):
        assert Page("eve", groups).ask("GET /jobs")[0] == 403


@pytest.mark.parametrize("groups", ["[workers]", "workers", "[admins workers]", "admins,workers"])
def test_groups_are_read_however_the_gateway_writes_them(account: LabelingAccount, groups: str) -> None:
    assert Page("ada", groups).ask("GET /jobs")[0] == 200


def test_nobody_reaches_an_object_that_is_in_other_hands(account: LabelingAccount) -> None:
    task = Page("ada").claim()["taskId"]
    eve = Page("eve")
    for action, body in (("answer", ANSWER), ("draft", {"draft": {}}), ("decline", {"reason": "x"}), ("upload", None)):
        assert eve.task(action, task, body)[0] == 410, action
    eve.task("release", task)
    assert Page("ada").claim()["taskId"] == task


def test_a_draft_counts_the_bytes_in_which_it_is_kept(account: LabelingAccount) -> None:
    page = Page("ada")
    task = page.claim()["taskId"]
    assert page.task("draft", task, {"draft": {"a": "駅" * 99_000}}) == (200, {})
    assert page.claim()["draft"] == {"a": "駅" * 99_000}
    assert page.task("draft", task, {"draft": {"a": "駅" * 101_000}})[0] == 413


def test_a_draft_is_there_when_the_page_is_opened_again_until_the_hold_runs_out(account: LabelingAccount) -> None:
    page = Page("ada")
    task = page.claim()["taskId"]
    assert page.task("draft", task, {"draft": {"a": 1}}) == (200, {})
    assert page.claim()["draft"] == {"a": 1}
    account.engine.clock.now += 601
    status, message = page.task("draft", task, {"draft": {"a": 2}})
    assert (status, "not in your hands" in message["message"]) == (410, True)
    assert page.task("answer", task, ANSWER)[0] == 200, "a late answer is kept all the same"


def test_the_next_task_can_be_fetched_before_this_one_is_handed_in(account: LabelingAccount) -> None:
    page = Page("ada")
    first = page.claim()["taskId"]
    assert page.claim(after=first)["taskId"] != first
    assert page.claim(after="other.0")["taskId"] in {"yard.0", "yard.1"}


def test_who_comes_back_gets_what_was_in_hand_before_what_was_fetched_ahead(account: LabelingAccount) -> None:
    page = Page("ada")
    first = page.claim()["taskId"]
    ahead = page.claim(after=first)["taskId"]
    assert [page.claim()["taskId"], page.claim(after=first)["taskId"]] == [first, ahead]


def test_the_page_is_told_the_time_by_which_the_hold_is_counted(account: LabelingAccount) -> None:
    page = Page("ada")
    page.claim()
    account.engine.clock.now += 100
    task = page.claim()
    assert task["now"] - task["acceptedAt"] == 100


def test_what_is_declined_does_not_come_again(account: LabelingAccount) -> None:
    page = Page("ada")
    task = page.claim()["taskId"]
    assert page.task("decline", task, {"reason": "too dark"}) == (200, {})
    assert page.claim()["taskId"] != task


@pytest.mark.parametrize(
    ("action", "body", "status", "message"),
    [
        ("answer", "{", 400, "should be JSON"),
        ("answer", "[]", 400, "should be a JSON object"),
        ("answer", {"answerContent": [], "timeSpentInSeconds": 1}, 400, "'answerContent' should be a JSON object"),
        ("answer", {"answerContent": {}, "timeSpentInSeconds": "1"}, 400, "'timeSpentInSeconds' should be a number"),
        ("answer", {"answerContent": {}, "timeSpentInSeconds": True}, 400, "'timeSpentInSeconds' should be a number"),
        ("answer", {"answerUri": "s3://other/x", "timeSpentInSeconds": 1}, 400, "the one that was given"),
        ("draft", {"draft": "text"}, 400, "'draft' should be a JSON object"),
        ("draft", {"draft": {"a": "x" * 300_001}}, 413, "at most 300,000 bytes"),
        ("decline", {"reason": 1}, 400, "'reason' should be a text"),
        ("answer", "x" * 5_000_001, 413, "at most 5,000,000 bytes"),
    ],
)
def test_what_is_sent_wrongly_is_told_in_words_and_changes_nothing(
    account: LabelingAccount, action: str, body: Any, status: int, message: str
) -> None:
    page = Page("ada")
    task = page.claim()["taskId"]
    result, told = page.task(action, task, body)
    assert result == status
    assert message in told["message"]
    assert page.claim()["taskId"] == task


# Values that Python reads from JSON and then cannot write: by themselves, deep inside, and as a key.
UNWRITABLE = [
    *('"half \\ud83d"', '"\\ude00\\ud83d"', '{"\\ud83d": 1}'),
    *("NaN", "Infinity", "-Infinity", "1e999", "-1e999", "9" * 400, "9" * 5_000, '[{"a": [1e999]}]'),
    *("[" * levels + "]" * levels for levels in (50, 988, 99_999)),
]
BODIES = {
    "answer": '{"answerContent": {"kind": {"label": "pallet"}, "note": VALUE}, "timeSpentInSeconds": 3.5}',
    "draft": '{"draft": {"note": VALUE}}',
    "decline": '{"reason": "too dark", "notes": [VALUE]}',
}


@pytest.mark.parametrize("value", UNWRITABLE, ids=lambda value: value[:12])
@pytest.mark.parametrize("action", BODIES)
def test_what_could_not_be_written_again_is_refused_in_words_and_changes_nothing(
    account: LabelingAccount, action: str, value: str
) -> None:
    page = Page("ada")
    task = page.claim()["taskId"]
    status, message = page.task(action, task, BODIES[action].replace("VALUE", value))
    assert status == 400
    assert message["message"].startswith("the request should be JSON that can be written again: ")
    assert page.claim()["taskId"] == task
    assert page.claim()["draft"] is None
    assert page.task("answer", task, ANSWER) == (200, {})


@pytest.mark.parametrize("seconds", ["NaN", "Infinity", "1e999", "9" * 400])
def test_a_time_that_is_no_number_is_refused(account: LabelingAccount, seconds: str) -> None:
    page = Page("ada")
    task = page.claim()["taskId"]
    assert page.task("answer", task, f'{{"answerContent": {{}}, "timeSpentInSeconds": {seconds}}}')[0] == 400


@pytest.mark.parametrize("reason", ['"half \\ud83d"', '"\\ude00 dark"'])
def test_a_reason_that_could_not_be_written_is_refused(account: LabelingAccount, reason: str) -> None:
    page = Page("ada")
    task = page.claim()["taskId"]
    status, message = page.task("decline", task, f'{{"reason": {reason}}}')
    assert (status, "half a character" in message["message"]) == (400, True)
    assert page.claim()["taskId"] == task


@pytest.mark.parametrize("value", UNWRITABLE, ids=lambda value: value[:12])
def test_an_upload_that_could_not_be_written_again_is_refused(account: LabelingAccount, value: str) -> None:
    page = Page("ada")
    task = page.claim()["taskId"]
    uri = page.task("upload", task)[1]["answerUri"]
    account.files.write(uri, f'{{"note": {value}}}'.encode(), "application/json")
    status, message = page.task("answer", task, {"answerUri": uri, "timeSpentInSeconds": 1})
    assert status == 400
    assert "JSON that can be written again: " in message["message"]


@pytest.mark.parametrize("levels", [50, 51])
def test_an_answer_has_fifty_levels_at_most_in_the_request_and_uploaded(account: LabelingAccount, levels: int) -> None:
    inner = levels - 1
    content = f'{{"a": {"[" * inner}{"]" * inner}}}'
    expected = 200 if levels == 50 else 400
    page = Page("ada")
    first = page.claim()["taskId"]
    assert page.task("draft", first, f'{{"draft": {content}}}')[0] == expected
    assert page.task("answer", first, f'{{"answerContent": {content}, "timeSpentInSeconds": 1}}')[0] == expected
    second = page.claim(after=first)["taskId"]
    uri = page.task("upload", second)[1]["answerUri"]
    account.files.write(uri, content.encode(), "application/json")
    assert page.task("answer", second, {"answerUri": uri, "timeSpentInSeconds": 1})[0] == expected


def test_a_job_ends_well_with_every_unusual_answer_that_was_taken(account: LabelingAccount) -> None:
    notes = ['"😀 \\u0000\\u2028"', "1e308", "[" * 49 + "]" * 49, '"\\ud83d\\ude00"']
    for name in ("ada", "ben"):
        page = Page(name)
        while task := page.claim():
            assert page.task("answer", task["taskId"], BODIES["answer"].replace("VALUE", "1e999"))[0] == 400
            assert page.task("answer", task["taskId"], BODIES["answer"].replace("VALUE", notes.pop())) == (200, {})
    assert notes == []
    lines = account.end("yard", account.batches)
    assert [line["yard"] for line in lines] == [{"label": "pallet", "votes": 2}] * 2


@pytest.mark.parametrize("task", ["", "yard", "yard.x", "yard.99", "none.0", "yard.-1", "../yard.0"])
def test_tasks_that_do_not_exist_are_not_found(account: LabelingAccount, task: str) -> None:
    assert Page("ada").task("answer", task, ANSWER)[0] == 404


@pytest.mark.parametrize(("length", "in_table"), [(300_000, True), (300_001, False)])
def test_an_answer_lies_in_the_table_up_to_its_limit(account: LabelingAccount, length: int, in_table: bool) -> None:
    page = Page("ada")
    task = page.claim()["taskId"]
    content = {"mask": "x" * (length - len(json_text({"mask": ""})))}
    assert page.task("answer", task, {"answerContent": content, "timeSpentInSeconds": 1})[0] == 200
    [result] = account.store.objects.results(account.store.jobs.get("Yard"), [task.rpartition(".")[2]])
    assert (result.answers[0].content is not None) == in_table


def test_a_long_answer_lies_in_s3_and_comes_back_whole(account: LabelingAccount) -> None:
    page = Page("ada")
    task = page.claim()["taskId"]
    content = {"mask": "x" * 400_000}
    assert page.task("answer", task, {"answerContent": content, "timeSpentInSeconds": 1})[0] == 200
    [result] = account.store.objects.results(account.store.jobs.get("Yard"), [task.rpartition(".")[2]])
    assert result.answers[0].content is None
    assert account.read(str(result.answers[0].content_uri)) == content


def test_an_answer_too_long_for_a_request_is_uploaded_first(account: LabelingAccount) -> None:
    page = Page("ada")
    task = page.claim()["taskId"]
    status, position = page.task("upload", task)
    assert status == 200
    handed_in = {"answerUri": position["answerUri"], "timeSpentInSeconds": 1}
    assert page.task("answer", task, handed_in)[0] == 400, "nothing was uploaded yet"
    sent = requests.put(
        position["url"], data=b'{"mask": "x"}', headers={"Content-Type": "application/json"}, timeout=120
    )
    assert sent.status_code == 200
    assert page.task("answer", task, handed_in) == (200, {})


def test_an_upload_that_is_no_object_is_refused(account: LabelingAccount) -> None:
    page = Page("ada")
    task = page.claim()["taskId"]
    uri = page.task("upload", task)[1]["answerUri"]
    account.files.write(uri, b"[1]", "application/json")
    status, message = page.task("answer", task, {"answerUri": uri, "timeSpentInSeconds": 1})
    assert (status, message["message"]) == (400, "the uploaded answer should be a JSON object")


def test_a_stopped_job_is_not_listed_and_gives_nothing(account: LabelingAccount) -> None:
    account.store.jobs.set_status("Yard", Status.STOPPING)
    assert Page("ada").ask("GET /jobs")[1] == {"jobs": []}
    assert Page("ada").ask("POST /jobs/{job}/claim", job="Yard") == (204, None)
    assert Page("ada").ask("POST /jobs/{job}/claim", job="none")[0] == 404


def test_a_body_in_base64_is_read_too(account: LabelingAccount) -> None:
    page = Page("ada")
    task = page.claim()["taskId"]
    event = {
        "routeKey": "POST /tasks/{id}/answer",
        "pathParameters": {"id": task},
        "requestContext": {"authorizer": {"jwt": {"claims": page.claims}}},
        "body": base64.b64encode(json.dumps(ANSWER).encode()).decode(),
        "isBase64Encoded": True,
    }
    assert worker_api.handler(event, None)["statusCode"] == 200


def test_a_template_that_cannot_be_shown_is_told(account: LabelingAccount) -> None:
    account.put("page.html", "{{ task.input | nofilter }}")
    status, message = Page("ada").ask("POST /jobs/{job}/claim", job="Yard")
    assert status == 500
    assert "line 1" in message["message"]
