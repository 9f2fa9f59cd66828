"""The values of items: texts, numbers and JSON as DynamoDB takes them, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias

from ground_truth.contract.json_types import JsonObject

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import TableAttributeValueTypeDef

Item: TypeAlias = "dict[str, TableAttributeValueTypeDef]"
ReadItem: TypeAlias = Mapping[str, object]


def decimal(value: float) -> Decimal:
    """A time or a count; DynamoDB takes no floats, and milliseconds are fine enough."""
    return Decimal(str(round(value, 3)))


def compact(value: Mapping[str, object]) -> str:
    """JSON in as few bytes as it takes: an item is paid by the kilobyte."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def text_of(item: ReadItem, name: str) -> str:
    """A text in an item."""
    return str(item[name])


def optional_text_of(item: ReadItem, name: str) -> str | None:
    """A text that may be missing."""
    return str(item[name]) if name in item else None


def float_of(item: ReadItem, name: str) -> float:
    """A time in an item."""
    return float(str(item[name]))


def int_of(item: ReadItem, name: str) -> int:
    """A count in an item, 0 where it is missing."""
    return int(str(item.get(name, 0)))


def json_of(item: ReadItem, name: str) -> JsonObject:
    """A JSON object in an item."""
    content: JsonObject = json.loads(text_of(item, name))
    return content


def texts_of(item: ReadItem, name: str) -> tuple[str, ...]:
    """A list of texts in an item, empty where it is missing."""
    value = item.get(name)
    return tuple(map(str, value)) if isinstance(value, list) else ()
