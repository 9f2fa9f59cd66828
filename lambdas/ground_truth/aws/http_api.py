"""What an HTTP API of API Gateway gives a function, and what it takes back (payload format 2.0)."""

from typing import NotRequired, TypedDict


class Jwt(TypedDict):
    """The token of who signed in."""

    claims: dict[str, str]


class Authorizer(TypedDict):
    """What the authorizer has checked."""

    jwt: Jwt


class RequestContext(TypedDict):
    """What API Gateway adds to a request."""

    authorizer: Authorizer


class HttpRequest(TypedDict):
    """A request whose authorizer has checked who signed in, as far as this library reads it.

    ``routeKey`` is method and path of the route, ``body`` is base64 where ``isBase64Encoded`` says so.
    """

    routeKey: str
    requestContext: RequestContext
    pathParameters: NotRequired[dict[str, str] | None]
    queryStringParameters: NotRequired[dict[str, str] | None]
    body: NotRequired[str | None]
    isBase64Encoded: NotRequired[bool]


class HttpResponse(TypedDict):
    """An answer; ``body`` is text."""

    statusCode: int
    headers: dict[str, str]
    body: str
