"""Nothing typed is lost: drafts, a lost connection, time that runs out, two tabs, a sign-in that ends."""

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from ground_truth.engine import work
from tests.browser.portal_worker import PortalWorker
from tests.browser.worker import PATIENCE

JOB = "#/jobs/Yard"
WORKER = "private.eu-west-1.{}"


def wait_for(condition: Callable[[], bool], worker: PortalWorker) -> None:
    until = time.monotonic() + PATIENCE
    while not condition() and time.monotonic() < until:
        worker.page.wait_for_timeout(20)
    assert condition()


def forget_errors(*workers: PortalWorker) -> None:
    """The browser says each lost or refused request aloud, which here is what was wanted."""
    for worker in workers:
        assert all("Failed to load resource" in error for error in worker.errors), worker.errors
        worker.errors.clear()


def test_what_is_entered_is_there_after_a_reload_at_once(portal, worker) -> None:
    portal.begin()
    ada = worker(hash=JOB)
    ada.choose("forklift", "blue")
    ada.page.reload()
    assert ada.remark == "blue"
    assert ada.frame.get_by_role("radio", name="forklift").get_attribute("aria-checked") == "true"


def test_what_is_entered_is_there_on_another_computer(portal, worker) -> None:
    portal.begin()
    ada = worker(hash=JOB)
    ada.choose("forklift", "blue")
    ada.page.wait_for_timeout(100)
    with ada.page.expect_response("**/draft"):
        ada.hide()
    ada.page.close()
    elsewhere = worker(hash=JOB)
    assert elsewhere.remark == "blue"
    elsewhere.submit()
    [answer] = elsewhere.answers(1)
    assert answer == {"kind": {"label": "forklift"}, "remark": "blue"}


def test_the_newer_draft_wins(portal, worker) -> None:
    portal.begin()
    ada = worker(hash=JOB)
    ada.choose("forklift", "old")
    ada.page.wait_for_timeout(100)
    with ada.page.expect_response("**/draft"):
        ada.hide()
    ada.frame.get_by_label("Remark").fill("new")
    ada.page.wait_for_timeout(100)
    ada.page.reload()
    assert ada.remark == "new"


def test_boxes_come_back_from_a_draft(portal, worker) -> None:
    portal.account.put(
        "page.html",
        "<crowd-form><crowd-bounding-box name='boxes' labels=\"['car']\" header='Cars' "
        "src='{{ task.input.taskObject | grant_read_access }}'></crowd-bounding-box></crowd-form>",
    )
    portal.begin()
    ada = worker(hash=JOB)
    ada.ready().locator("crowd-bounding-box").click()
    ada.page.keyboard.press("n")
    value = "document.querySelector('crowd-form').value"
    drawn = ada.frame.evaluate(value)
    assert len(drawn["boxes"]["boundingBoxes"]) == 1
    ada.page.wait_for_timeout(300)
    ada.page.reload()
    assert ada.ready().evaluate(value) == drawn


def test_without_a_connection_work_goes_on_and_is_sent_later(portal, worker) -> None:
    portal.begin(objects=3)
    ada = worker(hash=JOB)
    ada.choose("pallet")
    ada.page.wait_for_selector("iframe.unseen", state="attached")
    ada.page.wait_for_timeout(500)
    ada.context.set_offline(True)
    expect(ada.notice).to_contain_text("The connection is lost. What you enter is kept in this browser")
    ada.answer("pallet", "before the tunnel")
    ada.answer("forklift", "in the tunnel")
    expect(ada.notice.filter(has_text="2 answers are not sent yet")).to_be_visible()
    assert portal.answers() == []
    ada.context.set_offline(False)
    expect(ada.notice).to_have_count(0)
    ada.answer("pallet", "behind the tunnel")
    assert {answer["remark"] for answer in ada.answers(3)} == {
        "before the tunnel",
        "in the tunnel",
        "behind the tunnel",
    }
    forget_errors(ada)


def test_an_answer_that_could_not_be_sent_survives_a_reload_and_its_task_does_not_come_again(portal, worker) -> None:
    portal.begin(objects=2)
    ada = worker(hash=JOB)
    ada.ready()
    portal.broken = lambda route: route.endswith("/answer")
    ada.answer("pallet", "mine")
    expect(ada.notice.filter(has_text="One answer is not sent yet")).to_be_visible()
    ada.page.reload()
    expect(ada.notice.filter(has_text="One answer is not sent yet")).to_be_visible()
    portal.broken = lambda route: False
    ada.page.get_by_role("button", name="Try now").click()
    assert ada.remark is None
    assert ada.answers(1)[0]["remark"] == "mine"
    forget_errors(ada)


