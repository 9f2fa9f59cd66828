"""Names of jobs, as both backends take them."""

from datetime import UTC, datetime

from ground_truth.contract import limits
from ground_truth.contract.errors import ContractError


def checked_name(task_name: str, chosen_name: str | None) -> str:
    """The name that was chosen for a job, else the task's with the moment.

    Raises ContractError for a name that the service refuses.
    """
    name = chosen_name or f"{task_name}-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    if len(name) > limits.JOB_NAME_LENGTH or not limits.NAME.fullmatch(name):
        raise ContractError(
            "name", name, f"1 to {limits.JOB_NAME_LENGTH} letters, digits and hyphens", "choose another --name"
        )
    return name
