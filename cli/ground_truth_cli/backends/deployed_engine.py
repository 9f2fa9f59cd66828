"""Finds the engine that a stack has deployed, and says in plain words what is missing."""

from botocore.exceptions import ClientError

from ground_truth.contract.errors import StateError
from ground_truth.contract.parameters import engine_parameter
from ground_truth.engine.description import EngineDescription
from ground_truth_cli.account.deployment import Deployment
from ground_truth_cli.account.refusals import code_of, is_refusal


def find_engine(deployment: Deployment) -> EngineDescription:
    """Finds the engine of an environment.

    Raises StateError where there is none, or where the caller may not look.
    """
    engine = look_for_engine(deployment)
    if engine is None:
        raise StateError(
            f"environment {deployment.environment!r} has no self-hosted engine in {deployment.region}: "
            f"there is no parameter {engine_parameter(deployment.environment)}; deploy a stack with an engine"
        )
    return engine


def look_for_engine(deployment: Deployment) -> EngineDescription | None:
    """Finds the engine of an environment; None where there is none.

    Raises StateError where the caller may not look.
    """
    name = engine_parameter(deployment.environment)
    try:
        parameter = deployment.aws.parameters.get_parameter(Name=name)["Parameter"]
    except ClientError as error:
        if code_of(error) == "ParameterNotFound":
            return None
        if is_refusal(error):
            raise StateError(
                f"AWS does not let you look for the engine: you need ssm:GetParameter on {name}"
            ) from error
        raise
    return EngineDescription.read(parameter["Value"])
