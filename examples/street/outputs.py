"""What the examples write, and how an earlier run's makes room for it: nothing else is ever removed."""

import shutil
from pathlib import Path

SCENES_FOLDER = "scenes"
# All that a run writes into its folder; whatever else lies there is the user's.
WRITTEN = (SCENES_FOLDER, "name.key", "prepared", "results", "report", "labeled.png")


class PhotosInTheWay(ValueError):
    """The user's photos lie where the example writes."""


def make_room(out: Path, photos: Path | None = None) -> None:
    """Makes ``out`` a folder without anything that an earlier run wrote there, and leaves the rest of it as it is.

    ``photos`` is the user's folder, which may lie below ``out``.
    Raises NotADirectoryError if it is no folder, and PhotosInTheWay if it holds what is to be removed or is part of
    it; nothing is removed then.
    """
    if photos is not None:
        _check(out, photos)
    out.mkdir(parents=True, exist_ok=True)
    for path in (out / name for name in WRITTEN):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _check(out: Path, photos: Path) -> None:
    if not photos.is_dir():
        raise NotADirectoryError(f"PHOTOS should be a folder, got {str(photos)!r}")
    if any(_is_same(photos, folder) for folder in _upwards(out)):
        raise PhotosInTheWay(
            f"PHOTOS should be a folder of photos only, got {str(photos)!r}, which holds what this writes into "
            f"{str(out)!r}: move the photos into a folder of their own, which may lie there"
        )
    for path in (out / name for name in WRITTEN):
        if any(_is_same(path, folder) for folder in _upwards(photos)):
            raise PhotosInTheWay(
                f"PHOTOS should be a folder of your own, got {str(photos)!r}: this replaces {str(path)!r}; "
                "move the photos to another folder"
            )


def _upwards(path: Path) -> list[Path]:
    resolved = path.resolve()
    return [resolved, *resolved.parents]


def _is_same(path: Path, other: Path) -> bool:
    """Whether both are there and one place: paths do not tell where upper and lower case, or links, lead."""
    return path.exists() and other.exists() and path.samefile(other)
