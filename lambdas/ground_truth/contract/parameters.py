"""The names of the SSM parameters by which tools find what is deployed in an environment."""

import re

from ground_truth.contract.errors import ContractError

_ENVIRONMENT = re.compile(r"[A-Za-z0-9](-*[A-Za-z0-9]+)*")


def parameter_prefix(environment: str) -> str:
    """The path of everything that an environment publishes.

    Raises ContractError unless the name is letters, digits and hyphens.
    """
    if not _ENVIRONMENT.fullmatch(environment):
        raise ContractError(
            "environment",
            environment,
            "letters, digits and hyphens, known at synth",
            "give a plain name such as 'dev'; tools find the tasks by it",
        )
    return f"/ground-truth/{environment}"


def parameter_name(environment: str, task_name: str) -> str:
    """The parameter of one task."""
    return f"{parameter_prefix(environment)}/tasks/{task_name}"


def workflow_parameter(environment: str) -> str:
    """The parameter of an environment's labeling workflow, which names its state machine."""
    return f"{parameter_prefix(environment)}/workflow"


def engine_parameter(environment: str) -> str:
    """The parameter of an environment's engine."""
    return f"{parameter_prefix(environment)}/engine"


def preparation_parameter(environment: str) -> str:
    """The parameter by which tools find an environment's preparation; it holds a ``Preparation``."""
    return f"{parameter_prefix(environment)}/preparation"
