"""What people said of one object, as output manifests hold it: one frozen class for each form of label."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ground_truth.contract.json_types import Json


@dataclass(frozen=True, kw_only=True)
class ClassLabel:
    """One class: of a classification, or the verdict of a verification.

    ``index`` is None where the manifest gives a name only, ``name`` is empty where it gives an index only.
    ``comments`` are the workers' on a verified label.
    """

    index: int | None
    name: str = ""
    confidence: float | None = None
    comments: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ClassesLabel:
    """Every class that at least one worker chose: their confidence tells which to keep."""

    classes: tuple[ClassLabel, ...]


@dataclass(frozen=True, kw_only=True)
class Box:
    """A rectangle in pixels, from the upper left corner of the image."""

    class_id: int
    name: str
    left: float
    top: float
    width: float
    height: float
    confidence: float | None = None


@dataclass(frozen=True, kw_only=True)
class BoxesLabel:
    """The boxes of an image and its size in pixels; no boxes means that there was nothing to label."""

    width: int
    height: int
    boxes: tuple[Box, ...]


@dataclass(frozen=True, kw_only=True)
class MaskClass:
    """What one pixel value of a mask means; 0 is the background."""

    index: int
    name: str
    hex_color: str = ""
    confidence: float | None = None


@dataclass(frozen=True, kw_only=True)
class MaskLabel:
    """The address of a mask and the meaning of its pixel values."""

    uri: str
    classes: tuple[MaskClass, ...]


@dataclass(frozen=True, kw_only=True)
class TextSpan:
    """A marked part of a text, in Unicode characters; ``end`` is the first after it."""

    name: str
    start: int
    end: int
    confidence: float | None = None


@dataclass(frozen=True, kw_only=True)
class TextSpansLabel:
    """The marked parts of a text."""

    spans: tuple[TextSpan, ...]


@dataclass(frozen=True, kw_only=True)
class FileLabel:
    """The address of a file with the label, left unread: video sequences and point clouds."""

    uri: str
    names: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class AnyLabel:
    """A label as the manifest has it: of custom tasks, of boxes in point clouds, and of unknown types."""

    value: Json
    names: Mapping[int, str] = field(default_factory=dict)


Label = ClassLabel | ClassesLabel | BoxesLabel | MaskLabel | TextSpansLabel | FileLabel | AnyLabel
