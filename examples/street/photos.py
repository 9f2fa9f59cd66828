"""The photos of the demo: rendered street scenes with known objects, or the user's own."""

import random
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from examples.street.scenes import SceneObject, render_scene
from examples.street.task import STREET
from ground_truth.images.names import image_name
from ground_truth.images.prepare import Options, Prepared, Rejected, prepare_image

IMAGE_ENDINGS = (".jpg", ".jpeg", ".png")


@dataclass(frozen=True, kw_only=True)
class Photo:
    """One photo, prepared for strangers to see: metadata gone, upright, and under a name that tells nothing.

    ``taken_as`` is the camera's name for it; ``objects`` are what the simulated workers see, in pixels.
    """

    taken_as: str
    name: str
    content: bytes
    size: tuple[int, int]
    objects: Sequence[SceneObject]


def rendered_photos(count: int) -> Iterator[Photo]:
    """Street scenes whose objects are known."""
    key = secrets.token_bytes(32)
    for seed in range(count):
        scene = render_scene(seed)
        prepared = _prepare(scene.jpeg, scene.file_name)
        yield _photo(prepared, key, scene.file_name, scene.objects)


def photos_of(folder: Path) -> Iterator[Photo]:
    """The photos of a folder; nobody knows what is on them, so the objects are invented.

    Raises OSError if the folder has no photos, or one that cannot be labeled.
    """
    if not folder.is_dir():
        raise FileNotFoundError(f"there is no folder {folder}")
    found = sorted(path for path in folder.iterdir() if path.suffix.lower() in IMAGE_ENDINGS)
    if not found:
        raise FileNotFoundError(f"no photos in {folder}: it needs files ending in {', '.join(IMAGE_ENDINGS)}")
    key = secrets.token_bytes(32)
    for path in found:
        prepared = _prepare(path.read_bytes(), str(path))
        yield _photo(prepared, key, path.name, _invented(path.name, (prepared.width, prepared.height)))


def _prepare(content: bytes, name: str) -> Prepared:
    prepared = prepare_image(content, name=name, options=Options(downscale=True))
    if isinstance(prepared, Rejected):
        raise OSError(f"{name} cannot be labeled: {prepared.reason}")
    return prepared


def _photo(prepared: Prepared, key: bytes, taken_as: str, objects: Sequence[SceneObject]) -> Photo:
    return Photo(
        taken_as=taken_as,
        name=image_name(key, prepared.pieces, prepared.ending),
        content=prepared.content,
        size=(prepared.width, prepared.height),
        objects=objects,
    )


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
