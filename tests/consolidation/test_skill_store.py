"""The records of batches about workers: whose are read, whose count, and what goes wrong without harm."""

import json
import logging
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from ground_truth.aws.s3 import StoredFile
from ground_truth.consolidation import skill_store
from ground_truth.consolidation.counts import merge_counts
from ground_truth.consolidation.skill_store import SkillStore


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


def test_a_record_is_readable_json_under_the_batch_s_name() -> None:
    files = Memory()
    SkillStore(files=files, folder_uri="s3://results/skill").put("iteration-1/b", taught(3))
    assert list(files.content) == ["s3://results/skill/iteration-1/b.json"]
    content, _ = files.content["s3://results/skill/iteration-1/b.json"]
    assert json.loads(content) == {"version": 1, "counts": taught(3)}


@pytest.mark.parametrize(
    "broken",
    [b"{", b"[]", b"{}", b'{"version": 2, "counts": {}}', b'{"version": 1}', b'{"version": 1, "counts": {"u": "x"}}'],
)
def test_a_record_that_is_none_is_passed_over_and_logged(broken, caplog) -> None:
    files = Memory()
    store = SkillStore(files=files, folder_uri="s3://results/skill")
    store.put("iteration-1/a", taught(3))
    files.write("s3://results/skill/iteration-1/b.json", broken, "application/json")
    with caplog.at_level(logging.WARNING):
        assert store.of_other_batches("iteration-1/c") == taught(3)
    (entry,) = [json.loads(line.message) for line in caplog.records]
    assert entry["workerSkill"] == "s3://results/skill/iteration-1/b.json"
    assert entry["notRead"]


def test_a_store_that_refuses_costs_knowledge_and_no_batch(caplog) -> None:
    class Closed(Memory):
        def list(self, folder_uri: str):
            raise ClientError({"Error": {"Code": "AccessDenied"}}, "ListObjectsV2")

        def write(self, uri: str, content: bytes, content_type: str) -> None:
            raise ClientError({"Error": {"Code": "AccessDenied"}}, "PutObject")

    store = SkillStore(files=Closed(), folder_uri="s3://results/skill")
    with caplog.at_level(logging.WARNING):
        assert store.of_other_batches("iteration-1/c") == {}
        store.put("iteration-1/c", taught(3))
    assert ["notRead" in line.message for line in caplog.records] == [True, False]
    assert "notKept" in caplog.records[1].message


def test_two_hundred_batches_are_read() -> None:
    assert skill_store.BATCHES_READ == 200
