"""A worker's day at the portal: the jobs, a task, the next one without waiting, and what can be given back."""

import pytest
from playwright.sync_api import expect

from ground_truth.engine.model import Status
from tests.browser.portal_worker import SEEN
from tests.engine.labeling_account import BUCKET

FORM = "<crowd-form><crowd-input name='remark' label='Remark'></crowd-input></crowd-form>"


def test_a_worker_goes_from_the_list_to_the_last_task(portal, worker) -> None:
    portal.begin(objects=3)
    ada = worker()
    article = ada.page.get_by_role("article")
    expect(article.get_by_role("heading")).to_have_text("Find pallets")
    expect(article).to_contain_text("Say what is on each photo.")
    expect(article).to_contain_text("3 of 3 left · 10 minutes for each task")
    ada.start()
    expect(ada.page.get_by_role("heading", name="Find pallets")).to_be_visible()
    expect(ada.page.get_by_role("timer")).to_contain_text("left")
    for remark in ("first", "second", "third"):
        ada.answer("pallet", remark)
    expect(ada.page.locator(".note")).to_contain_text("Nothing more for you in this job right now.")
    assert sorted(answer["remark"] for answer in ada.answers(3)) == ["first", "second", "third"]
    assert all(answer["kind"] == {"label": "pallet"} for answer in ada.answers(3))
    ada.page.locator("header a").click()
    expect(ada.page.get_by_role("heading", name="Jobs")).to_be_focused()


def test_the_next_task_is_there_before_this_one_is_sent(portal, worker) -> None:
    portal.begin(objects=3)
    ada = worker(hash="#/jobs/Yard")
    ada.choose("pallet")
    ada.page.wait_for_selector("iframe.unseen", state="attached")
    portal.open.clear()
    ada.answer("pallet")
    ada.frame.get_by_role("radio", name="pallet").click()
    assert not portal.answers()
    portal.open.set()
    ada.answers(1)


def test_who_has_the_next_task_ahead_gets_the_one_in_hand_when_he_comes_back(portal, worker) -> None:
    portal.begin(objects=3)
    ada = worker(hash="#/jobs/Yard")
    ada.choose("pallet", "half done")
    ada.page.wait_for_selector("iframe.unseen", state="attached")
    ada.page.reload()
    assert ada.remark == "half done"


def test_short_instructions_stay_and_full_ones_come_before_the_first_task_alone(portal, worker) -> None:
    portal.begin(objects=2)
    ada = worker(hash="#/jobs/Yard")
    rules = ada.frame.get_by_role("dialog", name="The rules")
    expect(ada.frame.get_by_text("Look at the whole photo first.")).to_be_visible()
    rules.get_by_role("button", name="Close").click()
    expect(ada.frame.get_by_text("Choose what is nearest.")).to_be_visible()
    ada.answer("pallet")
    expect(ada.frame.get_by_text("Choose what is nearest.")).to_be_visible()
    assert ada.frame.get_by_role("dialog").count() == 0
    ada.page.reload()
    ada.page.wait_for_timeout(300)
    assert ada.frame.get_by_role("dialog").count() == 0


def test_a_task_can_be_given_back(portal, worker) -> None:
    portal.begin(objects=1)
    ada = worker(hash="#/jobs/Yard")
    ada.choose("forklift", "not sure")
    ada.page.get_by_role("button", name="Give back").click()
    expect(ada.notice).to_have_text("The task was given back. What you entered is kept in this browser.")
    expect(ada.page.get_by_role("heading", name="Jobs")).to_be_visible()
    with portal.lock:
        assert portal.account.store.objects.get(portal.account.store.jobs.get("Yard"), "0").holds == {}
    ada.start()
    assert ada.remark == "not sure"


def test_a_task_is_declined_with_a_reason_and_does_not_come_again(portal, worker) -> None:
    portal.begin(objects=1, HumanTaskConfig={"NumberOfHumanWorkersPerDataObject": 1})
    ada = worker(hash="#/jobs/Yard")
    ada.ready()
    decline = ada.page.get_by_role("button", name="Decline")
    decline.click()
    dialog = ada.page.get_by_role("dialog", name="Decline this task")
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_have_count(0)
    decline.click()
    dialog.get_by_role("button", name="Decline").click()
    expect(dialog, "no reason was given yet").to_be_visible()
    dialog.get_by_label("In your words").fill("a dog sits before it")
    dialog.get_by_role("button", name="Decline").click()
    expect(ada.page.locator(".note")).to_contain_text("Nothing more")
    with portal.lock:
        declined = portal.account.store.objects.get(portal.account.store.jobs.get("Yard"), "0")
    assert "a dog sits before it" in str(declined.failure)


