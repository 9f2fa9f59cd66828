"""Labels in the forms that training and labeling tools read: one module for each form."""

import importlib
from collections.abc import Callable, Iterable, Mapping, Sequence

from ground_truth.exports.selection import Selected

FORMATS = ("coco", "yolo", "voc", "labelstudio")

Export = Callable[[Iterable[Selected], Sequence[str]], Mapping[str, str]]
"""Takes labeled images and the names of all classes; gives the text of each file by its path."""


def exporter(form: str) -> Export:
    """The function that writes a form.

    Raises ValueError for one that is not among ``FORMATS``.
    """
    if form not in FORMATS:
        raise ValueError(f"'format' should be one of {', '.join(FORMATS)}, got {form!r}")
    found: Export = importlib.import_module(f"{__name__}.{form}").export
    return found
