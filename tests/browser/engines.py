"""Firefox, and WebKit as in Safari: a window of each for tests of what only Chromium was asked before."""

import gc
import os
import shutil
import subprocess
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import pytest

from tests.browser.worker import PATIENCE

FIREFOX = shutil.which("firefox-esr") or shutil.which("firefox")
WEBKIT = shutil.which("WebKitWebDriver")
MINI_BROWSER = next(Path("/usr/lib").glob("*/webkit2gtk-4.1/MiniBrowser"), None)
SIZE = (1280, 800)


class Window(Protocol):
    """What a test does in a browser, after `frame` in the frame of the page that a selector names."""

    def open(self, url: str) -> None: ...
    def run(self, script: str, *values: Any) -> Any: ...
    def frame(self, selector: str | None) -> None: ...
    def click(self, selector: str) -> None: ...
    def type(self, text: str) -> None: ...
    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None: ...


def wait(condition: Callable[[], Any]) -> Any:
    """What a condition gives once that is something; how long it takes is the machine's business."""
    until = time.monotonic() + PATIENCE
    while not (value := condition()):
        assert time.monotonic() < until, f"not within {PATIENCE} s: {condition}"
        time.sleep(0.02)
    return value


@contextmanager
def untidy() -> Iterator[None]:
    """Lets a driver leave sockets and files open, as Marionette's does for each try to reach its browser."""
    with warnings.catch_warnings(action="ignore", category=ResourceWarning):
        yield
        gc.collect()


class Firefox:
    """Driven by Marionette, which it has inside."""

    def __init__(self) -> None:
        # The drivers are loaded where they are wanted: most tests of the page want neither.
        from marionette_driver.marionette import Marionette

        # It removes the file it is to write to, were it the null device.
        self.logs = tempfile.TemporaryDirectory()
        with untidy():
            self.driver = Marionette(bin=FIREFOX, port=0, headless=True, gecko_log=self.logs.name)
            self.driver.start_session()
        self.driver.set_window_rect(width=SIZE[0], height=SIZE[1])

    def open(self, url: str) -> None:
        self.driver.navigate(url)

    def run(self, script: str, *values: Any) -> Any:
        # In the page's own scope, where what its scripts made is seen.
        return self.driver.execute_script(script, script_args=values, sandbox=None)

    def frame(self, selector: str | None) -> None:
        self.driver.switch_to_frame(selector and self.driver.find_element("css selector", selector))

    def click(self, selector: str) -> None:
        self.driver.find_element("css selector", selector).click()

    def type(self, text: str) -> None:
        self._by("key").send_keys(text).perform()

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        mouse = self._by("pointer")
        mouse.pointer_move(*map(round, start)).pointer_down().pointer_move(*map(round, end), duration=100).pointer_up()
        mouse.perform()

    def _by(self, device: str) -> Any:
        from marionette_driver.marionette import ActionSequence

        return ActionSequence(self.driver, device, device)

    def close(self) -> None:
        with untidy():
            self.driver.quit(in_app=True)
            self.driver.cleanup()
            # Its profiles tidy up as they go, for which the interpreter has to be there.
            del self.driver
        self.logs.cleanup()


class WebKit:
    """Driven by WebDriver."""

    def __init__(self) -> None:
        from selenium.webdriver import WebKitGTK
        from selenium.webdriver.webkitgtk.options import Options
        from selenium.webdriver.webkitgtk.service import Service

        options = Options()
        options.binary_location = str(MINI_BROWSER)
        options.add_argument("--automation")
        self.driver = WebKitGTK(options=options, service=Service(WEBKIT))
        self.driver.set_window_size(*SIZE)
        self.corner = (0.0, 0.0)

    def open(self, url: str) -> None:
        self.driver.get(url)

    def run(self, script: str, *values: Any) -> Any:
        return self.driver.execute_script(script, *values)

    def frame(self, selector: str | None) -> None:
        self.driver.switch_to.default_content()
        self.corner = (0.0, 0.0)
        if selector:
            element = self.driver.find_element("css selector", selector)
            self.corner = (element.rect["x"], element.rect["y"])
            self.driver.switch_to.frame(element)

    def click(self, selector: str) -> None:
        self.driver.find_element("css selector", selector).click()

    def type(self, text: str) -> None:
        from selenium.webdriver import ActionChains

        ActionChains(self.driver).send_keys(text).perform()

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        from selenium.webdriver.common.actions.action_builder import ActionBuilder

        # Its pointer goes by the window, also in a frame.
        start, end = ((x + self.corner[0], y + self.corner[1]) for x, y in (start, end))
        builder = ActionBuilder(self.driver)
        mouse = builder.pointer_action
        mouse.move_to_location(*map(round, start)).pointer_down().move_to_location(*map(round, end)).pointer_up()
        builder.perform()

    def close(self) -> None:
        self.driver.quit()


def _require(is_there: object, packages: str) -> None:
    """Skips the test without its browser, which is a failure where all browsers are required."""
    if is_there:
        return
    reason = f"not run for want of a browser: apt-get install {packages}"
    if os.environ.get("CI"):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@contextmanager
def _screen() -> Iterator[None]:
    """A display for what cannot do without, where there is none."""
    if os.environ.get("DISPLAY"):
        yield
        return
    _require(shutil.which("Xvfb"), "xvfb")
    command = ["Xvfb", "-displayfd", "1", "-screen", "0", "1400x1000x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout
        os.environ["DISPLAY"] = f":{server.stdout.readline().strip()}"
        try:
            yield
        finally:
            # Also where the browser did not start: who waits for a display that nobody ends waits for ever.
            del os.environ["DISPLAY"]
            server.terminate()


@pytest.fixture(scope="session")
def firefox() -> Iterator[Firefox]:
    """A window of Firefox."""
    _require(FIREFOX, "firefox-esr")
    window = Firefox()
    yield window
    window.close()


@pytest.fixture(scope="session")
def webkit() -> Iterator[WebKit]:
    """A window of WebKit."""
    _require(WEBKIT and MINI_BROWSER, "webkit2gtk-driver xvfb")
    # Its sandbox wants namespaces, which containers refuse; only pages of these tests are opened.
    os.environ.setdefault("WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS", "1")
    with _screen():
        window = WebKit()
        yield window
        window.close()


@pytest.fixture(params=["firefox", "webkit"])
def window(request: pytest.FixtureRequest) -> Window:
    """A window of each."""
    return request.getfixturevalue(request.param)
