"""Workers come with Firefox and Safari too: a task opens, is answered by mouse and keys, and the next one follows."""

import pytest

from tests.browser.engines import Window, wait
from tests.browser.portal import PortalSite

NEXT = "iframe:not(.unseen):not([data-in-hand])"
READY = "return document.readyState === 'complete' && document.querySelector('crowd-form form') !== null"
BOXES = """<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>
<crowd-form><crowd-bounding-box name="boxes" src="%s" labels="['forklift', 'pallet']" header="Draw">
</crowd-bounding-box><crowd-input name="remark" label="Remark"></crowd-input></crowd-form>"""
CLASSES = """<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>
<crowd-form><crowd-image-classifier name="kind" src="%s" categories="['forklift', 'pallet']" header="What is it?">
</crowd-image-classifier></crowd-form>"""
PLACE = """const { stage } = document.querySelector('crowd-bounding-box');
const { left, top } = stage.element.getBoundingClientRect(), { x, y, scale } = stage.view;
return arguments[0].map(([px, py]) => [left + (px - x) * scale, top + (py - y) * scale])"""
# A frame that is loaded again after some seconds, as the page does, would hide that it did not come at first.
NO_SECOND_TRY = """const later = window.setTimeout;
window.setTimeout = (act, ms, ...more) => (ms === 8000 ? 0 : later(act, ms, ...more))"""


def begin(site: PortalSite, window: Window, template: str, objects: int) -> None:
    """Signs in, and takes the first task of a job."""
    site.files = site.cloud_url
    site.account.put("page.html", template % f"{site.cloud_url}/photo.png")
    site.begin(objects=objects)
    window.frame(None)
    window.open(site.url)
    window.run("sessionStorage.clear(); localStorage.clear()")
    window.open(f"{site.url}/?again")
    wait(lambda: window.run("return document.querySelector('[autocomplete=username]') !== null"))
    for field, text in (("username", "ada"), ("current-password", "correct horse")):
        window.click(f"[autocomplete={field}]")
        window.type(text)
    window.click("form button")
    wait(lambda: window.run("return document.querySelector('a[href*=Yard]') !== null"))
    window.run(NO_SECOND_TRY)
    window.click("a[href*=Yard]")


def look_into_task(window: Window) -> None:
    """Goes into the frame of the next task, once it is ready for the worker."""
    window.frame(None)
    wait(lambda: window.run(f"return document.querySelectorAll('{NEXT}').length === 1"))
    window.run(f"document.querySelector('{NEXT}').dataset.inHand = 'yes'")
    window.frame("iframe[data-in-hand]")
    wait(lambda: window.run(READY))
    wait(
        lambda: window.run("return [...document.querySelectorAll('[src]')].every(one => !one.stage || one.stage.size)")
    )


def test_boxes_are_drawn_by_mouse_and_the_answer_arrives(portal, window) -> None:
    begin(portal, window, BOXES, objects=2)
    for count, remark in enumerate(("first", "second"), start=1):
        look_into_task(window)
        window.drag(*window.run(PLACE, [[100, 80], [300, 240]]))
        window.click("crowd-input")
        window.type(remark)
        window.click("crowd-button[form-action=submit]")
        wait(lambda expected=count: len(portal.answers()) == expected)
        window.frame(None)
    answers = [answer.content for answer in portal.answers()]
    assert sorted(answer["remark"] for answer in answers) == ["first", "second"]
    for answer in answers:
        assert answer["boxes"]["inputImageProperties"] == {"width": 640, "height": 400}
        [box] = answer["boxes"]["boundingBoxes"]
        assert box["label"] == "forklift"
        drawn = [box["left"], box["top"], box["width"], box["height"]]
        # The mouse goes by pixels of the screen, which here are less than two of the photo.
        assert drawn == pytest.approx([100, 80, 200, 160], abs=2)


@pytest.mark.parametrize("latency", [0, 0.05])
def test_every_task_opens_at_the_first_try_in_firefox(portal, firefox, latency: float, tasks: int = 15) -> None:
    portal.latency = latency
    begin(portal, firefox, CLASSES, objects=tasks)
    for _ in range(tasks):
        look_into_task(firefox)
        firefox.click("crowd-image-classifier")
        firefox.type("2")
        firefox.click("crowd-button[form-action=submit]")
    firefox.frame(None)
    wait(lambda: len(portal.answers()) == tasks)
    assert [answer.content["kind"] for answer in portal.answers()] == [{"label": "pallet"}] * tasks
