"""The export formats: which labels each can hold, and how its files are made."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from ground_truth.contract.errors import ContractError
from ground_truth.exports.coco import coco_files
from ground_truth.exports.dataset import Dataset
from ground_truth.exports.image_names import IMAGES_FILE, images_table
from ground_truth.exports.label_studio import label_studio_files
from ground_truth.exports.voc import voc_files
from ground_truth.exports.yolo import yolo_files
from ground_truth.manifests.labels import BoxesLabel, ClassesLabel, ClassLabel, Label, MaskLabel

ReadFile = Callable[[str], bytes]
"""Reads a mask, given the address in its label."""
ExportedFile = tuple[str, bytes]
"""A file's path in the export, and its content."""


@dataclass(frozen=True, kw_only=True)
class Format:
    """A format: which forms of label it has a form for, and how its files are made."""

    forms: tuple[type[Label], ...]
    files: Callable[[Dataset, ReadFile], Iterator[ExportedFile]]


FORMATS: Mapping[str, Format] = {
    "coco": Format(forms=(BoxesLabel, MaskLabel), files=coco_files),
    "yolo": Format(forms=(BoxesLabel,), files=yolo_files),
    "voc": Format(forms=(BoxesLabel, MaskLabel), files=voc_files),
    "labelstudio": Format(forms=(BoxesLabel, ClassLabel, ClassesLabel), files=label_studio_files),
}


def export_files(dataset: Dataset, format_name: str, read_file: ReadFile) -> Iterator[ExportedFile]:
    """Yields the files of the export, one at a time, and a table of which image is called what.

    Raises ContractError for labels that the format has no form for.
    """
    chosen = FORMATS[format_name]
    for image in dataset.images:
        if not isinstance(image.label, chosen.forms):
            able = [name for name, other in FORMATS.items() if isinstance(image.label, other.forms)]
            raise ContractError(
                "format",
                format_name,
                f"one of {', '.join(able)}" if able else "left",
                f"it has no form for {dataset.record_type or 'labels of an unknown type'}",
            )
    yield from chosen.files(dataset, read_file)
    yield IMAGES_FILE, images_table((image.name, image.uri) for image in dataset.images)
