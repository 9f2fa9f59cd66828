"""Serves a preview to the browser of this machine, and to nobody else."""

import html
import json
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

from ground_truth.contract.errors import GroundTruthError
from ground_truth.templates.rendering import TemplateError
from ground_truth_cli.local_servers.loopback import LoopbackServer, is_own_address, media_type
from ground_truth_cli.local_servers.portal_files import portal_folder
from ground_truth_cli.local_servers.preview_session import FILES_PATH, MASK_PATH, MEDIA_PATH, Preview

_TASK_PATH = "/task"
# The page of the task runs in an origin of its own: it can read neither the preview nor what lies beside it.
_SANDBOX = "sandbox allow-scripts allow-forms allow-modals"
_STRICT = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-src 'self'; "
    "img-src 'self' https: data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# A mask of 100 million pixels as PNG in base64 stays below it.
_MOST_BYTES = 64 * 1024 * 1024


def serve_preview(preview: Preview, port: int = 0) -> ThreadingHTTPServer:
    """Makes the server, on the loopback address alone; port 0 takes a free one. It runs by ``serve_forever``."""
    return LoopbackServer(partial(_Handler, preview, portal_folder()), port)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, preview: Preview, portal: Path, *request: object) -> None:
        self._preview = preview
        self._portal = portal
        super().__init__(*request)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        """Answers with a file, the page of the task, or the state."""
        path = unquote(self.path.partition("?")[0])
        if not self._is_for_us():
            return
        if path == _TASK_PATH:
            self._send_task()
        elif path == "/state":
            self._send_state()
        elif path == MASK_PATH and self._preview.mask:
            self._send(self._preview.mask, "image/png")
        elif path.startswith(FILES_PATH):
            self._send_file(self._preview.picture(path.removeprefix(FILES_PATH)), shared=True)
        elif path.startswith("/crowd/"):
            self._send_file(self._below(self._portal / "crowd", path.removeprefix("/crowd/")), shared=True)
        elif path.startswith(f"{MEDIA_PATH}/") and self._preview.media:
            self._send_file(self._below(self._preview.media, path.removeprefix(f"{MEDIA_PATH}/")), shared=True)
        else:
            name = "index.html" if path == "/" else path.lstrip("/")
            self._send_file(self._below(self._portal / "preview", name), policy=_STRICT)

    def do_POST(self) -> None:
        """Takes an answer."""
        content = self._content()
        if content is None:
            return
        try:
            sent = json.loads(content)
            self._preview.answer(sent["answer"], float(sent["seconds"]))
        except (KeyError, TypeError, ValueError, GroundTruthError) as error:
            self._refuse(HTTPStatus.BAD_REQUEST, f"the answer cannot be taken: {error}")
            return
        self._send_state()

    def do_DELETE(self) -> None:
        """Forgets the answers."""
        if self._content() is not None:
            self._preview.clear()
            self._send_state()

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing: the terminal is for what the author has to know."""

    def _content(self) -> bytes | None:
        """What was sent; None, and refused, where it came from a page that is not the preview's own."""
        if not self._is_for_us():
            return None
        if self.headers.get("Origin") != f"http://{self.headers.get('Host')}":
            self._refuse(HTTPStatus.FORBIDDEN, "only the preview's own page may answer")
            return None
        length = int(self.headers.get("Content-Length") or 0)
        if length > _MOST_BYTES:
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"an answer has at most {_MOST_BYTES:,} bytes")
            return None
        return self.rfile.read(length)

    def _is_for_us(self) -> bool:
        """Refuses other names for this address, by which a page of the web could reach it."""
        if not is_own_address(self.headers.get("Host")):
            self._refuse(HTTPStatus.FORBIDDEN, "open the preview by its own address")
            return False
        return True

    def _send_task(self) -> None:
        try:
            page = self._preview.page()
        except GroundTruthError as error:
            where = f"{self._preview.template.name}, line {error.line}" if isinstance(error, TemplateError) else ""
            page = _error_page(where, error.message if isinstance(error, TemplateError) else str(error))
        self._send(page.encode(), "text/html; charset=utf-8", policy=_SANDBOX)

    def _send_state(self) -> None:
        self._send(json.dumps(self._preview.state()).encode(), "application/json")

    def _send_file(self, path: Path | None, *, policy: str = "", shared: bool = False) -> None:
        if path is None:
            self._refuse(HTTPStatus.NOT_FOUND, "there is no such file")
            return
        kind = media_type(path)
        self._send(path.read_bytes(), kind, policy=policy, shared=shared)

    def _refuse(self, status: HTTPStatus, message: str) -> None:
        # What was not read would be taken for the next request.
        self.close_connection = True
        self._send(json.dumps({"message": message}).encode(), "application/json", status=status)

    def _send(
        self,
        body: bytes,
        kind: str,
        *,
        policy: str = "",
        shared: bool = False,
        status: HTTPStatus = HTTPStatus.OK,
    ) -> None:
        self.send_response(status)
        headers = {"Content-Type": kind, "Content-Length": str(len(body)), "Cache-Control": "no-store"}
        headers |= {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
        headers |= {"Content-Security-Policy": policy} if policy else {}
        # The sandboxed page has no origin, and is let in to the elements and its pictures only.
        headers |= {"Access-Control-Allow-Origin": "*"} if shared else {}
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    @staticmethod
    def _below(folder: Path, name: str) -> Path | None:
        path = (folder / name).resolve()
        return path if path.is_file() and folder.resolve() in path.parents else None


def _error_page(where: str, message: str) -> str:
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>The template cannot be shown</title>'
        "<style>body{font:16px/1.5 system-ui;margin:2rem;color:#1b1f24;background:#fff}"
        "pre{white-space:pre-wrap;overflow-wrap:anywhere;border-left:4px solid #b3261e;padding:.5rem 1rem}</style>"
        f"<h1>The template cannot be shown</h1><p>{html.escape(where)}</p><pre>{html.escape(message)}</pre>"
    )
