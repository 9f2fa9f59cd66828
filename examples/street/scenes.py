"""Street scenes drawn at run time, with the true box of every sidewalk, bike path and car in them.

Everything is drawn in scene units: a scene is 640 units high, whatever its size in pixels; x runs to the
right and y down.
"""

import io
import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import piexif
from PIL import Image, ImageChops, ImageDraw

SCENE_HEIGHT = 640
# Layers are drawn this much larger and then shrunk, which smooths their edges.
OVERSAMPLING = 3
# As the task's rules say: what is hidden by more than three quarters is no object.
LEAST_VISIBLE_SHARE = 0.25

Point = tuple[float, float]
Color = tuple[int, ...]

WHITE = (250, 248, 242)
GLASS = (172, 203, 217)
LAMP_LIGHT = (255, 216, 128)
DARK = (54, 54, 62)
ASPHALT = (114, 117, 126)
STONE = (214, 208, 196)
BIKE_RED = (192, 104, 88)
GRASS = (138, 172, 104)
WALLS = ((236, 205, 150), (226, 168, 134), (240, 228, 204), (181, 200, 176), (164, 189, 208), (221, 178, 178))
ROOFS = ((176, 92, 70), (148, 80, 74), (102, 98, 110), (134, 104, 88))
DOORS = ((72, 108, 98), (128, 62, 58), (60, 84, 122), (120, 88, 60))
LEAVES = ((104, 152, 92), (126, 166, 88), (86, 138, 104))
PAINTS = ((206, 74, 66), (58, 112, 166), (238, 184, 70), (92, 150, 132), (238, 236, 228), (86, 92, 106))
COATS = ((196, 88, 92), (74, 104, 158), (222, 170, 84), (110, 92, 140))

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
    """Renders the street scene of a seed; the same seed and size give the same picture.

    ``width`` and ``height`` are in pixels; landscape looks best. The JPEG carries camera, time and GPS position.
    """
    chance = random.Random(seed)
    view = _View(width=width, height=height, light=chance.choice(LIGHTS))
    layers = list(_street(view, chance))
    picture = Image.new("RGBA", (width, height))
    for layer in layers:
        picture.alpha_composite(layer.picture, layer.corner)
    taken_at = view.light.hour + timedelta(seconds=seed % 3600)
    file = io.BytesIO()
    picture.convert("RGB").save(file, "JPEG", quality=90, exif=_exif(taken_at, chance))
    objects = tuple(_visible_objects(layers, view))
    return Scene(jpeg=file.getvalue(), size=(width, height), objects=objects, taken_at=taken_at)


@dataclass(frozen=True, kw_only=True)
class _Light:
    """The light of a scene; ``tint`` multiplies every colour that does not shine by itself."""

    sky_top: Color
    sky_bottom: Color
    sun: Color
    tint: tuple[float, float, float]
    hour: datetime
    is_dusk: bool = False

    def on(self, color: Color) -> Color:
        """The colour as it looks in this light; transparency stays."""
        lit = (round(part * share) for part, share in zip(color, self.tint, strict=False))
        return *lit, *color[3:]


MORNING = datetime(2026, 7, 11, 9, 30)
SUNNY = _Light(sky_top=(112, 180, 226), sky_bottom=(230, 243, 245), sun=(255, 246, 208), tint=(1, 1, 1), hour=MORNING)
OVERCAST = _Light(
    sky_top=(164, 186, 200), sky_bottom=(232, 234, 230), sun=(240, 240, 232), tint=(0.92, 0.94, 0.97), hour=MORNING
)
DUSK = _Light(
    sky_top=(74, 80, 136),
    sky_bottom=(250, 186, 142),
    sun=(255, 222, 162),
    tint=(0.74, 0.66, 0.77),
    hour=datetime(2026, 7, 11, 21, 10),
    is_dusk=True,
)
LIGHTS = (SUNNY, SUNNY, OVERCAST, DUSK)


@dataclass(frozen=True, kw_only=True)
class _View:
    """How scene units become pixels."""

    width: int
    height: int
    light: _Light

    @property
    def scale(self) -> float:
        """Pixels per unit."""
        return self.height / SCENE_HEIGHT

    @property
    def right(self) -> float:
        """The right edge of the scene in units."""
        return self.width / self.scale


