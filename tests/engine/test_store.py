"""What the store keeps and gives, down to the requests it sends and the moments it goes by."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from ground_truth.contract.errors import StateError
from ground_truth.engine import work
from ground_truth.engine.model import (
    LabelOutcome,
    NotThere,
    OpenObject,
    SentAnswer,
    Status,
    StoredObject,
    WorkerPosition,
)
from ground_truth.engine.store import keys, transaction
from ground_truth.engine.store.answers import answer_item, read_answer
from ground_truth.engine.store.items import compact, decimal, int_of, json_of, texts_of
from ground_truth.engine.store.reading import TableReader
from ground_truth.engine.store.transaction import Conflict, Transaction, put_new, replace_item, update_unless
from tests.engine.conftest import Engine, opened

SENT = SentAnswer(content={"kind": "car"}, seconds=1.0, identity={"sub": "1"})


def in_shard(shard: int, count: int) -> list[str]:
    """The first object ids that the index lists in a shard."""
    ids = (str(number) for number in range(10_000))
    return [object_id for object_id in ids if keys.shard_of(object_id) == shard][:count]


def open_ids(engine: Engine, job: Any, object_ids: list[str]) -> None:
    engine.store.objects.open(job, [OpenObject(object_id=object_id, task_input={}) for object_id in object_ids])


# Values of items


def test_times_are_kept_to_the_millisecond_and_texts_in_as_few_bytes_as_it_takes() -> None:
    assert str(decimal(1_800_000_000.12345)) == "1800000000.123"
    assert compact({"größe": [1, 2]}) == '{"größe":[1,2]}'
    assert json_of({"line": '{"a": 1}'}, "line") == {"a": 1}


def test_what_an_item_lacks_counts_nothing() -> None:
    assert int_of({}, "finished") == 0
    assert texts_of({}, "held") == ()
    assert texts_of({"held": ["1", "2"]}, "held") == ("1", "2")


# The keys


def test_places_in_the_index_sort_by_number_and_by_moment() -> None:
    ids = ["2", "10", "9", "100000000"]
    assert sorted(ids, key=keys.open_sort) == sorted(ids, key=int)
    assert [keys.object_id_of(keys.open_sort(object_id)) for object_id in ids] == ids
    moments = [9.5, 1_800_000_000.001, 1_800_000_000.002, 10]
    assert sorted(moments, key=keys.held_sort) == sorted(moments)
    assert keys.held_sort(1_800_000_000.25) == "1800000000250"
    entry = keys.held_entry("street", "17", 5.0)
    assert keys.held_object_id_of(entry[keys.INDEX_SORT_KEY]) == "17"
    assert entry[keys.INDEX_PARTITION_KEY] == keys.held_partition("street", keys.shard_of("17"))


def test_objects_and_workers_are_spread_over_all_shards_and_counters() -> None:
    ids = [str(number) for number in range(1_000)]
    assert {keys.shard_of(object_id) for object_id in ids} == set(range(8))
    assert {keys.counter_of(object_id) for object_id in ids} == set(range(64))
    assert {keys.first_shard_of(object_id) for object_id in ids} == set(range(8))


def test_nothing_lies_where_something_else_does() -> None:
    item_keys = [
        keys.job_key("a"),
        keys.object_key("a", "1"),
        keys.answer_key("a", "1", "w"),
        keys.draft_key("a", "1", "w"),
        keys.worker_key("a", "w"),
        keys.count_key("a", 1),
        keys.outcome_key("a", 1),
        keys.object_key("b", "1"),
        keys.answer_key("a", "1", "v"),
    ]
    assert len({tuple(key.values()) for key in item_keys}) == len(item_keys)
    assert keys.is_object(item_keys[1])
    assert keys.is_answer(item_keys[2])
    assert not any(keys.is_answer(key) or keys.is_object(key) for key in (item_keys[3], item_keys[0], item_keys[4]))


# Requests


class Requests:
    """A table that gives prepared answers and notes what it was asked."""

    name = "engine"

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.asked: list[dict[str, Any]] = []
        self.meta = self.client = self

    def _answer(self, **requests_made: Any) -> Any:
        self.asked.append(requests_made)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    query = get_item = put_item = update_item = batch_get_item = transact_write_items = _answer


def refusal(code: str, *reasons: str) -> ClientError:
    content: Any = {"Error": {"Code": code}, "CancellationReasons": [{"Code": reason} for reason in reasons]}
    return ClientError(content, "Write")


def test_a_partition_is_read_page_by_page_to_its_end_and_consistently_unless_told_otherwise() -> None:
    table = Requests({"Items": [{"n": 1}], "LastEvaluatedKey": {"pk": "x"}}, {"Items": [{"n": 2}]}, {"Items": []})
    reader = TableReader(table)
    assert [item["n"] for item in reader.partition("p")] == [1, 2]
    assert [request["ConsistentRead"] for request in table.asked] == [True, True]
    assert table.asked[1]["ExclusiveStartKey"] == {"pk": "x"}
    assert list(reader.partition("p", exactly=False)) == []
    assert table.asked[2]["ConsistentRead"] is False


def test_many_items_are_asked_for_by_the_hundred_and_again_where_some_were_left_out() -> None:
    items = [keys.key(str(number), "s") for number in range(250)]
    again = {"engine": {"Keys": items[:1]}}
    answers = [
        {"Responses": {"engine": [{"n": 1}]}, "UnprocessedKeys": again},
        {"Responses": {"engine": [{"n": 2}]}, "UnprocessedKeys": {}},
        {"Responses": {}},
        {"Responses": {"engine": [{"n": 3}]}},
    ]
    table = Requests(*answers)
    assert [item["n"] for item in TableReader(table).items(items)] == [1, 2, 3]
    sizes = [len(request["RequestItems"]["engine"]["Keys"]) for request in table.asked]
    assert sizes == [100, 1, 100, 50]
    assert table.asked[0]["RequestItems"]["engine"]["ConsistentRead"] is True


def test_places_in_the_index_are_asked_for_up_to_a_bound() -> None:
    table = Requests({"Items": [{keys.INDEX_SORT_KEY: "1"}]}, {"Items": []})
    reader = TableReader(table)
    assert reader.index_keys_above("p", "0", 7) == ["1"]
    assert reader.index_keys_below("p", "0", 7) == []
    assert [(request["IndexName"], request["Limit"]) for request in table.asked] == [(keys.INDEX, 7)] * 2


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    waited: list[float] = []
    monkeypatch.setattr(transaction.time, "sleep", waited.append)
    return waited


def test_a_transaction_is_tried_again_while_others_write_the_same_counter(waits: list[float]) -> None:
    busy = refusal("TransactionCanceledException", "None", "TransactionConflict")
    table = Requests(*[busy] * 11, {})
    Transaction(table).write()
    assert len(table.asked) == 12
    assert waits[:3] == [0.01, 0.02, 0.04]
    assert max(waits) == 0.5


@pytest.mark.parametrize(
    ("error", "raised", "requests"),
    [
        (refusal("TransactionCanceledException", "None", "ConditionalCheckFailed"), Conflict, 1),
        (refusal("ValidationException"), ClientError, 1),
        (refusal("TransactionCanceledException", "TransactionConflict"), ClientError, 12),
    ],
)
def test_a_transaction_that_cannot_succeed_says_so(waits, error: ClientError, raised, requests: int) -> None:
    table = Requests(*[error] * 20)
    with pytest.raises(raised):
        Transaction(table).write()
    assert (len(table.asked), len(waits)) == (requests, requests - 1)


def test_whatever_else_refuses_a_single_write_is_no_conflict() -> None:
    for write in (
        lambda table: put_new(table, {}),
        lambda table: replace_item(table, {}, 1),
        lambda table: update_unless(table, {}, {"status": "x"}, {}),
    ):
        with pytest.raises(Conflict):
            write(Requests(refusal("ConditionalCheckFailedException")))
        with pytest.raises(ClientError):
            write(Requests(refusal("ProvisionedThroughputExceededException")))


# Jobs


def test_a_reason_of_failure_is_cut_and_a_change_is_dated(engine: Engine) -> None:
    job = engine.job()
    assert engine.store.jobs.get("street").changed is None
    engine.clock.now += 5
    engine.store.jobs.set_status(job.name, Status.FAILED, failure_reason="x" * 2_000)
    failed = engine.store.jobs.get("STREET")
    assert failed.failure_reason == "x" * 1_024
    assert failed.changed == engine.clock.now
    assert failed.expires == job.expires


def test_what_is_not_there_has_neither_status_nor_token(engine: Engine) -> None:
    assert not engine.store.jobs.set_status("nothing", Status.FAILED)
    with pytest.raises(Conflict):
        engine.store.jobs.set_token("nothing", "token")
    with pytest.raises(NotThere):
        engine.store.jobs.get("nothing")
    job = engine.job()
    assert not engine.store.jobs.get("street").token
    engine.store.jobs.set_token(job.name, "token")
    assert engine.store.jobs.get("street").token == "token"


def test_outcomes_add_up_and_a_batch_that_comes_again_replaces_its_own(engine: Engine) -> None:
    job = engine.job()
    engine.store.jobs.set_outcome(job, 0, LabelOutcome(labeled=3, failed=1))
    engine.store.jobs.set_outcome(job, 1, LabelOutcome(labeled=2, failed=2))
    engine.store.jobs.set_outcome(job, 1, LabelOutcome(labeled=5, failed=0))
    assert engine.store.jobs.outcome(job) == LabelOutcome(labeled=8, failed=1)


def test_a_counter_alone_tells_that_a_job_cannot_be_finished(engine: Engine) -> None:
    job = engine.job(objects=1, workers=1)
    assert not engine.store.jobs.may_be_finished(job, "0")
    lease = work.claim(engine.store, job, "ada")
    assert lease
    work.answer(engine.store, job, "0", "ada", SENT)
    assert engine.store.jobs.may_be_finished(job, "0")
    assert engine.store.jobs.may_be_finished(job, "63 counters have nothing to wait for")


# Objects and answers


def test_an_object_comes_back_as_it_was_kept(engine: Engine) -> None:
    job = engine.job(objects=1)
    fresh = engine.store.objects.get(job, "0")
    assert fresh == StoredObject(object_id="0", task_input=opened(0).task_input)
    lease = work.claim(engine.store, job, "ada")
    assert lease
    held = engine.store.objects.get(job, "0")
    assert (held.started, held.version) == (True, 1)
    assert (held.holds["ada"].accepted, held.holds["ada"].expires) == (lease.accepted, lease.expires)
    work.decline(engine.store, job, "0", "ada", "dark")
    declined = engine.store.objects.get(job, "0")
    assert (declined.declines, declined.finished_by, declined.version) == (1, {"ada"}, 2)
    with pytest.raises(NotThere, match="no object '1'"):
        engine.store.objects.get(job, "1")


def test_an_object_is_replaced_in_the_version_that_was_read_only(engine: Engine) -> None:
    job = engine.job(objects=1)
    before = engine.store.objects.get(job, "0")
    engine.store.objects.replace(job, before, before)
    with pytest.raises(Conflict):
        engine.store.objects.replace(job, before, before)
    engine.requests.clear()
    engine.store.objects.replace(job, engine.store.objects.get(job, "0"), before)
    assert "TransactWriteItems" not in engine.requests, "alone it costs half"


def test_answers_come_earliest_first_without_drafts_and_late_ones(engine: Engine) -> None:
    job = engine.job(objects=1, workers=2)
    for worker in ("zoe", "ada"):
        assert work.claim(engine.store, job, worker)
        work.save_draft(engine.store, job, "0", worker, {"half": 1})
    engine.clock.now += 700
    assert work.claim(engine.store, job, "late")
    work.answer(engine.store, job, "0", "zoe", SENT)
    engine.clock.now += 1
    work.answer(engine.store, job, "0", "ada", SENT)
    work.answer(engine.store, job, "0", "late", SENT)
    [result] = engine.store.objects.results(job, ["0", "7"])
    assert [answer.worker_id for answer in result.answers] == ["zoe", "ada"]
    assert result.answers[0].identity == {"sub": "1"}


def test_answers_of_the_same_moment_come_in_the_order_of_their_workers(engine: Engine) -> None:
    job = engine.job(objects=1, workers=2)
    for worker in ("zoe", "ada"):
        assert work.claim(engine.store, job, worker)
    for worker in ("zoe", "ada"):
        work.answer(engine.store, job, "0", worker, SENT)
    [result] = engine.store.objects.results(job, ["0"])
    assert [answer.worker_id for answer in result.answers] == ["ada", "zoe"]


def test_a_long_answer_is_kept_by_its_address(engine: Engine) -> None:
    job = engine.job(objects=1, workers=1)
    assert work.claim(engine.store, job, "ada")
    uri = "s3://bucket/long.json"
    sent = SentAnswer(content=None, content_uri=uri, seconds=0.5, identity={})
    work.answer(engine.store, job, "0", "ada", sent)
    stored = engine.store.answers.get(job, "0", "ada")
    assert stored
    assert (stored.content, stored.content_uri, stored.seconds, stored.counted) == (None, uri, 0.0, True)
    assert read_answer(answer_item(job, "0", stored)) == stored
    assert engine.store.answers.get(job, "0", "ben") is None


def test_a_draft_is_thrown_away_after_thirty_days(engine: Engine) -> None:
    job = engine.job(objects=1)
    engine.store.answers.set_draft(job, "0", "ada", {"a": 1})
    item = engine.table.get_item(Key=keys.draft_key(job.key, "0", "ada"))["Item"]
    assert item[keys.TIME_TO_LIVE] == engine.clock.now + 30 * 86_400
    assert engine.store.answers.draft(job, "0", "ada") == {"a": 1}
    assert engine.store.answers.draft(job, "0", "ben") is None


def test_the_index_lists_what_can_be_taken_then_what_is_free_again_then_nothing(engine: Engine) -> None:
    job = engine.job(objects=1, workers=1)
    objects, shard = engine.store.objects, keys.shard_of("0")
    assert objects.open_after(job, shard, "", 5) == ["0"]
    assert objects.open_after(job, shard, "0", 5) == []
    assert work.claim(engine.store, job, "ada")
    assert objects.open_after(job, shard, "", 5) == []
    assert objects.freed(job, shard, 5) == []
    engine.clock.now += 601
    assert objects.freed(job, shard, 5) == ["0"]
    work.answer(engine.store, job, "0", "ada", SENT)
    assert objects.open_after(job, shard, "", 5) + objects.freed(job, shard, 5) == []


def test_an_object_with_answers_and_holds_is_free_again_when_the_first_of_its_holds_ends(engine: Engine) -> None:
    job = engine.job(objects=1, workers=3)
    shard = keys.shard_of("0")
    for worker in ("ada", "ben"):
        assert work.claim(engine.store, job, worker)
        engine.clock.now += 100
    assert engine.store.objects.open_after(job, shard, "", 5) == ["0"]
    assert work.claim(engine.store, job, "cid")
    assert engine.store.objects.open_after(job, shard, "", 5) == []
    engine.clock.now += 399
    assert engine.store.objects.freed(job, shard, 5) == []
    engine.clock.now += 2
    assert engine.store.objects.freed(job, shard, 5) == ["0"]


# Workers


def test_a_new_worker_begins_where_not_all_begin_and_goes_on_where_they_were(engine: Engine) -> None:
    job = engine.job()
    position = engine.store.workers.position(job, "ada")
    assert position == WorkerPosition(shard=keys.first_shard_of("ada"))
    engine.store.workers.set_position(job, "ada", WorkerPosition(held=("3", "4"), shard=5, cursor="17"))
    assert engine.store.workers.position(job, "ada") == WorkerPosition(held=("3", "4"), shard=5, cursor="17")


def test_who_holds_what_is_done_or_ran_out_is_not_at_work(engine: Engine) -> None:
    job = engine.job(objects=2, workers=2)
    for worker in ("ada", "ben"):
        assert work.claim(engine.store, job, worker)
    assert engine.store.workers.at_work(job, ["ada", "ben", "cid"]) == {"ada", "ben"}
    engine.clock.now += 600
    assert engine.store.workers.at_work(job, ["ada", "ben"]) == set(), "at the last moment it is over"


# Claims over shards


def test_who_finds_nothing_in_the_first_shard_gets_what_is_in_the_second_and_goes_on_there(engine: Engine) -> None:
    job = engine.job(workers=1)
    first = keys.first_shard_of("ada")
    second = (first + 1) % keys.SHARDS
    ids = in_shard(second, 3)
    open_ids(engine, job, ids)
    for object_id in ids:
        engine.requests.clear()
        lease = work.claim(engine.store, job, "ada")
        assert lease
        assert lease.object_id == object_id
        work.answer(engine.store, job, object_id, "ada", SENT)
        assert engine.store.workers.position(job, "ada") == WorkerPosition(
            held=(object_id,), shard=second, cursor=object_id
        )
    assert work.claim(engine.store, job, "ada") is None


def test_one_claim_looks_through_every_shard_and_back_to_the_beginning_of_the_first(engine: Engine) -> None:
    job = engine.job(workers=1)
    first = keys.first_shard_of("ada")
    [last] = in_shard((first - 1) % keys.SHARDS, 1)
    open_ids(engine, job, [last])
    lease = work.claim(engine.store, job, "ada")
    assert lease
    assert lease.object_id == last
    work.release(engine.store, job, last, "ada")
    engine.store.workers.set_position(job, "ada", WorkerPosition(shard=keys.shard_of(last), cursor=last))
    again = work.claim(engine.store, job, "ada")
    assert again, "what was given back lies behind the cursor of the shard where the search began"
    assert again.object_id == last


def test_a_shard_with_nothing_open_gives_what_is_free_again_before_the_next_is_looked_at(engine: Engine) -> None:
    job = engine.job(workers=1)
    first = keys.first_shard_of("ada")
    [freed] = in_shard(first, 1)
    [other] = in_shard((first + 1) % keys.SHARDS, 1)
    open_ids(engine, job, [freed])
    assert work.claim(engine.store, job, "ben")
    open_ids(engine, job, [other])
    engine.clock.now += 601
    lease = work.claim(engine.store, job, "ada")
    assert lease
    assert lease.object_id == freed


def test_a_claim_gives_up_after_so_many_objects_that_the_worker_cannot_have(engine: Engine) -> None:
    job = engine.job(workers=2)
    first = keys.first_shard_of("ada")
    ids = in_shard(first, 25)
    open_ids(engine, job, ids)
    for object_id in ids[:24]:
        before = engine.store.objects.get(job, object_id)
        after = StoredObject(**vars(before) | {"finished_by": frozenset({"ada"})})
        engine.store.objects.replace(job, before, after)
    assert work.claim(engine.store, job, "ada") is None
    assert engine.store.workers.position(job, "ada") == WorkerPosition(shard=first, cursor=ids[19])
    lease = work.claim(engine.store, job, "ada")
    assert lease
    assert lease.object_id == ids[24]


# The moments


def test_at_the_very_end_of_a_job_nothing_is_given_and_answers_count_no_more(engine: Engine) -> None:
    job = engine.job(objects=2, workers=1, expires=engine.clock.now + 60)
    assert work.claim(engine.store, job, "ada")
    engine.clock.now = job.expires
    assert work.claim(engine.store, job, "ben") is None
    [held] = [number for number in "01" if engine.store.objects.get(job, number).holds]
    assert work.answer(engine.store, job, held, "ada", SENT) is False
    stored = engine.store.answers.get(job, held, "ada")
    assert stored
    assert not stored.counted


def test_a_hold_is_over_at_its_last_moment(engine: Engine) -> None:
    job = engine.job(objects=1, workers=1)
    lease = work.claim(engine.store, job, "ada")
    assert lease
    engine.clock.now = lease.expires
    with pytest.raises(work.NotHeld, match="not in your hands"):
        work.save_draft(engine.store, job, "0", "ada", {})
    engine.clock.now += 0.001
    again = work.claim(engine.store, job, "ada")
    assert again
    assert again.accepted == engine.clock.now, "it is taken anew"


def test_the_reason_of_the_last_who_declines_is_cut(engine: Engine) -> None:
    job = engine.job(objects=1, workers=1)
    assert work.claim(engine.store, job, "ada")
    assert work.decline(engine.store, job, "0", "ada", "x" * 500)
    failure = engine.store.objects.get(job, "0").failure
    assert failure == f"1 workers declined it, the last because: {'x' * 200}"
    assert work.decline(engine.store, job, "0", "ada", "again"), "the same again changes nothing"
    assert engine.store.objects.get(job, "0").declines == 1


def test_what_others_write_all_the_time_is_given_up_after_twenty_tries(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = engine.job(objects=1)
    assert work.claim(engine.store, job, "ada")
    tries = []

    def overtaken(*_: Any) -> None:
        tries.append(1)
        raise Conflict

    monkeypatch.setattr(engine.store.objects, "replace", overtaken)
    with pytest.raises(StateError, match="written by too many at once"):
        work.release(engine.store, job, "0", "ada")
    assert len(tries) == 20
