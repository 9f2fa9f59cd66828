"""Where files come from and go to: a folder, or a prefix of a bucket."""

import contextlib
import functools
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ground_truth.contract.errors import InputError
from ground_truth.images.stripped import FileParts, ImageRefused
from ground_truth_cli.local_files import writing
from ground_truth_cli.preparation.work import TYPES, Unreadable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# Left behind by a run that was killed while it wrote.
UNFINISHED = ".unfinished-"
# A photo written in one call takes longer than in slices, now and then several times as long: Linux looks for large
# pieces of memory.
_SLICE = 256 * 1024


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One file; ``name`` is relative to its place, ``stamp`` changes when the file does, ``size`` is in bytes."""

    name: str
    stamp: str
    size: int


@dataclass(frozen=True)
class Folder:
    """Files below a folder, named by their path with slashes."""

    root: Path

    def files(self, *, without: Path | None = None) -> Iterator[Entry]:
        """Every file below, whatever it is, except below the folder ``without``."""
        if not self.root.is_dir():
            raise InputError(f"'source' should be a folder or s3://bucket/prefix, got {str(self.root)!r}")
        for folder, folders, files in os.walk(self.root):
            folders[:] = sorted(name for name in folders if Path(folder, name).resolve() != without)
            for name in sorted(files):
                yield self.entry(Path(folder, name).relative_to(self.root).as_posix())

    def entry(self, name: str) -> Entry:
        """What the disk says of a file; of one that cannot be asked, nothing."""
        try:
            status = (self.root / name).stat()
        except OSError:
            return Entry(name=name, stamp="", size=0)
        return Entry(name=name, stamp=f"{status.st_size}-{status.st_mtime_ns}", size=status.st_size)

    def read(self, name: str, most: int) -> bytes:
        """The bytes of a file.

        Raises ImageRefused for one of more than ``most`` bytes, Unreadable for whatever the disk refuses.
        """
        try:
            with (self.root / name).open("rb", buffering=0) as file:
                _check_size(os.fstat(file.fileno()).st_size, most)
                return file.read()
        except OSError as error:
            raise Unreadable(f"unreadable: {error.strerror or error}") from error

    def write(self, name: str, content: FileParts) -> None:
        """Writes a file in one step: whoever looks sees all of it or nothing."""
        path = self.root / name
        part = path.with_name(f"{UNFINISHED}{os.getpid()}-{path.name}")
        with writing(path):
            with part.open("wb") as file:
                for piece in content:
                    view = memoryview(piece)
                    file.writelines(view[at : at + _SLICE] for at in range(0, len(view), _SLICE))
            part.replace(path)

    def upload(self, name: str, file: Path) -> None:
        """Puts a finished file in its place."""
        part = self.root / f"{UNFINISHED}{name}"
        with writing(self.root / name):
            shutil.copyfile(file, part)
            part.replace(self.root / name)

    def holds(self, name: str, size: int) -> bool:
        """Whether a file of this size is there."""
        return self.entry(name).size == size

    def remove(self, name: str) -> None:
        """Removes a file that may be gone already."""
        with writing(self.root / name):
            (self.root / name).unlink(missing_ok=True)

    def make(self) -> None:
        """Creates the folders of a destination, and removes what an earlier run left half written."""
        with writing(self.root):
            (self.root / "images").mkdir(parents=True, exist_ok=True)
        for path in (*self.root.glob(f"{UNFINISHED}*"), *(self.root / "images").glob(f"{UNFINISHED}*")):
            with contextlib.suppress(OSError):
                path.unlink()


@dataclass(frozen=True)
class Prefix:
    """Objects below a prefix of a bucket, named by the rest of their key; ``key_prefix`` is empty or ends in /."""

    bucket: str
    key_prefix: str

    @property
    def uri(self) -> str:
        """The prefix without its last slash."""
        return f"s3://{self.bucket}/{self.key_prefix}".removesuffix("/")

    def files(self, *, without: Path | None = None) -> Iterator[Entry]:
        """Every object below, page by page; ``without`` concerns folders only."""
        pages = _client().get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=self.key_prefix)
        for page in pages:
            for item in page.get("Contents", ()):
                # Consoles mark folders by empty objects.
                if not (item["Key"].endswith("/") and not item["Size"]):
                    name = item["Key"].removeprefix(self.key_prefix)
                    yield Entry(name=name, stamp=f"{item['Size']}-{item['ETag']}", size=item["Size"])

    def entry(self, name: str) -> Entry:
        """What the bucket says of an object; of one that cannot be asked, nothing."""
        from botocore.exceptions import ClientError

        try:
            answer = _client().head_object(Bucket=self.bucket, Key=self.key_prefix + name)
        except ClientError:
            return Entry(name=name, stamp="", size=0)
        return Entry(name=name, stamp=f"{answer['ContentLength']}-{answer['ETag']}", size=answer["ContentLength"])

    def read(self, name: str, most: int) -> bytes:
        """The bytes of an object.

        Raises ImageRefused for one of more than ``most`` bytes, Unreadable for whatever S3 refuses.
        """
        from botocore.exceptions import ClientError

        try:
            answer = _client().get_object(Bucket=self.bucket, Key=self.key_prefix + name)
        except ClientError as error:
            raise Unreadable(f"unreadable: {error.response['Error']['Code']}") from error
        with contextlib.closing(answer["Body"]) as body:
            _check_size(answer["ContentLength"], most)
            return body.read()

    def write(self, name: str, content: FileParts) -> None:
        """Puts an object with the type that its ending says."""
        kind = TYPES[name.rpartition(".")[2]]
        _client().put_object(Bucket=self.bucket, Key=self.key_prefix + name, Body=b"".join(content), ContentType=kind)

    def upload(self, name: str, file: Path) -> None:
        """Puts a finished file in its place, in parts where it is large."""
        _client().upload_file(str(file), self.bucket, self.key_prefix + name)

    def holds(self, name: str, size: int) -> bool:
        """Takes the journal's word for it: asking would take as long as uploading again."""
        return True

    def remove(self, name: str) -> None:
        """Removes an object that may be gone already."""
        _client().delete_object(Bucket=self.bucket, Key=self.key_prefix + name)

    def make(self) -> None:
        """A bucket has no folders."""


Storage = Folder | Prefix


def _check_size(size: int, most: int) -> None:
    if size > most:
        raise ImageRefused(f"too large: {size:,} bytes are more than {most:,}")


def storage_at(text: str) -> Storage:
    """Reads a command line's word for a place.

    Raises InputError for a URI that names no bucket.
    """
    scheme, separator, path = text.partition("://")
    if not separator:
        return Folder(Path(text).expanduser())
    bucket, _, key = path.partition("/")
    if scheme != "s3" or not bucket:
        raise InputError(f"a place should be a folder or s3://bucket/prefix, got {text!r}")
    return Prefix(bucket, f"{key.strip('/')}/" if key.strip("/") else "")


def _client() -> "S3Client":
    """The client of this process: one inherited by a fork would share its parent's connections."""
    return client_of(os.getpid())


@functools.cache
def client_of(process: int) -> "S3Client":
    """One client a process; importing boto3 takes longer than preparing a small folder."""
    import boto3
    from botocore.config import Config

    return boto3.client("s3", config=Config(max_pool_connections=32, retries={"mode": "adaptive", "max_attempts": 8}))
