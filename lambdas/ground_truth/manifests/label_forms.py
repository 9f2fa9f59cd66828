"""How each type of label is read from an output manifest: one function a form (contract section 7.3)."""

from collections.abc import Callable, Mapping
from itertools import zip_longest

from ground_truth.contract.errors import ContractError
from ground_truth.contract.json_types import Json, JsonObject
from ground_truth.manifests.labels import (
    AnyLabel,
    Box,
    BoxesLabel,
    ClassesLabel,
    ClassLabel,
    FileLabel,
    Label,
    MaskClass,
    MaskLabel,
    TextSpan,
    TextSpansLabel,
)

Form = Callable[[str, Json, JsonObject], Label]

_FIX = "take the output manifest as the job wrote it"


def read_class(attribute: str, value: Json, metadata: JsonObject) -> ClassLabel:
    """A class: real output has its index as a number, some documented examples as a text."""
    index = _index(value)
    if index is None and not isinstance(value, str):
        raise ContractError(attribute, value, "the index or the name of a class", _FIX)
    feedback = _objects(f"{attribute}-metadata.worker-feedback", metadata.get("worker-feedback", []))
    return ClassLabel(
        index=index,
        name=str(metadata.get("class-name", value if index is None else "")),
        confidence=_confidence(metadata),
        comments=tuple(str(entry["comment"]) for entry in feedback if "comment" in entry),
    )


def read_classes(attribute: str, value: Json, metadata: JsonObject) -> ClassesLabel:
    """All classes that a worker chose, in the order of the manifest."""
    names = _names(metadata)
    confidences = _object(f"{attribute}-metadata.confidence-map", metadata.get("confidence-map", {}))
    return ClassesLabel(
        classes=tuple(
            ClassLabel(index=index, name=names.get(index, ""), confidence=_confidence(confidences, str(index)))
            for index in (_whole(attribute, entry) for entry in _list(attribute, value))
        )
    )


def read_boxes(attribute: str, value: Json, metadata: JsonObject) -> BoxesLabel:
    """Boxes with the names and the confidence that the metadata has of them."""
    label = _object(attribute, value)
    names = _names(metadata)
    size = next(iter(_objects(f"{attribute}.image_size", label.get("image_size"))), {})
    boxes = _objects(f"{attribute}.annotations", label.get("annotations", []))
    objects = _objects(f"{attribute}-metadata.objects", metadata.get("objects", []))
    return BoxesLabel(
        width=_whole(f"{attribute}.image_size.width", size.get("width")),
        height=_whole(f"{attribute}.image_size.height", size.get("height")),
        boxes=tuple(
            _box(f"{attribute}.annotations", box, names, _confidence(details or {}))
            for box, details in zip_longest(boxes, objects[: len(boxes)])
        ),
    )


def read_mask(attribute: str, value: Json, metadata: JsonObject) -> MaskLabel:
    """A mask's address and colours."""
    place = f"{attribute}-metadata.internal-color-map"
    colors = {
        index: _object(place, entry) for index, entry in _object(place, metadata.get("internal-color-map", {})).items()
    }
    return MaskLabel(
        uri=_text(attribute, value),
        classes=tuple(
            MaskClass(
                index=_whole(place, index),
                name=str(entry.get("class-name", "")),
                hex_color=str(entry.get("hex-color", "")),
                confidence=_confidence(entry),
            )
            for index, entry in colors.items()
        ),
    )


def read_text_spans(attribute: str, value: Json, metadata: JsonObject) -> TextSpansLabel:
    """Marked parts of a text; the metadata has a confidence for each."""
    annotations = _object(f"{attribute}.annotations", _object(attribute, value).get("annotations"))
    entities = _objects(f"{attribute}.annotations.entities", annotations.get("entities", []))
    details = _objects(f"{attribute}-metadata.entities", metadata.get("entities", []))
    return TextSpansLabel(
        spans=tuple(
            TextSpan(
                name=str(entity.get("label", "")),
                start=_whole(f"{attribute}.annotations.entities.startOffset", entity.get("startOffset")),
                end=_whole(f"{attribute}.annotations.entities.endOffset", entity.get("endOffset")),
                confidence=_confidence(detail or {}),
            )
            for entity, detail in zip_longest(entities, details[: len(entities)])
        )
    )


def read_file_label(attribute: str, value: Json, metadata: JsonObject) -> FileLabel:
    """A file's address."""
    return FileLabel(uri=_text(attribute, value), names=_names(metadata))


def read_any(_attribute: str, value: Json, metadata: JsonObject) -> AnyLabel:
    """A label as it is."""
    return AnyLabel(value=value, names=_names(metadata))


# The type of video classification is not documented (UNVERIFIED); by its neighbours it would be this.
FORMS: Mapping[str, Form] = {
    "groundtruth/image-classification": read_class,
    "groundtruth/text-classification": read_class,
    "groundtruth/video-classification": read_class,
    "groundtruth/label-verification": read_class,
    "groundtruth/image-classification-multilabel": read_classes,
    "groundtruth/text-classification-multilabel": read_classes,
    "groundtruth/object-detection": read_boxes,
    "groundtruth/semantic-segmentation": read_mask,
    "groundtruth/text-span": read_text_spans,
    "groundtruth/video-object-detection": read_file_label,
    "groundtruth/video-object-tracking": read_file_label,
    "groundtruth/point_cloud_object_tracking": read_file_label,
    "groundtruth/point_cloud_single_frame_semantic_segmentation": read_file_label,
    "groundtruth/point_cloud_object_detection": read_any,
    "groundtruth/custom": read_any,
}


def _box(place: str, box: JsonObject, names: Mapping[int, str], confidence: float | None) -> Box:
    class_id = _whole(f"{place}.class_id", box.get("class_id"))
    edges = {side: _number(f"{place}.{side}", box.get(side)) for side in ("left", "top", "width", "height")}
    return Box(class_id=class_id, name=names.get(class_id, ""), confidence=confidence, **edges)


def _names(metadata: JsonObject) -> dict[int, str]:
    """The names of classes by index; point clouds write class_map, and some tasks of one's own a list."""
    named = metadata.get("class-map", metadata.get("class_map"))
    if not isinstance(named, dict):
        return {}
    return {index: str(name) for key, name in named.items() if (index := _index(key)) is not None}


def _index(value: Json) -> int | None:
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        return None
    return value if isinstance(value, int) else int(value) if value.isdecimal() else None


def _whole(place: str, value: Json) -> int:
    index = _index(value)
    if index is None:
        raise ContractError(place, value, "a whole number", _FIX)
    return index


def _number(place: str, value: Json) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ContractError(place, value, "a number", _FIX)
    return value


def _confidence(metadata: JsonObject, key: str = "confidence") -> float | None:
    value = metadata.get(key)
    return None if value is None else _number("confidence", value)


def _text(place: str, value: Json) -> str:
    if not isinstance(value, str):
        raise ContractError(place, value, "the address of a file", _FIX)
    return value


def _object(place: str, value: Json) -> JsonObject:
    if not isinstance(value, dict):
        raise ContractError(place, value, "a JSON object", _FIX)
    return value


def _list(place: str, value: Json) -> list[Json]:
    if not isinstance(value, list):
        raise ContractError(place, value, "a list", _FIX)
    return value


def _objects(place: str, value: Json) -> list[JsonObject]:
    return [_object(place, entry) for entry in _list(place, value)]
