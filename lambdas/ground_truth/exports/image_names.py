"""Names for exported images: each image its own, on every file system, however the sources are called."""

import csv
import hashlib
import io
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

IMAGES_FILE = "images.csv"
# What no file system takes, and what some take for a folder.
_UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f\ud800-\udfff/\\:*?"<>|]')
_MOST_BYTES = 150


def image_names(uris: Sequence[str]) -> list[str]:
    """A file name for each image: its own where no other image has it, else with its folders before it.

    Names differ without their endings and without regard to case, since the files beside an image are called
    like it. An image that is there twice is numbered.
    """
    short = [_safe(_path(uri).name) for uri in uris]
    stems = Counter(map(_stem, short))
    wanted = [
        name if stems[_stem(name)] == 1 else _safe("__".join(_path(uri).parts))
        for name, uri in zip(short, uris, strict=True)
    ]
    taken = {_stem(name) for name in short if stems[_stem(name)] == 1}
    names = []
    for name, own in zip(wanted, short, strict=True):
        if stems[_stem(own)] > 1:
            name = _free(name, taken)
            taken.add(_stem(name))
        names.append(name)
    return names


def stem_of(name: str) -> str:
    """The name without its ending, as the files beside an image are called."""
    return PurePosixPath(name).stem


def images_table(rows: Iterable[tuple[str, str]]) -> bytes:
    """A table of which image is called what, to fetch the images by."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["file_name", "source_ref"])
    table.writerows(rows)
    return text.getvalue().encode(errors="backslashreplace")


def _path(uri: str) -> PurePosixPath:
    """The key of an S3 URI, or whatever else the address is."""
    return PurePosixPath(re.sub(r"^s3://[^/]*/", "", uri))


def _stem(name: str) -> str:
    return stem_of(name).casefold()


def _safe(name: str) -> str:
    """A name that every file system takes; of a very long one the end is replaced by a hash of it."""
    safe = _UNSAFE.sub("_", name).strip(". ") or "image"
    if len(safe.encode()) <= _MOST_BYTES:
        return safe
    ending = PurePosixPath(safe).suffix[:10]
    beginning = safe.encode()[:100].decode(errors="ignore")
    digest = hashlib.sha256(name.encode(errors="backslashreplace")).hexdigest()[:16]
    return f"{beginning}-{digest}{ending}"


def _free(name: str, taken: set[str]) -> str:
    path = PurePosixPath(name)
    number, free = 1, name
    while _stem(free) in taken:
        number += 1
        free = f"{path.stem}-{number}{path.suffix}"
    return free
