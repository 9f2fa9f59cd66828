"""The function behind the state machine: each step by its name, as the service calls it."""

import json
from types import SimpleNamespace
from typing import Any

import boto3
import pytest

import run_job
from ground_truth.contract.errors import ContractError, InputError
from ground_truth.engine import work
from ground_truth.engine.model import JobExists, SentAnswer, Status
from tests.engine.conftest import Engine
from tests.engine.labeling_account import BUCKET, LabelingAccount, states

CONTEXT = SimpleNamespace(get_remaining_time_in_millis=lambda: 900_000)
ERROR = {"Error": "ManifestError", "Cause": "line 3 is no JSON"}


@pytest.fixture
def account(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> LabelingAccount:
    account = LabelingAccount(engine)
    machine, message = states(), []
    account.machine, account.told = machine, message

    def put_events(Entries: list[dict[str, Any]]) -> dict[str, Any]:
        message.extend(json.loads(entry["Detail"])["LabelingJobStatus"] for entry in Entries)
        return {"FailedEntryCount": 0}

    clients = {"stepfunctions": machine, "events": SimpleNamespace(put_events=put_events), "s3": account.s3}
    monkeypatch.setattr(boto3, "client", lambda name, **_: clients[name])
    monkeypatch.setattr(run_job, "_store", lambda: account.store)
    monkeypatch.setattr(run_job, "_hooks", lambda: account)
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    monkeypatch.setenv("ENGINE_ACCOUNT", "111122223333")
    run_job._files.cache_clear()
    account.lines(*({"source-ref": f"s3://{BUCKET}/{index}.jpg"} for index in range(3)))
    return account


def do(step: str, **event: Any) -> Any:
    return run_job.handler({"step": step, **event}, CONTEXT)


def batch_of(account: LabelingAccount, planned: dict[str, Any]) -> Any:
    (batch,) = account.read(f"s3://{planned['bucket']}/{planned['batches']}")
    return batch


def test_the_steps_lead_from_a_request_to_a_manifest(account: LabelingAccount) -> None:
    planned = do("plan", request=account.request())
    batch = batch_of(account, planned)
    assert do("open", job="Yard", batch=batch) == {"opened": 3}
    do("wait", job="Yard", token="token")
    job = account.store.jobs.get("Yard")
    assert account.machine.woken == []
    options = SentAnswer(content={"kind": {"label": "pallet"}}, seconds=1, identity={})
    for worker in ("ada", "ben"):
        for _ in range(3):
            lease = work.claim(account.store, job, worker)
            assert lease
            work.answer(account.store, job, lease.object_id, worker, options)
    assert do("consolidate", job="Yard", batch=batch) == {"labeled": 3}
    ended = do("assemble", state={**planned, "open": [{"opened": 3}]})
    assert (ended["done"], ended["status"]) == (True, "Completed")
    assert len(account.files.read(ended["manifest"]).splitlines()) == 3
    assert account.told == ["InProgress", "Completed"]


def test_a_job_stopped_before_its_workers_are_waited_for_goes_on_at_once(account: LabelingAccount) -> None:
    planned = do("plan", request=account.request())
    do("open", job="Yard", batch=batch_of(account, planned))
    account.store.jobs.set_status("Yard", Status.STOPPING)
    do("wait", job="Yard", token="token")
    assert account.machine.woken == ["token"]


def test_what_is_refused_after_its_job_was_made_is_marked_as_failed(account: LabelingAccount) -> None:
    account.put("input.manifest", "{not json")
    with pytest.raises(InputError, match="line 1"):
        do("plan", request=account.request())
    do("refuse", request=account.request(), error=ERROR)
    job = account.store.jobs.get("Yard")
    assert (job.status, job.failure_reason) == (Status.FAILED, "ManifestError: line 3 is no JSON")


def test_a_request_that_is_refused_leaves_another_job_of_its_name_alone(account: LabelingAccount) -> None:
    do("plan", request=account.request())
    for other in (account.request(LabelAttributeName="other"), account.request(LabelingJobName="yard")):
        with pytest.raises((JobExists, ContractError)):
            do("plan", request=other)
        do("refuse", request=other, error=ERROR)
    assert account.store.jobs.get("Yard").status == Status.IN_PROGRESS


def test_a_request_without_a_name_fails_without_a_trace(account: LabelingAccount) -> None:
    do("refuse", request={}, error=ERROR)
    assert account.store.jobs.newest_first() == []


def test_the_output_is_encrypted_with_the_key_that_the_request_names(account: LabelingAccount) -> None:
    key = boto3.session.Session().client("kms", region_name="eu-west-1").create_key()["KeyMetadata"]["Arn"]
    output = {"S3OutputPath": f"s3://{BUCKET}/labeling-jobs", "KmsKeyId": key}
    planned = do("plan", request=account.request(OutputConfig=output))
    do("consolidate", job="Yard", batch=batch_of(account, planned))
    do("assemble", state=planned)
    heads = [account.s3.head_object(Bucket=BUCKET, Key=name) for name in account.written()]
    assert {head["SSEKMSKeyId"] for head in heads} == {key}
