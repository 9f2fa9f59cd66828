"""Whatever is killed, repeated or raced for: no answer is lost, none counts twice, and every job can end."""

import contextlib
from collections import defaultdict
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from ground_truth.engine.model import NotHeld, SentAnswer, Status
from ground_truth.engine.work import answer, claim, decline, release
from tests.engine.conftest import Crash, Engine, opened
from tests.memory_aws import memory_aws

OBJECTS, WORKERS = 4, ("a", "b", "c", "d")
NOBODY = st.none()
# After so many requests the function is killed, or not at all.
KILLED = NOBODY | st.integers(0, 8)


class Faults(RuleBasedStateMachine):
    """Workers who do anything in any order, with functions that are killed at any request and called again."""

    @initialize(wanted=st.integers(1, 3), killed=KILLED)
    def start(self, wanted: int, killed: int | None) -> None:
        self.memory = contextlib.ExitStack()
        self.memory.enter_context(memory_aws())
        self.engine = Engine()
        self.job = self.engine.job(workers=wanted)
        # What a worker was told to be kept; and who was ever given what.
        self.told: dict[str, set[str]] = defaultdict(set)
        self.given: dict[str, set[str]] = defaultdict(set)
        self.declined: dict[str, set[str]] = defaultdict(set)
        self.attempt(killed, lambda: self.engine.store.objects.open(self.job, map(opened, range(OBJECTS))))
        # A batch that was cut off is delivered again.
        self.engine.store.objects.open(self.job, map(opened, range(OBJECTS)))

    def teardown(self) -> None:
        if hasattr(self, "memory"):
            self.everybody_finishes()
            self.memory.close()

    def attempt(self, killed: int | None, act: Any) -> Any:
        self.engine.left = killed
        try:
            return act()
        except Crash:
            return None
        finally:
            self.engine.left = None

    @rule(worker=st.sampled_from(WORKERS), killed=KILLED)
    def claims(self, worker: str, killed: int | None) -> None:
        before = {str(index): set(self.stored(str(index)).holds) for index in range(OBJECTS)}
        lease = self.attempt(killed, lambda: claim(self.engine.store, self.job, worker))
        if lease:
            stored = self.stored(lease.object_id)
            assert worker not in self.told[lease.object_id] | self.declined[lease.object_id]
            running = [value for value in stored.holds.values() if value.expires > self.engine.clock.now]
            assert stored.answers + len(running) <= self.job.workers
        for object_id, holders in before.items():
            self.given[object_id] |= set(self.stored(object_id).holds) | holders

    @rule(worker=st.sampled_from(WORKERS), index=st.integers(0, OBJECTS - 1), killed=KILLED, again=st.booleans())
    def answers(self, worker: str, index: int, killed: int | None, again: bool) -> None:
        object_id = str(index)
        options = SentAnswer(content={"said by": worker}, seconds=1, identity={})

        def act() -> bool:
            answer(self.engine.store, self.job, object_id, worker, options)
            return True

        for _ in range(1 + again):
            try:
                if self.attempt(killed, act):
                    self.told[object_id].add(worker)
            except NotHeld:
                assert self.engine.store.answers.get(self.job, object_id, worker) is None

    @rule(worker=st.sampled_from(WORKERS), index=st.integers(0, OBJECTS - 1), killed=KILLED)
    def releases(self, worker: str, index: int, killed: int | None) -> None:
        self.attempt(killed, lambda: release(self.engine.store, self.job, str(index), worker))

    @rule(worker=st.sampled_from(WORKERS), index=st.integers(0, OBJECTS - 1), killed=KILLED)
    def declines(self, worker: str, index: int, killed: int | None) -> None:
        def act() -> bool:
            decline(self.engine.store, self.job, str(index), worker, "dark")
            return True

        try:
            if self.attempt(killed, act) and worker not in self.told[str(index)]:
                self.declined[str(index)].add(worker)
        except NotHeld:
            return

    @rule(seconds=st.sampled_from([1, 300, 700]))
    def time_passes(self, seconds: int) -> None:
        self.engine.clock.now += seconds

    @precondition(lambda self: hasattr(self, "engine"))
    @invariant()
    def nothing_is_lost_or_counted_twice(self) -> None:
        store, answers, finished = self.engine.store, 0, 0
        for index in range(OBJECTS):
            stored = self.stored(str(index))
            for worker in self.told[str(index)]:
                retained = store.answers.get(self.job, str(index), worker)
                assert retained
                assert retained.content == {"said by": worker}
            [result] = store.objects.results(self.job, [str(index)])
            assert len({entry.worker_id for entry in result.answers}) == len(result.answers) == stored.answers
            assert stored.answers <= self.job.workers
            answers += stored.answers
            finished += stored.done
        counts = store.jobs.counts(self.job)
        assert (counts.total, counts.answers, counts.finished) == (OBJECTS, answers, finished)

    def stored(self, object_id: str) -> Any:
        return self.engine.store.objects.get(self.job, object_id)

    def everybody_finishes(self) -> None:
        """New people finish the job, whatever happened before."""
        self.engine.clock.now += 601
        for number in range(40):
            worker = f"new-{number}"
            while lease := claim(self.engine.store, self.job, worker):
                answer(
                    self.engine.store, self.job, lease.object_id, worker, SentAnswer(content={}, seconds=1, identity={})
                )
            if self.engine.store.jobs.is_finished(self.job):
                return
        raise AssertionError("the job cannot end")


TestFaults = Faults.TestCase
TestFaults.settings = settings(max_examples=15, stateful_step_count=12, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("step", range(12))
def test_an_answer_that_is_cut_off_anywhere_can_be_sent_again(engine: Engine, step: int) -> None:
    job = engine.job(objects=1, workers=1)
    assert claim(engine.store, job, "a")
    options = SentAnswer(content={"x": 1}, seconds=1, identity={})
    engine.left = step
    with contextlib.suppress(Crash):
        answer(engine.store, job, "0", "a", options)
    engine.left = None
    assert answer(engine.store, job, "0", "a", options)
    counts = engine.store.jobs.counts(job)
    assert (counts.answers, counts.finished) == (1, 1)


def test_two_who_claim_at_once_never_both_get_the_last_place(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    job = engine.job(objects=1, workers=1)
    replace = engine.store.objects.replace

    def overtaken(*options: Any) -> None:
        monkeypatch.setattr(engine.store.objects, "replace", replace)
        assert claim(engine.store, job, "faster")
        replace(*options)

    monkeypatch.setattr(engine.store.objects, "replace", overtaken)
    assert claim(engine.store, job, "slower") is None
    assert set(engine.store.objects.get(job, "0").holds) == {"faster"}


def test_a_job_that_was_stopped_stays_stopped(engine: Engine) -> None:
    job = engine.job(objects=1)
    engine.store.jobs.set_status(job.name, Status.STOPPED)
    assert not engine.store.jobs.set_status(job.name, Status.COMPLETED, unless=[Status.STOPPED])
