"""What batches taught about workers is never lost and never counted twice."""

import json
import logging
import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import boto3
import pytest

import post_annotation
from ground_truth.aws.s3 import Files
from ground_truth.consolidation.counts import merge_counts
from ground_truth.consolidation.skill_store import SkillStore
from tests.handlers.conftest import Bucket, documented_event, entry

FOLDER = "labeling-jobs/Yard-Boxes/annotations/consolidated-annotation"
RECORDS = f"{FOLDER}/worker-skill"
REQUESTS = f"{FOLDER}/consolidation-request"
WORKERS = [f"private.eu-west-1.{index:016x}" for index in range(6)]


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
    items = {worker: round(sum(sum(row.values()) for row in rows.values()), 3) for worker, rows in total.items()}
    assert items == answers_by_worker()


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
