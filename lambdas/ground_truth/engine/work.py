"""What workers do: take an object, keep a draft, answer it, give it back, decline it.

Each step reads the object, decides, and replaces it in the version read; where somebody else was faster it is done
again. Whatever is done twice has the effect of once.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from ground_truth.contract.errors import StateError
from ground_truth.contract.json_types import JsonObject
from ground_truth.engine.model import (
    EngineJob,
    Hold,
    Lease,
    NotHeld,
    SentAnswer,
    Status,
    StoredAnswer,
    StoredObject,
    WorkerPosition,
)
from ground_truth.engine.store.keys import SHARDS
from ground_truth.engine.store.store import EngineStore
from ground_truth.engine.store.transaction import Conflict

# One claim looks at so many places at most: a worker may do everything of a page and still be offered the next later.
_PAGE = 10
# All shards, and the first once more from its beginning: what was given back may lie there.
_MOST_LOOKS = 2 * (SHARDS + 1)
_MOST_OBJECTS = 2 * _PAGE
_TRIES = 20


def claim(store: EngineStore, job: EngineJob, worker_id: str, *, after: str | None = None) -> Lease | None:
    """Gives a worker an object: the one in their hands, else the next that they have neither answered nor declined.

    ``after`` is an object they are about to hand in: they get another beside it. None where there is nothing for them
    now, also while objects are in other hands; asking again later is right as long as the job goes on.
    The number of requests does not grow with the number of objects.
    """
    if job.status != Status.IN_PROGRESS or store.clock() >= job.expires:
        return None
    position = store.workers.position(job, worker_id)
    leases = [lease for lease in _leases(store, job, worker_id, position) if lease.object_id != after]
    if leases:
        return leases[0]
    search = _Search(store, job, worker_id, position)
    lease = search.next()
    # The one they have had longer is the first that they are given when they come back.
    held = tuple(object_id for object_id in (after, lease.object_id if lease else None) if object_id)
    store.workers.set_position(job, worker_id, WorkerPosition(held=held, shard=search.shard, cursor=search.cursor))
    return lease


def answer(store: EngineStore, job: EngineJob, object_id: str, worker_id: str, sent: SentAnswer) -> bool:
    """Keeps a worker's answer; returns whether it may have been the last that the job needed.

    A second one of the same worker changes nothing. One that comes late counts if the object still needs it, and
    is kept without counting if not.
    Raises NotHeld for an object that the worker never held.
    """

    def step(before: StoredObject) -> bool:
        if store.answers.get(job, object_id, worker_id):
            return True
        hold = before.holds.get(worker_id)
        if hold is None:
            raise NotHeld(f"object {object_id} was not given to you, or you gave it back")
        now = store.clock()
        # What comes later may miss the consolidation: kept, but told apart.
        counted = not before.done and job.status == Status.IN_PROGRESS and now < job.expires
        stored = StoredAnswer(
            worker_id=worker_id,
            content=sent.content,
            content_uri=sent.content_uri,
            accepted=hold.accepted,
            submitted=now,
            # A page can be mistaken about its own time, but not by more than there was.
            seconds=min(max(sent.seconds, 0.0), now - hold.accepted),
            identity=sent.identity,
            counted=counted,
        )
        after = replace(
            before,
            answers=before.answers + counted,
            done=before.done or before.answers + counted >= job.workers,
            holds=_without(before.holds, worker_id),
            finished_by=before.finished_by | {worker_id},
        )
        store.objects.replace(job, before, after, stored)
        return after.done

    return _repeat(store, job, object_id, step)


def release(store: EngineStore, job: EngineJob, object_id: str, worker_id: str) -> None:
    """Takes an object out of a worker's hands; they may get it again."""

    def step(before: StoredObject) -> bool:
        if worker_id in before.holds:
            store.objects.replace(job, before, replace(before, holds=_without(before.holds, worker_id)))
        return False

    _repeat(store, job, object_id, step)


def decline(store: EngineStore, job: EngineJob, object_id: str, worker_id: str, reason: str) -> bool:
    """Takes an object out of a worker's hands for good; returns whether the job may be finished by it.

    When as many decline as answers are wanted, the object is not given to anybody else (contract 4.4): it fails
    if nobody answered it.
    Raises NotHeld for an object that the worker does not hold.
    """

    def step(before: StoredObject) -> bool:
        if worker_id in before.finished_by:
            return before.done
        if worker_id not in before.holds:
            raise NotHeld(f"object {object_id} was not given to you, or you gave it back")
        declines = before.declines + 1
        done = before.done or declines >= job.workers
        failed = done and not before.answers
        failure = f"{declines} workers declined it, the last because: {reason[:200]}" if failed else before.failure
        after = replace(
            before,
            declines=declines,
            done=done,
            failure=failure,
            holds=_without(before.holds, worker_id),
            finished_by=before.finished_by | {worker_id},
        )
        store.objects.replace(job, before, after)
        return done

    return _repeat(store, job, object_id, step)