class _Layer:
    """One thing drawn by itself on transparent ground, so that its own pixels are known.

    ``area`` is (left, top, right, bottom) in units and has to hold the whole drawing; what lies outside the
    picture is cut off. ``label`` is None for mere scenery.
    """

    def __init__(self, view: _View, area: tuple[float, float, float, float], label: str | None = None) -> None:
        left, top, right, bottom = (side * view.scale for side in area)
        self.corner = (max(0, math.floor(left)), max(0, math.floor(top)))
        corner_across = (min(view.width, math.ceil(right)), min(view.height, math.ceil(bottom)))
        size = [max(1, end - start) * OVERSAMPLING for start, end in zip(self.corner, corner_across, strict=True)]
        self.label = label
        self.light = view.light
        self._zoom = view.scale * OVERSAMPLING
        self._canvas = Image.new("RGBA", (size[0], size[1]))
        self._draw = ImageDraw.Draw(self._canvas)
        self._shrunk: Image.Image | None = None

    @property
    def picture(self) -> Image.Image:
        """The finished drawing in pixels of the scene; later strokes do not show."""
        if self._shrunk is None:
            self._shrunk = self._canvas.reduce(OVERSAMPLING)
        return self._shrunk

    @property
    def mask(self) -> Image.Image:
        """White where the drawing covers at least half of a pixel, black elsewhere."""
        return self.picture.getchannel("A").point([255 if alpha >= 128 else 0 for alpha in range(256)])

    def polygon(self, points: Sequence[Point], color: Color, *, radius: float = 0, shines: bool = False) -> None:
        """Fills a polygon whose corners are rounded by ``radius``."""
        outline = _round_corners(points, radius) if radius else points
        self._draw.polygon([self._spot(point) for point in outline], self._ink(color, shines))

    def box(
        self,
        left: float,
        top: float,
        right: float,
        bottom: float,
        color: Color,
        radius: float = 0,
        shines: bool = False,
    ) -> None:
        """Fills a rectangle."""
        corners = ((left, top), (right, top), (right, bottom), (left, bottom))
        self.polygon(corners, color, radius=radius, shines=shines)

    def oval(self, center: Point, across: float, down: float, color: Color, *, shines: bool = False) -> None:
        """Fills an ellipse; ``across`` and ``down`` are its half axes."""
        (x, y) = center
        frame = (self._spot((x - across, y - down)), self._spot((x + across, y + down)))
        self._draw.ellipse(frame, self._ink(color, shines))

    def disc(self, center: Point, radius: float, color: Color, *, shines: bool = False) -> None:
        """Fills a circle."""
        self.oval(center, radius, radius, color, shines=shines)

    def line(self, points: Sequence[Point], width: float, color: Color) -> None:
        """Draws a line through points, with round joints."""
        self._draw.line(
            [self._spot(point) for point in points], self._ink(color, False), round(width * self._zoom), joint="curve"
        )

    def _spot(self, point: Point) -> Point:
        x, y = (part * self._zoom - start * OVERSAMPLING for part, start in zip(point, self.corner, strict=True))
        return x, y

    def _ink(self, color: Color, shines: bool) -> Color:
        return color if shines else self.light.on(color)


def _round_corners(points: Sequence[Point], radius: float) -> list[Point]:
    """Replaces every corner by a curve that begins ``radius`` before it, or half an edge if that is less."""
    curve = []
    for before, corner, after in zip([points[-1], *points], points, [*points[1:], points[0]], strict=False):
        start, end = _towards(corner, before, radius), _towards(corner, after, radius)
        for step in range(7):
            t = step / 6
            x, y = (
                (1 - t) ** 2 * a + 2 * t * (1 - t) * b + t**2 * c for a, b, c in zip(start, corner, end, strict=True)
            )
            curve.append((x, y))
    return curve


def _towards(start: Point, end: Point, distance: float) -> Point:
    length = math.dist(start, end)
    share = min(distance / length, 0.5) if length else 0
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share


def _mix(one: Color, other: Color, share: float) -> Color:
    return tuple(round(a + (b - a) * share) for a, b in zip(one, other, strict=True))


def _visible_objects(layers: Sequence[_Layer], view: _View) -> Iterator[SceneObject]:
    """Yields the labeled layers, boxed by those of their pixels that no later layer covers."""
    found = []
    covered = Image.new("L", (view.width, view.height))
    for layer in reversed(layers):
        mask = layer.mask
        x, y = layer.corner
        place = (x, y, x + mask.width, y + mask.height)
        hidden = covered.crop(place)
        visible = ImageChops.subtract(mask, hidden)
        covered.paste(ImageChops.lighter(mask, hidden), place)
        box = visible.getbbox()
        if layer.label and box and _area(visible) >= LEAST_VISIBLE_SHARE * _area(mask):
            left, top, right, bottom = box
            found.append(
                SceneObject(label=layer.label, left=x + left, top=y + top, width=right - left, height=bottom - top)
            )
    return reversed(found)


