"""axe finds nothing at the portal, light and dark, wide and narrow; it can be worked by keyboard alone."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.portal_worker import PortalWorker
from tests.browser.test_accessibility import AXE, RULES

JOB = "#/jobs/Yard"
PICTURES = os.environ.get("PORTAL_PICTURES")


def signed_out(portal, worker) -> PortalWorker:
    portal.sign_in = {"domainUrl": portal.cloud_url, "clientId": "page"}
    ada = worker(None)
    expect(ada.page.get_by_role("button", name="Sign in")).to_be_visible()
    return ada


def password(portal, worker) -> PortalWorker:
    ada = worker(None)
    expect(ada.page.get_by_label("User name")).to_be_visible()
    return ada


def jobs(portal, worker) -> PortalWorker:
    portal.begin(objects=40)
    ada = worker()
    expect(ada.page.get_by_role("article")).to_have_count(1)
    return ada


def no_jobs(portal, worker) -> PortalWorker:
    ada = worker()
    expect(ada.page.get_by_text("There is no work")).to_be_visible()
    return ada


def first_task(portal, worker) -> PortalWorker:
    portal.begin(objects=40)
    ada = worker(hash=JOB)
    ada.frame.get_by_role("dialog", name="The rules").wait_for()
    return ada


def task(portal, worker) -> PortalWorker:
    ada = first_task(portal, worker)
    ada.choose("pallet", "blue")
    return ada


def notices(portal, worker) -> PortalWorker:
    portal.begin(objects=40)
    ada = worker(hash=JOB)
    ada.ready()
    portal.engine.clock.now += 600
    portal.engine.clock.now -= 2
    ada.page.reload()
    ada.ready()
    ada.page.wait_for_timeout(300)
    ada.context.set_offline(True)
    expect(ada.notice).to_have_count(2)
    return ada


def decline(portal, worker) -> PortalWorker:
    ada = task(portal, worker)
    ada.page.get_by_role("button", name="Decline").click()
    expect(ada.page.get_by_role("dialog")).to_be_visible()
    return ada


def nothing(portal, worker) -> PortalWorker:
    portal.begin(objects=1)
    ada = worker(hash=JOB)
    ada.answer("pallet")
    expect(ada.page.get_by_text("Nothing more for you")).to_be_visible()
    return ada


def elsewhere(portal, worker) -> PortalWorker:
    portal.begin(objects=1)
    second = worker(beside=worker(hash=JOB), hash=JOB)
    expect(second.page.get_by_role("button", name="Go on here")).to_be_visible()
    return second


STATES = [signed_out, password, jobs, no_jobs, first_task, task, notices, decline, nothing, elsewhere]


def violations(page: Page) -> list[str]:
    page.evaluate(AXE.read_text())
    # The frame is a page of its own, which test_accessibility.py judges.
    run = "rules => axe.run({ exclude: ['iframe'] }, { runOnly: rules, iframes: false })"
    result = page.evaluate(run, RULES)["violations"]
    return [f"{entry['id']}: {node['html'][:160]}" for entry in result for node in entry["nodes"]]


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_axe_finds_nothing_and_nothing_is_wider_than_a_phone(portal, worker, state: Callable) -> None:
    ada = state(portal, worker)
    for scheme, width in (("light", 1280), ("dark", 1280), ("light", 360), ("dark", 360)):
        ada.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        ada.page.set_viewport_size({"width": width, "height": 740})
        assert violations(ada.page) == [], (scheme, width)
        if PICTURES:
            ada.page.screenshot(path=Path(PICTURES, f"{state.__name__}-{scheme}-{width}.png"))
    for width in (360, 320):
        ada.page.set_viewport_size({"width": width, "height": 740})
        assert ada.page.evaluate("document.documentElement.scrollWidth") <= width
    ada.context.set_offline(False)
    ada.errors.clear()


def test_a_job_is_worked_by_keyboard_alone(portal, worker) -> None:
    portal.begin(objects=2)
    ada = worker()
    expect(ada.page.get_by_role("article")).to_have_count(1)
    press = ada.page.keyboard.press
    expect(ada.page.get_by_role("heading", name="Jobs")).to_be_focused()
    press("Tab")
    expect(ada.page.get_by_role("link", name="Start")).to_be_focused()
    press("Enter")
    for _ in range(2):
        # The task has the focus, so that its keys work at once.
        ada.frame.wait_for_function(
            "[...document.querySelectorAll('[src]')].every(one => !one.stage || one.stage.size)"
        )
        ada.frame.wait_for_function("() => document.hasFocus()")
        press("Escape")
        before = ada.page.locator("iframe:not(.unseen)").element_handle()
        press("2")
        press("Control+Enter")
        ada.page.wait_for_function("frame => !frame.isConnected", arg=before)
    assert [answer["kind"]["label"] for answer in ada.answers(2)] == ["pallet", "pallet"]


def test_what_changes_is_announced(portal, worker) -> None:
    portal.begin(objects=2)
    ada = worker(hash=JOB)
    expect(ada.page.locator("[role=status]", has_text="Find pallets")).to_have_count(1)
    ada.answer("pallet")
    expect(ada.page.locator("[role=status]", has_text="Here is the next task.")).to_have_count(1)
    ada.answer("pallet")
    expect(ada.page.locator("[role=status]", has_text="Nothing more for you")).to_have_count(1)
    assert ada.page.get_by_role("timer").count() == 0


def test_each_view_has_a_title_of_its_own(portal, worker) -> None:
    portal.begin(objects=2)
    ada = worker()
    expect(ada.page).to_have_title("Jobs · Labeling")
    ada.start()
    expect(ada.page).to_have_title("Find pallets · Labeling")
    ada.page.go_back()
    expect(ada.page).to_have_title("Jobs · Labeling")
