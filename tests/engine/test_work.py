"""What the engine promises to workers and to whoever waits for their answers."""

from collections import Counter
from dataclasses import replace
from functools import partial

import pytest

from ground_truth.engine.model import JobCounts, JobExists, NotHeld, NotThere, SentAnswer, Status
from ground_truth.engine.store import keys
from ground_truth.engine.work import answer, claim, decline, release, save_draft
from tests.engine.conftest import Engine, opened

CONTENT = {"boundingBox": {"boundingBoxes": []}}
GIVEN = SentAnswer(content=CONTENT, seconds=12.5, identity={"sub": "1"})


def work_off(engine: Engine, job, workers: list[str], most: int = 10_000) -> Counter[str]:
    """Workers take and answer until nobody gets anything; how many answers each object got."""
    answered: Counter[str] = Counter()
    idle = 0
    while idle < 3 and sum(answered.values()) < most:
        idle += 1
        for worker in workers:
            lease = claim(engine.store, job, worker)
            if lease:
                answer(engine.store, job, lease.object_id, worker, GIVEN)
                answered[lease.object_id] += 1
                idle = 0
    return answered


def test_every_object_goes_to_as_many_different_workers_as_wanted(engine: Engine) -> None:
    job = engine.job(objects=30, workers=3)
    answered = work_off(engine, job, ["a", "b", "c", "d"])
    assert answered == {str(index): 3 for index in range(30)}
    for result in engine.store.objects.results(job, map(str, range(30))):
        assert len({entry.worker_id for entry in result.answers}) == 3
    assert engine.store.jobs.counts(job) == JobCounts(total=30, finished=30, failed=0, answers=90)


def test_who_answers_last_is_told_that_the_job_may_be_finished(engine: Engine) -> None:
    job = engine.job(objects=2, workers=1)
    first, second = claim(engine.store, job, "a"), claim(engine.store, job, "b")
    assert first
    assert second
    answer(engine.store, job, first.object_id, "a", GIVEN)
    assert not engine.store.jobs.is_finished(job)
    assert answer(engine.store, job, second.object_id, "b", GIVEN)
    assert engine.store.jobs.may_be_finished(job, second.object_id)
    assert engine.store.jobs.is_finished(job)


def test_too_few_workers_leave_objects_that_nobody_else_is_refused(engine: Engine) -> None:
    job = engine.job(objects=5, workers=3)
    assert set(work_off(engine, job, ["a", "b"]).values()) == {2}
    assert set(work_off(engine, job, ["c"])) == set(map(str, range(5)))


def test_asking_again_gives_the_object_in_hand_with_its_draft(engine: Engine) -> None:
    job = engine.job(objects=5)
    lease = claim(engine.store, job, "a")
    assert lease
    save_draft(engine.store, job, lease.object_id, "a", CONTENT)
    again = claim(engine.store, job, "a")
    assert again
    assert (again.object_id, again.expires, again.draft) == (lease.object_id, lease.expires, CONTENT)


def test_the_next_object_can_be_had_before_the_answer_has_arrived(engine: Engine) -> None:
    job = engine.job(objects=5)
    first = claim(engine.store, job, "a")
    assert first
    second = claim(engine.store, job, "a", after=first.object_id)
    assert second
    assert second.object_id != first.object_id
    answer(engine.store, job, first.object_id, "a", GIVEN)
    held = claim(engine.store, job, "a")
    assert held
    assert held.object_id == second.object_id


def test_a_hold_that_runs_out_goes_to_somebody_else(engine: Engine) -> None:
    job = engine.job(objects=1, workers=1)
    assert claim(engine.store, job, "a")
    assert claim(engine.store, job, "b") is None
    engine.clock.now += 601
    lease = claim(engine.store, job, "b")
    assert lease
    assert lease.object_id == "0"


def test_a_hold_has_run_out_at_the_very_second_that_it_names(engine: Engine) -> None:
    job = engine.job(objects=1, workers=2)
    lease = claim(engine.store, job, "a")
    assert lease
    engine.clock.now = lease.expires
    again = claim(engine.store, job, "a")
    assert again
    assert again.expires == lease.expires + job.time_limit


def test_who_finds_nothing_has_looked_into_every_shard_and_into_the_first_once_more(engine: Engine) -> None:
    job = engine.job(objects=1, workers=1)
    assert claim(engine.store, job, "a")
    engine.requests.clear()
    assert claim(engine.store, job, "b") is None
    assert engine.requests.count("Query") == 2 * (keys.SHARDS + 1)