def _area(mask: Image.Image) -> int:
    return mask.histogram()[255]


@dataclass(frozen=True, kw_only=True)
class _Ground:
    """Where the strips of a street meet, as y in units from back to front.

    ``gap`` is where a side street runs out between the houses: (left, right), both 0 without one.
    """

    houses: float
    walk: float
    bike: float
    road: float
    gap: Point
    has_bike_path: bool
    has_near_walk: bool

    def in_gap(self, left: float, right: float) -> bool:
        """Whether a stretch of the house line touches the side street."""
        return left < self.gap[1] and right > self.gap[0]


def _ground(view: _View, chance: random.Random) -> _Ground:
    houses = chance.uniform(296, 316)
    has_bike_path = chance.random() < 0.6
    walk = houses + chance.uniform(54, 64)
    middle = view.right * chance.choice((0.24, 0.76))
    return _Ground(
        houses=houses,
        walk=walk,
        bike=walk + (chance.uniform(30, 36) if has_bike_path else 0),
        road=556,
        gap=(middle - 62, middle + 62) if chance.random() < 0.4 else (0, 0),
        has_bike_path=has_bike_path,
        has_near_walk=chance.random() < 0.45,
    )


def _street(view: _View, chance: random.Random) -> Iterator[_Layer]:
    """Yields the layers of a scene from back to front."""
    ground = _ground(view, chance)
    yield _backdrop(view, chance, ground)
    yield _houses(view, chance, ground)
    yield _road(view, ground)
    yield from _walks(view, ground)
    if ground.has_bike_path:
        yield _bike_path(view, ground)
    if ground.has_near_walk:
        yield _paving(view, 0, view.right, ground.road, SCENE_HEIGHT, curb_above=True)
    else:
        yield _verge(view, chance, ground)
    standing = [*_cars(view, chance, ground), *_scenery(view, chance, ground)]
    for _, layers in sorted(standing, key=lambda thing: thing[0]):
        yield from layers


# Things that stand on the ground: the y they stand at, and their layers.
Standing = tuple[float, tuple[_Layer, ...]]


def _backdrop(view: _View, chance: random.Random, ground: _Ground) -> _Layer:
    layer = _Layer(view, (0, 0, view.right, SCENE_HEIGHT))
    light = view.light
    bands = 80
    for band in range(bands):
        # The light of the evening stands above the roofs, so the sky is through with its colours there.
        top = 210 * band / bands
        color = _mix(light.sky_top, light.sky_bottom, band / bands)
        layer.box(0, top, view.right, SCENE_HEIGHT, color, shines=True)
    sun = (view.right * chance.uniform(0.1, 0.9), chance.uniform(45, 90) + 60 * light.is_dusk)
    layer.disc(sun, 30, light.sun, shines=True)
    cloud = _mix(light.sky_bottom, WHITE, 0.3 if light.is_dusk else 0.8)
    for _ in range(chance.randint(2, 4)):
        _draw_cloud(layer, (chance.uniform(0, view.right), chance.uniform(30, 120)), chance.uniform(16, 26), cloud)
    haze = _mix(light.sky_bottom, GRASS, 0.55)
    for _ in range(5):
        layer.oval((chance.uniform(0, view.right), ground.houses + 20), view.right * 0.3, chance.uniform(60, 110), haze)
    return layer


def _draw_cloud(layer: _Layer, center: Point, size: float, color: Color) -> None:
    x, y = center
    layer.box(x - 3.2 * size, y - 0.2 * size, x + 3 * size, y + 0.8 * size, color, radius=0.5 * size, shines=True)
    for offset, rise, radius in ((-1.4, 0.1, 0.8), (0, 0.5, 1.2), (1.4, 0.05, 0.8)):
        layer.disc((x + offset * size, y - rise * size), radius * size, color, shines=True)


def _houses(view: _View, chance: random.Random, ground: _Ground) -> _Layer:
    """A row of houses, which leaves the side street open."""
    layer = _Layer(view, (0, 0, view.right, ground.houses))
    left = chance.uniform(-60, -10)
    wall = None
    while left < view.right:
        right = left + chance.uniform(112, 184)
        gap_left, gap_right = ground.gap
        reaches_gap = left < gap_left < right + 70
        if reaches_gap:
            right = gap_left
        wall = chance.choice([color for color in WALLS if color != wall])
        _draw_house(layer, chance, left, right, ground.houses, wall)
        left = gap_right if reaches_gap else right
    return layer


