"""What is exported of a job: its labeled images, and of each label the parts that are sure enough."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from ground_truth.labels import BoxesLabel, ClassesLabel, ClassLabel
from ground_truth.output_manifest import LabeledObject

# The forms of labels that have a form in the other tools.
Exportable = BoxesLabel | ClassLabel | ClassesLabel


@dataclass(frozen=True, kw_only=True)
class Selected:
    """One labeled image; ``file_name`` is its own, ``unique_name`` differs from that of every other image."""

    uri: str
    file_name: str
    unique_name: str
    label: Exportable


@dataclass(frozen=True, kw_only=True)
class Selection:
    """The images of a job that are exported, the names of their classes by class index, and what was left out."""

    images: tuple[Selected, ...]
    classes: tuple[str, ...]
    failed: int
    unlabeled: int
    dropped: int


def select(labeled: Iterable[LabeledObject], *, min_confidence: float = 0.0, labels: Sequence[str] = ()) -> Selection:
    """Chooses what to export; boxes and classes below ``min_confidence`` are dropped, and those without one kept.

    ``labels`` are all classes in the order of class indexes; left out, those that the manifest tells. An index
    that nobody tells the name of becomes "class N".
    Raises ValueError for labels that are neither boxes nor classes.
    """
    images: list[Selected] = []
    names = dict(enumerate(labels))
    taken: Counter[str] = Counter()
    failed = unlabeled = dropped = 0
    for number, one in enumerate(labeled, 1):
        if one.label is None:
            failed += one.failure_reason is not None
            unlabeled += one.failure_reason is None
            continue
        if not isinstance(one.label, Exportable):
            raise ValueError(
                f"line {number}: labels of the type {one.record_type!r} cannot be exported: "
                "boxes, classes and sets of classes can"
            )
        names |= {index: name for index, name in _classes(one.label) if name}
        label, parts = _sure(one.label, min_confidence)
        dropped += parts
        if label is None:
            continue
        file_name = PurePosixPath(one.source).name
        images.append(Selected(uri=one.source, file_name=file_name, unique_name=_unique(file_name, taken), label=label))
    known = range(max(names, default=-1) + 1)
    return Selection(
        images=tuple(images),
        classes=tuple(names.get(index, f"class {index}") for index in known),
        failed=failed,
        unlabeled=unlabeled,
        dropped=dropped,
    )


def _classes(label: Exportable) -> Iterable[tuple[int, str]]:
    if isinstance(label, BoxesLabel):
        return ((box.class_id, box.name) for box in label.boxes)
    parts = label.classes if isinstance(label, ClassesLabel) else (label,)
    return ((part.index, part.name) for part in parts if part.index is not None)


def _sure(label: Exportable, least: float) -> tuple[Exportable | None, int]:
    """The label without what is not sure enough, and how much that was; None where nothing is left of a class."""
    if isinstance(label, ClassLabel):
        return (label, 0) if _is_sure(label.confidence, least) else (None, 1)
    if isinstance(label, BoxesLabel):
        boxes = tuple(box for box in label.boxes if _is_sure(box.confidence, least))
        return replace(label, boxes=boxes), len(label.boxes) - len(boxes)
    classes = tuple(part for part in label.classes if _is_sure(part.confidence, least))
    return replace(label, classes=classes), len(label.classes) - len(classes)


def _is_sure(confidence: float | None, least: float) -> bool:
    return confidence is None or confidence >= least


def _unique(name: str, taken: Counter[str]) -> str:
    """A name that no other image has, also without its ending: files of labels differ in the ending only."""
    path = PurePosixPath(name)
    stem, number = path.stem, 1
    # Not all disks tell capitals apart.
    while taken[stem.lower()]:
        number += 1
        stem = f"{path.stem}-{number}"
    taken[stem.lower()] += 1
    return stem + path.suffix


def boxes_of(image: Selected, form: str) -> BoxesLabel:
    """The boxes of an image.

    Raises ValueError, naming the form, for another kind of label.
    """
    if not isinstance(image.label, BoxesLabel):
        raise ValueError(f"{form} holds boxes, and {image.uri} has classes: export them as labelstudio")
    return image.label
