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
from tests.engine.world import BUCKET, World, states

CONTEXT = SimpleNamespace(get_remaining_time_in_millis=lambda: 900_000)
ERROR = {"Error": "ManifestError", "Cause": "line 3 is no JSON"}


@pytest.fixture
def world(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> World:
    world = World(engine)
    machine, told = states(), []
    world.machine, world.told = machine, told  # type: ignore[attr-defined]

    def put_events(Entries: list[dict[str, Any]]) -> dict[str, Any]:
        told.extend(json.loads(entry["Detail"])["LabelingJobStatus"] for entry in Entries)
        return {"FailedEntryCount": 0}

    clients = {"stepfunctions": machine, "events": SimpleNamespace(put_events=put_events), "s3": world.s3}
    monkeypatch.setattr(boto3, "client", lambda name, **_: clients[name])
    monkeypatch.setattr(run_job, "_store", lambda: world.store)
    monkeypatch.setattr(run_job, "_hooks", lambda: world)
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    monkeypatch.setenv("ENGINE_ACCOUNT", "111122223333")
    run_job._files.cache_clear()
    world.lines(*({"source-ref": f"s3://{BUCKET}/{index}.jpg"} for index in range(3)))
    return world


def do(step: str, **event: Any) -> Any:
    return run_job.handler({"step": step, **event}, CONTEXT)


def batch_of(world: World, planned: dict[str, Any]) -> Any:
    (batch,) = world.read(f"s3://{planned['bucket']}/{planned['batches']}")
    return batch


def test_the_steps_lead_from_a_request_to_a_manifest(world: World) -> None:
    planned = do("plan", request=world.request())
    batch = batch_of(world, planned)
    assert do("open", job="Yard", batch=batch) == {"opened": 3}
    do("wait", job="Yard", token="token")
    job = world.store.jobs.get("Yard")
    assert world.machine.woken == []  # type: ignore[attr-defined]
    given = SentAnswer(content={"kind": {"label": "pallet"}}, seconds=1, identity={})
    for worker in ("ada", "ben"):
        for _ in range(3):
            lease = work.claim(world.store, job, worker)
            assert lease
            work.answer(world.store, job, lease.object_id, worker, given)
    assert do("consolidate", job="Yard", batch=batch) == {"labeled": 3}
    ended = do("assemble", state={**planned, "open": [{"opened": 3}]})
    assert (ended["done"], ended["status"]) == (True, "Completed")
    assert len(world.files.read(ended["manifest"]).splitlines()) == 3
    assert world.told == ["InProgress", "Completed"]  # type: ignore[attr-defined]


def test_a_job_stopped_before_its_workers_are_waited_for_goes_on_at_once(world: World) -> None:
    planned = do("plan", request=world.request())
    do("open", job="Yard", batch=batch_of(world, planned))
    world.store.jobs.set_status("Yard", Status.STOPPING)
    do("wait", job="Yard", token="token")
    assert world.machine.woken == ["token"]  # type: ignore[attr-defined]


def test_what_is_refused_after_its_job_was_made_is_marked_as_failed(world: World) -> None:
    world.put("input.manifest", "{not json")
    with pytest.raises(InputError, match="line 1"):
        do("plan", request=world.request())
    do("refuse", request=world.request(), error=ERROR)
    job = world.store.jobs.get("Yard")
    assert (job.status, job.failure_reason) == (Status.FAILED, "ManifestError: line 3 is no JSON")


def test_a_request_that_is_refused_leaves_another_job_of_its_name_alone(world: World) -> None:
    do("plan", request=world.request())
    for other in (world.request(LabelAttributeName="other"), world.request(LabelingJobName="yard")):
        with pytest.raises((JobExists, ContractError)):
            do("plan", request=other)
        do("refuse", request=other, error=ERROR)
    assert world.store.jobs.get("Yard").status == Status.IN_PROGRESS


def test_a_request_without_a_name_fails_without_a_trace(world: World) -> None:
    do("refuse", request={}, error=ERROR)
    assert world.store.jobs.newest_first() == []


def test_the_output_is_encrypted_with_the_key_that_the_request_names(world: World) -> None:
    key = boto3.session.Session().client("kms", region_name="eu-west-1").create_key()["KeyMetadata"]["Arn"]
    output = {"S3OutputPath": f"s3://{BUCKET}/labeling-jobs", "KmsKeyId": key}
    planned = do("plan", request=world.request(OutputConfig=output))
    do("consolidate", job="Yard", batch=batch_of(world, planned))
    do("assemble", state=planned)
    heads = [world.s3.head_object(Bucket=BUCKET, Key=name) for name in world.written()]
    assert {head["SSEKMSKeyId"] for head in heads} == {key}
