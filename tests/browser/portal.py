"""The worker's portal as it is hosted: its files with their headers, the API behind another address, S3 and sign-in."""

import base64
import hashlib
import json
import re
import sys
import threading
import time
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import boto3
from botocore.config import Config
from playwright.sync_api import Route

import worker_api
from ground_truth.engine.api import WorkerApi
from ground_truth.engine.model import StoredAnswer
from tests.engine.conftest import Engine
from tests.engine.labeling_account import BUCKET, LabelingAccount, states

PORTAL = Path(__file__).parents[2] / "portal"
FILES = f"https://{BUCKET}.s3.eu-west-1.amazonaws.com"
ISSUER = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_pool"
TYPES = {".js": "text/javascript", ".html": "text/html; charset=utf-8", ".css": "text/css", ".json": "application/json"}
SECONDS_OF_TOKENS = 3600
TEMPLATE = """<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>
<crowd-form><crowd-image-classifier name="kind" src="{{ task.input.taskObject | grant_read_access }}"
  categories="['forklift', 'pallet']" header="What is on the photo?">
  <short-instructions>Choose what is nearest.</short-instructions>
  <full-instructions header="The rules">Look at the whole photo first.</full-instructions>
</crowd-image-classifier>
<crowd-input name="remark" label="Remark"></crowd-input></crowd-form>
"""
Answer = tuple[int, Mapping[str, str], bytes]


def token(subject: str, groups: str = "[workers]", **claims: Any) -> str:
    """An identity token in shape; no test here depends on its signature."""
    now = int(time.time())
    items = {"sub": subject, "iss": ISSUER, "cognito:groups": groups, "iat": now, "exp": now + SECONDS_OF_TOKENS}
    parts = ({"alg": "none"}, items | claims)
    return ".".join(_base64url(json.dumps(part).encode()) for part in parts) + ".unsigned"


def _base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _claims(token: str) -> dict[str, Any]:
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


