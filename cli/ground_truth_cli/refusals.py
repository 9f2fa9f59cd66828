"""Tells what AWS forbids us to see from what is not there."""

from botocore.exceptions import ClientError

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
