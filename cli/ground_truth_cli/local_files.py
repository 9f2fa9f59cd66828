"""Files of this machine: what the system refuses is told in a sentence."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ground_truth.contract.errors import InputError, ReadError


def read_bytes(path: Path) -> bytes:
    """A file's content. Raises ReadError for one that cannot be read."""
    with reading(path):
        return path.read_bytes()


def read_text(path: Path) -> str:
    """A text in UTF-8. Raises ReadError for one that cannot be read, or is in another encoding."""
    try:
        return read_bytes(path).decode("utf-8")
    except UnicodeDecodeError as error:
        raise ReadError(f"{path} is not a text in UTF-8 (byte {error.start:,}): save it as UTF-8") from error


def write_bytes(path: Path, content: bytes) -> None:
    """Writes a file, and the folders above it. Raises InputError where that cannot be."""
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def write_text(path: Path, text: str) -> None:
    """Writes a text in UTF-8, and the folders above it. Raises InputError where that cannot be."""
    write_bytes(path, text.encode())


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Has the system's refusal to read a file be a ReadError."""
    try:
        yield
    except OSError as error:
        raise ReadError(f"{path} cannot be read: {error.strerror or error}") from error


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Has the system's refusal to write a file or a folder be an InputError."""
    try:
        yield
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror or error}") from error