def _draw_house(layer: _Layer, chance: random.Random, left: float, right: float, base: float, wall: Color) -> None:
    floors = chance.randint(2, 3)
    eaves = base - 64 - 52 * (floors - 1) - chance.uniform(0, 14)
    _draw_roof(layer, chance, left, right, eaves, wall)
    layer.box(left, eaves, right, base, wall)
    layer.box(left, base - 8, right, base, _mix(wall, DARK, 0.25))
    columns = max(2, round((right - left) / 46))
    step = (right - left) / columns
    shutters = chance.choice((None, *DOORS))
    for floor in range(1, floors):
        for column in range(columns):
            center = left + (column + 0.5) * step
            _draw_window(layer, chance, center, base - 52 - 52 * floor + 6, shutters)
    layer.box(left, base - 66, right, base - 62, _mix(wall, WHITE, 0.5))
    door = chance.randrange(columns)
    if columns > 2 and chance.random() < 0.45:
        _draw_shop(layer, chance, left, right, base, at_left=door >= columns / 2)
        door = columns - 1 if door >= columns / 2 else 0
        _draw_door(layer, chance, left + (door + 0.5) * step, base)
        return
    for column in range(columns):
        center = left + (column + 0.5) * step
        if column == door:
            _draw_door(layer, chance, center, base)
        else:
            _draw_window(layer, chance, center, base - 52, shutters)


def _draw_roof(layer: _Layer, chance: random.Random, left: float, right: float, eaves: float, wall: Color) -> None:
    color = chance.choice(ROOFS)
    middle, width = (left + right) / 2, right - left
    chimney = left + width * chance.choice((0.25, 0.72))
    kind = chance.choice(("gable", "eaves", "flat"))
    if kind != "flat":
        layer.box(chimney, eaves - 50, chimney + 14, eaves, _mix(color, DARK, 0.3))
        layer.box(chimney - 2, eaves - 53, chimney + 16, eaves - 48, _mix(color, DARK, 0.5))
    if kind == "gable":
        peak = eaves - min(70, width * 0.42)
        layer.polygon(((left - 4, eaves + 3), (middle, peak - 8), (right + 4, eaves + 3)), color)
        layer.polygon(((left + 9, eaves + 3), (middle, peak + 4), (right - 9, eaves + 3)), wall)
        layer.disc((middle, eaves - 20), 9, WHITE)
        layer.disc((middle, eaves - 20), 6.5, _pane(layer, chance), shines=layer.light.is_dusk)
    elif kind == "eaves":
        layer.polygon(((left - 3, eaves), (left + 14, eaves - 40), (right - 14, eaves - 40), (right + 3, eaves)), color)
        layer.box(left - 3, eaves - 3, right + 3, eaves + 2, _mix(color, DARK, 0.35))
    else:
        layer.box(left, eaves - 12, right, eaves, _mix(wall, DARK, 0.12))
        layer.box(left - 2, eaves - 15, right + 2, eaves - 9, _mix(wall, WHITE, 0.55))


def _pane(layer: _Layer, chance: random.Random) -> Color:
    if not layer.light.is_dusk:
        return GLASS
    return LAMP_LIGHT if chance.random() < 0.55 else layer.light.on((96, 112, 142))


def _draw_window(layer: _Layer, chance: random.Random, center: float, top: float, shutters: Color | None) -> None:
    if shutters:
        layer.box(center - 19, top, center - 12, top + 34, shutters)
        layer.box(center + 12, top, center + 19, top + 34, shutters)
    layer.box(center - 12, top - 1, center + 12, top + 35, WHITE)
    layer.box(center - 9.5, top + 1.5, center + 9.5, top + 32, _pane(layer, chance), shines=layer.light.is_dusk)
    layer.box(center - 1, top + 1.5, center + 1, top + 32, WHITE)
    layer.box(center - 9.5, top + 12, center + 9.5, top + 14, WHITE)
    layer.box(center - 14, top + 33, center + 14, top + 37, WHITE)
    if chance.random() < 0.3:
        layer.box(center - 12, top + 28, center + 12, top + 34, ROOFS[0])
        for spot in range(-10, 11, 5):
            layer.disc((center + spot, top + 26), 4, LEAVES[0])
            layer.disc((center + spot, top + 24), 2, COATS[0])


