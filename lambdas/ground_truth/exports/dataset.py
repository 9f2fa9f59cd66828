"""The labeled images of an output manifest, as all export formats take them: named, within their images, counted."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ground_truth.contract.errors import ContractError, InputError
from ground_truth.exports.image_names import image_names
from ground_truth.manifests.labels import Box, BoxesLabel, ClassesLabel, ClassLabel, Label, MaskLabel
from ground_truth.manifests.output import LabeledObject

# Formats list every class up to the highest; more would be a mistake that fills a disk.
MOST_CLASSES = 65_536
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, kw_only=True)
class ExportedImage:
    """One labeled image; ``name`` is its file name in the export."""

    name: str
    uri: str
    label: Label
    job_name: str
    by_model: bool


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """What is exported: the images, the name of each class by index, and how many of what was left out.

    Indexes are those of the label category file: the values of a mask less one, its 0 being the background.
    """

    record_type: str
    images: Sequence[ExportedImage]
    classes: Mapping[int, str]
    left_out: Mapping[str, int]

    @property
    def class_names(self) -> list[str]:
        """Every class in the order of indexes; one that no label tells is called by its number."""
        return [self.class_name(index) for index in range(max(self.classes, default=-1) + 1)]

    def class_name(self, index: int) -> str:
        """The name of a class, in characters that every format can hold."""
        return plain(self.classes.get(index) or f"class {index}")


@dataclass
class _Selection:
    """Decides what of a label is exported, and counts the rest."""

    min_confidence: float
    left_out: Counter[str] = field(default_factory=Counter)

    def label(self, labeled: LabeledObject) -> Label | None:
        """What is exported of an object's label; None if it is not exported at all."""
        if labeled.label is None:
            self.left_out["failed" if labeled.failure_reason is not None else "unlabeled"] += 1
            return None
        if isinstance(labeled.label, BoxesLabel):
            return self._boxes(labeled.label)
        if isinstance(labeled.label, ClassesLabel):
            return ClassesLabel(classes=tuple(c for c in labeled.label.classes if self._is_sure(c.confidence)))
        if isinstance(labeled.label, ClassLabel):
            return labeled.label if self._is_sure(labeled.label.confidence) else None
        if isinstance(labeled.label, MaskLabel):
            # A mask has one confidence, told with each of its classes.
            confidence = labeled.label.classes[0].confidence if labeled.label.classes else None
            return labeled.label if self._is_sure(confidence) else None
        return labeled.label

    def _boxes(self, label: BoxesLabel) -> BoxesLabel:
        if label.width < 1 or label.height < 1:
            size = (label.width, label.height)
            raise ContractError("image_size", size, "at least 1 x 1", "take the output manifest as the job wrote it")
        sure = [box for box in label.boxes if self._is_sure(box.confidence)]
        inside = [clipped for box in sure if (clipped := _clipped(box, label))]
        self.left_out["outside_the_image"] += len(sure) - len(inside)
        return replace(label, boxes=tuple(inside))

    def _is_sure(self, confidence: float | None) -> bool:
        sure = confidence is None or confidence >= self.min_confidence
        self.left_out["below_confidence"] += not sure
        return sure


def read_dataset(objects: Iterable[LabeledObject], *, min_confidence: float = 0, labels: Sequence[str] = ()) -> Dataset:
    """Reads what is to be exported.

    Parts of labels (boxes, classes, whole masks) whose confidence is below ``min_confidence`` are left out, and
    those without one are kept. Boxes end at the edges of their images; those outside are left out. ``labels``,
    in the order of class indexes, tells of classes that no label has.
    Raises InputError where two lines call one class differently.
    """
    selection = _Selection(min_confidence)
    classes = dict(enumerate(labels))
    images: list[ExportedImage] = []
    record_type = ""
    for labeled in objects:
        label = selection.label(labeled)
        if label is None:
            continue
        record_type = labeled.record_type
        _name_classes(classes, label)
        images.append(
            ExportedImage(
                name="",
                uri=labeled.source,
                label=label,
                job_name=labeled.job_name,
                by_model=labeled.human_annotated is False,
            )
        )
    names = image_names([image.uri for image in images])
    return Dataset(
        record_type=record_type,
        images=[replace(image, name=name) for image, name in zip(images, names, strict=True)],
        classes=classes,
        left_out={reason: count for reason, count in selection.left_out.items() if count},
    )


def plain(text: str) -> str:
    """Text without the characters that XML, YAML and UTF-8 cannot hold."""
    return _CONTROL.sub("\ufffd", text)


def _clipped(box: Box, label: BoxesLabel) -> Box | None:
    """The part of a box that lies in the image, if any."""
    left, top = max(box.left, 0), max(box.top, 0)
    right, bottom = min(box.left + box.width, label.width), min(box.top + box.height, label.height)
    # So written that a side that is no number is outside too.
    if not (right > left and bottom > top):
        return None
    return replace(box, left=left, top=top, width=right - left, height=bottom - top)


def _name_classes(classes: dict[int, str], label: Label) -> None:
    for index, name in _classes(label):
        if index not in range(MOST_CLASSES):
            fix = "take the output manifest as the job wrote it"
            raise ContractError("class index", index, f"from 0 to {MOST_CLASSES - 1}", fix)
        earlier = classes.setdefault(index, name) or name
        if name and earlier != name:
            raise InputError(
                f"class {index} is {earlier!r} in one place and {name!r} in another: export the jobs of each label "
                "category file apart"
            )
        classes[index] = earlier


def _classes(label: Label) -> Iterator[tuple[int, str]]:
    """The classes in a label, each as (index, name); a name may be empty."""
    if isinstance(label, BoxesLabel):
        yield from ((box.class_id, box.name) for box in label.boxes)
    if isinstance(label, MaskLabel):
        yield from ((entry.index - 1, entry.name) for entry in label.classes if entry.index)
    chosen = label.classes if isinstance(label, ClassesLabel) else (label,) if isinstance(label, ClassLabel) else ()
    yield from ((entry.index, entry.name) for entry in chosen if entry.index is not None)
