"""S3 URIs and the few reads and writes the hooks need."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Literal, NamedTuple, TypedDict

import boto3

from ground_truth.contract.errors import InputError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_CHUNK = 1024 * 1024


class Encryption(TypedDict, total=False):
    """What S3 is told of how an object is encrypted; nothing where the bucket itself says it."""

    ServerSideEncryption: Literal["aws:kms"]
    SSEKMSKeyId: str


class StoredFile(NamedTuple):
    """An S3 object and when it was written."""

    uri: str
    modified: datetime


def split_uri(uri: str) -> tuple[str, str]:
    """Splits ``s3://bucket/key``; the key comes as it is, never decoded.

    Raises InputError for anything else.
    """
    scheme, _, path = uri.partition("://")
    bucket, _, key = path.partition("/")
    if scheme != "s3" or not bucket or not key:
        raise InputError(f"'uri' should be like s3://bucket/key, got {uri!r}")
    return bucket, key


class Files:
    """Reads and writes whole S3 objects with one client, by default that of the environment.

    What is written is encrypted with ``kms_key_id``, or as the bucket itself says where none is given.
    """

    def __init__(self, client: S3Client | None = None, *, kms_key_id: str | None = None) -> None:
        self._client: S3Client = client or boto3.client("s3")
        self.encryption: Encryption = (
            {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": kms_key_id} if kms_key_id else {}
        )

    def read(self, uri: str) -> bytes:
        """The object's bytes."""
        bucket, key = split_uri(uri)
        return self._client.get_object(Bucket=bucket, Key=key)["Body"].read()

    def read_range(self, uri: str, start: int, end: int) -> bytes:
        """The object's bytes from ``start`` up to ``end``."""
        bucket, key = split_uri(uri)
        part = self._client.get_object(Bucket=bucket, Key=key, Range=f"bytes={start}-{end - 1}")
        return part["Body"].read()

    @contextmanager
    def stream(self, uri: str) -> Iterator[Iterator[bytes]]:
        """The object's lines as they come, with their ends."""
        bucket, key = split_uri(uri)
        with closing(self._client.get_object(Bucket=bucket, Key=key)["Body"]) as body:
            yield body.iter_lines(chunk_size=_CHUNK, keepends=True)

    def write(self, uri: str, content: bytes, content_type: str) -> None:
        """Puts an object."""
        bucket, key = split_uri(uri)
        self._client.put_object(Bucket=bucket, Key=key, Body=content, ContentType=content_type, **self.encryption)

    def list(self, folder_uri: str) -> Iterator[StoredFile]:
        """Everything in a folder and below."""
        bucket, prefix = split_uri(folder_uri.rstrip("/") + "/")
        for page in self._client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            for entry in page.get("Contents", ()):
                yield StoredFile(f"s3://{bucket}/{entry['Key']}", entry["LastModified"])
