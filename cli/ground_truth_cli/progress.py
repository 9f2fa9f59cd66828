"""Shows how far a file has been read, on a terminal only."""

import sys
from collections.abc import Iterator
from typing import BinaryIO

from tqdm import tqdm

from ground_truth.manifest import Lines, bounded_lines

# Counting each line would take as long as reading it.
_LINES_A_STEP = 1_000


def counted(file: BinaryIO, size: int | None) -> Lines:
    """The lines of a file, with a bar on standard error; ``size`` is the file's in bytes, if known."""
    return _with_bar(file, size) if sys.stderr.isatty() else file


def _with_bar(file: BinaryIO, size: int | None) -> Iterator[bytes]:
    with tqdm(total=size, unit="B", unit_scale=True, leave=False) as bar:
        read = 0
        for number, line in enumerate(bounded_lines(file), 1):
            read += len(line)
            if number % _LINES_A_STEP == 0:
                bar.update(read)
                read = 0
            yield line