def test_what_is_decided_upon_is_read_as_it_is_now(engine: Engine) -> None:
    reads: list[bool] = []
    events = engine.table.meta.client.meta.events
    for operation in ("GetItem", "BatchGetItem"):
        events.register(
            f"provide-client-params.dynamodb.{operation}",
            lambda params, **_: reads.extend(
                request.get("ConsistentRead", False) for request in params.get("RequestItems", {"": params}).values()
            ),
        )
    job = engine.job(objects=2, workers=1)
    for _ in range(2):
        lease = claim(engine.store, job, "a")
        assert lease
        save_draft(engine.store, job, lease.object_id, "a", CONTENT)
        assert claim(engine.store, job, "a") == replace(lease, draft=CONTENT)
        answer(engine.store, job, lease.object_id, "a", GIVEN)
    assert len(reads) > 4
    assert all(reads)


def test_a_hold_never_outlives_the_job(engine: Engine) -> None:
    job = engine.job(objects=1, expires=engine.clock.now + 60)
    lease = claim(engine.store, job, "a")
    assert lease
    assert lease.expires == job.expires


def test_a_late_answer_counts_while_the_object_needs_it(engine: Engine) -> None:
    job = engine.job(objects=1, workers=1)
    assert claim(engine.store, job, "a")
    engine.clock.now += 601
    assert answer(engine.store, job, "0", "a", GIVEN)
    assert engine.store.jobs.counts(job).finished == 1


def test_a_late_answer_that_is_not_needed_is_kept_without_counting(engine: Engine) -> None:
    job = engine.job(objects=1, workers=1)
    assert claim(engine.store, job, "a")
    engine.clock.now += 601
    assert claim(engine.store, job, "b")
    answer(engine.store, job, "0", "b", GIVEN)
    answer(engine.store, job, "0", "a", GIVEN)
    [result] = engine.store.objects.results(job, ["0"])
    assert [entry.worker_id for entry in result.answers] == ["b"]
    stored = engine.store.answers.get(job, "0", "a")
    assert stored
    assert (stored.content, stored.counted) == (CONTENT, False)
    assert engine.store.jobs.counts(job).answers == 1


def test_after_the_job_has_stopped_nothing_is_given_and_answers_are_kept(engine: Engine) -> None:
    job = engine.job(objects=2)
    lease = claim(engine.store, job, "a")
    assert lease
    engine.store.jobs.set_status("street", Status.STOPPING)
    stopped = engine.store.jobs.get("street")
    assert claim(engine.store, stopped, "b") is None
    answer(engine.store, stopped, lease.object_id, "a", GIVEN)
    stored = engine.store.answers.get(job, lease.object_id, "a")
    assert stored
    assert not stored.counted


def test_a_second_answer_of_the_same_worker_changes_nothing(engine: Engine) -> None:
    job = engine.job(objects=1)
    assert claim(engine.store, job, "a")
    answer(engine.store, job, "0", "a", GIVEN)
    answer(engine.store, job, "0", "a", SentAnswer(content={"other": 1}, seconds=1, identity={}))
    [result] = engine.store.objects.results(job, ["0"])
    assert [entry.content for entry in result.answers] == [CONTENT]
    assert engine.store.jobs.counts(job).answers == 1


def test_the_time_spent_is_never_more_than_there_was(engine: Engine) -> None:
    job = engine.job(objects=3)
    for worker, message, passed, retained in (("a", 9.0, 10, 9.0), ("b", 999.0, 10, 10.0), ("c", -5.0, 10, 0.0)):
        lease = claim(engine.store, job, worker)
        assert lease
        engine.clock.now += passed
        answer(engine.store, job, lease.object_id, worker, SentAnswer(content={}, seconds=message, identity={}))
        stored = engine.store.answers.get(job, lease.object_id, worker)
        assert stored
        assert stored.seconds == retained


def test_nobody_answers_what_he_was_not_given(engine: Engine) -> None:
    job = engine.job(objects=1)
    for act in (
        lambda: answer(engine.store, job, "0", "stranger", GIVEN),
        lambda: decline(engine.store, job, "0", "stranger", "no"),
        lambda: save_draft(engine.store, job, "0", "stranger", {}),
    ):
        with pytest.raises(NotHeld):
            act()