def _draw_door(layer: _Layer, chance: random.Random, center: float, base: float) -> None:
    color = chance.choice(DOORS)
    layer.box(center - 14, base - 54, center + 14, base, WHITE)
    layer.box(center - 11, base - 51, center + 11, base, color)
    layer.box(center - 8, base - 48, center + 8, base - 34, _pane(layer, chance), shines=layer.light.is_dusk)
    layer.disc((center + 7, base - 22), 1.8, LAMP_LIGHT)
    layer.box(center - 17, base - 4, center + 17, base, STONE)


def _draw_shop(layer: _Layer, chance: random.Random, left: float, right: float, base: float, *, at_left: bool) -> None:
    """A shop window with a striped awning over two thirds of the house."""
    width = (right - left) * 0.62
    start = left + 8 if at_left else right - 8 - width
    end = start + width
    layer.box(start, base - 46, end, base - 6, WHITE)
    pane = LAMP_LIGHT if layer.light.is_dusk else GLASS
    for share in (0, 1):
        edge = start + 3 + share * width / 2
        layer.box(edge, base - 43, edge + width / 2 - 5, base - 12, pane, shines=layer.light.is_dusk)
    color = chance.choice(DOORS[:3])
    stripes = 2 * round(width / 22) + 1
    for stripe in range(stripes):
        edge, step = start - 4 + stripe * (width + 8) / stripes, (width + 8) / stripes
        ink = WHITE if stripe % 2 else color
        layer.box(edge, base - 60, edge + step, base - 44, ink)
        layer.disc((edge + step / 2, base - 44), step / 2, ink)


def _road(view: _View, ground: _Ground) -> _Layer:
    layer = _Layer(view, (0, ground.houses - 60, view.right, SCENE_HEIGHT))
    layer.box(0, ground.houses, view.right, SCENE_HEIGHT, ASPHALT)
    if ground.gap[1]:
        _draw_side_street(layer, ground)
    middle = _lanes(ground)
    for start in range(-20, round(view.right), 96):
        layer.box(start, middle - 3, start + 52, middle + 3, WHITE)
    return layer


