"""The API of the worker's page: an HTTP API whose authorizer has checked who signed in."""

import base64
import functools
import json
import logging
import os
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote

import boto3
from botocore.config import Config

from ground_truth.aws.s3 import Files
from ground_truth.contract.errors import InputError
from ground_truth.engine.api import MOST_BODY_BYTES, Refused, Worker, WorkerApi
from ground_truth.engine.model import NotThere
from ground_truth.engine.store.store import Store
from ground_truth.engine.strict_json import MOST_LEVELS, parse

log = logging.getLogger(__name__)
log.setLevel(logging.INFO)


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Answers one request; what a worker may not have, or has sent wrongly, is told in a sentence."""
    try:
        worker = _worker(event)
        found = _ROUTES[event["routeKey"]](worker, event.get("pathParameters") or {}, event)
    except Refused as refused:
        return _response(refused.status, {"message": str(refused)})
    except NotThere as missing:
        return _response(404, {"message": str(missing)})
    return _response(204 if found is None else 200, found)


def _worker(event: Mapping[str, Any]) -> Worker:
    """Who signed in, of the group that may work.

    Raises Refused for everybody else.
    """
    claims = event["requestContext"]["authorizer"]["jwt"]["claims"]
    # API Gateway writes a list as "[one two]".
    groups = str(claims.get("cognito:groups", "")).strip("[]").replace(",", " ").split()
    if os.environ["WORKERS_GROUP"] not in groups:
        raise Refused(403, "you are signed in, but not as a worker: ask whoever invited you")
    issuer, subject = str(claims["iss"]), str(claims["sub"])
    identity = {"identityProviderType": "Cognito", "issuer": issuer, "sub": subject}
    return Worker(worker_id=f"private.{os.environ['AWS_REGION']}.{subject}", identity=identity)


def _body(event: Mapping[str, Any]) -> Mapping[str, Any]:
    text = event.get("body") or ""
    # What is no UTF-8 is refused when it is parsed.
    raw = base64.b64decode(text) if event.get("isBase64Encoded") else text.encode(errors="surrogatepass")
    if len(raw) > MOST_BODY_BYTES:
        raise Refused(413, f"a request has at most {MOST_BODY_BYTES:,} bytes: upload a longer answer first")
    try:
        # The answer, the draft or the reason lies one level below.
        body = parse(raw, most_levels=MOST_LEVELS + 1)
    except InputError as error:
        raise Refused(400, f"the request should be JSON that can be written again: {error}") from error
    if not isinstance(body, dict):
        raise Refused(400, "the request should be a JSON object")
    return body


def _response(status: int, body: Any) -> dict[str, Any]:
    headers = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    text = "" if body is None else json.dumps(body, ensure_ascii=False)
    return {"statusCode": status, "headers": headers, "body": text}


Route = Callable[[Worker, Mapping[str, str], Mapping[str, Any]], Any]


def _claim(worker: Worker, path: Mapping[str, str], event: Mapping[str, Any]) -> Any:
    after = (event.get("queryStringParameters") or {}).get("after")
    return _api().claim(worker, unquote(path["job"]), after)


_ROUTES: dict[str, Route] = {
    "GET /jobs": lambda worker, path, event: _api().jobs(),
    "POST /jobs/{job}/claim": _claim,
    "PUT /tasks/{id}/draft": lambda worker, path, event: _api().draft(worker, path["id"], _body(event)),
    "POST /tasks/{id}/upload": lambda worker, path, event: _api().upload(worker, path["id"]),
    "POST /tasks/{id}/answer": lambda worker, path, event: _api().answer(worker, path["id"], _body(event)),
    "POST /tasks/{id}/release": lambda worker, path, event: _api().release(worker, path["id"]),
    "POST /tasks/{id}/decline": lambda worker, path, event: _api().decline(worker, path["id"], _body(event)),
}
ROUTES = tuple(_ROUTES)


@functools.cache
def _api() -> WorkerApi:
    table = boto3.resource("dynamodb").Table(os.environ["ENGINE_TABLE"])
    # Signed with the region in the address: browsers follow no redirect to it, and the page's policy names it.
    style = {"addressing_style": "virtual", "us_east_1_regional_endpoint": "regional"}
    s3 = boto3.client("s3", config=Config(signature_version="s3v4", s3=style))
    return WorkerApi(Store(table), Files(s3), s3, boto3.client("stepfunctions"))
