"""What a worker's page is given for one data object: ``task.input`` (contract sections 5.2 and 5.5)."""

from collections.abc import Mapping, Sequence
from typing import Any

from ground_truth.contract import limits
from ground_truth.contract.errors import InputError
from ground_truth.contract.json_text import json_length


def task_input(
    data_object: Mapping[str, Any], *, labels: Sequence[str], instruction_media: str | None
) -> dict[str, Any]:
    """Builds the task input of one manifest line.

    ``instruction_media`` is where example pictures lie; left out, the page shows none.
    Raises InputError if the line names no data or the input is longer than a page can be given.
    """
    found = [key for key in ("source-ref", "source") if key in data_object]
    if len(found) != 1:
        raise InputError(
            f"a manifest line needs either 'source-ref' or 'source', this one has the keys {sorted(data_object)}"
        )
    given: dict[str, Any] = {
        "taskObject": data_object[found[0]],
        "labels": list(labels),
        "manifestLine": dict(data_object),
    }
    if instruction_media:
        given["instructionMedia"] = instruction_media
    length = json_length(given)
    if length > limits.TASK_INPUT_CHARACTERS:
        raise InputError(
            f"the task input of {str(data_object[found[0]])[:200]!r} has {length} characters, "
            f"at most {limits.TASK_INPUT_CHARACTERS} are allowed: shorten the data or the labels"
        )
    return given
