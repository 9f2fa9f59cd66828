"""What batches taught about workers is never lost and never counted twice."""

import json
import logging
import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st

import post_annotation
from ground_truth.aws.s3 import Files, StoredFile
from ground_truth.consolidation import skill_store
from ground_truth.consolidation.counts import merge_counts
from ground_truth.consolidation.skill_store import SkillStore
from tests.handlers.conftest import Bucket, documented_event, entry

FOLDER = "labeling-jobs/Yard-Boxes/annotations/consolidated-annotation"
RECORDS = f"{FOLDER}/worker-skill"
REQUESTS = f"{FOLDER}/consolidation-request"
WORKERS = [f"private.eu-west-1.{index:016x}" for index in range(6)]


class Memory:
    """Storage in memory, whose clock goes on by a second with each write."""

    def __init__(self) -> None:
        self.content: dict[str, tuple[bytes, datetime]] = {}
        self.now = datetime(2026, 11, 23, tzinfo=UTC)
        self.reads = 0

    def read(self, uri: str) -> bytes:
        self.reads += 1
        return self.content[uri][0]

    def write(self, uri: str, content: bytes, content_type: str) -> None:
        self.now += timedelta(seconds=1)
        self.content[uri] = (content, self.now)

    def list(self, folder_uri: str):
        return (StoredFile(uri, at) for uri, (_, at) in self.content.items() if uri.startswith(f"{folder_uri}/"))


def taught(answers: int) -> dict:
    return {"u": {"heron": {"heron": float(answers)}}}


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(1, 9))))
def test_the_last_record_of_every_other_batch_counts_once_whatever_was_retried(writes) -> None:
    store = SkillStore(files=Memory(), folder_uri="s3://results/skill")
    last = {}
    for batch, answers in writes:
        store.put(f"iteration-1/{batch}", taught(answers))
        last[batch] = answers
    for batch in range(6):
        others = [taught(answers) for other, answers in last.items() if other != batch]
        assert store.of_other_batches(f"iteration-1/{batch}") == merge_counts(others)


def test_of_very_many_batches_the_newest_are_read(monkeypatch) -> None:
    monkeypatch.setattr(skill_store, "BATCHES_READ", 3)
    files = Memory()
    store = SkillStore(files=files, folder_uri="s3://results/skill")
    for batch in range(10):
        store.put(f"iteration-{batch}/b", taught(10**batch))
    assert store.of_other_batches("iteration-10/b") == taught(10**9 + 10**8 + 10**7)
    assert files.reads == 3


def payload(batch: int) -> list[dict]:
    chosen = random.Random(batch)
    return [
        entry(
            str(10 * batch + index),
            *({"crowd-image-classifier": {"label": chosen.choice(["forklift", "pallet"])}} for _ in range(3)),
            workers=chosen.sample(WORKERS, 3),
        )
        for index in range(5)
    ]


@pytest.fixture
def job(bucket: Bucket, monkeypatch):
    """Twelve payloads of one job in the bucket; gives the events of their batches."""
    monkeypatch.setenv("TASK_TYPE", "image-classification")
    post_annotation._files.cache_clear()
    uris = [
        bucket.put(
            f"{FOLDER}/consolidation-request/iteration-{1 + batch % 2}/2026-11-23_10:02:{batch:02}.json", content
        )
        for batch, content in enumerate(map(payload, range(12)))
    ]
    return [documented_event(uri) for uri in uris]


def stored(bucket: Bucket) -> list[str]:
    return sorted(key for key in set(bucket.keys()) if key.startswith(RECORDS))


def answers_by_worker() -> Counter:
    return Counter(a["workerId"] for batch in range(12) for each in payload(batch) for a in each["annotations"])


def test_concurrent_batches_and_retries_lose_and_double_nothing(job, bucket: Bucket) -> None:
    events = job * 3
    post_annotation._files()  # in Lambda too it is made by one thread: boto3 makes no two clients at a time
    random.Random(0).shuffle(events)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda event: post_annotation.handler(event, None), events))
    records = [json.loads(bucket.get(f"s3://results/{key}")) for key in stored(bucket)]
    assert len(records) == 12
    total = merge_counts(record["counts"] for record in records)
    # A worker's cells add up to the answers the worker gave, wherever the truth was seen.
    known = {worker: round(sum(sum(row.values()) for row in rows.values()), 3) for worker, rows in total.items()}
    assert known == answers_by_worker()


def test_a_record_is_named_after_its_batch(job, bucket: Bucket) -> None:
    post_annotation.handler(job[0], None)
    assert stored(bucket) == [f"{RECORDS}/iteration-1/2026-11-23_10:02:00.json"]


def test_what_other_batches_taught_decides_a_tie(bucket: Bucket, monkeypatch) -> None:
    monkeypatch.setenv("TASK_TYPE", "image-classification")
    post_annotation._files.cache_clear()
    store = SkillStore(files=Files(), folder_uri=f"s3://results/{RECORDS}")
    good = {"forklift": {"forklift": 40.0}, "pallet": {"pallet": 40.0}}
    bad = {"forklift": {"forklift": 20.0, "pallet": 20.0}, "pallet": {"pallet": 20.0, "forklift": 20.0}}
    store.put("iteration-1/earlier", {"good": good, "bad": bad})
    answers = [{"crowd-image-classifier": {"label": label}} for label in ("forklift", "pallet")]
    for workers, expected in ((["bad", "good"], 1), (["good", "bad"], 0)):
        batch = bucket.put(f"{REQUESTS}/iteration-1/now.json", [entry("0", *answers, workers=workers)])
        (response,) = post_annotation.handler(documented_event(batch), None)
        assert response["consolidatedAnnotation"]["content"]["Yard-Boxes"] == expected


@pytest.mark.parametrize(
    "broken", ["{oops", "[]", "{}", {"version": 2, "counts": {}}, {"version": 1, "counts": {"u": None}}]
)
def test_a_broken_record_is_passed_over_and_logged(job, bucket: Bucket, caplog, broken) -> None:
    bucket.put(f"{RECORDS}/iteration-9/broken.json", broken)
    with caplog.at_level(logging.WARNING):
        assert len(post_annotation.handler(job[0], None)) == 5
    assert "broken.json" in caplog.text


def test_a_store_that_refuses_costs_no_label(job, bucket: Bucket, caplog, monkeypatch) -> None:
    def refuse(self, *_):
        raise boto3.client("s3").exceptions.NoSuchBucket({"Error": {"Code": "AccessDenied"}}, "ListObjectsV2")

    monkeypatch.setattr(Files, "list", refuse)
    monkeypatch.setattr(Files, "write", refuse)
    with caplog.at_level(logging.WARNING):
        assert len(post_annotation.handler(job[0], None)) == 5
    assert "notRead" in caplog.text
    assert "notKept" in caplog.text


def test_masks_need_no_store(bucket: Bucket, monkeypatch) -> None:
    monkeypatch.setenv("TASK_TYPE", "custom")
    post_annotation._files.cache_clear()
    uri = bucket.put(f"{REQUESTS}/iteration-1/now.json", [entry("0", {"a": {"b": 1}})])
    post_annotation.handler(documented_event(uri), None)
    assert not stored(bucket)
