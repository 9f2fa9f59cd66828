"""The command with S3 on either side, on the emulator."""

import json
from pathlib import Path

import boto3
import pytest

from emulator import Emulator
from ground_truth_cli.preparation import storages
from tests.cli.commands.test_prepare import manifest, own_configuration, photos, prepare, summary, table
from tests.images.samples import MARKER

__all__ = ["own_configuration", "photos"]


@pytest.fixture(scope="module")
def s3():
    with Emulator.start() as emulator, pytest.MonkeyPatch.context() as patch:
        for name, value in emulator.environment().items():
            patch.setenv(name, value)
        # One that another test left behind knows nothing of the emulator.
        patch.setattr(boto3, "DEFAULT_SESSION", None)
        client = emulator.session().client("s3")
        client.create_bucket(Bucket="photos")
        client.create_bucket(Bucket="training")
        yield client
        storages.client_of.cache_clear()


def keys(s3, bucket: str, prefix: str) -> set[str]:
    return {e["Key"] for e in s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", ())}


def lines(s3, prefix: str) -> list[dict]:
    body = s3.get_object(Bucket="training", Key=f"{prefix}/input.manifest")["Body"].read().decode()
    return [json.loads(line) for line in body.splitlines()]


def test_from_a_folder_to_s3(s3, photos: Path, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    counts = summary(photos, "s3://training/set/one/")
    assert (counts["images"], counts["rejected"]) == (3, 3)
    assert counts["manifest"] == "s3://training/set/one/input.manifest"
    listed = {line["source-ref"].removeprefix("s3://training/") for line in lines(s3, "set/one")}
    assert keys(s3, "training", "set/one/") == listed | {"set/one/input.manifest"}, "no mapping in the bucket"
    for key in listed:
        answer = s3.get_object(Bucket="training", Key=key)
        assert answer["ContentType"] == {"jpg": "image/jpeg", "png": "image/png"}[key.rpartition(".")[2]]
        assert MARKER not in answer["Body"].read()
    mapping = table(tmp_path / "prepare-records" / "training" / "set" / "one" / "mapping.csv")
    assert mapping["copy.jpg"] in {line["source-ref"] for line in lines(s3, "set/one")}
    assert summary(photos, "s3://training/set/one")["done_before"] == 7


def test_from_s3_to_a_folder_and_on(s3, photos: Path, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    s3.put_object(Bucket="photos", Key="raw/folder/")
    for path in photos.rglob("*.*"):
        s3.put_object(Bucket="photos", Key=f"raw/{path.relative_to(photos)}", Body=path.read_bytes())
    counts = summary("s3://photos/raw", tmp_path / "out")
    assert (counts["files"], counts["images"], counts["rejected"]) == (7, 3, 3)
    prepare(tmp_path / "out", "s3://training/two")
    assert [line["source-ref"] for line in lines(s3, "two")] == [
        f"s3://training/two/{line['source-ref']}" for line in manifest(tmp_path / "out")
    ]
    assert len(keys(s3, "training", "two/")) == 4


def test_a_bucket_that_is_not_there_is_told_in_a_sentence(s3, photos: Path, tmp_path: Path) -> None:
    output = prepare("s3://no-such-bucket/x", tmp_path / "out", ok=False).output
    assert "NoSuchBucket" in output
    assert "Traceback" not in output
    output = prepare(photos, "s3://no-such-bucket/x", "--records", tmp_path / "records", ok=False).output
    assert "NoSuchBucket" in output
    assert [path.name for path in (tmp_path / "records").iterdir()] == [".prepare.sqlite"]
