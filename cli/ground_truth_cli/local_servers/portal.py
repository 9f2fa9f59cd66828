"""Serves the workers' page on this machine: its files with their headers, and behind it the API and the sign-in.

It does what CloudFront does in the cloud. Everything has the page's own address, so that the page needs no other.
"""

import fnmatch
import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ground_truth.contract.json_types import JsonObject
from ground_truth_cli.local_servers.loopback import LoopbackServer, is_own_address, media_type
from ground_truth_cli.local_servers.portal_files import portal_folder

_API, _SIGN_IN = "/api", "/cognito"
# What a browser sends of itself is nobody else's business.
_PASSED_ON = ("Authorization", "Content-Type", "X-Amz-Target")
_MOST_BYTES = 6 * 1024 * 1024
_LONGEST_WAIT = 60


@dataclass(frozen=True, kw_only=True)
class PortalOrigins:
    """What lies behind the page: the addresses of the API, of Cognito and of the buckets, and the sign-in's client.

    ``renamed`` are addresses in pages that only AWS itself answers to, and what stands for them here.
    """

    api_url: str
    cognito_url: str
    client: str
    files: tuple[str, ...]
    renamed: Mapping[str, str] = field(default_factory=dict)

    def config(self) -> JsonObject:
        """What the page is told of it."""
        return {"apiUrl": _API, "signIn": {"cognitoUrl": _SIGN_IN, "clientId": self.client, "password": True}}


def serve_portal(origins: PortalOrigins, port: int = 0) -> ThreadingHTTPServer:
    """Makes the server, on the loopback address alone; port 0 takes a free one. It runs by ``serve_forever``."""
    return LoopbackServer(partial(_Handler, origins, portal_folder()), port)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, origins: PortalOrigins, portal: Path, *request: object) -> None:
        self._origins = origins
        self._portal = portal
        super().__init__(*request)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        """Answers with a file, or for the API."""
        path = unquote(urlsplit(self.path).path)
        if not self._is_for_us():
            return
        if path.startswith(f"{_API}/"):
            self._pass_on(self._origins.api_url, _API)
        elif path == "/config.json":
            self._send(json.dumps(self._origins.config()).encode(), "application/json", path)
        else:
            self._send_file(path)

    def do_POST(self) -> None:
        """Answers for the API or for Cognito."""
        if not self._is_for_us():
            return
        if self.path == _SIGN_IN:
            self._pass_on(self._origins.cognito_url, _SIGN_IN)
        elif self.path.startswith(f"{_API}/"):
            self._pass_on(self._origins.api_url, _API)
        else:
            self._refuse(HTTPStatus.NOT_FOUND, "there is nothing to send to")

    do_PUT = do_POST  # noqa: N815 - the name is http.server's

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing: the terminal is for what the operator has to know."""

    def _is_for_us(self) -> bool:
        """Refuses other names for this address, by which a page of the web could reach it."""
        if is_own_address(self.headers.get("Host")):
            return True
        self._refuse(HTTPStatus.FORBIDDEN, "open the page by its own address")
        return False

    def _send_file(self, path: str) -> None:
        file = (self._portal / ("index.html" if path == "/" else path.lstrip("/"))).resolve()
        if not file.is_relative_to(self._portal.resolve()) or not file.is_file():
            self._refuse(HTTPStatus.NOT_FOUND, "there is no such file")
            return
        kind = media_type(file)
        self._send(file.read_bytes(), kind, path)

    def _pass_on(self, address: str, prefix: str) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > _MOST_BYTES:
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"a request has at most {_MOST_BYTES:,} bytes")
            return
        body = self.rfile.read(length)
        target = urlsplit(address)
        path = target.path.rstrip("/") + self.path.removeprefix(prefix) or "/"
        headers = {name: self.headers[name] for name in _PASSED_ON if name in self.headers}
        connection = _connect(address)
        try:
            connection.request(self.command, path, body, headers | {"Host": target.netloc})
            answer = connection.getresponse()
            content = answer.read()
        except OSError as error:
            self._refuse(HTTPStatus.BAD_GATEWAY, f"{target.netloc} does not answer: {error}")
            return
        finally:
            connection.close()
        for old, new in self._origins.renamed.items():
            content = content.replace(old.encode(), new.encode())
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.headers.get("Content-Type", "application/json"))
        self.send_header("Cache-Control", "no-store")
        self._end(content, answer.status)

    def _send(self, content: bytes, kind: str, path: str) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", kind)
        for name, value in self._headers_of(path).items():
            self.send_header(name, value)
        self._end(content, HTTPStatus.OK)

    def _headers_of(self, path: str) -> Mapping[str, str]:
        """The headers that a file of the page is sent with; the last path of headers.json that fits decides."""
        text = (self._portal / "headers.json").read_text(encoding="utf-8")
        page, files = f"http://{self.headers['Host']}", " ".join(self._origins.files)
        for name, value in (("{page}", page), ("{api}", ""), ("{sign-in}", ""), ("{files}", files)):
            text = text.replace(name, value)
        policies: dict[str, dict[str, str]] = json.loads(text)
        fitting = [headers for pattern, headers in policies.items() if fnmatch.fnmatchcase(path, pattern)]
        # A browser would remember this one for every server of this machine, and none of them has TLS.
        return {name: value for name, value in fitting[-1].items() if name != "Strict-Transport-Security"}

    def _refuse(self, status: HTTPStatus, message: str) -> None:
        # What was not read would be taken for the next request.
        self.close_connection = True
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self._end(json.dumps({"message": message}).encode(), status)

    def _end(self, content: bytes, status: int) -> None:
        if status != HTTPStatus.NO_CONTENT:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if status != HTTPStatus.NO_CONTENT:
            self.wfile.write(content)


def _connect(address: str) -> http.client.HTTPConnection:
    target = urlsplit(address)
    if target.scheme == "https":
        return http.client.HTTPSConnection(target.netloc, timeout=_LONGEST_WAIT)
    # Every name that ends so is this machine, which not every machine knows (RFC 6761).
    host = target.hostname or ""
    address_of_host = "127.0.0.1" if host.endswith(".localhost") else host
    return http.client.HTTPConnection(address_of_host, target.port, timeout=_LONGEST_WAIT)
