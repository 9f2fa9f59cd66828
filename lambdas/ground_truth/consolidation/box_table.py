"""Box answers of many workers as arrays, cleaned of what is no box."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ground_truth.consolidation.votes import Floats, Ints
from ground_truth.contract.errors import InputError

_FARTHEST = 1e9


class DrawnBox(NamedTuple):
    """A worker's box in pixels of the image, in the words of the contract, section 7.3."""

    label: str
    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, kw_only=True)
class BoxAnswer:
    """All boxes that one worker drew in one image; none at all is an answer too.

    ``submitted`` is an ISO time: of two answers of a worker to an object the last counts, by default
    the later one in the sequence. ``image_width`` and ``image_height`` cut boxes at the image's border;
    by default nothing is cut.
    """

    object_id: str
    worker_id: str
    boxes: Sequence[DrawnBox]
    submitted: str = ""
    image_width: float | None = None
    image_height: float | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class BoxTable:
    """Boxes sorted by image, edges, label and worker, so any order of answers gives the same.

    ``edges`` has shape (boxes, 4), columns left, top, right, bottom; ``image_of``, ``worker_of`` and
    ``label_of`` index ``images``, ``workers`` and ``labels``; ``seen_by`` (images, workers) says who answered
    which image; ``dropped`` counts boxes without area, outside the image or not finite.
    """

    images: tuple[str, ...]
    workers: tuple[str, ...]
    labels: tuple[str, ...]
    edges: Floats = field(repr=False)
    image_of: Ints = field(repr=False)
    worker_of: Ints = field(repr=False)
    label_of: Ints = field(repr=False)
    seen_by: NDArray[np.bool_] = field(repr=False)
    dropped: int


def box_table(answers: Iterable[BoxAnswer], *, labels: Sequence[str] | None = None) -> BoxTable:
    """Builds the table from answers; a worker's exact repeat of a box is one box.

    Raises InputError for a label missing in ``labels``.
    """
    last: dict[tuple[str, str], BoxAnswer] = {}
    for answer in answers:
        key = (answer.object_id, answer.worker_id)
        if key not in last or answer.submitted >= last[key].submitted:
            last[key] = answer
    answers_used = list(last.values())
    drawn = [box for answer in answers_used for box in answer.boxes]
    images, image_of = _codes([image for image, _ in last])
    workers, worker_of = _codes([worker for _, worker in last])
    # One pass over all columns at once: box by box takes as long as everything that follows.
    texts, *columns = zip(*drawn, strict=True) if drawn else ((), (), (), (), ())
    names, label_of = _label_codes(texts, labels)
    seen_by = np.zeros((len(images), len(workers)), bool)
    seen_by[image_of, worker_of] = True
    owner = np.repeat(np.arange(len(answers_used)), [len(answer.boxes) for answer in answers_used])
    sizes = np.array([_side(a.image_width) for a in answers_used] + [_side(a.image_height) for a in answers_used])
    sizes = sizes.reshape(2, -1).T
    sides = np.array(columns, float).T
    edges, good = _edges(sides, sizes[owner])
    rows = (*edges.T, label_of, worker_of[owner], image_of[owner])
    table = np.column_stack([row[good] for row in rows]).astype(float)
    table = table[np.lexsort(table[:, [5, 4, 3, 2, 1, 0, 6]].T)]
    fresh = np.ones(len(table), bool)
    fresh[1:] = (table[1:] != table[:-1]).any(axis=1)
    table = table[fresh]
    return BoxTable(
        images=images,
        workers=workers,
        labels=names,
        edges=np.ascontiguousarray(table[:, :4]),
        image_of=table[:, 6].astype(np.int64),
        worker_of=table[:, 5].astype(np.int64),
        label_of=table[:, 4].astype(np.int64),
        seen_by=seen_by,
        dropped=len(drawn) - int(good.sum()),
    )


def _edges(sides: Floats, sizes: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Edges cut at the image's border where its size is known, and which are boxes at all."""
    with np.errstate(invalid="ignore", over="ignore"):
        edges = np.concatenate([sides[:, :2], sides[:, :2] + sides[:, 2:]], axis=1)
        # Not a number fails every comparison; areas of what is larger would overflow.
        good = (np.abs(edges) < _FARTHEST).all(axis=1)
        # An unknown size is not a number, which fmax and fmin pass over.
        edges[:, :2] = np.fmax(edges[:, :2], 0 * sizes)
        edges[:, 2:] = np.fmin(edges[:, 2:], sizes)
        return edges, good & (edges[:, 2:] > edges[:, :2]).all(axis=1)


def _side(side: float | None) -> float:
    return np.nan if side is None else float(side)


def _codes(names: list[str]) -> tuple[tuple[str, ...], Ints]:
    ordered = tuple(sorted(set(names)))
    index = {name: code for code, name in enumerate(ordered)}
    return ordered, np.array([index[name] for name in names], np.int64)


def _label_codes(texts: Sequence[str], labels: Sequence[str] | None) -> tuple[tuple[str, ...], Ints]:
    used = set(texts)
    names = tuple(sorted(used)) if labels is None else tuple(dict.fromkeys(labels))
    unknown = sorted(used - set(names))
    if unknown:
        raise InputError(
            f"a box should have one of the labels {list(names)}, got {unknown[0]!r}: "
            "add it to the label category list or drop the box"
        )
    index = {name: code for code, name in enumerate(names)}
    return names, np.array([index[text] for text in texts], np.int64)
