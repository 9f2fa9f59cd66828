"""The functions of the preparation, on S3 in memory: both forms of events, retries, many calls."""

import csv
import io
import json
from datetime import UTC, datetime

import boto3
import pytest

import assemble_dataset
import prepare_images
from ground_truth.aws import composition
from ground_truth.contract.errors import StateError
from tests.images.samples import jpeg_bytes, loaded_jpeg, picture
from tests.memory_aws import memory_aws

RUN = {"dataset": "set", "run": "run-1"}


class Context:
    """What Lambda tells a function of its time; each look takes some."""

    def __init__(self, seconds: float) -> None:
        self._left = seconds * 1000

    def get_remaining_time_in_millis(self) -> int:
        return int(self._left)


@pytest.fixture
def s3(monkeypatch):
    with memory_aws():
        client = boto3.client("s3", region_name="us-east-1")
        for bucket in ("raw", "training"):
            client.create_bucket(Bucket=bucket)
        secrets = boto3.client("secretsmanager", region_name="us-east-1")
        secrets.create_secret(Name="key", SecretString="0123456789abcdef")
        for name, value in {"RAW_BUCKET": "raw", "TRAINING_BUCKET": "training", "NAME_KEY": "key"}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        forget()
        yield client
    forget()


def forget() -> None:
    for cached in (prepare_images._s3, prepare_images._options, prepare_images._detector, prepare_images._name_key):
        cached.cache_clear()
    assemble_dataset._s3.cache_clear()


def upload(s3, photos: dict[str, bytes]) -> list[dict[str, str]]:
    for name, content in photos.items():
        s3.put_object(Bucket="raw", Key=f"uploads/set/{name}", Body=content)
    return [RUN | {"key": f"uploads/set/{name}"} for name in photos]


def keys(s3, bucket: str, prefix: str = "") -> list[str]:
    return [e["Key"] for e in s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", ())]


def read(s3, bucket: str, key: str) -> str:
    return s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()


def assemble(state: dict, seconds: float = 900) -> dict:
    return assemble_dataset.handler(state, Context(seconds))


def start() -> dict:
    return RUN | {"started": datetime.now(UTC).isoformat().replace("+00:00", "Z")}


def test_a_batch_and_its_items_one_by_one_come_to_the_same(s3) -> None:
    state = start()
    items = upload(s3, {"a.jpg": loaded_jpeg(), "b.jpg": jpeg_bytes(picture(40, 40)), "c.txt": b"hello"})
    assert prepare_images.handler({"Items": items}, None) == {"prepared": 2, "rejected": 1}
    together = keys(s3, "training")
    for item in items:
        prepare_images.handler(item, None)
    assert keys(s3, "training") == together
    assert assemble(state)["images"] == 2


def test_a_batch_done_again_writes_the_same_objects(s3) -> None:
    items = upload(s3, {"a.jpg": loaded_jpeg(), "c.txt": b"hello"})
    prepare_images.handler({"Items": items}, None)
    before = keys(s3, "raw"), keys(s3, "training")
    prepare_images.handler({"Items": items}, None)
    assert (keys(s3, "raw"), keys(s3, "training")) == before


def test_markers_folders_and_removed_files_are_no_photos(s3) -> None:
    items = upload(s3, {"a.jpg": jpeg_bytes(), "_COMPLETE": b"", "folder/": b""})
    gone = RUN | {"key": "uploads/set/gone.jpg"}
    assert prepare_images.handler({"Items": [*items, gone]}, None) == {"prepared": 1, "rejected": 1}


def test_settings_come_from_the_environment(s3, monkeypatch) -> None:
    monkeypatch.setenv("MAX_PIXELS", "2000")
    items = upload(s3, {"a.jpg": jpeg_bytes()})
    assert prepare_images.handler({"Items": items}, None) == {"prepared": 0, "rejected": 1}
    forget()
    monkeypatch.setenv("DOWNSCALE", "yes")
    assert prepare_images.handler({"Items": items}, None) == {"prepared": 1, "rejected": 0}


def test_what_an_earlier_run_left_is_not_listed(s3) -> None:
    s3.put_object(Bucket="training", Key="images/set/0old.jpg", Body=b"")
    late = RUN | {"started": "2999-01-01T00:00:00Z"}
    with pytest.raises(StateError, match="no file of the dataset set became a picture"):
        assemble(late)
    assert read(s3, "training", "datasets/set/rejected.csv") == "file,reason\n"


def test_tables_and_manifest_are_assembled_over_as_many_calls_as_it_takes(s3, monkeypatch) -> None:
    monkeypatch.setattr(composition, "PART_BYTES", 5 * 1024 * 1024)
    state = start()
    name = "x" * 400_000
    for number in range(30):
        s3.put_object(
            Bucket="raw", Key=f"parts/set/run-1/mapping/{number:02}.csv", Body=f"{name}{number},uri\n".encode()
        )
        s3.put_object(Bucket="training", Key=f"images/set/{number:02}.jpg", Body=b"")
    calls = 0
    while not state.get("done"):
        # Less than the function wants to have left: it stops at every part.
        state = json.loads(json.dumps(assemble(state, seconds=30)))
        calls += 1
    assert calls > 3
    assert state["images"] == 30
    csv.field_size_limit(1_000_000)
    rows = list(csv.reader(io.StringIO(read(s3, "raw", "mappings/set/mapping.csv"))))
    assert len(rows) == 31
    lines = read(s3, "training", "datasets/set/input.manifest").splitlines()
    assert [json.loads(line)["source-ref"] for line in lines] == [
        f"s3://training/images/set/{n:02}.jpg" for n in range(30)
    ]
