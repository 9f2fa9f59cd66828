"""Names of jobs, as both backends take them."""

from datetime import UTC, datetime

from ground_truth.contract import limits
from ground_truth.contract.errors import ContractError


def checked_name(task_name: str, given: str | None) -> str:
    """The job's name: the given one, else the task's with the moment.

    Raises ContractError for a name that the service refuses.
    """
    name = given or f"{task_name}-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    if len(name) > limits.JOB_NAME_LENGTH or not limits.NAME.fullmatch(name):
        raise ContractError(
            "name", name, f"1 to {limits.JOB_NAME_LENGTH} letters, digits and hyphens", "choose another --name"
        )
    return name