def save_draft(store: EngineStore, job: EngineJob, object_id: str, worker_id: str, draft: JsonObject) -> None:
    """Keeps what a worker has so far.

    Raises NotHeld if the worker does not hold the object.
    """
    hold = store.objects.get(job, object_id).holds.get(worker_id)
    if hold is None or hold.expires <= store.clock():
        raise NotHeld(f"object {object_id} is not in your hands any more")
    store.answers.set_draft(job, object_id, worker_id, draft)


class _Search:
    """Looks for an object that a worker can take, from where they looked last; ``cursor`` is how far they are."""

    def __init__(self, store: EngineStore, job: EngineJob, worker_id: str, position: WorkerPosition) -> None:
        self._store = store
        self._job = job
        self._worker = worker_id
        self.shard = position.shard
        self.cursor = position.cursor
        self._looks = 0
        self._objects = 0
        self._full: bool | None = None

    def next(self) -> Lease | None:
        """The next object, taken; None where none was found within the bounds."""
        while self._looks < _MOST_LOOKS and self._objects < _MOST_OBJECTS:
            for object_id in self._candidates():
                lease = self._take(object_id)
                if lease:
                    return lease
                if self._objects >= _MOST_OBJECTS:
                    break
        return None

    def _candidates(self) -> Iterator[str]:
        """A page of open objects behind the cursor; behind the last one they may take, those that are free again."""
        self._looks += 1
        object_ids = self._store.objects.open_after(self._job, self.shard, self.cursor, _PAGE)
        for self.cursor in object_ids:
            yield self.cursor
            if self._full:
                break
        if not object_ids or self._full:
            self._looks += 1
            yield from self._store.objects.freed(self._job, self.shard, _PAGE)
            self.shard, self.cursor = (self.shard + 1) % SHARDS, ""

    def _take(self, object_id: str) -> Lease | None:
        self._objects += 1
        store, job, worker = self._store, self._job, self._worker
        now = store.clock()
        before = store.objects.get(job, object_id)
        running = {holder: hold for holder, hold in before.holds.items() if hold.expires > now}
        places = job.workers - before.answers - len(running)
        if before.done or worker in before.finished_by or worker in running or places < 1:
            return None
        if job.concurrent is not None and not before.started and self._is_full(job.concurrent):
            return None
        hold = Hold(accepted=now, expires=min(now + job.time_limit, job.expires))
        try:
            # Holds that ran out stay, so that an answer that comes late is known to be somebody's.
            after = replace(before, started=True, holds={**before.holds, worker: hold})
            store.objects.replace(job, before, after)
        except Conflict:
            return None
        return _lease(store, job, before, worker, hold)

    def _is_full(self, most: int) -> bool:
        """Whether so many objects are in work that none may be begun; who asks at the same time may exceed it by one.

        Objects are begun in the order of a shard, so that behind the first that may not be begun nothing is to do.
        """
        if self._full is None:
            counts = self._store.jobs.counts(self._job)
            self._full = counts.started - counts.finished >= most
        return self._full


def _leases(store: EngineStore, job: EngineJob, worker_id: str, position: WorkerPosition) -> Iterator[Lease]:
    """What a worker has in hand still."""
    for object_id in position.held:
        stored = store.objects.get(job, object_id)
        hold = stored.holds.get(worker_id)
        if hold and hold.expires > store.clock() and not stored.done:
            yield _lease(store, job, stored, worker_id, hold)


def _lease(store: EngineStore, job: EngineJob, stored: StoredObject, worker_id: str, hold: Hold) -> Lease:
    return Lease(
        job=job.name,
        object_id=stored.object_id,
        worker_id=worker_id,
        accepted=hold.accepted,
        expires=hold.expires,
        task_input=stored.task_input,
        draft=store.answers.draft(job, stored.object_id, worker_id),
    )


def _repeat(store: EngineStore, job: EngineJob, object_id: str, step: Callable[[StoredObject], bool]) -> bool:
    for _ in range(_TRIES):
        try:
            return step(store.objects.get(job, object_id))
        except Conflict:
            continue
    raise StateError(f"object {object_id} of job {job.name} is written by too many at once: try again")


def _without(holds: Mapping[str, Hold], worker_id: str) -> dict[str, Hold]:
    return {worker: hold for worker, hold in holds.items() if worker != worker_id}
