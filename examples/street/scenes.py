"""Street scenes drawn at run time, with the true box of every sidewalk, bike path and car in them."""

import io
import random
from dataclasses import dataclass
from datetime import datetime, timedelta

import piexif
from PIL import Image

from examples.street.cars import cars
from examples.street.layers import DUSK, OVERCAST, SUNNY, View, visible_boxes
from examples.street.scenery import Ground, bystanders, sky, strips

# A quiet public square; scenes lie within a few hundred metres of it.
LATITUDE, LONGITUDE = 52.5219, 13.4132


@dataclass(frozen=True, kw_only=True)
class SceneObject:
    """One object of a scene and the tight box around what can be seen of it, in pixels of the image."""

    label: str
    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, kw_only=True)
class Scene:
    """One rendered picture; ``size`` is (width, height) in pixels, ``objects`` go from back to front."""

    jpeg: bytes
    size: tuple[int, int]
    objects: tuple[SceneObject, ...]
    taken_at: datetime

    @property
    def file_name(self) -> str:
        """A name as phones give it, with the time of the photo in it."""
        return f"IMG_{self.taken_at:%Y%m%d_%H%M%S}.jpg"


def render_scene(seed: int, *, width: int = 960, height: int = 640) -> Scene:
    """Renders the street scene of a seed; the same seed and size (in pixels) give the same picture."""
    chance = random.Random(seed)
    view = View(width=width, height=height, light=chance.choice((SUNNY, SUNNY, OVERCAST, DUSK)))
    ground = Ground(chance)
    background = [sky(view), *strips(view, chance, ground)]
    standing = sorted([*cars(view, chance, ground), *bystanders(view, chance, ground)], key=lambda placed: placed[0])
    layers = [*background, *(layer for _, layer in standing)]
    picture = Image.new("RGBA", (width, height))
    for layer in layers:
        picture.alpha_composite(layer.picture)
    objects = tuple(
        SceneObject(label=label, left=left, top=top, width=right - left, height=bottom - top)
        for label, (left, top, right, bottom) in visible_boxes(layers)
    )
    taken_at = view.light.hour + timedelta(seconds=seed % 3600)
    file = io.BytesIO()
    picture.convert("RGB").save(file, "JPEG", quality=90, exif=_exif(taken_at, chance))
    return Scene(jpeg=file.getvalue(), size=(width, height), objects=objects, taken_at=taken_at)


def _exif(taken_at: datetime, chance: random.Random) -> bytes:
    """What a phone writes into a photo, the place it was taken at included."""
    time = f"{taken_at:%Y:%m:%d %H:%M:%S}"
    camera = {
        piexif.ImageIFD.Make: "Example",
        piexif.ImageIFD.Model: "Phone 1",
        piexif.ImageIFD.Orientation: 1,
    }
    position = {
        piexif.GPSIFD.GPSLatitudeRef: "N",
        piexif.GPSIFD.GPSLatitude: _degrees(LATITUDE + chance.uniform(-0.003, 0.003)),
        piexif.GPSIFD.GPSLongitudeRef: "E",
        piexif.GPSIFD.GPSLongitude: _degrees(LONGITUDE + chance.uniform(-0.005, 0.005)),
    }
    return bytes(piexif.dump({"0th": camera, "Exif": {piexif.ExifIFD.DateTimeOriginal: time}, "GPS": position}))


def _degrees(angle: float) -> tuple[tuple[int, int], ...]:
    """Degrees, minutes and seconds as the fractions that EXIF wants."""
    minutes, seconds = divmod(round(angle * 360_000), 6_000)
    return (minutes // 60, 1), (minutes % 60, 1), (seconds, 100)
