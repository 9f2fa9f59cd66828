"""Sums that are kept about workers, and how those of several batches become one."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

from ground_truth.contract.errors import InputError

# How deep they are nested only the consolidator knows that wrote them.
StoredCounts = Mapping[str, Any]
"""Names -> sums, nested to any depth. JSON as it is; what several batches hold adds up."""

# Sums are stored with so many decimals; added with as many, they do not depend on the order.
DECIMALS = 6


def merge_counts(many: Iterable[StoredCounts]) -> StoredCounts:
    """Adds stored counts cell by cell; the order of the batches does not matter."""
    total: dict[str, Any] = {}
    for counts in many:
        _add(total, counts)
    return total


def check_counts(counts: object) -> StoredCounts:
    """Returns what is stored, if it is counts.

    Raises InputError for anything but finite numbers in mappings.
    """
    if not isinstance(counts, Mapping):
        raise InputError(f"counts should be an object of sums, got {type(counts).__name__}: delete the record")
    for name, value in counts.items():
        if isinstance(value, Mapping):
            check_counts(value)
        elif isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            raise InputError(f"the count {name!r} should be a finite number, got {value!r}: delete the record")
    return counts


def _add(total: dict[str, Any], counts: StoredCounts) -> None:
    for name, value in counts.items():
        if isinstance(value, Mapping):
            _add(total.setdefault(name, {}), value)
        else:
            total[name] = round(total.get(name, 0.0) + value, DECIMALS)
