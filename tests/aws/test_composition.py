"""Large objects are written part by part, over several calls, and appear when complete."""

from collections.abc import Iterator

import boto3
import pytest

from ground_truth.aws import composition
from ground_truth.aws.composition import UploadProgress, compose
from tests.memory_aws import memory_aws


@pytest.fixture
def s3(monkeypatch):
    # S3 takes no smaller part.
    monkeypatch.setattr(composition, "PART_BYTES", 5 * 1024 * 1024)
    with memory_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket="bucket")
        yield client


def pieces(count: int, size: int):
    def from_there(after: str) -> Iterator[tuple[str, bytes]]:
        first = int(after) + 1 if after else 0
        return ((f"{number:06}", (f"{number:06}" * (size // 6)).encode()) for number in range(first, count))

    return from_there


def write(s3, options, progress: UploadProgress = UploadProgress(), time: bool = True) -> UploadProgress:  # noqa: B008
    return compose(
        s3,
        bucket="bucket",
        key="key",
        content_type="text/csv",
        pieces=options,
        progress=progress,
        has_time=lambda: time,
    )


def content(s3) -> bytes:
    return s3.get_object(Bucket="bucket", Key="key")["Body"].read()


@pytest.mark.parametrize("count", [0, 1, 9])
def test_what_fits_into_a_part_is_put_at_once(s3, count: int) -> None:
    assert write(s3, pieces(count, 6000)) == UploadProgress(pieces=count, done=True)
    assert content(s3) == b"".join(piece for _, piece in pieces(count, 6000)(""))


def test_a_large_object_is_written_over_several_calls_and_appears_at_the_end(s3) -> None:
    make_pieces = pieces(20, 1_200_000)
    progress, calls = UploadProgress(), 0
    while not progress.done:
        assert "Contents" not in s3.list_objects_v2(Bucket="bucket")
        progress = write(s3, make_pieces, progress, time=False)
        calls += 1
    assert calls == 5
    assert progress.pieces == 20
    assert content(s3) == b"".join(piece for _, piece in make_pieces(""))


def test_a_repeated_call_doubles_nothing(s3) -> None:
    make_pieces = pieces(20, 1_200_000)
    first = write(s3, make_pieces, time=False)
    write(s3, make_pieces, first, time=False)
    assert write(s3, make_pieces, first).done
    assert content(s3) == b"".join(piece for _, piece in make_pieces(""))
