"""Pictures drawn in layers, so that it is known what of each object can be seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from PIL import Image, ImageChops, ImageDraw

# Scenes are drawn in units, whatever their size in pixels; x runs to the right and y down.
SCENE_HEIGHT = 640
# Layers are drawn this much larger and then shrunk, which smooths their edges.
OVERSAMPLING = 3
# As the task's rules say: what is hidden by more than three quarters is no object.
LEAST_VISIBLE_SHARE = 0.25

Point = tuple[float, float]
Color = tuple[int, ...]

WHITE = (250, 248, 242)
DARK = (54, 54, 62)
GLASS = (172, 203, 217)
LAMP_LIGHT = (255, 216, 128)


@dataclass(frozen=True, kw_only=True)
class Light:
    """The light of a scene; ``tint`` multiplies every colour but LAMP_LIGHT, which shines by itself."""

    sky_top: Color
    sky_bottom: Color
    tint: tuple[float, float, float]
    hour: datetime
    is_dusk: bool = False


MORNING, EVENING = datetime(2026, 7, 11, 9, 30), datetime(2026, 7, 11, 21, 10)
SUNNY = Light(sky_top=(112, 180, 226), sky_bottom=(230, 243, 245), tint=(1, 1, 1), hour=MORNING)
OVERCAST = Light(sky_top=(164, 186, 200), sky_bottom=(232, 234, 230), tint=(0.92, 0.94, 0.97), hour=MORNING)
DUSK = Light(sky_top=(74, 80, 136), sky_bottom=(250, 186, 142), tint=(0.74, 0.66, 0.77), hour=EVENING, is_dusk=True)


@dataclass(frozen=True, kw_only=True)
class View:
    """How a scene becomes pixels."""

    width: int
    height: int
    light: Light

    @property
    def right(self) -> float:
        """The right edge of the scene in units."""
        return self.width * SCENE_HEIGHT / self.height


@dataclass(frozen=True)
class Layer:
    """An object on transparent ground, as large as the whole scene; ``label`` is None for mere scenery."""

    picture: Image.Image
    label: str | None = None


class Brush:
    """Draws one layer in the light of a view."""

    def __init__(self, view: View) -> None:
        self.view = view
        self._zoom = view.height / SCENE_HEIGHT * OVERSAMPLING
        self._canvas = Image.new("RGBA", (view.width * OVERSAMPLING, view.height * OVERSAMPLING))
        self._draw = ImageDraw.Draw(self._canvas)

    def layer(self, label: str | None = None) -> Layer:
        """What has been drawn so far."""
        return Layer(self._canvas.reduce(OVERSAMPLING), label)

    def polygon(self, points: Sequence[Point], color: Color, *, margin: float = 0) -> None:
        """Fills a polygon and a margin around it, which rounds its corners."""
        self._draw.polygon(self._spots(points), self._ink(color))
        if margin:
            self.line([*points, *points[:2]], 2 * margin, color)

    def box(self, left: float, top: float, right: float, bottom: float, color: Color) -> None:
        """Fills a rectangle."""
        self.polygon(((left, top), (right, top), (right, bottom), (left, bottom)), color)

    def disc(self, x: float, y: float, radius: float, color: Color, *, flat: float = 1) -> None:
        """Fills a circle, or an ellipse with ``flat`` times its height."""
        frame = ((x - radius, y - radius * flat), (x + radius, y + radius * flat))
        self._draw.ellipse(self._spots(frame), self._ink(color))

    def line(self, points: Sequence[Point], width: float, color: Color) -> None:
        """Draws a line through points, with round joints."""
        self._draw.line(self._spots(points), self._ink(color), round(width * self._zoom), joint="curve")

    def _spots(self, points: Sequence[Point]) -> list[Point]:
        return [(x * self._zoom, y * self._zoom) for x, y in points]

    def _ink(self, color: Color) -> Color:
        if color[:3] == LAMP_LIGHT:
            return color
        return *(round(part * share) for part, share in zip(color, self.view.light.tint, strict=False)), *color[3:]


def mix(color: Color, other: Color, share: float) -> Color:
    """The colour with ``share`` of the other in it."""
    return tuple(round(a + (b - a) * share) for a, b in zip(color, other, strict=True))


def visible_boxes(layers: Sequence[Layer]) -> list[tuple[str, tuple[int, int, int, int]]]:
    """The labels, from back to front, with (left, top, right, bottom) of what no later layer covers."""
    boxes = []
    covered = Image.new("L", layers[0].picture.size)
    for layer in reversed(layers):
        # What covers less than half of a pixel hides nothing and is no part of a box.
        mask = layer.picture.getchannel("A").point([0] * 128 + [255] * 128)
        visible = ImageChops.subtract(mask, covered)
        covered = ImageChops.lighter(mask, covered)
        box, area = visible.getbbox(), visible.histogram()[255]
        if layer.label and box and area >= LEAST_VISIBLE_SHARE * mask.histogram()[255]:
            boxes.append((layer.label, box))
    return boxes[::-1]
