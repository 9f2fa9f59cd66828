"""One Chromium for all browser tests, and a server on this machine for the elements, pages and images."""

import io
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

import worker_api
from tests.browser.engines import firefox, webkit, window  # noqa: F401 - fixtures
from tests.browser.portal import PortalSite
from tests.browser.portal_worker import PortalWorker
from tests.browser.worker import DESKTOP, PATIENCE, Worker
from tests.engine.conftest import Engine
from tests.memory_aws import memory_aws

PORTAL = Path(__file__).parents[2] / "portal"
CHROMIUM = next((path for path in map(Path, ("/usr/bin/chromium", "/usr/bin/chromium-browser")) if path.exists()), None)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # In a process of its own a sandboxed frame takes a key's acknowledgement along as it goes, and the driver waits
    # for it for ever.
    "--disable-site-isolation-trials",
]
expect.set_options(timeout=1000 * PATIENCE)
TYPES = {".js": "text/javascript", ".html": "text/html; charset=utf-8", ".png": "image/png", ".jpg": "image/jpeg"}


class Site:
    """What the server serves besides the portal: `files` by path. `requests` are the paths asked for."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.requests: list[str] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                path = self.path.partition("?")[0]
                site.requests.append(path)
                source = PORTAL / path.lstrip("/")
                body = site.files.get(path)
                if body is None and source.is_file() and PORTAL in source.resolve().parents:
                    body = source.read_bytes()
                self.send_response(404 if body is None else 200)
                self.send_header("Content-Length", str(len(body or b"")))
                # Loading the modules anew for each test would take half of its time.
                self.send_header("Cache-Control", "max-age=600" if source.is_file() else "no-store")
                self.send_header("Content-Type", TYPES.get(Path(path).suffix, "text/plain"))
                # A null-origin frame loads modules only with it, and annotators load images only with it.
                if not path.startswith("/no-cors/"):
                    self.send_header("Access-Control-Allow-Origin", "*")
                self.end_headers()
                self.wfile.write(body or b"")

            def log_message(self, format: str, *args: object) -> None:
                """Tests look at `requests` instead."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def image(self, path: str, size: tuple[int, int], color: str = "#7d8a96") -> str:
        """Serves a picture of one colour; returns its address."""
        file = io.BytesIO()
        Image.new("RGB", size, color).save(file, "PNG" if path.endswith("png") else "JPEG")
        self.files[path] = file.getvalue()
        return self.url + path


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    site = Site()
    site.image("/photo.png", (640, 400))
    site.files["/favicon.ico"] = b""
    yield site
    site.server.shutdown()
    site.server.server_close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.fail("browser tests need Chromium: apt-get install chromium", pytrace=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport=DESKTOP, has_touch=True)
    context.set_default_timeout(1000 * PATIENCE)
    yield context
    context.close()


@pytest.fixture(scope="session")
def idle_pages() -> list[Page]:
    """Pages to use again: opening one takes longer than most tests."""
    return []


@pytest.fixture
def work(context: BrowserContext, site: Site, idle_pages: list[Page]) -> Iterator[Callable[..., Worker]]:
    """Opens a template as a worker would; afterwards no page may have had an error."""
    workers: list[Worker] = []

    def open_template(template: str, **options: object) -> Worker:
        page = idle_pages.pop() if idle_pages else context.new_page()
        worker = Worker(page, site)
        workers.append(worker)
        worker.open(template, **options)
        return worker

    yield open_template
    errors = [error for worker in workers for error in worker.errors]
    for worker in workers:
        worker.leave()
        idle_pages.append(worker.page)
    assert errors == []


@pytest.fixture
def portal(site: Site, monkeypatch: pytest.MonkeyPatch) -> Iterator[PortalSite]:
    """The worker's portal, without a job yet."""
    with memory_aws():
        portal = PortalSite(Engine())
        monkeypatch.setattr(worker_api, "_api", portal.api)
        monkeypatch.setenv("WORKERS_GROUP", "workers")
        monkeypatch.setenv("AWS_REGION", "eu-west-1")
        portal.photo = site.files["/photo.png"]
        yield portal
        portal.close()


@pytest.fixture
def worker(browser: Browser, portal: PortalSite) -> Iterator[Callable[..., PortalWorker]]:
    """Opens the portal as a worker does, each with a browser of his own; afterwards no page may have had an error."""
    workers: list[PortalWorker] = []

    def sit_down(subject: str | None = "ada", *, beside: PortalWorker | None = None, **options: str) -> PortalWorker:
        context = beside.context if beside else browser.new_context(viewport=DESKTOP)
        context.set_default_timeout(1000 * PATIENCE)
        workers.append(PortalWorker(context, portal, subject, **options))
        return workers[-1]

    yield sit_down
    for entry in workers:
        entry.context.close()
    assert [error for entry in workers for error in entry.errors] == []
