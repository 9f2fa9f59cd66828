"""A job that limits how many objects are in work at once (contract 4.1, MaxConcurrentTaskCount)."""

from ground_truth.engine import work
from ground_truth.engine.model import EngineJob, SentAnswer
from tests.engine.conftest import Engine

GIVEN = SentAnswer(content={"kind": "car"}, seconds=1, identity={})


def limited(engine: Engine, most: int, *, objects: int = 40, workers: int = 2) -> EngineJob:
    config = {
        "NumberOfHumanWorkersPerDataObject": workers,
        "TaskTimeLimitInSeconds": 600,
        "MaxConcurrentTaskCount": most,
    }
    return engine.job(objects=objects, request={"LabelingJobName": "street", "HumanTaskConfig": config})


def test_no_object_is_begun_while_as_many_as_allowed_are_in_work(engine: Engine) -> None:
    job = limited(engine, 3)
    items = {lease.object_id for n in range(20) if (lease := work.claim(engine.store, job, f"worker-{n}"))}
    assert len(items) == 3


def test_a_finished_object_makes_room_for_the_next(engine: Engine) -> None:
    job = limited(engine, 1, workers=1)
    first = work.claim(engine.store, job, "ada")
    assert first
    assert work.claim(engine.store, job, "ben") is None
    work.answer(engine.store, job, first.object_id, "ada", GIVEN)
    second = work.claim(engine.store, job, "ben")
    assert second
    assert second.object_id != first.object_id


def test_an_object_given_back_is_taken_again_and_takes_no_second_place(engine: Engine) -> None:
    job = limited(engine, 1, workers=1)
    for worker in ("ada", "ben", "cem"):
        lease = work.claim(engine.store, job, worker)
        assert lease
        work.release(engine.store, job, lease.object_id, worker)
    assert engine.store.jobs.counts(job).started == 1


def test_a_job_within_its_limit_is_labeled_to_the_end(engine: Engine) -> None:
    job = limited(engine, 4, objects=30)
    left = {"ada", "ben", "cem"}
    answers = idle = 0
    while answers < 60 and idle < 100:
        idle += 1
        for worker in sorted(left):
            if lease := work.claim(engine.store, job, worker):
                work.answer(engine.store, job, lease.object_id, worker, GIVEN)
                answers += 1
                idle = 0
    assert engine.store.jobs.counts(job).finished == 30


def test_objects_that_failed_to_open_take_no_place(engine: Engine) -> None:
    job = limited(engine, 2, objects=5)
    for number in (100, 101, 102):
        engine.store.objects.add_failed(job, str(number), "its hook failed")
    assert sum(work.claim(engine.store, job, f"worker-{n}") is not None for n in range(4)) >= 2
    counts = engine.store.jobs.counts(job)
    assert counts.started - counts.finished == 2


def test_a_job_without_the_limit_costs_no_counting_when_an_object_is_taken(engine: Engine) -> None:
    job = engine.job(objects=3)
    engine.requests.clear()
    assert work.claim(engine.store, job, "ada")
    assert "BatchGetItem" not in engine.requests
    assert "TransactWriteItems" not in engine.requests
