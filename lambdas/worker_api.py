"""The API of the worker's page: an HTTP API whose authorizer has checked who signed in."""

import base64
import functools
import json
import os
from collections.abc import Callable, Mapping
from urllib.parse import unquote

import boto3
from botocore.config import Config

from ground_truth.aws.http_api import HttpRequest, HttpResponse
from ground_truth.aws.s3 import Files
from ground_truth.contract.json_types import JsonObject
from ground_truth.engine.api import WorkerApi
from ground_truth.engine.bodies import RequestRefused, read_answer_body, read_decline_body, read_draft_body
from ground_truth.engine.model import NotThere, Worker
from ground_truth.engine.store.store import EngineStore


def handler(event: HttpRequest, context: object) -> HttpResponse:
    """Answers one request; what a worker may not have, or has sent wrongly, is told in a sentence."""
    try:
        answer = _ROUTES[event["routeKey"]](_worker(event), event.get("pathParameters") or {}, event)
    except RequestRefused as refused:
        return _response(refused.status, {"message": str(refused)})
    except NotThere as missing:
        return _response(404, {"message": str(missing)})
    return _response(204 if answer is None else 200, answer)


def _worker(event: HttpRequest) -> Worker:
    """Who signed in, of the group that may work.

    Raises RequestRefused for everybody else.
    """
    claims = event["requestContext"]["authorizer"]["jwt"]["claims"]
    # API Gateway writes a list as "[one two]".
    groups = claims.get("cognito:groups", "").strip("[]").replace(",", " ").split()
    if os.environ["WORKERS_GROUP"] not in groups:
        raise RequestRefused(403, "you are signed in, but not as a worker: ask whoever invited you")
    identity: JsonObject = {"identityProviderType": "Cognito", "issuer": claims["iss"], "sub": claims["sub"]}
    return Worker(worker_id=f"private.{os.environ['AWS_REGION']}.{claims['sub']}", identity=identity)


def _body(event: HttpRequest) -> bytes:
    text = event.get("body") or ""
    # What is no UTF-8 is refused when it is parsed.
    return base64.b64decode(text) if event.get("isBase64Encoded") else text.encode(errors="surrogatepass")


def _response(status: int, body: JsonObject | None) -> HttpResponse:
    headers = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    text = "" if body is None else json.dumps(body, ensure_ascii=False)
    return {"statusCode": status, "headers": headers, "body": text}


@functools.cache
def _api() -> WorkerApi:
    table = boto3.resource("dynamodb").Table(os.environ["ENGINE_TABLE"])
    # Signed with the region in the address: browsers follow no redirect to it, and the page's policy names it.
    config = Config(
        signature_version="s3v4", s3={"addressing_style": "virtual", "us_east_1_regional_endpoint": "regional"}
    )
    s3 = boto3.client("s3", config=config)
    return WorkerApi(EngineStore(table), Files(s3), s3, boto3.client("stepfunctions"))


def _jobs(worker: Worker, path: Mapping[str, str], event: HttpRequest) -> JsonObject:
    return _api().jobs()


def _claim(worker: Worker, path: Mapping[str, str], event: HttpRequest) -> JsonObject | None:
    after = (event.get("queryStringParameters") or {}).get("after")
    return _api().claim(worker, unquote(path["job"]), after)


def _draft(worker: Worker, path: Mapping[str, str], event: HttpRequest) -> JsonObject:
    return _api().draft(worker, path["id"], read_draft_body(_body(event)))


def _upload(worker: Worker, path: Mapping[str, str], event: HttpRequest) -> JsonObject:
    return _api().upload(worker, path["id"])


def _answer(worker: Worker, path: Mapping[str, str], event: HttpRequest) -> JsonObject:
    return _api().answer(worker, path["id"], read_answer_body(_body(event), worker))


def _release(worker: Worker, path: Mapping[str, str], event: HttpRequest) -> JsonObject:
    return _api().release(worker, path["id"])


def _decline(worker: Worker, path: Mapping[str, str], event: HttpRequest) -> JsonObject:
    return _api().decline(worker, path["id"], read_decline_body(_body(event)))


_ROUTES: dict[str, Callable[[Worker, Mapping[str, str], HttpRequest], JsonObject | None]] = {
    "GET /jobs": _jobs,
    "POST /jobs/{job}/claim": _claim,
    "PUT /tasks/{id}/draft": _draft,
    "POST /tasks/{id}/upload": _upload,
    "POST /tasks/{id}/answer": _answer,
    "POST /tasks/{id}/release": _release,
    "POST /tasks/{id}/decline": _decline,
}
ROUTES = tuple(_ROUTES)