class PortalSite:
    """Two servers on this machine. `slow` and `broken` do to requests of the API what networks do, and
    `latency` to those of the page's files.

    `refused` are tokens that count no more; `asked` are the API's requests as (route, task or job).
    """

    def __init__(self, engine: Engine, template: str = TEMPLATE) -> None:
        self.engine, self.account = engine, LabelingAccount(engine)
        self.account.put("page.html", template)
        self.lock = threading.RLock()  # moto is not for threads
        self.asked: list[tuple[str, str]] = []
        self.fetched: list[str] = []
        self.refused: set[str] = set()
        self.slow = self.latency = 0.0
        self.files = FILES
        self.open = threading.Event()  # while it is cleared, the API answers nobody
        self.open.set()
        self.broken: Callable[[str], bool] = lambda route: False
        signing = Config(signature_version="s3v4", s3={"addressing_style": "virtual"})
        self.s3 = boto3.client("s3", region_name="eu-west-1", config=signing)
        self.states = states()
        api = WorkerApi(self.account.store, self.account.files, self.s3, self.states)
        self.api: Callable[[], WorkerApi] = lambda: api
        self.cloud = self._server(self._cloud)
        self.page = self._server(self._file)
        self.sign_in: dict[str, Any] = {"cognitoUrl": f"{self.cloud_url}/cognito", "clientId": "page", "password": True}
        self.cognito = Cognito()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.page.server_port}"

    @property
    def cloud_url(self) -> str:
        return f"http://127.0.0.1:{self.cloud.server_port}"

    def begin(self, objects: int = 3, **changes: Any) -> None:
        """Opens a job with so many photos."""
        self.account.lines(*({"source-ref": f"s3://{BUCKET}/{index}.jpg"} for index in range(objects)))
        self.account.begin(**changes)

    def answers(self, worker: str = "ada") -> list[StoredAnswer]:
        """What a worker has answered, in the order of the objects."""
        with self.lock:
            store = self.account.store
            job = store.jobs.get("Yard")
            counted = store.jobs.counts(job).total
            results = store.objects.results(job, [str(number) for number in range(counted)])
            answers = [answer for result in results for answer in result.answers]
        return [entry for entry in answers if entry.worker_id.endswith(f".{worker}")]

    def s3_route(self, route: Route) -> None:
        """Does to the browser's requests what S3 would."""
        request = route.request
        key = unquote(urlsplit(request.url).path).lstrip("/")
        headers = {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "*"}
        headers["Access-Control-Allow-Methods"] = "GET, PUT"
        if request.method == "PUT":
            with self.lock:
                self.s3.put_object(Bucket=BUCKET, Key=key, Body=request.post_data_buffer or b"")
            route.fulfill(status=200, headers=headers)
        elif request.method == "OPTIONS":
            route.fulfill(status=204, headers=headers)
        else:
            route.fulfill(status=200, headers=headers, content_type="image/png", body=self.photo)

    photo = b""

    def close(self) -> None:
        self.open.set()
        with self.lock:
            self.broken = lambda route: True
        for server in (self.page, self.cloud):
            server.shutdown()
            server.server_close()

    def _server(self, answer: Callable[[BaseHTTPRequestHandler, bytes], Answer]) -> ThreadingHTTPServer:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self) -> None:
                content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                status, headers, body = answer(self, content)
                if not status:  # as if the cable was pulled
                    self.close_connection = True
                    return
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                if status not in (204, 304):
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_PUT = do_OPTIONS = handle_any

            def log_message(self, format: str, *args: object) -> None:
                """Tests look at `asked` and `fetched` instead."""

        server = _Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return server

    # The page

    def _file(self, request: BaseHTTPRequestHandler, content: bytes) -> Answer:
        path = request.path.partition("?")[0]
        self.fetched.append(path)
        time.sleep(self.latency)
        headers = self.headers(path)
        if path == "/config.json":
            config = {"apiUrl": f"{self.cloud_url}/api", "signIn": self.sign_in}
            return 200, headers | {"Content-Type": TYPES[".json"]}, json.dumps(config).encode()
        source = PORTAL / ("index.html" if path == "/" else path.lstrip("/"))
        if not source.is_file() or PORTAL not in source.resolve().parents:
            return 404, headers, b""
        body = source.read_bytes()
        tag = f'"{hashlib.sha256(body).hexdigest()}"'
        if request.headers.get("If-None-Match") == tag:
            return 304, headers | {"ETag": tag}, b""
        return 200, headers | {"Content-Type": TYPES[source.suffix], "ETag": tag}, body

    def headers(self, path: str) -> dict[str, str]:
        """What portal/headers.json says of a path: the longest pattern that fits it."""
        patterns: dict[str, dict[str, str]] = json.loads((PORTAL / "headers.json").read_text())
        fitting = [
            pattern
            for pattern in patterns
            if path == pattern or (pattern.endswith("*") and path.startswith(pattern[:-1]))
        ]
        origins = {"{page}": self.url, "{api}": self.cloud_url, "{sign-in}": self.cloud_url, "{files}": self.files}
        headers = patterns[max(fitting, key=len)]
        filled = {name: re.sub("{[a-z-]+}", lambda match: origins[match[0]], value) for name, value in headers.items()}
        # Only HTTPS may ask for it.
        filled.pop("Strict-Transport-Security")
        return filled

    # The API and sign-in

    def _cloud(self, request: BaseHTTPRequestHandler, content: bytes) -> Answer:
        headers = {"Access-Control-Allow-Origin": self.url, "Cache-Control": "no-store"}
        if request.command == "OPTIONS":
            headers["Access-Control-Allow-Headers"] = "authorization,content-type,x-amz-target"
            return 204, headers | {"Access-Control-Allow-Methods": "GET,POST,PUT"}, b""
        address = urlsplit(request.path)
        if address.path == "/photo.png":
            return 200, {"Access-Control-Allow-Origin": "*", "Content-Type": "image/png"}, self.photo
        if address.path.startswith("/api/"):
            status, extra, body = self._ask(request, address.path.removeprefix("/api"), address.query, content)
        else:
            status, extra, body = self.cognito.answer(request, address.path, address.query, content)
        return status, headers | extra, body

    def _ask(self, request: BaseHTTPRequestHandler, path: str, query: str, content: bytes) -> Answer:
        token = (request.headers.get("Authorization") or "").removeprefix("Bearer ")
        if not token or token in self.refused:
            return 401, {}, b'{"message":"Unauthorized"}'
        for route in worker_api.ROUTES:
            method, _, pattern = route.partition(" ")
            match = re.fullmatch(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", pattern), path)
            if match and method == request.command:
                break
        else:
            return 404, {}, b'{"message":"Not Found"}'
        parameters = {name: unquote(value) for name, value in match.groupdict().items()}
        self.asked.append((route, next(iter(parameters.values()), "")))
        time.sleep(self.slow)
        self.open.wait()
        event = {
            "routeKey": route,
            "pathParameters": parameters,
            "queryStringParameters": {name: values[0] for name, values in parse_qs(query).items()} or None,
            "requestContext": {"authorizer": {"jwt": {"claims": _claims(token)}}},
            "body": content.decode(),
        }
        with self.lock:
            if self.broken(route):
                return 0, {}, b""
            answer = worker_api.handler(event, None)
        return answer["statusCode"], answer["headers"], answer["body"].encode()


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Says nothing of a browser that was closed."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class Cognito:
    """As much of Cognito as a page meets: its sign-in pages with PKCE, and its API with passwords."""

    def __init__(self) -> None:
        self.passwords = {"ada": "correct horse"}
        self.first_passwords: set[str] = set()
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[str] = []
        self.given: list[str] = []
        self.revoked: list[str] = []
        self.renews = True

    def answer(self, request: BaseHTTPRequestHandler, path: str, query: str, content: bytes) -> Answer:
        self.asked.append(path)
        if path == "/cognito":
            return self._action(request.headers["X-Amz-Target"].rpartition(".")[2], json.loads(content))
        items = {name: values[0] for name, values in parse_qs(query or content.decode()).items()}
        return {
            "/oauth2/authorize": self._authorize,
            "/oauth2/token": self._token,
            "/oauth2/revoke": self._revoke,
            "/logout": self._logout,
        }[path](items)

    def _authorize(self, options: dict[str, str]) -> Answer:
        """Whoever comes is Ada; the code is good for who can prove that he asked for it."""
        assert options["response_type"] == "code"
        assert options["code_challenge_method"] == "S256"
        code = f"code-{len(self.codes)}"
        self.codes[code] = options
        return 302, {"Location": f"{options['redirect_uri']}?code={code}&state={options['state']}"}, b""

    def _token(self, options: dict[str, str]) -> Answer:
        if options["grant_type"] == "refresh_token":
            return self._tokens() if options["refresh_token"] == "refresh-ada" else _refused("invalid_grant")
        requests_made = self.codes.pop(options["code"], None)
        challenge = _base64url(hashlib.sha256(options["code_verifier"].encode()).digest())
        if (
            not requests_made
            or requests_made["code_challenge"] != challenge
            or requests_made["redirect_uri"] != options["redirect_uri"]
        ):
            return _refused("invalid_grant")
        return self._tokens()

    def _tokens(self) -> Answer:
        self.given.append(token("ada", number=len(self.given)))
        reply = {"id_token": self.given[-1], "access_token": "access", "refresh_token": "refresh-ada"}
        return 200, {"Content-Type": TYPES[".json"]}, json.dumps(reply).encode()

    def _revoke(self, options: dict[str, str]) -> Answer:
        self.revoked.append(options["token"])
        return 200, {}, b""

    def _logout(self, options: dict[str, str]) -> Answer:
        return 302, {"Location": options["logout_uri"]}, b""

    def _action(self, action: str, options: dict[str, Any]) -> Answer:
        """InitiateAuth and RespondToAuthChallenge."""
        parameters = options.get("AuthParameters") or options["ChallengeResponses"]
        if options.get("AuthFlow") == "REFRESH_TOKEN_AUTH":
            if not self.renews:
                return _refused("Refresh Token has been revoked")
            name = parameters["REFRESH_TOKEN"].removeprefix("refresh-")
        elif action == "RespondToAuthChallenge":
            name = options["Session"].removeprefix("session-")
            self.first_passwords.discard(name)
            self.passwords[name] = parameters["NEW_PASSWORD"]
        else:
            name = parameters["USERNAME"]
            if self.passwords.get(name) != parameters["PASSWORD"]:
                return _refused("Incorrect username or password.")
            if name in self.first_passwords:
                reply = {"ChallengeName": "NEW_PASSWORD_REQUIRED", "Session": f"session-{name}"}
                return 200, {}, json.dumps(reply).encode()
        self.given.append(token(name, number=len(self.given)))
        result = {"IdToken": self.given[-1], "RefreshToken": f"refresh-{name}", "ExpiresIn": SECONDS_OF_TOKENS}
        return 200, {}, json.dumps({"AuthenticationResult": result}).encode()


def _refused(message: str) -> Answer:
    return 400, {"Content-Type": TYPES[".json"]}, json.dumps({"message": message, "error": message}).encode()
