"""Shows how far a file or a job has been read, on a terminal only."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO

from tqdm import tqdm

from ground_truth.manifests.lines import Lines, bounded_lines

# Counting each line would take as long as reading it.
_LINES_A_STEP = 1_000


def counted(file: BinaryIO, size: int | None) -> Lines:
    """The lines of a file, with a bar on standard error; ``size`` is the file's in bytes, if known."""
    return _with_bar(file, size) if sys.stderr.isatty() else file


@contextmanager
def counting(title: str) -> Iterator[Callable[[int, int], None]]:
    """A bar of objects, to be told how many of how many are done."""
    with tqdm(desc=title, unit="object", file=sys.stderr, disable=None, leave=False) as bar:

        def update(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield update


def _with_bar(file: BinaryIO, size: int | None) -> Iterator[bytes]:
    with tqdm(total=size, unit="B", unit_scale=True, leave=False) as bar:
        read = 0
        for number, line in enumerate(bounded_lines(file), 1):
            read += len(line)
            if number % _LINES_A_STEP == 0:
                bar.update(read)
                read = 0
            yield line
