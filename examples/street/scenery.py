"""What surrounds the cars: sky, houses, trees, people and the strips of the street."""

import random
from collections.abc import Iterator

from PIL import Image, ImageOps

from examples.street.layers import DARK, GLASS, LAMP_LIGHT, SCENE_HEIGHT, WHITE, Brush, Layer, View, mix

ASPHALT = (114, 117, 126)
STONE = (214, 208, 196)
BIKE_RED = (192, 104, 88)
GRASS = (138, 172, 104)
TRUNK = (120, 92, 72)
WALLS = ((236, 205, 150), (226, 168, 134), (240, 228, 204), (181, 200, 176), (164, 189, 208), (221, 178, 178))
ROOFS = ((176, 92, 70), (148, 80, 74), (102, 98, 110), (134, 104, 88))
PAINTS = ((72, 108, 98), (158, 72, 68), (60, 84, 142), (150, 108, 60))
LEAVES = ((104, 152, 92), (126, 166, 88), (86, 138, 104))
SKINS = ((240, 204, 176), (198, 148, 112), (134, 94, 72))


class Ground:
    """Where the strips of a street end, as y in units from back to front."""

    def __init__(self, chance: random.Random) -> None:
        self.houses = chance.uniform(296, 316)
        self.walk = self.houses + chance.uniform(54, 64)
        self.has_bike_path = chance.random() < 0.6
        self.bike = self.walk + (chance.uniform(30, 36) if self.has_bike_path else 0)
        self.road = 556
        # The near lane is wider, as it is nearer.
        self.middle = self.bike + (self.road - self.bike) * 0.46
        self.has_near_walk = chance.random() < 0.45


def sky(view: View) -> Layer:
    """The sky, which is through with its colours above the roofs."""
    gradient = Image.linear_gradient("L").point([min(255, 3 * level) for level in range(256)])
    colored = ImageOps.colorize(gradient, view.light.sky_top, view.light.sky_bottom)
    return Layer(colored.resize((view.width, view.height)).convert("RGBA"))


def strips(view: View, chance: random.Random, ground: Ground) -> Iterator[Layer]:
    """Yields what lies behind and below the things that stand on the street."""
    brush = Brush(view)
    _draw_background(brush, chance, ground)
    brush.box(0, ground.houses, view.right, SCENE_HEIGHT, ASPHALT)
    for start in range(-20, round(view.right), 96):
        brush.box(start, ground.middle - 3, start + 52, ground.middle + 3, WHITE)
    if not ground.has_near_walk:
        brush.box(0, ground.road, view.right, SCENE_HEIGHT, GRASS)
        brush.box(0, ground.road, view.right, ground.road + 6, mix(STONE, WHITE, 0.4))
        for _ in range(40):
            x, y = chance.uniform(0, view.right), chance.uniform(ground.road + 16, SCENE_HEIGHT)
            brush.disc(x, y, 2.6, chance.choice((WHITE, LEAVES[2], PAINTS[1])))
    yield brush.layer()
    yield _sidewalk(view, ground.houses, ground.walk, curb=ground.walk - 7)
    if ground.has_bike_path:
        yield _bike_path(view, ground)
    if ground.has_near_walk:
        yield _sidewalk(view, ground.road, SCENE_HEIGHT, curb=ground.road)


def _draw_background(brush: Brush, chance: random.Random, ground: Ground) -> None:
    right = brush.view.right
    brush.disc(chance.uniform(0.1, 0.9) * right, chance.uniform(45, 90), 28, LAMP_LIGHT)
    for _ in range(3):
        x, y, size = chance.uniform(0, right), chance.uniform(60, 120), chance.uniform(14, 24)
        for across, radius in ((-1.6, 0.8), (0, 1.3), (1.6, 0.9)):
            brush.disc(x + across * size, y - radius * size, radius * size, WHITE)
        brush.polygon(((x - 2 * size, y - size / 2), (x + 2 * size, y - size / 2)), WHITE, margin=size / 2)
    for x in range(0, round(right) + 40, 40):
        brush.disc(x, ground.houses, chance.uniform(34, 60), chance.choice(LEAVES))
    left = chance.uniform(-60, -10)
    while left < right:
        width = chance.uniform(112, 184)
        # Here and there a garden lies between the houses.
        if chance.random() < 0.85:
            _draw_house(brush, chance, left, left + width, ground.houses)
        left += width


