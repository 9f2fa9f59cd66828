"""A worker at a page: opens a template, points in pixels of the image, presses keys, submits."""

import itertools
import json
from typing import Any

from playwright.sync_api import ConsoleMessage, Page, ViewportSize

SCRIPT = "https://assets.crowd.aws/crowd-html-elements.js"
RECORD = "addEventListener('crowd-answer', event => (window.answers ??= []).push(event.detail))"
# Seconds: a busy machine takes its time, and only a fault has to wait for the end of it.
PATIENCE = 60
DESKTOP: ViewportSize = {"width": 1280, "height": 800}
_numbers = itertools.count()
Point = tuple[float, float]


class Worker:
    def __init__(self, page: Page, site: Any) -> None:
        self.page, self.site = page, site
        self.errors: list[str] = []
        self.listeners = {
            "pageerror": lambda error: self.errors.append(str(error)),
            "console": self._note,
        }
        for event, listener in self.listeners.items():
            page.on(event, listener)

    def _note(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(message.text)

    def leave(self) -> None:
        """Makes the page as good as new for the next worker."""
        for event, listener in self.listeners.items():
            self.page.remove_listener(event, listener)
        self.page.emulate_media(color_scheme="light", reduced_motion="no-preference")
        if self.page.viewport_size != DESKTOP:
            self.page.set_viewport_size(DESKTOP)

    def open(self, template: str, *, wait: bool = True, size: tuple[int, int] | None = None, **emulated: Any) -> None:
        page, site = self.page, self.site
        if size:
            page.set_viewport_size({"width": size[0], "height": size[1]})
        if emulated:
            page.emulate_media(**emulated)
        script = '<script type="module" src="/crowd/index.js"></script>'
        body = template.replace(f'<script src="{SCRIPT}"></script>', script)
        if script not in body:
            body = script + body
        path = f"/page-{next(_numbers)}.html"
        head = '<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Task</title>'
        site.files[path] = f"{head}<script>{RECORD}</script>{body}".encode()
        page.goto(site.url + path)
        if wait:
            page.wait_for_function("[...document.querySelectorAll('[src]')].every(one => !one.stage || one.stage.size)")

    @property
    def tool(self) -> str:
        """An expression for the page's first annotator or classifier."""
        return "[...document.querySelectorAll('*')].find(one => one.picker)"

    def do(self, expression: str) -> Any:
        """Runs JavaScript with `tool` as the annotator."""
        return self.page.evaluate(f"(() => {{ const tool = {self.tool}; return {expression} }})()")

    @property
    def value(self) -> Any:
        return self.do("tool.value")

    def place(self, point: Point) -> Any:
        """Where a point of the image is on the screen."""
        return self.do(
            f"""(({{ left, top }}, {{ x, y, scale }}) =>
            ({{ x: left + ({point[0]} - x) * scale, y: top + ({point[1]} - y) * scale }}))(
            tool.stage.element.getBoundingClientRect(), tool.stage.view)"""
        )

    def click(self, *points: Point, **options: Any) -> None:
        for point in points:
            self.page.mouse.click(**self.place(point), **options)

    def drag(self, start: Point, *way: Point) -> None:
        self.page.mouse.move(**self.place(start))
        self.page.mouse.down()
        for point in way:
            self.page.mouse.move(**self.place(point), steps=4)
        self.page.mouse.up()

    def press(self, *keys: str, times: int = 1) -> None:
        for key in keys:
            for _ in range(times):
                self.page.keyboard.press(key)

    def touch(self, *fingers: list[Point]) -> None:
        """Moves each finger along its points (all of one length), all fingers at the same time."""
        session = self.page.context.new_cdp_session(self.page)
        ways = [[self.place(point) for point in finger] for finger in fingers]
        for index, places in enumerate(zip(*ways, strict=True)):
            points = [{**position, "id": finger} for finger, position in enumerate(places)]
            session.send(
                "Input.dispatchTouchEvent", {"type": "touchMove" if index else "touchStart", "touchPoints": points}
            )
        session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        session.detach()

    def tap(self, *points: Point) -> None:
        for point in points:
            self.touch([point])

    def focus_image(self) -> None:
        self.do("tool.stage.element.focus()")

    def crosshair(self, *points: tuple[int, int]) -> None:
        """Moves the crosshair by arrow keys alone, from wherever it is, and sets a point at each place."""
        for x, y in points:
            at = self.do(
                "tool.stage.cursor ?? { x: Math.round(tool.stage.centre.x), y: Math.round(tool.stage.centre.y) }"
            )
            for by, back, forth in ((x - at["x"], "ArrowLeft", "ArrowRight"), (y - at["y"], "ArrowUp", "ArrowDown")):
                key = forth if by > 0 else back
                self.press(f"Shift+{key}", times=int(abs(by)) // 10)
                self.press(key, times=int(abs(by)) % 10)
            self.press("Space")

    def submit(self) -> Any:
        """Presses Submit; returns the answer, or None if there is none."""
        self.page.locator("crowd-button[form-action=submit]").last.click()
        # In the page, so that it ends after the submission however long that takes.
        self.page.evaluate("new Promise(done => setTimeout(done, 20))")
        return self.answer

    @property
    def answer(self) -> Any:
        return self.page.evaluate("window.answers?.at(-1)")


def attribute(value: Any) -> str:
    """A value as it stands in a template's attribute."""
    return json.dumps(value).replace("&", "&amp;").replace('"', "&quot;")
