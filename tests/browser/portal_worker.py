"""A worker at the portal: signs in, begins a job, looks into the frame of the task, answers."""

import json
import time
from typing import Any

from playwright.sync_api import BrowserContext, Frame, Locator, Page, expect

from tests.browser.portal import FILES, SECONDS_OF_TOKENS, PortalSite, token
from tests.browser.worker import PATIENCE

LOADED = "() => [...document.querySelectorAll('[src]')].every(one => !one.stage || one.stage.size)"
# Chromium without a window sees all of its pages.
SEEN = """state => { Object.defineProperty(document, 'visibilityState', { value: state, configurable: true });
    document.dispatchEvent(new Event('visibilitychange')) }"""


class PortalWorker:
    """Signed in as `subject` from the beginning, unless None; `errors` are what the browser complained of."""

    def __init__(
        self,
        context: BrowserContext,
        site: PortalSite,
        subject: str | None = "ada",
        *,
        hash: str = "",
        routed: bool = True,
        **claims: str,
    ) -> None:
        self.site, self.context = site, context
        self.page: Page = context.new_page()
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda message: message.type == "error" and self.errors.append(message.text))
        if routed:
            # Without a cache, as Chromium has none where requests are routed.
            self.page.route(f"{FILES}/**", site.s3_route)
        if subject:
            tokens = {
                "id": token(subject, **claims),
                "refresh": f"refresh-{subject}",
                "until": 1000 * (time.time() + SECONDS_OF_TOKENS - 60),
            }
            stored = json.dumps(json.dumps(tokens))
            # Once, so that signing out works.
            self.page.add_init_script(
                "if (window === top && location.protocol === 'http:' && !sessionStorage.getItem('begun')) {"
                f" sessionStorage.setItem('labeling/signed-in', {stored}); sessionStorage.setItem('begun', 1) }}"
            )
        self.page.goto(f"{site.url}/{hash}")

    def start(self) -> None:
        self.page.get_by_role("link", name="Start").first.click()
        self.ready()

    def ready(self) -> Frame:
        """The frame of the task in hand, once its photo is there and the rules are read."""
        frame = self.frame
        frame.wait_for_function(LOADED)
        rules = frame.get_by_role("dialog")
        if rules.count():
            rules.get_by_role("button", name="Close").click()
        return frame

    @property
    def frame(self) -> Frame:
        element = self.page.locator("iframe:not(.unseen)")
        expect(element).to_have_count(1)
        frame = element.element_handle().content_frame()
        assert frame
        frame.wait_for_selector("crowd-form form", state="attached")
        return frame

    def choose(self, kind: str, remark: str = "") -> None:
        frame = self.ready()
        frame.get_by_role("radio", name=kind).click()
        field = frame.get_by_label("Remark")
        # The focus, which the page gives the frame as it is shown, may come between a hasty robot and its field.
        for _ in range(20):
            if not remark or field.input_value() == remark:
                break
            field.fill(remark)

    def submit(self) -> None:
        self.frame.locator("crowd-button[form-action=submit]").click()

    def answer(self, kind: str, remark: str = "") -> None:
        """Answers, and waits until the task is off the page."""
        before = self.page.locator("iframe:not(.unseen)").element_handle()
        self.choose(kind, remark)
        self.submit()
        self.page.wait_for_function("frame => !frame.isConnected", arg=before)

    @property
    def notice(self) -> Locator:
        return self.page.locator(".notice")

    def hide(self) -> None:
        """Goes to another tab and comes back."""
        for state in ("hidden", "visible"):
            self.page.evaluate(SEEN, state)

    @property
    def remark(self) -> Any:
        return self.ready().evaluate("document.querySelector('crowd-form').value.remark")

    def answers(self, count: int) -> list[Any]:
        """What the server has of this worker, once it has so many."""
        until = time.monotonic() + PATIENCE
        while len(result := self.site.answers()) < count and time.monotonic() < until:
            self.page.wait_for_timeout(50)
        assert len(result) == count, self.site.asked
        return [entry.content for entry in result]
