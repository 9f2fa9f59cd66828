"""Where commands take a finished job from: files and folders, in S3 or on this machine."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ground_truth.job_folder import Folder, LocalFolder, S3Folder
from ground_truth.job_results import Progress
from ground_truth.s3 import Files


def folder_of(source: str) -> Folder:
    """The folder that a command line names."""
    return S3Folder(Files(), source) if source.startswith("s3://") else LocalFolder(Path(source))


def content_of(file: str) -> bytes:
    """The content of a file that a command line names."""
    return Files().read(file) if file.startswith("s3://") else Path(file).read_bytes()


@contextmanager
def answers_bar() -> Iterator[Progress]:
    """Shows how many objects' answers are read: a bar on a terminal, nothing elsewhere."""
    from tqdm import tqdm

    with tqdm(desc="Reading answers", unit="object", file=sys.stderr, disable=None, leave=False) as bar:

        def update(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield update
