"""Templates of our own with every element, filter and idiom that published templates were seen to use."""

import html
import io
import json
import wave
from pathlib import Path

import pytest
from liquid import Environment
from markupsafe import Markup

from tests.browser.test_masks import png, rectangle, where

TEMPLATES = Path(__file__).parent / "templates"
SIZE = {"height": 400, "width": 640}
BOXES = {
    "source-ref": "/photo.png",
    "boxes": {
        "image_size": [{"width": 640, "height": 400, "depth": 3}],
        "annotations": [
            {"class_id": 0, "left": 10, "top": 20, "width": 30, "height": 40},
            {"class_id": 1, "left": 100, "top": 120, "width": 130, "height": 140},
        ],
    },
    "boxes-metadata": {"class-map": {"0": "car", "1": 'say "bus"'}},
}
BOX_ANSWER = [
    {"height": 40, "label": "car", "left": 10, "top": 20, "width": 30},
    {"height": 140, "label": 'say "bus"', "left": 100, "top": 120, "width": 130},
]


class Json(dict):
    """Prints as JSON, as Ground Truth prints objects."""

    def __str__(self) -> str:
        return json.dumps(self)

    def __html__(self) -> str:
        return html.escape(str(self))


def render(name: str, **options: object) -> str:
    environment = Environment(autoescape=True)
    environment.filters |= {"to_json": json.dumps, "skip_autoescape": Markup, "grant_read_access": lambda uri: uri}
    template = environment.from_string((TEMPLATES / f"{name}.liquid.html").read_text())
    return template.render(task={"input": Json(options)})


def test_boxes_to_adjust(work) -> None:
    worker = work(render("boxes_to_adjust", manifestLine=BOXES, labels=["car", 'say "bus"']))
    assert worker.page.get_by_role("heading", name="Adjust 2 boxes, half of them: 1").is_visible()
    assert worker.page.get_by_text("No hint.").is_visible()
    expected = {"initialValueModified": False, "inputImageProperties": SIZE, "boundingBoxes": BOX_ANSWER}
    assert worker.submit() == {"annotatedResult": expected}


def test_mask_to_adjust(work) -> None:
    mask = rectangle(10, 10, 200, 100)
    colors = {
        "0": {"class-name": "BACKGROUND", "hex-color": "#ffffff"},
        "1": {"class-name": "road", "hex-color": "#2ca02c"},
    }
    items = {
        "source-ref": "/photo.png",
        "mask-ref": png(mask, "#2ca02c"),
        "mask-ref-metadata": {"internal-color-map": colors},
    }
    worker = work(render("mask_to_adjust", **items))
    worker.page.wait_for_function(f"({worker.tool}).checkValidity()")
    part = worker.submit()["crowd-semantic-segmentation"]
    assert part["labelMappings"] == {"road": {"color": "#2ca02c"}}
    assert (where(part, "#2ca02c") == mask).all()


def test_labels_by_script(work) -> None:
    worker = work(render("labels_by_script", **{"source-ref": "/photo.png", "labels": ["car"]}))
    worker.page.get_by_label("New label").fill("<b>kiosk</b>")
    worker.page.get_by_text("Add", exact=True).click()
    worker.page.get_by_text("Send").click()
    assert worker.answer is None
    worker.page.get_by_role("radio", name="kiosk").click()
    worker.drag((100, 100), (200, 200))
    answer = worker.submit()
    assert answer["labels-used"] == answer["own"] == "<b>kiosk</b>"
    assert answer["annotator"]["boundingBoxes"] == [
        {"height": 100, "label": "<b>kiosk</b>", "left": 100, "top": 100, "width": 100}
    ]


def test_every_image_element(work) -> None:
    worker = work(
        render(
            "every_image_element", **{"source-ref": "/photo.png", "labels": ["car", "bus"], "text": "A <b>street</b>"}
        )
    )
    assert worker.page.get_by_text("A <b>street</b>", exact=True).is_visible()
    assert worker.page.get_by_text('{"source-ref": "/photo.png"').is_visible()
    for index in (0, 2):
        worker.page.get_by_role("radiogroup", name="Choose one").nth(index // 2).get_by_role(
            "radio", name="bus"
        ).click()
    worker.page.get_by_role("checkbox", name="None").click()
    answer = worker.submit()
    assert list(answer) == [str(number) for number in range(11)]
    assert answer["1"] == answer["3"] == {"label": "bus"}
    assert answer["2"] == {"labels": ["None"]}
    assert answer["7"]["lines"] == [{"label": "car", "vertices": [{"x": 1, "y": 2}, {"x": 3, "y": 4}]}]
    assert answer["8"]["keypoints"] == [{"label": "car", "x": 5, "y": 6}]
    assert answer["9"]["labelMappings"] == {}
    assert answer["10"]["instances"] == []


def test_every_form_element(work) -> None:
    worker = work(
        render(
            "every_form_element", **{"source-ref": "/photo.png", "labels": ["car", "bus"], "text": "A <b>street</b>"}
        )
    )
    worker.page.get_by_label("A word").fill("tree")
    assert worker.submit() == {
        "input": "tree",
        "check": {"yes": True},
        "toggle": {"on": False},
        "radio": {"small": False, "large": True},
        "slider": 2,
        "choice": "a",
    }


def test_boxes_to_verify(work) -> None:
    worker = work(render("boxes_to_verify", manifestLine=BOXES, labels=["good", "bad"]))
    worker.press("2")
    worker.page.get_by_role("button", name="Say why").click()
    worker.page.get_by_role("textbox", name="Comment").fill("too wide")
    assert worker.submit() == {"crowd-image-classifier": {"label": "bad", "workerComment": "too wide"}}


def own_name_of_parent(portal, worker, name: str) -> None:
    portal.account.put("page.html", (TEMPLATES / f"{name}.liquid.html").read_text())
    portal.begin(objects=1)
    ada = worker(hash="#/jobs/Yard")
    ada.ready().locator("crowd-input input").fill("heard")
    ada.submit()
    assert ada.answers(1) == [{"w": "heard"}]


def test_let_parent(portal, worker) -> None:
    own_name_of_parent(portal, worker, "let_parent")


def test_var_parent(portal, worker) -> None:
    own_name_of_parent(portal, worker, "var_parent")


def sound() -> bytes:
    """A tenth of a second of silence."""
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(1)
        written.setframerate(8000)
        written.writeframes(b"\x80" * 800)
    return file.getvalue()


def test_sound(portal, worker) -> None:
    portal.account.put("page.html", (TEMPLATES / "sound.liquid.html").read_text())
    portal.begin(objects=1)
    ada = worker()
    recording = sound()
    ada.page.route("**/*.jpg*", lambda route: route.fulfill(content_type="audio/wav", body=recording))
    ada.page.get_by_role("link", name="Start").first.click()
    frame = ada.frame
    frame.wait_for_function("document.querySelector('audio').duration > 0")
    assert frame.evaluate("document.querySelector('audio').duration") == pytest.approx(0.1)
    frame.get_by_role("radio", name="dog").click()
    ada.submit()
    assert ada.answers(1) == [{"heard": {"label": "dog"}}]


@pytest.mark.parametrize("name", sorted(path.name.removesuffix(".liquid.html") for path in TEMPLATES.iterdir()))
def test_every_template_has_its_test(name: str) -> None:
    assert f"test_{name}" in globals()
