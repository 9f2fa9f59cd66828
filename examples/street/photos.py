"""The photos of the demo: rendered street scenes with known objects, or the user's own."""

import io
import random
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from examples.street.scenes import SceneObject, render_scene
from examples.street.task import STREET
from ground_truth.images.dataset import image_name
from ground_truth.images.prepare import Options, Prepared, Rejected, prepare_image


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


def write_scenes(folder: Path, count: int) -> None:
    """Writes street scenes as a phone would: with metadata, and names that tell when they were taken."""
    folder.mkdir(parents=True)
    for seed in range(count):
        scene = render_scene(seed)
        (folder / scene.file_name).write_bytes(scene.jpeg)


def objects_of_scenes(count: int) -> dict[str, Sequence[SceneObject]]:
    """What is on the scenes, by file name."""
    return {scene.file_name: scene.objects for scene in map(render_scene, range(count))}


def prepared_photo(name: str, content: bytes, taken_as: str, objects_of: Mapping[str, Sequence[SceneObject]]) -> Photo:
    """A photo that was prepared already; what is on one that is no scene is invented."""
    with Image.open(io.BytesIO(content)) as picture:
        size = picture.size
    objects = objects_of.get(taken_as) or _invented(taken_as, size)
    return Photo(taken_as=taken_as, name=name, content=content, size=size, objects=objects)


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
            left=chance.randrange(width // 2 + 1),
            top=chance.randrange(height // 2 + 1),
            width=chance.randint(width // 8, width // 2),
            height=chance.randint(height // 8, height // 2),
        )
        for label in chance.sample(list(STREET.labels), 2)
    ]
