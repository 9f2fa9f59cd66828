"""A model's boxes as the labels of an earlier job, so that people verify or adjust them (contract sections 7.3, 14).

Predictions come in COCO's format: either its whole data set form (images, categories, annotations), or its
results form (a list of detections) together with the images and categories of the data set.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeGuard

from ground_truth.contract.errors import ContractError
from ground_truth.contract.json_types import Json, JsonObject
from ground_truth.contract.names import check_label_attribute_name, check_labels
from ground_truth.contract.task_types import BOUNDING_BOX
from ground_truth.manifests.manifest_line import ManifestLine
from ground_truth.manifests.records import boxes_details, boxes_label, label_record

_MOST_PIXELS = 1_000_000_000

_Id = int | str


@dataclass(frozen=True, kw_only=True)
class Predictions:
    """Images, category names by id in the order of the file, and the detections of each image."""

    images: Mapping[_Id, JsonObject]
    categories: Mapping[_Id, str]
    detections: Mapping[_Id, Sequence[JsonObject]]

    @property
    def labels(self) -> tuple[str, ...]:
        """All category names: the labels that a verification or adjustment task needs, in this order."""
        return tuple(self.categories.values())


def read_predictions(predictions: Json, dataset: Json = None) -> Predictions:
    """Reads COCO's forms as ``json.loads`` gives them; ``dataset`` has the images of a results list.

    Raises ContractError for anything missing, and for images or categories that do not exist.
    """
    if isinstance(predictions, dict):
        dataset = predictions if dataset is None else dataset
        predictions = _list(predictions, "annotations")
    if dataset is None:
        raise ContractError(
            "predictions",
            "a list of results",
            "given with images and categories",
            "name the data set file that was predicted on",
        )
    if not isinstance(predictions, list) or not isinstance(dataset, dict):
        raise ContractError(
            "predictions", type(predictions).__name__, "COCO's data set or list of results", "convert the file"
        )
    images = {_id(image, "id", "images"): _entry(image, "images") for image in _list(dataset, "images")}
    categories = {
        _id(category, "id", "categories"): str(_field(category, "name", "categories"))
        for category in _list(dataset, "categories")
    }
    detections: defaultdict[_Id, list[JsonObject]] = defaultdict(list)
    for detection in predictions:
        image_id = _reference(detection, "image_id", images)
        _reference(detection, "category_id", categories)
        detections[image_id].append(_entry(detection, "annotations"))
    return Predictions(images=images, categories=categories, detections=detections)


def chained_lines(
    predictions: Predictions,
    *,
    images_uri: str,
    label_attribute: str,
    moment: datetime,
    labels: Sequence[str] = (),
    min_score: float = 0.0,
    job_name: str = "predictions",
) -> Iterator[ManifestLine]:
    """Yields one manifest line for each image, in their order, with its boxes under ``label_attribute``.

    ``images_uri`` is the folder on S3 under which the images have their file names. ``labels`` are the task's,
    in its order: a box's class is its position among them, and other categories are left out; by default all
    categories are labels. Boxes below ``min_score`` (0 to 1) are left out, others cut to the image and
    rounded to whole pixels. An image without boxes keeps its line: people find what a model misses.
    Raises ContractError for labels, sizes, boxes or scores that cannot be.
    """
    if not images_uri.startswith("s3://"):
        raise ContractError("images_uri", images_uri, "like s3://bucket/prefix", "give the folder of the images on S3")
    check_label_attribute_name(label_attribute, BOUNDING_BOX)
    labels = labels or predictions.labels
    check_labels(labels, BOUNDING_BOX)
    unknown = [label for label in labels if label not in predictions.labels]
    if unknown:
        raise ContractError("labels", unknown, f"among {list(predictions.labels)}", "use the categories' names")
    for image_id, image in predictions.images.items():
        size = {side: _size(image, side) for side in ("width", "height")}
        scored = [
            (box, score)
            for detection in predictions.detections.get(image_id, ())
            if (name := predictions.categories[_id(detection, "category_id", "annotations")]) in labels
            if (score := _score(detection, min_score)) >= min_score
            if (box := _box(detection, labels.index(name), size)) is not None
        ]
        boxes = [box for box, _ in scored]
        record = label_record(
            label_attribute,
            BOUNDING_BOX,
            boxes_label(size, boxes),
            boxes_details(labels, boxes, [{"confidence": score} for _, score in scored]),
            job_arn=job_name,
            moment=moment,
        )
        record.metadata["human-annotated"] = "no"
        yield ManifestLine({"source-ref": f"{images_uri.rstrip('/')}/{_file_name(image)}"}).with_record(record)


def _list(dataset: JsonObject, key: str) -> list[Json]:
    value = dataset.get(key)
    if not isinstance(value, list):
        raise ContractError(key, value, "a list in COCO's data set form", "give the file that has it")
    return value


def _entry(entry: Json, place: str) -> JsonObject:
    if not isinstance(entry, dict):
        raise ContractError(place, entry, "a list of JSON objects", "convert the file")
    return entry


def _field(entry: Json, field: str, place: str) -> Json:
    if not isinstance(entry, dict) or entry.get(field) is None:
        raise ContractError(f"{place}.{field}", entry, "there in every entry", "complete the file")
    return entry[field]


def _id(entry: Json, field: str, place: str) -> _Id:
    value = _field(entry, field, place)
    if not isinstance(value, (int, str)):
        raise ContractError(f"{place}.{field}", value, "a number or a text", "correct the id")
    return value


def _reference(detection: Json, field: str, entries: Mapping[_Id, object]) -> _Id:
    value = _id(detection, field, "annotations")
    if value not in entries:
        raise ContractError(
            f"annotations.{field}", value, "the id of an entry of the data set", "give the data set predicted on"
        )
    return value


def _size(image: JsonObject, side: str) -> int:
    value = image.get(side)
    if not isinstance(value, int) or value < 1:
        raise ContractError(f"images.{side}", value, "the pixels of the image", f"complete image {image['id']!r}")
    return value


def _file_name(image: JsonObject) -> str:
    name = image.get("file_name")
    if not isinstance(name, str) or not name or name.startswith("/"):
        raise ContractError(
            "images.file_name", name, "a name relative to the images' folder", f"correct image {image['id']!r}"
        )
    return name


def _score(detection: JsonObject, min_score: float) -> float:
    # Ground Truth writes 0 where no confidence is known; annotations by hand have no score.
    score = detection.get("score", None if min_score else 0)
    if not isinstance(score, (int, float)) or not 0 <= score <= 1:
        raise ContractError("annotations.score", score, "a number from 0 to 1", "scale or add the scores")
    return score


def _box(detection: JsonObject, class_id: int, size: Mapping[str, int]) -> Mapping[str, int] | None:
    """The box in whole pixels within the image; nothing if none of it is left."""
    bbox = detection.get("bbox")
    pixels = [number for number in bbox if _is_pixels(number)] if isinstance(bbox, list) else []
    if not isinstance(bbox, list) or not len(pixels) == len(bbox) == 4:
        raise ContractError("annotations.bbox", bbox, "[left, top, width, height] in pixels", "correct the box")
    left, right = (_within(edge, size["width"]) for edge in (pixels[0], pixels[0] + pixels[2]))
    top, bottom = (_within(edge, size["height"]) for edge in (pixels[1], pixels[1] + pixels[3]))
    if right <= left or bottom <= top:
        return None
    return {"class_id": class_id, "left": left, "top": top, "width": right - left, "height": bottom - top}


def _is_pixels(number: Json) -> TypeGuard[float]:
    # Also refuses what is no number at all, and infinities.
    return isinstance(number, (int, float)) and -_MOST_PIXELS < number < _MOST_PIXELS


def _within(edge: float, most: int) -> int:
    return min(max(round(edge), 0), most)