def _draw_house(brush: Brush, chance: random.Random, left: float, right: float, base: float) -> None:
    wall, roof, paint = chance.choice(WALLS), chance.choice(ROOFS), chance.choice(PAINTS)
    floors, columns = chance.randint(2, 3), int((right - left) // 40)
    eaves, inset = base - 22 - 52 * floors, chance.choice((14, (right - left) / 2))
    top = eaves - min(64, 24 + inset)
    brush.box(left + 34, eaves - 52, left + 48, eaves, mix(roof, DARK, 0.3))
    brush.polygon(((left - 3, eaves), (left + inset, top), (right - inset, top), (right + 3, eaves)), roof)
    brush.box(left, eaves, right, base, wall)
    brush.box(left - 3, eaves - 3, right + 3, eaves + 2, mix(roof, DARK, 0.35))
    brush.box(left, base - 8, right, base, mix(wall, DARK, 0.25))
    door, shutters = chance.randrange(columns), chance.choice((paint, wall))
    panes = (GLASS, LAMP_LIGHT) if brush.view.light.is_dusk else (GLASS,)
    for column in range(columns):
        x = left + (column + 0.5) * (right - left) / columns
        for floor in range(floors):
            y = base - 54 - 52 * floor
            if floor == 0 and column == door:
                brush.box(x - 14, y, x + 14, base, WHITE)
                brush.box(x - 11, y + 3, x + 11, base, paint)
                brush.box(x - 7, y + 7, x + 7, y + 20, chance.choice(panes))
                continue
            brush.box(x - 19, y, x + 19, y + 34, shutters)
            brush.box(x - 12, y - 1, x + 12, y + 36, WHITE)
            brush.box(x - 9.5, y + 2, x + 9.5, y + 32, chance.choice(panes))
            brush.line(((x, y), (x, y + 34)), 2, WHITE)
            brush.line(((x - 10, y + 13), (x + 10, y + 13)), 2, WHITE)


def _sidewalk(view: View, top: float, bottom: float, *, curb: float) -> Layer:
    brush = Brush(view)
    brush.box(0, top, view.right, bottom, STONE)
    height = (bottom - top) / 3
    for row in range(3):
        y = top + row * height
        brush.line(((0, y), (view.right, y)), 1.2, mix(STONE, DARK, 0.16))
        for x in range(20 * (row % 2), round(view.right), 40):
            brush.line(((x, y), (x, y + height)), 1.2, mix(STONE, DARK, 0.16))
    brush.box(0, curb, view.right, curb + 7, mix(STONE, WHITE, 0.55))
    return brush.layer("sidewalk")


def _bike_path(view: View, ground: Ground) -> Layer:
    brush = Brush(view)
    brush.box(0, ground.walk, view.right, ground.bike, BIKE_RED)
    brush.box(0, ground.bike - 4, view.right, ground.bike, WHITE)
    y = (ground.walk + ground.bike) / 2
    for x in range(150, round(view.right), 330):
        for wheel in (x - 13, x + 13):
            brush.disc(wheel, y + 1, 9, WHITE, flat=0.7)
            brush.disc(wheel, y + 1, 6.8, BIKE_RED, flat=0.7)
        brush.line(((x - 13, y + 1), (x - 6, y - 8), (x + 8, y - 8), (x, y + 1), (x - 13, y + 1)), 2, WHITE)
        brush.line(((x + 13, y + 1), (x + 7, y - 12), (x + 13, y - 12)), 2, WHITE)
    return brush.layer("bike path")


def bystanders(view: View, chance: random.Random, ground: Ground) -> Iterator[tuple[float, Layer]]:
    """Yields trees, lamps and people along the far sidewalk, with the y they stand at."""
    for slot in range(50, round(view.right), 130):
        x, y = slot + chance.uniform(-24, 24), ground.walk - chance.uniform(9, 20)
        brush = Brush(view)
        chance.choice((_draw_tree, _draw_tree, _draw_lamp, _draw_person, _draw_person))(brush, chance, x, y)
        yield y, brush.layer()


def _draw_tree(brush: Brush, chance: random.Random, x: float, y: float) -> None:
    top, leaves = y - chance.uniform(104, 130), chance.choice(LEAVES)
    brush.disc(x, y, 16, mix(STONE, DARK, 0.55), flat=0.28)
    brush.polygon(((x - 4.5, y), (x - 3, top), (x + 3, top), (x + 4.5, y)), TRUNK)
    for across, down, radius in ((0, 0, 32), (-22, 16, 22), (22, 14, 23), (-10, -18, 22), (14, -14, 22)):
        brush.disc(x + across, top + down, radius, leaves)
    for across, down, radius in ((-12, -12, 9), (12, -4, 6), (-20, 12, 6), (4, 14, 8), (20, 18, 5)):
        brush.disc(x + across, top + down, radius, mix(leaves, WHITE, 0.16))


def _draw_lamp(brush: Brush, chance: random.Random, x: float, y: float) -> None:
    top = y - chance.uniform(130, 140)
    brush.box(x - 2, top, x + 2, y, DARK)
    brush.disc(x, top, 8.5, LAMP_LIGHT if brush.view.light.is_dusk else WHITE)
    brush.polygon(((x - 9, top - 5), (x, top - 14), (x + 9, top - 5)), DARK)


def _draw_person(brush: Brush, chance: random.Random, x: float, y: float) -> None:
    brush.line(((x - 5, y), (x, y - 24), (x + 5, y)), 5, DARK)
    brush.polygon(((x - 3, y - 41), (x + 3, y - 41), (x + 3, y - 25), (x - 3, y - 25)), chance.choice(PAINTS), margin=5)
    brush.disc(x, y - 54, 7.5, TRUNK)
    brush.disc(x, y - 51.5, 6.5, chance.choice(SKINS))
