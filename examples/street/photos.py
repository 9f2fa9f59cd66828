"""The photos of the demo: rendered street scenes with known objects, or the user's own."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from examples.street.scenes import SceneObject, render_scene
from examples.street.task import STREET

IMAGE_ENDINGS = (".jpg", ".jpeg", ".png")


@dataclass(frozen=True, kw_only=True)
class Photo:
    """One photo; ``objects`` are what the simulated workers see in it, in pixels."""

    name: str
    content: bytes
    size: tuple[int, int]
    objects: Sequence[SceneObject]


def rendered_photos(count: int) -> Iterator[Photo]:
    """Street scenes whose objects are known."""
    for seed in range(count):
        scene = render_scene(seed)
        yield Photo(name=scene.file_name, content=scene.jpeg, size=scene.size, objects=scene.objects)


def photos_of(folder: Path) -> Iterator[Photo]:
    """The photos of a folder; nobody knows what is on them, so the objects are invented.

    Raises FileNotFoundError if the folder has no photos.
    """
    if not folder.is_dir():
        raise FileNotFoundError(f"there is no folder {folder}")
    found = sorted(path for path in folder.iterdir() if path.suffix.lower() in IMAGE_ENDINGS)
    if not found:
        raise FileNotFoundError(f"no photos in {folder}: it needs files ending in {', '.join(IMAGE_ENDINGS)}")
    for path in found:
        try:
            with Image.open(path) as picture:
                picture.load()
                size = picture.size
        except OSError as error:
            raise OSError(f"{path} is not a readable picture: {error}") from error
        yield Photo(name=path.name, content=path.read_bytes(), size=size, objects=_invented(path.name, size))


def _invented(name: str, size: tuple[int, int]) -> list[SceneObject]:
    chance = random.Random(name)
    width, height = size
    return [
        SceneObject(
            label=label,
            left=chance.randrange(width // 2),
            top=chance.randrange(height // 2),
            width=chance.randrange(width // 8, width // 2),
            height=chance.randrange(height // 8, height // 2),
        )
        for label in chance.sample(list(STREET.labels), 2)
    ]
