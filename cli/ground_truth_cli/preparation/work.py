"""What the processes of a run do with their share of the files."""

import contextlib
import ctypes
import os
import signal
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from ground_truth.contract.errors import InputError
from ground_truth.images.dataset import image_name
from ground_truth.images.limits import MOST_SOURCE_BYTES
from ground_truth.images.prepare import Change, Options, Rejected, prepare_image
from ground_truth.images.stripped import FileParts, ImageRefused

if TYPE_CHECKING:
    from ground_truth.images.redact import Detector

# Names and numbers of glibc's malloc.h; what exceeds the bytes goes back to the system at once.
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
_KEPT_BYTES = 32 * 1024 * 1024

TYPES = {"jpg": "image/jpeg", "png": "image/png"}


class Unreadable(InputError):
    """A file that cannot be had now; the text says why."""


class FileStorage(Protocol):
    """A place to read from and write to."""

    def read(self, name: str, most: int) -> bytes:
        """The bytes of a file.

        Raises ImageRefused for one of more than ``most`` bytes, Unreadable for one that cannot be had.
        """

    def write(self, name: str, content: FileParts) -> None:
        """Writes a file in one step."""


@dataclass(frozen=True, kw_only=True)
class Work:
    """What is the same for every file of a run.

    ``destination`` None prepares without writing; ``redact`` names what is to be made unrecognizable;
    ``threads`` is how many files one process has in hand, more than one where files travel.
    """

    source: FileStorage
    destination: FileStorage | None
    key: bytes
    options: Options
    redact: tuple[str, ...]
    threads: int


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of one file: ``image`` is its new name and ``size`` its new size, or ``reason`` says why not.

    ``unreadable`` says that the file could not be had, which may be otherwise the next time.
    """

    name: str
    image: str = ""
    size: int = 0
    reason: str = ""
    unreadable: bool = False
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, kw_only=True)
class _Process:
    """What a process has, once it is ready."""

    work: Work
    detect: "Detector | None"
    threads: ThreadPoolExecutor | None


# Empty until the process is ready.
_process: list[_Process] = []


def start_process(work: Work) -> None:
    """Readies a process; the interrupt key is for the one that leads."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _keep_memory()
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    detect = _detector(work.redact)
    threads = _threads(work.threads) if work.threads > 1 else None
    _process[:] = [_Process(work=work, detect=detect, threads=threads)]


def _detector(kinds: Sequence[str]) -> "Detector | None":
    """Loads Pillow and the detectors only where something is to be found."""
    if not kinds:
        return None
    from ground_truth.images.detectors import detector_of

    return detector_of(kinds)


def _threads(count: int) -> ThreadPoolExecutor:
    """Loads Pillow's decoders before there are threads: some import each other in circles."""
    from PIL import Image

    Image.init()
    return ThreadPoolExecutor(count)


def _keep_memory() -> None:
    """Has the C library reuse the memory of one photo for the next: fetching it anew takes as long as the work.

    glibc only; elsewhere nothing changes.
    """
    with contextlib.suppress(OSError, AttributeError):
        library = ctypes.CDLL(None)
        for option in (_TRIM_THRESHOLD, _MMAP_THRESHOLD):
            library.mallopt(option, _KEPT_BYTES)


def _end_with(leader: int) -> None:
    """Ends the process when its leader is gone: a killed one cannot tell."""
    while os.getppid() == leader:
        time.sleep(0.5)
    os._exit(1)


def prepare_files(names: Sequence[str]) -> list[Outcome]:
    """Prepares some files, one after the other or as many at once as the work says."""
    threads = _process[0].threads
    return list(threads.map(_prepare_file, names) if threads else map(_prepare_file, names))


def _prepare_file(name: str) -> Outcome:
    work, detect = _process[0].work, _process[0].detect
    try:
        content = work.source.read(name, MOST_SOURCE_BYTES)
    except Unreadable as error:
        return Outcome(name=name, reason=str(error), unreadable=True)
    except ImageRefused as error:
        return Outcome(name=name, reason=str(error))
    result = prepare_image(content, name=name, options=work.options, detect=detect)
    if isinstance(result, Rejected):
        return Outcome(name=name, reason=result.reason)
    image = image_name(work.key, result.pieces, result.ending)
    if work.destination:
        work.destination.write(f"images/{image}", result.pieces)
    return Outcome(name=name, image=image, size=result.size, changes=result.changes)