def _draw_side_street(layer: _Layer, ground: _Ground) -> None:
    """A street without sidewalks that runs away from the viewer, to a hedge at its far end."""
    left, right = ground.gap
    middle, near, far = (left + right) / 2, ground.houses + 1, ground.houses - 46
    for x in range(round(left) + 10, round(right), 17):
        layer.disc((x, far), 13, LEAVES[(x // 17) % 3])
    layer.box(left, far, right, near, GRASS)
    for half_width, color in (((right - left) / 2, _mix(STONE, WHITE, 0.3)), ((right - left) / 2 - 4, ASPHALT)):
        top = half_width * 0.3
        corners = ((middle - top, far), (middle + top, far), (middle + half_width, near), (middle - half_width, near))
        layer.polygon(corners, color)


def _lanes(ground: _Ground) -> float:
    """The y between the two lanes; the near one is wider, as it is nearer."""
    return ground.bike + (ground.road - ground.bike) * 0.46


def _walks(view: _View, ground: _Ground) -> Iterator[_Layer]:
    """The sidewalk along the houses, in two parts where a side street cuts it."""
    ends = (0, *ground.gap, view.right) if ground.gap[1] else (0, view.right)
    for left, right in zip(ends[::2], ends[1::2], strict=True):
        yield _paving(view, left, right, ground.houses, ground.walk, curb_above=False)


def _paving(view: _View, left: float, right: float, top: float, bottom: float, *, curb_above: bool) -> _Layer:
    """A sidewalk of slabs with its curb on the side of the road."""
    layer = _Layer(view, (left, top, right, bottom), "sidewalk")
    layer.box(left, top, right, bottom, STONE)
    joint = _mix(STONE, DARK, 0.16)
    middle, rows = view.right / 2, 3
    for row in range(rows):
        upper, lower = (top + (bottom - top) * (row + end) / rows for end in (0, 1))
        layer.line(((left, lower), (right, lower)), 1.2, joint)
        for x in range(-40 + 20 * (row % 2), round(view.right) + 80, 40):
            # Joints lean outwards, as if seen from the middle of the picture.
            lean = (x - middle) * 0.05
            layer.line(((x + lean * row / rows, upper), (x + lean * (row + 1) / rows, lower)), 1.2, joint)
    edge = top if curb_above else bottom - 7
    layer.box(left, edge, right, edge + 7, _mix(STONE, WHITE, 0.55))
    layer.box(left, edge + 5, right, edge + 7, _mix(STONE, DARK, 0.3))
    return layer


def _bike_path(view: _View, ground: _Ground) -> _Layer:
    layer = _Layer(view, (0, ground.walk, view.right, ground.bike), "bike path")
    layer.box(0, ground.walk, view.right, ground.bike, BIKE_RED)
    layer.box(0, ground.bike - 4, view.right, ground.bike, WHITE)
    middle = (ground.walk + ground.bike) / 2 - 2
    for x in range(150, round(view.right), 330):
        _draw_bicycle_sign(layer, (x, middle))
    return layer


def _draw_bicycle_sign(layer: _Layer, center: Point) -> None:
    x, y = center
    for wheel in (x - 13, x + 13):
        layer.oval((wheel, y + 3), 9, 6.5, WHITE)
        layer.oval((wheel, y + 3), 6.8, 4.6, BIKE_RED)
    frame = ((x - 13, y + 3), (x - 6, y - 6), (x + 8, y - 6), (x, y + 3), (x - 13, y + 3))
    layer.line(frame, 2, WHITE)
    layer.line(((x, y + 3), (x - 7, y - 9)), 2, WHITE)
    layer.line(((x + 13, y + 3), (x + 7, y - 10), (x + 13, y - 10)), 2, WHITE)
    layer.line(((x - 11, y - 9), (x - 4, y - 9)), 2.4, WHITE)


def _verge(view: _View, chance: random.Random, ground: _Ground) -> _Layer:
    """Grass on the near side of the road, where there is no sidewalk."""
    layer = _Layer(view, (0, ground.road, view.right, SCENE_HEIGHT))
    layer.box(0, ground.road, view.right, SCENE_HEIGHT, GRASS)
    layer.box(0, ground.road, view.right, ground.road + 6, _mix(STONE, WHITE, 0.4))
    for _ in range(46):
        x, y = chance.uniform(0, view.right), chance.uniform(ground.road + 22, SCENE_HEIGHT)
        for lean in (-4, 0, 4):
            layer.line(((x, y), (x + lean, y - 9)), 1.8, _mix(GRASS, LEAVES[2], 0.7))
        if chance.random() < 0.4:
            layer.disc((x + 9, y - 5), 2.6, chance.choice((WHITE, LAMP_LIGHT, COATS[0])))
    return layer


def _cars(view: _View, chance: random.Random, ground: _Ground) -> Iterator[Standing]:
    """One to four cars: in each place one at most, so that none hides another."""
    half, far_lane, near_lane = view.right / 2, _lanes(ground) - 10, ground.road - 14
    on_road = [(side, y) for y in (far_lane, near_lane) for side in (0, 1)]
    on_walk = [(side, ground.walk - 12) for side in (0, 1) if not ground.in_gap(side * half, (side + 1) * half)]
    if ground.has_near_walk:
        on_walk += [(side, SCENE_HEIGHT - 22) for side in (0, 1)]
    parked = chance.sample(on_walk, chance.choice((0, 1, 1)))
    driving = chance.sample(on_road, chance.randint(1, 3))
    for places, label in ((parked, "car on sidewalk"), (driving, "car on road")):
        for side, y in places:
            length = chance.uniform(170, 198) * (0.48 + 0.62 * y / ground.road)
            # Traffic keeps to the right; parked cars stand as they like.
            forward = {far_lane: -1, near_lane: 1}.get(y) or chance.choice((-1, 1))
            stand = (_car_middle(view, chance, side, length), y)
            yield y, _car(view, chance, stand, forward * length, label)


def _car_middle(view: _View, chance: random.Random, side: int, length: float) -> float:
    """Somewhere in the left (0) or right (1) half, quite often cut off by the edge of the picture."""
    near_edge = chance.uniform(0.08, 0.4) * length
    inside = chance.uniform(length / 2 + 6, max(length, view.right / 2 - length / 2 - 6))
    offset = near_edge if chance.random() < 0.3 else inside
    return view.right - offset if side else offset


@dataclass(frozen=True, kw_only=True)
class _CarShape:
    """A car that drives to the right, in hundredths of its length; y is the height above the ground."""

    body: tuple[Point, ...]
    panes: tuple[tuple[Point, ...], ...]
    wheels: tuple[float, float]
    doors: tuple[float, ...]
    belt: float


CAR_SHAPES = (
    _CarShape(
        body=((1, 8), (1, 25), (5, 29), (13, 42), (56, 42), (72, 28), (95, 24), (99, 19), (99, 8)),
        panes=(((11, 29), (16, 39), (34, 39), (34, 29)), ((37, 29), (37, 39), (54, 39), (66, 29))),
        wheels=(20, 79),
        doors=(35.5, 67),
        belt=29,
    ),
    _CarShape(
        body=((1, 8), (1, 25), (19, 28), (32, 40), (59, 40), (74, 27), (96, 23), (99, 18), (99, 8)),
        panes=(((23, 28), (33.5, 37.5), (45, 37.5), (45, 28)), ((47.5, 28), (47.5, 37.5), (58, 37.5), (69, 28))),
        wheels=(19, 80),
        doors=(46, 70),
        belt=28,
    ),
    _CarShape(
        body=((1, 8), (1, 52), (70, 52), (84, 33), (97, 28), (99, 20), (99, 8)),
        panes=(((54, 33), (54, 48), (68, 48), (79, 33)),),
        wheels=(18, 80),
        doors=(28, 51, 80),
        belt=33,
    ),
    _CarShape(
        body=((3, 8), (2, 24), (9, 33), (24, 45), (56, 45), (72, 31), (90, 28), (98, 20), (98, 8)),
        panes=(((17, 31), (26, 42), (39, 42), (39, 31)), ((42, 31), (42, 42), (55, 42), (67, 31))),
        wheels=(21, 78),
        doors=(40.5, 68),
        belt=31,
    ),
)


def _car(view: _View, chance: random.Random, stand: Point, length: float, label: str) -> tuple[_Layer, ...]:
    """A car whose wheels touch the ground at ``stand``, after its shadow, which belongs to no object.

    ``length`` is negative for a car that drives to the left.
    """
    x, y = stand
    shape, paint = chance.choice(CAR_SHAPES), chance.choice(PAINTS)
    unit = abs(length) / 100
    area = (x - 75 * unit, y - 60 * unit, x + 75 * unit, y + 6 * unit)
    shadow, layer = _Layer(view, area), _Layer(view, area, label)
    shadow.oval((x, y - unit), 52 * unit, 5 * unit, (20, 20, 40, 90))

    def at(across: float, up: float) -> Point:
        return x + (across - 50) / 100 * length, y - up * unit

    layer.polygon([at(*point) for point in shape.body], paint, radius=7 * unit)
    layer.polygon([at(*point) for point in ((1, 8), (1, 13), (99, 13), (99, 8))], _mix(paint, DARK, 0.3), radius=2)
    for door in shape.doors:
        layer.line((at(door, shape.belt), at(door, 13)), 0.8 * unit, _mix(paint, DARK, 0.35))
        layer.line((at(door - 9, shape.belt - 4), at(door - 5, shape.belt - 4)), 1.4 * unit, _mix(paint, DARK, 0.45))
    for pane in shape.panes:
        layer.polygon([at(*point) for point in pane], _mix(GLASS, DARK, 0.25), radius=2.5 * unit)
    mirror = max(across for pane in shape.panes for across, _ in pane) - 3
    layer.disc(at(mirror, shape.belt + 1.5), 2.2 * unit, _mix(paint, DARK, 0.3))
    layer.disc(at(96, 20), 2.4 * unit, LAMP_LIGHT if view.light.is_dusk else WHITE, shines=True)
    layer.polygon([at(*point) for point in ((1.4, 18), (1.4, 24), (4, 24), (4, 18))], (190, 50, 46), radius=unit)
    for wheel in shape.wheels:
        layer.disc(at(wheel, 10), 11 * unit, _mix(paint, DARK, 0.55))
        for radius, color in ((9.5, DARK), (5.5, (206, 208, 212)), (2, (140, 142, 150))):
            layer.disc(at(wheel, 9.5), radius * unit, color)
    return shadow, layer


def _scenery(view: _View, chance: random.Random, ground: _Ground) -> Iterator[Standing]:
    """Trees, lamps and people along the sidewalk; people stand clear of the side street too."""
    y = ground.walk - 9
    slots = [x for x in range(50, round(view.right), 118) if not ground.in_gap(x - 24, x + 24)]
    for x in slots:
        middle = x + chance.uniform(-18, 18)
        thing = chance.choice((_tree, _tree, _lamp, _person, _person, None))
        if thing is _person:
            stand = chance.uniform(ground.houses + 14, ground.walk - 16)
            yield stand, (_person(view, chance, (middle, stand)),)
        elif thing:
            yield y, (thing(view, chance, (middle, y)),)


def _tree(view: _View, chance: random.Random, stand: Point) -> _Layer:
    x, y = stand
    layer = _Layer(view, (x - 60, y - 190, x + 60, y + 6))
    height, leaves = chance.uniform(104, 130), chance.choice(LEAVES)
    trunk = (120, 92, 72)
    layer.oval((x, y), 16, 4.5, _mix(STONE, DARK, 0.55))
    layer.polygon(((x - 4.5, y), (x - 3, y - height), (x + 3, y - height), (x + 4.5, y)), trunk)
    layer.line(((x, y - height * 0.62), (x + 14, y - height * 0.8)), 3, trunk)
    crown = [(0, 0, 32), (-22, 16, 22), (22, 14, 23), (-10, -18, 22), (14, -14, 22)]
    for across, down, radius in crown:
        layer.disc((x + across, y - height + down), radius, leaves)
    for _ in range(9):
        spot = (x + chance.uniform(-26, 26), y - height + chance.uniform(-22, 22))
        layer.disc(spot, chance.uniform(3, 6), _mix(leaves, WHITE, 0.16))
    return layer


def _lamp(view: _View, chance: random.Random, stand: Point) -> _Layer:
    x, y = stand
    layer = _Layer(view, (x - 50, y - 180, x + 50, y + 6))
    top = y - 128
    if view.light.is_dusk:
        for radius in range(40, 8, -4):
            # Below half opaque, so that the glow hides nothing.
            layer.disc((x, top - 8), radius, (*LAMP_LIGHT, 8 + (40 - radius) * 2), shines=True)
    layer.box(x - 2, top, x + 2, y, DARK)
    layer.box(x - 4.5, y - 14, x + 4.5, y, DARK, radius=2)
    layer.disc((x, top - 8), 8.5, LAMP_LIGHT if view.light.is_dusk else WHITE, shines=view.light.is_dusk)
    layer.box(x - 7, top - 2, x + 7, top + 1.5, DARK)
    layer.polygon(((x - 9, top - 13), (x, top - 22), (x + 9, top - 13)), DARK)
    return layer


def _person(view: _View, chance: random.Random, stand: Point) -> _Layer:
    x, y = stand
    layer = _Layer(view, (x - 20, y - 66, x + 20, y + 4))
    skin = chance.choice(((240, 204, 176), (198, 148, 112), (134, 94, 72)))
    stride = chance.uniform(3, 7)
    for foot in (-stride, stride):
        layer.line(((x, y - 24), (x + foot, y)), 5, (72, 76, 98))
    layer.box(x - 8, y - 46, x + 8, y - 20, chance.choice(COATS), radius=6)
    layer.disc((x, y - 52), 7, skin)
    layer.polygon(((x - 7, y - 53), (x - 6, y - 60), (x + 6, y - 60), (x + 7, y - 53)), (92, 68, 56), radius=4)
    return layer


def _exif(taken_at: datetime, chance: random.Random) -> bytes:
    """What a phone writes into a photo, the place it was taken at included."""
    time = f"{taken_at:%Y:%m:%d %H:%M:%S}"
    dumped: bytes = piexif.dump(
        {
            "0th": {
                piexif.ImageIFD.Make: "Example",
                piexif.ImageIFD.Model: "Phone 1",
                piexif.ImageIFD.Orientation: 1,
                piexif.ImageIFD.DateTime: time,
            },
            "Exif": {piexif.ExifIFD.DateTimeOriginal: time},
            "GPS": {
                piexif.GPSIFD.GPSLatitudeRef: "N",
                piexif.GPSIFD.GPSLatitude: _degrees(LATITUDE + chance.uniform(-0.003, 0.003)),
                piexif.GPSIFD.GPSLongitudeRef: "E",
                piexif.GPSIFD.GPSLongitude: _degrees(LONGITUDE + chance.uniform(-0.005, 0.005)),
            },
        }
    )
    return dumped


def _degrees(angle: float) -> tuple[tuple[int, int], ...]:
    """Degrees, minutes and seconds as the fractions that EXIF wants."""
    hundredths = round(angle * 360_000)
    minutes, seconds = divmod(hundredths, 6_000)
    return (minutes // 60, 1), (minutes % 60, 1), (seconds, 100)
