"""Large S3 objects written line by line, with little memory and over as many function calls as it takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypedDict

from ground_truth.aws.s3 import Encryption

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

# S3 takes no smaller part but the last one; ten thousand of these hold the lines of 700 million pictures.
PART_BYTES = 8 * 1024 * 1024

# Pieces of an object from behind a position on, each with its own position.
Pieces = Callable[[str], Iterator[tuple[str, bytes]]]


class ProgressJson(TypedDict, total=False):
    """An ``UploadProgress`` as it is handed on; what is left out is the beginning's."""

    upload: str
    parts: list[str]
    after: str
    pieces: int
    done: bool


@dataclass(frozen=True, kw_only=True)
class UploadProgress:
    """How far an object is written: up to the piece at ``after``, as ``parts`` of an upload.

    ``pieces`` counts those written; ``done`` says that the object is there.
    """

    upload: str = ""
    parts: list[str] = field(default_factory=list)
    after: str = ""
    pieces: int = 0
    done: bool = False

    def as_json(self) -> ProgressJson:
        """What the next call is given."""
        return ProgressJson(upload=self.upload, parts=self.parts, after=self.after, pieces=self.pieces, done=self.done)


def compose(
    client: S3Client,
    *,
    bucket: str,
    key: str,
    content_type: str,
    pieces: Pieces,
    progress: UploadProgress,
    has_time: Callable[[], bool],
    encryption: Encryption | None = None,
) -> UploadProgress:
    """Writes an object from where ``progress`` stands; it appears in the bucket when it is complete.

    Returns unfinished progress at the end of a part when ``has_time`` says no. A call that is repeated
    writes the same parts again. ``encryption`` is what S3 is told of it, the bucket's own by default.
    """
    how = encryption or Encryption()
    upload, parts, after = progress.upload, list(progress.parts), progress.after
    buffer, waiting = bytearray(), 0
    written = progress.pieces
    for position, piece in pieces(after):
        buffer += piece
        waiting += 1
        if len(buffer) >= PART_BYTES:
            if not upload:
                answer = client.create_multipart_upload(Bucket=bucket, Key=key, ContentType=content_type, **how)
                upload = answer["UploadId"]
            parts.append(_upload(client, bucket, key, upload, len(parts) + 1, bytes(buffer)))
            after, written = position, written + waiting
            buffer.clear()
            waiting = 0
            if not has_time():
                return UploadProgress(upload=upload, parts=parts, after=after, pieces=written)
    if not upload:
        client.put_object(Bucket=bucket, Key=key, Body=bytes(buffer), ContentType=content_type, **how)
        return UploadProgress(pieces=written + waiting, done=True)
    if buffer:
        parts.append(_upload(client, bucket, key, upload, len(parts) + 1, bytes(buffer)))
    listed: list[CompletedPartTypeDef] = [
        {"PartNumber": number, "ETag": etag} for number, etag in enumerate(parts, start=1)
    ]
    client.complete_multipart_upload(Bucket=bucket, Key=key, UploadId=upload, MultipartUpload={"Parts": listed})
    return UploadProgress(pieces=written + waiting, done=True)


def _upload(client: S3Client, bucket: str, key: str, upload: str, number: int, body: bytes) -> str:
    answer = client.upload_part(Bucket=bucket, Key=key, UploadId=upload, PartNumber=number, Body=body)
    return str(answer["ETag"])
