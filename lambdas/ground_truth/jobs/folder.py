"""A job's output folder (contract section 8), in S3 or downloaded, and where its parts are in it."""

import re
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from ground_truth.contract.errors import InputError, ReadError
from ground_truth.contract.job_paths import ANNOTATIONS, INTERMEDIATE, OUTPUT_MANIFEST, WORKER_RESPONSES

if TYPE_CHECKING:
    from ground_truth.aws.s3 import Files

# One worker response: iteration, dataset object, file. Colons of the file's name may have become something else.
_RESPONSE = re.compile(r"iteration-(\d+)/([^/]+)/([^/]+\.json)")
_READS_AT_ONCE = 10
_READ_AHEAD = 40


class SourceFolder(Protocol):
    """A folder whose files are named by their path in it."""

    @property
    def name(self) -> str:
        """The folder's own name, without the path to it."""

    def parent(self) -> "SourceFolder":
        """The folder that this one lies in."""

    def list(self, below: str) -> list[str]:
        """Names of the files below a folder of this one ("" is itself), none if it is not there."""

    def read(self, name: str) -> bytes:
        """A file's content. Raises ReadError if it cannot be read."""


class LocalFolder(NamedTuple):
    """A folder on this machine."""

    path: Path

    @property
    def name(self) -> str:
        """The folder's own name."""
        return self.path.resolve().name

    def parent(self) -> "LocalFolder":
        """The folder that this one lies in."""
        return LocalFolder(self.path.resolve().parent)

    def list(self, below: str) -> list[str]:
        """Files below, but for the hidden ones that archives of other systems leave behind."""
        files = (file for file in (self.path / below).rglob("*") if file.is_file() and not file.name.startswith("."))
        return [file.relative_to(self.path).as_posix() for file in files]

    def read(self, name: str) -> bytes:
        """A file's content."""
        try:
            return (self.path / name).read_bytes()
        except OSError as error:
            raise ReadError(f"{self.path / name} cannot be read: {error.strerror or error}") from error


class S3Folder(NamedTuple):
    """A folder in S3; ``files`` reads and lists."""

    files: "Files"
    uri: str

    @property
    def name(self) -> str:
        """The last part of the URI."""
        return self.uri.rstrip("/").rpartition("/")[2]

    def parent(self) -> "S3Folder":
        """The folder that this one lies in."""
        return S3Folder(self.files, self.uri.rstrip("/").rpartition("/")[0])

    def list(self, below: str) -> list[str]:
        """Objects below."""
        root = self.uri.rstrip("/") + "/"
        return [stored.uri.removeprefix(root) for stored in self.files.list(f"{root}{below}")]

    def read(self, name: str) -> bytes:
        """An object's content; what S3 refuses is a ReadError, as with local files."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            return self.files.read(f"{self.uri.rstrip('/')}/{name}")
        except (ClientError, BotoCoreError) as error:
            raise ReadError(f"{self.uri.rstrip('/')}/{name} cannot be read: {error}") from error


class JobFolder(NamedTuple):
    """A job's root and the names of its worker responses: for each dataset object, earliest first."""

    root: SourceFolder
    responses: dict[str, list[str]]


def find_job_folder(source: SourceFolder) -> JobFolder:
    """Finds a job, given its root, its ``annotations`` folder or its ``worker-response`` folder.

    Raises InputError where there are no worker responses.
    """
    for root, below in _places(source):
        responses = _responses(root.list(below), below)
        if responses:
            return JobFolder(root, responses)
    raise InputError(
        f"'source' should be a job's folder, <output path>/<job name>, got {source.name!r}: it has no "
        "annotations/worker-response/iteration-N/<object>/<time>.json; look one level deeper or wait for the answers"
    )


def manifest_of(root: SourceFolder) -> bytes | None:
    """The job's own manifest: the final one, else the newest intermediate one; None where there is none."""
    intermediate = sorted(root.list(f"{ANNOTATIONS}/{INTERMEDIATE}"), key=_natural)
    for name in (OUTPUT_MANIFEST, *reversed(intermediate), "output.manifest"):
        if name.endswith(".manifest"):
            try:
                return root.read(name)
            except ReadError:
                continue
    return None


def read_ahead(folder: SourceFolder, names: Iterable[str]) -> Iterator[tuple[str, bytes | ReadError]]:
    """Reads files several at a time and gives them in order, each as (name, content) or (name, what went wrong).

    No more than a few are held in memory.
    """

    def read(name: str) -> bytes | ReadError:
        try:
            return folder.read(name)
        except ReadError as error:
            return error

    with ThreadPoolExecutor(_READS_AT_ONCE) as pool:
        waiting: deque[tuple[str, Future[bytes | ReadError]]] = deque()
        for name in names:
            waiting.append((name, pool.submit(read, name)))
            if len(waiting) >= _READ_AHEAD:
                first, content = waiting.popleft()
                yield first, content.result()
        for name, content in waiting:
            yield name, content.result()


def _places(source: SourceFolder) -> Iterator[tuple[SourceFolder, str]]:
    """Where worker responses may be: (the job's root, the folder in it)."""
    if source.name == WORKER_RESPONSES:
        above = source.parent()
        inside = above.name == ANNOTATIONS
        yield (above.parent(), f"{ANNOTATIONS}/{WORKER_RESPONSES}") if inside else (above, WORKER_RESPONSES)
    elif source.name == ANNOTATIONS:
        yield source.parent(), f"{ANNOTATIONS}/{WORKER_RESPONSES}"
    yield source, f"{ANNOTATIONS}/{WORKER_RESPONSES}"
    yield source, WORKER_RESPONSES
    # A download of the responses alone, under whatever name.
    yield source, ""


def _responses(names: Iterable[str], below: str) -> dict[str, list[str]]:
    responses_found = []
    for name in names:
        match = _RESPONSE.fullmatch(name.removeprefix(f"{below}/"))
        if match:
            responses_found.append((int(match[1]), match[3], match[2], name))
    responses: dict[str, list[str]] = {}
    for _, _, object_id, name in sorted(responses_found):
        responses.setdefault(object_id, []).append(name)
    return dict(sorted(responses.items(), key=lambda item: _natural(item[0])))


def _natural(text: str) -> list[tuple[int, str]]:
    """Sorts numbers in names by value: 2 before 10."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", text)]