def test_who_leaves_for_the_list_keeps_his_task_and_gives_back_what_was_fetched_ahead(portal, worker) -> None:
    portal.begin(objects=2)
    ada = worker(hash="#/jobs/Yard")
    ada.choose("pallet", "to be continued")
    ada.page.wait_for_selector("iframe.unseen", state="attached")
    with ada.page.expect_response(lambda response: response.url.endswith("/release") and response.ok):
        ada.page.locator("header a").click()
    ada.start()
    assert ada.remark == "to be continued"


def test_time_is_counted_only_while_the_page_can_be_seen(portal, worker) -> None:
    portal.account.put("page.html", FORM)
    portal.begin(objects=1)
    ada = worker(hash="#/jobs/Yard")
    ada.ready()
    ada.page.evaluate(SEEN, "hidden")
    ada.page.wait_for_timeout(1500)
    ada.page.evaluate(SEEN, "visible")
    portal.engine.clock.now += 60
    ada.submit()
    ada.answers(1)
    [answer] = portal.answers()
    assert 0 < answer.seconds < 1.5


def test_a_long_answer_travels_by_s3(portal, worker) -> None:
    portal.account.put("page.html", "<crowd-form><textarea name='remark' aria-label='Remark'></textarea></crowd-form>")
    portal.begin(objects=1)
    ada = worker(hash="#/jobs/Yard")
    ada.ready().evaluate("document.querySelector('textarea').value = 'x'.repeat(5_000_000)")
    ada.submit()
    ada.answers(1)
    [answer] = portal.answers()
    with portal.lock:
        assert portal.account.read(answer.content_uri) == {"remark": "x" * 5_000_000}


def test_a_list_without_jobs_says_so_and_looks_again(portal, worker) -> None:
    ada = worker()
    expect(ada.page.get_by_role("main")).to_contain_text("There is no work at the moment.")
    portal.begin()
    ada.page.locator("header a").click()
    ada.page.reload()
    expect(ada.page.get_by_role("article")).to_have_count(1)


@pytest.mark.parametrize(
    ("job", "sentence"), [("Yard", "Nothing more for you in this job right now."), ("None%20such", "")]
)
def test_a_job_that_is_over_or_never_was_is_told(portal, worker, job: str, sentence: str) -> None:
    portal.begin()
    portal.account.store.jobs.set_status("Yard", Status.STOPPING)
    ada = worker(hash=f"#/jobs/{job}")
    if sentence:
        expect(ada.page.locator(".note")).to_contain_text(sentence)
    else:
        expect(ada.notice).to_contain_text("None such")
        ada.errors.clear()


def test_who_is_no_worker_is_told_so(portal, worker) -> None:
    portal.begin()
    ada = worker(groups="[others]")
    expect(ada.notice).to_contain_text("not as a worker: ask whoever invited you")
    ada.errors.clear()


def test_a_template_that_cannot_be_shown_is_told(portal, worker) -> None:
    portal.account.put("page.html", "{{ task.input | nofilter }}")
    portal.begin()
    ada = worker(hash="#/jobs/Yard")
    expect(ada.notice).to_contain_text("the page of this job cannot be shown: line 1")
    portal.account.put("page.html", FORM)
    ada.page.get_by_role("button", name="Try now").click()
    ada.ready()
    ada.errors.clear()


def test_a_page_that_reloads_itself_comes_back_with_what_was_entered(portal, worker) -> None:
    portal.begin(objects=1)
    ada = worker(hash="#/jobs/Yard")
    ada.choose("pallet", "still here")
    ada.page.wait_for_timeout(400)
    ada.frame.evaluate("location.reload()")
    ada.page.wait_for_timeout(400)
    assert ada.remark == "still here"


def test_pictures_come_from_the_bucket_signed_for_as_long_as_the_task_is_held(portal, worker) -> None:
    portal.begin(objects=1)
    ada = worker(hash="#/jobs/Yard")
    source = ada.ready().locator("[src*=Amz]").get_attribute("src")
    assert source.startswith(f"https://{BUCKET}.s3.eu-west-1.amazonaws.com/0.jpg")
    assert "X-Amz-Expires=600" in source
