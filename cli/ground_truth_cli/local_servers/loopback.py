"""Servers for the browser of this machine, and for nobody else."""

import mimetypes
import sys
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from ground_truth.contract.errors import InputError

_TYPES = {".js": "text/javascript", ".css": "text/css", ".html": "text/html; charset=utf-8"}


class LoopbackServer(ThreadingHTTPServer):
    """Listens on the loopback address alone; port 0 takes a free one. It runs by ``serve_forever``.

    Raises InputError for a port that cannot be used.
    """

    def __init__(self, handler: Callable[..., BaseHTTPRequestHandler], port: int) -> None:
        try:
            super().__init__(("127.0.0.1", port), handler)
        except OSError as error:
            reason = error.strerror or error
            raise InputError(f"port {port} cannot be used: {reason}; choose another --port") from error

    def handle_error(self, request: object, client_address: object) -> None:
        """Says nothing of a browser that left in the middle, as on every reload."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type] # as it came


def is_own_address(host: str | None) -> bool:
    """Whether a request names this machine; by another name a page of the web could reach it."""
    name, _, port = (host or "").rpartition(":")
    return name in ("127.0.0.1", "localhost") and port.isdecimal()


def media_type(file: Path) -> str:
    """What a file is sent as; the system's own table is not the same everywhere."""
    return _TYPES.get(file.suffix) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
