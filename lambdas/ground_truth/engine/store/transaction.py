"""Writing items only if they are as they were read, alone or several together or not at all."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from boto3.dynamodb.conditions import Attr, ConditionBase
from botocore.exceptions import ClientError

from ground_truth.contract.errors import StateError
from ground_truth.engine.store import keys
from ground_truth.engine.store.items import Item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

_TRIES = 12
_ABSENT = f"attribute_not_exists({keys.PARTITION_KEY})"


class Conflict(StateError):
    """Somebody else changed the item in between."""


class Transaction:
    """Changes that happen together or not at all."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._parts: list[TransactWriteItemTypeDef] = []

    def put_new(self, item: Item) -> None:
        """Adds an item that must not be there yet."""
        self._parts.append({"Put": {"TableName": self._table.name, "Item": item, "ConditionExpression": _ABSENT}})

    def replace(self, item: Item, version: int) -> None:
        """Replaces an item that must have this version."""
        self._parts.append(
            {
                "Put": {
                    "TableName": self._table.name,
                    "Item": item,
                    "ConditionExpression": "version = :version",
                    "ExpressionAttributeValues": {":version": version},
                }
            }
        )

    def add(self, key: dict[str, str], counts: Mapping[str, int]) -> None:
        """Adds to the numbers of an item, which need not be there yet."""
        self._parts.append(
            {
                "Update": {
                    "TableName": self._table.name,
                    "Key": key,
                    "UpdateExpression": "ADD " + ", ".join(f"#{name} :{name}" for name in counts),
                    "ExpressionAttributeNames": {f"#{name}": name for name in counts},
                    "ExpressionAttributeValues": {f":{name}": count for name, count in counts.items()},
                }
            }
        )

    def write(self) -> None:
        """Makes the changes; tried again while others write the same counter.

        Raises Conflict, and changes nothing, where an item is not as it must be.
        """
        for attempt in range(_TRIES):
            try:
                self._table.meta.client.transact_write_items(TransactItems=self._parts)
                return
            except ClientError as error:
                reasons = [reason.get("Code") for reason in error.response.get("CancellationReasons", ())]
                if "ConditionalCheckFailed" in reasons:
                    raise Conflict from error
                if error.response["Error"]["Code"] != "TransactionCanceledException" or attempt == _TRIES - 1:
                    raise
                time.sleep(min(0.01 * 2**attempt, 0.5))


def put_new(table: Table, item: Item) -> None:
    """Writes one item. Raises Conflict where it is there already."""
    try:
        table.put_item(Item=item, ConditionExpression=_ABSENT)
    except ClientError as error:
        raise _conflict_or(error) from error


def replace_item(table: Table, item: Item, version: int) -> None:
    """Replaces one item, for half of what a transaction costs. Raises Conflict unless it has this version."""
    try:
        table.put_item(Item=item, ConditionExpression=Attr("version").eq(version))
    except ClientError as error:
        raise _conflict_or(error) from error


def update_unless(table: Table, key: dict[str, str], values: Item, unless: Mapping[str, list[str]]) -> None:
    """Sets values of an item that is there.

    Raises Conflict, and changes nothing, where it is not, or where one of its values is among those of ``unless``.
    """
    condition: ConditionBase = Attr(keys.PARTITION_KEY).exists()
    for name, forbidden in unless.items():
        for value in forbidden:
            condition &= Attr(name).ne(value)
    try:
        table.update_item(
            Key=key,
            UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in values),
            ExpressionAttributeNames={f"#{name}": name for name in values},
            ExpressionAttributeValues={f":{name}": value for name, value in values.items()},
            ConditionExpression=condition,
        )
    except ClientError as error:
        raise _conflict_or(error) from error


def _conflict_or(error: ClientError) -> Exception:
    return Conflict() if error.response["Error"]["Code"] == "ConditionalCheckFailedException" else error
