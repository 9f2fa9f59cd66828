"""Calling the functions around the work: the user's own, or what AWS's built-in ones do (contract sections 5 and 6)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from ground_truth.contract.errors import ServiceError
from ground_truth.contract.json_types import Json, JsonObject
from ground_truth.contract.task_types import TASK_TYPES, TaskType

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


class HookFailed(ServiceError):
    """A hook raised, timed out, could not be called, or answered with something that is no answer."""


class Hooks:
    """Calls functions by ARN."""

    def __init__(self, client: LambdaClient) -> None:
        self._client = client

    def call(self, function_arn: str, event: Mapping[str, object]) -> Json:
        """The function's answer.

        Raises HookFailed, with what it said.
        """
        try:
            answer = self._client.invoke(FunctionName=function_arn, Payload=json.dumps(event).encode())
            text = answer["Payload"].read()
            result: Json = json.loads(text)
        except (ClientError, BotoCoreError, ValueError) as error:
            raise HookFailed(f"{_name(function_arn)} cannot be called: {error}") from error
        if "FunctionError" in answer:
            message = result.get("errorMessage", result) if isinstance(result, dict) else result
            raise HookFailed(f"{_name(function_arn)} failed: {message}")
        return result


def built_in_type(function_arn: str | None, prefix: str) -> TaskType | None:
    """The task type whose AWS function this is; None for any other function."""
    name = _name(function_arn or "")
    return next((kind for kind in TASK_TYPES.values() if name == f"{prefix}-{kind.function_suffix}"), None)


def task_input_of(answer: Json) -> tuple[JsonObject, bool]:
    """The task input in a pre-annotation hook's answer, and whether people are needed (contract section 5.2).

    Both spellings of the flag are taken, as truth value and as text.
    Raises HookFailed for an answer without a task input.
    """
    if isinstance(answer, str):
        try:
            answer = json.loads(answer)
        except ValueError as error:
            raise HookFailed("the pre-annotation hook answered with text that is not JSON") from error
    page_input = answer.get("taskInput") if isinstance(answer, dict) else None
    if not isinstance(answer, dict) or not isinstance(page_input, dict):
        raise HookFailed("the pre-annotation hook should answer with {'taskInput': {...}}")
    flag = answer.get("isHumanAnnotationRequired", answer.get("humanAnnotationRequired", True))
    return page_input, str(flag).lower() != "false"


def _name(function_arn: str) -> str:
    parts = function_arn.split(":")
    return parts[6] if len(parts) > 6 else function_arn