def test_an_answer_whose_receipt_is_lost_counts_once(portal, worker) -> None:
    portal.begin(objects=1)
    ada = worker(hash=JOB)
    lost = []

    def lose_the_first(route) -> None:
        response = route.fetch()
        route.abort() if not lost else route.fulfill(response=response)
        lost.append(1)

    ada.page.route("**/tasks/*/answer", lose_the_first)
    ada.answer("pallet", "once")
    expect(ada.page.locator(".note")).to_contain_text("Nothing more")
    assert len(lost) == 2
    assert ada.answers(1)[0]["remark"] == "once"
    with portal.lock:
        job = portal.account.store.jobs.get("Yard")
        assert portal.account.store.objects.get(job, "0").answers == 1
    forget_errors(ada)


def test_time_that_runs_out_is_explained_and_the_answer_is_still_taken(portal, worker) -> None:
    portal.begin(objects=1)
    ada = worker(hash=JOB)
    ada.choose("pallet", "slow but sure")
    portal.engine.clock.now += 598
    ada.page.reload()
    ada.ready()
    expect(ada.notice).to_contain_text("The time for this task is over, and others may get it now.")
    expect(ada.page.get_by_role("timer")).to_have_text("Time is up")
    portal.engine.clock.now += 3
    assert ada.remark == "slow but sure"
    ada.frame.get_by_label("Remark").fill("slow but very sure")
    ada.hide()
    expect(ada.notice).to_have_count(1)
    ada.submit()
    assert ada.answers(1)[0]["remark"] == "slow but very sure"
    expect(ada.notice).to_have_count(0)
    forget_errors(ada)


def test_two_minutes_before_the_end_it_is_said(portal, worker) -> None:
    portal.begin(objects=1)
    ada = worker(hash=JOB)
    ada.ready()
    portal.engine.clock.now += 479
    ada.page.reload()
    expect(ada.notice).to_contain_text("Less than two minutes are left for this task.")


def run_out_of_time(portal, ada: PortalWorker) -> None:
    portal.engine.clock.now += 598
    ada.page.reload()
    ada.ready()
    # PortalOrigins the look ahead, which is made as soon as the task is there.
    ada.page.wait_for_timeout(300)
    portal.engine.clock.now += 3


def test_after_the_time_ran_out_the_task_comes_again_with_new_time_if_it_is_free(portal, worker) -> None:
    portal.begin(objects=1)
    ada = worker(hash=JOB)
    ada.choose("pallet", "too slow")
    run_out_of_time(portal, ada)
    ada.page.get_by_role("button", name="Go on").click()
    expect(ada.page.get_by_role("timer")).to_contain_text("left")
    expect(ada.notice).to_have_count(0)
    assert ada.remark == "too slow"


def test_after_the_time_ran_out_another_worker_may_have_the_task(portal, worker) -> None:
    portal.begin(objects=1, HumanTaskConfig={"NumberOfHumanWorkersPerDataObject": 1})
    ada = worker(hash=JOB)
    ada.choose("pallet", "too slow")
    run_out_of_time(portal, ada)
    ben = worker("ben", hash=JOB)
    ben.ready()
    ada.page.get_by_role("button", name="Go on").click()
    expect(ada.page.locator(".note")).to_contain_text("Nothing more for you in this job right now.")


def test_what_waited_too_long_ahead_is_exchanged_for_a_task_with_time(portal, worker) -> None:
    portal.begin(objects=2)
    ada = worker(hash=JOB)
    ada.choose("pallet")
    ada.page.wait_for_selector("iframe.unseen", state="attached")
    portal.engine.clock.now += 400
    ada.page.clock.install()
    ada.page.clock.fast_forward(400_000)
    ada.submit()
    ada.page.wait_for_timeout(200)
    ada.ready()
    with portal.lock:
        store = portal.account.store
        [hold] = [hold for number in "01" for hold in store.objects.get(store.jobs.get("Yard"), number).holds.values()]
    assert hold.accepted == portal.engine.clock.now


def test_a_task_that_is_no_longer_the_workers_is_told_and_what_he_entered_is_kept(portal, worker) -> None:
    portal.begin(objects=1)
    ada = worker(hash=JOB)
    ada.choose("pallet", "mine")
    with portal.lock:
        job = portal.account.store.jobs.get("Yard")
        work.release(portal.account.store, job, "0", WORKER.format("ada"))
    ada.hide()
    expect(ada.notice).to_contain_text("This task is no longer yours")
    ada.submit()
    expect(ada.notice.filter(has_text="An answer to “Find pallets” was not taken")).to_be_visible()
    assert ada.remark == "mine", "the task came again, with what was entered"
    ada.submit()
    assert ada.answers(1)[0]["remark"] == "mine"
    forget_errors(ada)


