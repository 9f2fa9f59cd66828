"""The preview is for everybody: axe finds nothing, and nothing is cut off on a phone."""

import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from ground_truth_cli.local_servers.preview import serve_preview
from tests.browser.test_accessibility import AXE, RULES
from tests.cli.commands.test_preview import box, new_preview

SIZES = {"light": (1280, 800), "dark": (360, 740)}


@pytest.fixture(scope="module")
def preview_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    preview = new_preview(tmp_path_factory.mktemp("preview"))
    for left in (10, 14):
        preview.answer(box(left), 3)
    server = serve_preview(preview)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture(params=SIZES)
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    width, height = SIZES[request.param]
    # The judge is a script, which the pages themselves do not let in.
    context = browser.new_context(
        bypass_csp=True, color_scheme=request.param, viewport={"width": width, "height": height}
    )
    yield context.new_page()
    context.close()


def test_axe_finds_nothing_in_the_preview_and_nothing_is_cut_off(page: Page, preview_address: str) -> None:
    page.goto(preview_address)
    page.locator("#merged").wait_for()
    page.evaluate(AXE.read_text())
    # Templates are judged by their own tests.
    options = {"runOnly": RULES, "iframes": False}
    violations = page.evaluate("options => axe.run(document, options)", options)["violations"]
    assert [f"{entry['id']}: {node['html'][:160]}" for entry in violations for node in entry["nodes"]] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
