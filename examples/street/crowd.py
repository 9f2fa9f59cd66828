"""Simulated workers, who make the mistakes that real ones make, at stated rates.

The crowd is three careful workers, a hasty one and a careless one:

=========  ======  ==============  =============  ====================
worker     misses  edges shift by  confuses cars  boxes around nothing
=========  ======  ==============  =============  ====================
careful    1-3 %   1-2 %           1-3 %          in 0-1 % of images
hasty      15 %    4 %             10 %           in 5 %
careless   25 %    8 %             25 %           in 30 %
=========  ======  ==============  =============  ====================

The shift is the standard deviation of each edge, as a share of the box's width or height.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from examples.street.scenes import SceneObject
from examples.street.task import STREET
from ground_truth.contract.json_types import Json, JsonObject

CONFUSED = {"car on road": "car on sidewalk", "car on sidewalk": "car on road"}


@dataclass(frozen=True, kw_only=True)
class SimulatedWorker:
    """One worker and how often they err; all but ``noise`` are probabilities from 0 to 1.

    ``miss`` is per object, ``confuse`` per car (taking one on the road for one on the sidewalk or the other
    way round), ``extra`` per image (one box around nothing).
    ``noise`` moves each edge of a box: the standard deviation as a share of the box's width or height.
    """

    worker_id: str
    miss: float
    noise: float
    confuse: float
    extra: float


CROWD = (
    SimulatedWorker(worker_id="private.us-east-1.4be1c07a95d2f638", miss=0.01, noise=0.01, confuse=0.01, extra=0.0),
    SimulatedWorker(worker_id="private.us-east-1.91f3d86e20ab745c", miss=0.02, noise=0.015, confuse=0.02, extra=0.01),
    SimulatedWorker(worker_id="private.us-east-1.c7250e9b1f48a3d6", miss=0.03, noise=0.02, confuse=0.03, extra=0.01),
    SimulatedWorker(worker_id="private.us-east-1.2d9a64f7b80c1e53", miss=0.15, noise=0.04, confuse=0.1, extra=0.05),
    SimulatedWorker(worker_id="private.us-east-1.e80b53c19d7f264a", miss=0.25, noise=0.08, confuse=0.25, extra=0.3),
)


def answer(
    worker: SimulatedWorker, objects: Sequence[SceneObject], image_size: tuple[int, int], object_key: str
) -> JsonObject:
    """What a worker submits for one image: the answer content of the crowd-bounding-box element.

    ``image_size`` is (width, height) in pixels. The same worker answers the same ``object_key`` (such as a file
    name) in the same way again.
    """
    chance = random.Random(f"{worker.worker_id}/{object_key}")
    width, height = image_size
    boxes: list[Json] = [
        _draw(worker, shape, image_size, chance) for shape in objects if chance.random() >= worker.miss
    ]
    if chance.random() < worker.extra:
        boxes.append(_invent(image_size, chance))
    return {
        "boundingBox": {"boundingBoxes": boxes, "inputImageProperties": {"height": height, "width": width}},
    }


def _draw(
    worker: SimulatedWorker, shape: SceneObject, image_size: tuple[int, int], chance: random.Random
) -> JsonObject:
    confuses = chance.random() < worker.confuse
    left, right = (
        edge + chance.gauss(0, worker.noise * shape.width) for edge in (shape.left, shape.left + shape.width)
    )
    top, bottom = (
        edge + chance.gauss(0, worker.noise * shape.height) for edge in (shape.top, shape.top + shape.height)
    )
    label = CONFUSED.get(shape.label, shape.label) if confuses else shape.label
    return _box(label, (left, top, right, bottom), image_size)


def _invent(image_size: tuple[int, int], chance: random.Random) -> JsonObject:
    width, height = image_size
    left, top = chance.uniform(0, 0.8 * width), chance.uniform(0, 0.8 * height)
    right, bottom = left + chance.uniform(0.05, 0.2) * width, top + chance.uniform(0.05, 0.2) * height
    return _box(chance.choice(STREET.labels), (left, top, right, bottom), image_size)


def _box(label: str, edges: tuple[float, float, float, float], image_size: tuple[int, int]) -> JsonObject:
    """Whole pixels inside the image, at least one of them."""
    left, right = _span(edges[0], edges[2], image_size[0])
    top, bottom = _span(edges[1], edges[3], image_size[1])
    return {"height": bottom - top, "label": label, "left": left, "top": top, "width": right - left}


def _span(start: float, end: float, size: int) -> tuple[int, int]:
    first = min(max(round(start), 0), size - 1)
    return first, min(max(round(end), first + 1), size)
