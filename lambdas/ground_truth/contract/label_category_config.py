"""The label category configuration file (contract section 4.3)."""

import json
from collections.abc import Sequence
from typing import Any

from ground_truth.contract.errors import InputError
from ground_truth.contract.limits import LABEL_CATEGORY_VERSION


def label_category_config(labels: Sequence[str]) -> dict[str, Any]:
    """Builds the file's content; the order of labels is the order of class indexes in the output."""
    return {"document-version": LABEL_CATEGORY_VERSION, "labels": [{"label": label} for label in labels]}


def read_labels(text: str | bytes) -> list[str]:
    """Reads the labels of such a file, in order.

    Raises InputError if it is not one.
    """
    try:
        return [entry["label"] for entry in json.loads(text)["labels"]]
    except (KeyError, TypeError, ValueError) as error:
        raise InputError("not a label category file: it needs {'labels': [{'label': ...}, ...]}") from error
