"""Tells what AWS forbids us to see from what is not there."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import ClientError

from ground_truth.contract.errors import ServiceError, StateError

# A HEAD request has no body, so that botocore gives the status in the place of a code.
_REFUSALS = {
    "403",
    "AccessDenied",
    "AccessDeniedException",
    "AllAccessDisabled",
    "AuthorizationError",
    "Forbidden",
    "NotAuthorizedException",
    "UnauthorizedOperation",
}


def code_of(error: ClientError) -> str:
    """The code by which AWS names an error."""
    return str(error.response.get("Error", {}).get("Code", ""))


def message_of(error: ClientError) -> str:
    """What AWS says about an error."""
    return str(error.response.get("Error", {}).get("Message", "")) or str(error)


def is_refusal(error: ClientError) -> bool:
    """Whether the caller's rights are what is missing."""
    return code_of(error) in _REFUSALS


class NotAllowed(ServiceError):
    """AWS refuses something to the caller; the text names the permission to ask for."""


class NameTaken(StateError):
    """There is a job of the name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is a job {name!r} already (upper and lower case are the same): use another --name")


@contextmanager
def needing(permission: str, what: str) -> Iterator[None]:
    """Says which permission is needed where AWS refuses ``what``."""
    try:
        yield
    except ClientError as error:
        if not is_refusal(error):
            raise
        raise NotAllowed(f"AWS does not let you {what}: you need {permission}") from error
