"""Cars, driving and parked."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from examples.street.layers import DARK, GLASS, LAMP_LIGHT, SCENE_HEIGHT, WHITE, Brush, Layer, Point, View, mix
from examples.street.scenery import Ground

PAINTS = ((206, 74, 66), (58, 112, 166), (238, 184, 70), (92, 150, 132), (238, 236, 228), (86, 92, 106))


@dataclass(frozen=True, kw_only=True)
class Shape:
    """A car that drives to the right, in hundredths of its length; y is the height above the ground."""

    body: tuple[Point, ...]
    panes: tuple[tuple[Point, ...], ...]


HATCHBACK = Shape(
    body=((4, 11), (4, 23), (15, 39), (55, 39), (71, 25), (93, 21), (96, 17), (96, 11)),
    panes=(((13, 30), (17, 37), (33, 37), (33, 30)), ((38, 30), (38, 37), (53, 37), (62, 30))),
)
SALOON = Shape(
    body=((4, 11), (4, 22), (20, 25), (33, 37), (58, 37), (73, 24), (93, 20), (96, 16), (96, 11)),
    panes=(((26, 28), (34, 36), (44, 36), (44, 28)), ((49, 28), (49, 36), (57, 36), (66, 28))),
)
VAN = Shape(
    body=((4, 11), (4, 49), (68, 49), (82, 30), (94, 25), (96, 18), (96, 11)),
    panes=(((55, 33), (55, 46), (67, 46), (76, 33)),),
)


def cars(view: View, chance: random.Random, ground: Ground) -> Iterator[tuple[float, Layer]]:
    """Yields one to four cars, in each place one at most, with the y they stand at."""
    far_lane, near_lane = ground.middle - 10, ground.road - 14
    curbs = (ground.walk - 12, SCENE_HEIGHT - 22) if ground.has_near_walk else (ground.walk - 12,)
    parked = chance.sample([(curb, side) for curb in curbs for side in (0, 1)], chance.choice((0, 1, 1)))
    driving = chance.sample([(lane, side) for lane in (far_lane, near_lane) for side in (0, 1)], chance.randint(1, 3))
    for places, label in ((parked, "car on sidewalk"), (driving, "car on road")):
        for y, side in places:
            length = chance.uniform(170, 198) * (0.48 + 0.62 * y / ground.road)
            # Less than half a length from the edge of the picture, the edge cuts the car off.
            from_edge = chance.uniform(0.1, 1.8) * length
            # Traffic keeps to the right; parked cars stand as they like.
            forward = {far_lane: -1, near_lane: 1}.get(y) or chance.choice((-1, 1))
            brush = Brush(view)
            _draw_car(brush, chance, view.right - from_edge if side else from_edge, y, forward * length)
            yield y, brush.layer(label)


def _draw_car(brush: Brush, chance: random.Random, x: float, y: float, length: float) -> None:
    """Draws a car whose wheels touch the ground at x, y; ``length`` is negative if it drives to the left."""
    shape, paint = chance.choice((HATCHBACK, SALOON, VAN)), chance.choice(PAINTS)
    unit = abs(length) / 100

    def at(across: float, up: float) -> Point:
        return x + (across - 50) / 100 * length, y - up * unit

    # Below half opaque, so that the shadow is no part of the object.
    brush.disc(x, y - unit, 52 * unit, (20, 20, 40, 60), flat=0.1)
    brush.polygon([at(*point) for point in shape.body], paint, margin=3 * unit)
    brush.line((at(2, 11), at(98, 11)), 5 * unit, mix(paint, DARK, 0.3))
    for pane in shape.panes:
        door, _ = pane[-1]
        brush.line((at(door + 2.5, 28), at(door + 2.5, 13)), 0.8 * unit, mix(paint, DARK, 0.35))
        brush.line((at(door - 7, 25), at(door - 3, 25)), 1.4 * unit, mix(paint, DARK, 0.45))
        brush.polygon([at(*point) for point in pane], mix(GLASS, DARK, 0.25), margin=unit)
    brush.disc(*at(95, 19), 2.4 * unit, LAMP_LIGHT if brush.view.light.is_dusk else WHITE)
    brush.line((at(2, 17), at(2, 23)), 2.4 * unit, (190, 50, 46))
    for wheel in (19, 80):
        for radius, color in ((11, mix(paint, DARK, 0.55)), (9.5, DARK), (5.5, GLASS), (2, DARK)):
            brush.disc(*at(wheel, 9.5), radius * unit, color)
