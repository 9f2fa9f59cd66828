"""Reading items: one, those of a partition, many by their keys, and places in the index."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from boto3.dynamodb.conditions import ConditionBase, Key

from ground_truth.engine.store import keys
from ground_truth.engine.store.items import ReadItem

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

# DynamoDB gives no more in one request.
_MOST_KEYS = 100


class TableReader:
    """Reads a table as it is now, unless it says otherwise."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def item(self, key: dict[str, str]) -> ReadItem | None:
        """The item at a key, if there is one."""
        return self._table.get_item(Key=key, ConsistentRead=True).get("Item")

    def partition(self, partition: str, *, exactly: bool = True) -> Iterator[ReadItem]:
        """All items of a partition; what is only shown need not be exact, and costs half then."""
        condition = Key(keys.PARTITION_KEY).eq(partition)
        page = self._table.query(KeyConditionExpression=condition, ConsistentRead=exactly)
        yield from page["Items"]
        while "LastEvaluatedKey" in page:
            page = self._table.query(
                KeyConditionExpression=condition, ConsistentRead=exactly, ExclusiveStartKey=page["LastEvaluatedKey"]
            )
            yield from page["Items"]

    def items(self, item_keys: Sequence[dict[str, str]], *, exactly: bool = True) -> Iterator[ReadItem]:
        """The items at many keys, in any order, without those that are not there."""
        name = self._table.name
        for first in range(0, len(item_keys), _MOST_KEYS):
            batch = item_keys[first : first + _MOST_KEYS]
            answer = self._table.meta.client.batch_get_item(
                RequestItems={name: {"Keys": batch, "ConsistentRead": exactly}}
            )
            yield from answer["Responses"].get(name, ())
            while answer.get("UnprocessedKeys"):
                answer = self._table.meta.client.batch_get_item(RequestItems=answer["UnprocessedKeys"])
                yield from answer["Responses"].get(name, ())

    def index_keys_above(self, partition: str, index_key: str, most: int) -> list[str]:
        """Places in the index above one, lowest first, at most so many."""
        return self._index_keys(partition, Key(keys.INDEX_SORT_KEY).gt(index_key), most)

    def index_keys_below(self, partition: str, index_key: str, most: int) -> list[str]:
        """Places in the index below one, lowest first, at most so many."""
        return self._index_keys(partition, Key(keys.INDEX_SORT_KEY).lt(index_key), most)

    def _index_keys(self, partition: str, condition: ConditionBase, most: int) -> list[str]:
        page = self._table.query(
            IndexName=keys.INDEX,
            KeyConditionExpression=Key(keys.INDEX_PARTITION_KEY).eq(partition) & condition,
            Limit=most,
        )
        return [str(item[keys.INDEX_SORT_KEY]) for item in page["Items"]]