def test_a_second_tab_says_where_the_work_is_and_leaves_the_first_alone(portal, worker) -> None:
    portal.begin(objects=2)
    first = worker(hash=JOB)
    first.choose("pallet", "in the first tab")
    second = worker(beside=first, hash=JOB)
    expect(second.page.locator(".note")).to_contain_text("You work on this job in another tab or window.")
    assert second.page.locator("iframe:not(.unseen)").count() == 0
    first.answer("pallet", "done in the first tab")
    first.answers(1)
    first.choose("pallet", "begun in the first tab")
    second.page.get_by_role("button", name="Go on here").click()
    assert second.remark == "begun in the first tab"
    expect(first.page.locator(".note")).to_contain_text("You work on this job in another tab or window.")
    second.submit()
    second.answers(2)


def test_a_tab_that_is_closed_leaves_the_work_to_another(portal, worker) -> None:
    portal.begin(objects=2)
    first = worker(hash=JOB)
    first.choose("pallet", "unfinished")
    first.page.wait_for_timeout(100)
    first.page.close()
    assert worker(beside=first, hash=JOB).remark == "unfinished"


def test_a_sign_in_that_ended_is_told_and_the_work_goes_on_after_the_next(portal, worker) -> None:
    portal.begin(objects=2)
    ada = worker(hash=JOB)
    ada.choose("pallet", "typed before")
    portal.refused.add(ada.page.evaluate("JSON.parse(sessionStorage.getItem('labeling/signed-in')).id"))
    portal.cognito.renews = False
    ada.submit()
    expect(ada.page.get_by_role("alert")).to_contain_text("You have been signed out. What you entered is kept")
    ada.page.get_by_label("User name").fill("ada")
    ada.page.get_by_label("Password").fill("correct horse")
    ada.page.get_by_role("button", name="Sign in").click()
    assert ada.remark is None
    assert ada.answers(1)[0]["remark"] == "typed before"
    forget_errors(ada)


def test_another_worker_at_the_same_computer_gets_nothing_of_the_first(portal, worker) -> None:
    portal.begin(objects=1)
    ada = worker(hash=JOB)
    ada.choose("pallet", "secret")
    ada.page.close()
    ben = worker("ben", beside=ada, hash=JOB)
    assert ben.remark is None


def test_a_browser_that_keeps_nothing_says_so_and_still_sends(portal, worker) -> None:
    portal.begin(objects=1)
    ada = worker(hash=JOB)
    ada.ready()
    ada.page.evaluate("void (Storage.prototype.setItem = () => { throw new Error('QuotaExceededError') })")
    ada.choose("pallet", "x")
    expect(ada.notice).to_contain_text("This browser cannot keep a copy of what you enter")
    ada.submit()
    ada.answers(1)


@pytest.mark.parametrize("part", ["/frame.html", "/page/in-frame.js", "/crowd/stage.js", "/crowd/index.js"])
def test_a_page_of_a_task_that_does_not_come_is_told_and_loaded_again_by_itself(portal, worker, part: str) -> None:
    portal.begin(objects=1)
    ada = worker()
    ada.page.clock.install()
    held = []
    ada.page.route(f"**{part}", lambda route: held.append(route))
    ada.page.get_by_role("link", name="Start").first.click()
    expect(ada.page.locator("iframe:not(.unseen)")).to_have_count(1)
    wait_for(lambda: bool(held), ada)
    ada.page.clock.fast_forward(9_000)
    expect(ada.notice).to_contain_text("The page of this task does not come. It is loaded again by itself")
    ada.page.unroute(f"**{part}")
    # The next time it waits longer.
    ada.page.clock.fast_forward(17_000)
    expect(ada.notice).to_have_count(0)
    ada.answer("pallet", "after all")
    assert ada.answers(1)[0]["remark"] == "after all"


def test_a_frame_that_stays_empty_is_loaded_again_and_again_with_longer_pauses(portal, worker) -> None:
    portal.begin(objects=1)
    ada = worker()
    ada.page.clock.install()
    loads: list[object] = []
    ada.page.route("**/page/in-frame.js", lambda route: loads.append(route))
    ada.page.get_by_role("link", name="Start").first.click()
    for count, seconds in enumerate((8, 16, 32, 60, 60), start=1):
        wait_for(lambda expected=count: len(loads) == expected, ada)
        ada.page.clock.fast_forward(1000 * seconds)
    wait_for(lambda: len(loads) == 6, ada)