def test_what_is_given_back_can_be_had_again_and_what_is_declined_cannot(engine: Engine) -> None:
    job = engine.job(objects=1, workers=2)
    for act, again in ((release, True), (partial(decline, reason="too dark"), False)):
        assert claim(engine.store, job, "a")
        act(engine.store, job, "0", "a")
        act(engine.store, job, "0", "a")
        assert engine.store.objects.get(job, "0").holds == {}
        assert bool(claim(engine.store, job, "a")) is again
        release(engine.store, job, "0", "a")
    assert claim(engine.store, job, "b")


def test_an_object_that_as_many_decline_as_were_wanted_fails_with_the_reason(engine: Engine) -> None:
    job = engine.job(objects=1, workers=2)
    for worker in ("a", "b"):
        assert claim(engine.store, job, worker)
        done = decline(engine.store, job, "0", worker, "too dark")
    assert done
    [result] = engine.store.objects.results(job, ["0"])
    assert result.failure == "2 workers declined it, the last because: too dark"
    assert engine.store.jobs.counts(job) == JobCounts(total=1, finished=1, failed=1)


def test_declines_beside_an_answer_finish_the_object_with_it(engine: Engine) -> None:
    job = engine.job(objects=1, workers=2)
    assert claim(engine.store, job, "a")
    answer(engine.store, job, "0", "a", GIVEN)
    for worker in ("b", "c"):
        assert claim(engine.store, job, worker)
        decline(engine.store, job, "0", worker, "too dark")
    [result] = engine.store.objects.results(job, ["0"])
    assert (result.failure, len(result.answers)) == (None, 1)


def test_opening_twice_doubles_nothing_and_resets_nothing(engine: Engine) -> None:
    job = engine.job(objects=3, workers=1)
    assert claim(engine.store, job, "a")
    answer(engine.store, job, claim(engine.store, job, "a").object_id, "a", GIVEN)
    engine.store.objects.open(job, map(opened, range(3)))
    engine.store.objects.add_failed(job, "3", "the hook raised")
    engine.store.objects.add_failed(job, "3", "the hook raised")
    assert engine.store.jobs.counts(job) == JobCounts(total=4, finished=2, failed=1, answers=1)


def test_a_job_s_name_is_taken_whatever_its_case_and_the_same_request_is_the_same_job(engine: Engine) -> None:
    job = engine.job("Street")
    assert engine.job("Street") == job
    with pytest.raises(JobExists, match="'Street' already"):
        engine.job("STREET")
    with pytest.raises(NotThere):
        engine.store.jobs.get("other")
    engine.clock.now += 10
    engine.job("second")
    assert [entry.name for entry in engine.store.jobs.newest_first()] == ["second", "Street"]


def test_a_status_is_not_changed_from_one_that_forbids_it(engine: Engine) -> None:
    engine.job()
    assert engine.store.jobs.set_status("street", Status.COMPLETED)
    assert not engine.store.jobs.set_status("street", Status.FAILED, unless=[Status.COMPLETED], failure_reason="late")
    assert engine.store.jobs.get("street").status == Status.COMPLETED


def requests_of_a_claim(engine: Engine, objects: int, answered: int) -> int:
    """The most requests of a claim, of a new worker and of one who has answered the most."""
    job = engine.job(objects=objects)
    for _ in range(answered):
        lease = claim(engine.store, job, "busy")
        assert lease
        answer(engine.store, job, lease.object_id, "busy", GIVEN)
    most = 0
    for worker in ("busy", "new"):
        engine.requests.clear()
        assert claim(engine.store, job, worker)
        assert "Scan" not in engine.requests
        most = max(most, len(engine.requests))
    return most


def test_a_claim_costs_the_same_however_long_the_queue_and_however_much_was_done(aws, engine: Engine) -> None:
    small = requests_of_a_claim(engine, 40, 5)
    large = requests_of_a_claim(Engine(), 160, 40)
    assert large <= small + 2 <= 10


def test_a_claim_with_nothing_to_give_is_bounded_too(engine: Engine) -> None:
    job = engine.job(objects=120, workers=2)
    for index in range(120):
        stored = engine.store.objects.get(job, str(index))
        engine.store.objects.replace(job, stored, type(stored)(**vars(stored) | {"finished_by": frozenset({"a"})}))
    engine.requests.clear()
    for _ in range(3):
        assert claim(engine.store, job, "a") is None
    assert len(engine.requests) <= 3 * (2 * (keys.SHARDS + 1) + 2 * 10 + 4)
