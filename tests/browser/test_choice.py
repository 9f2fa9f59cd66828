import base64
import io

import numpy as np
import pytest
from PIL import Image

from tests.browser.test_masks import png, rectangle
from tests.browser.worker import attribute

CATEGORIES = ["heron", "crane", "stork"]
ELEMENTS = ["image-classifier", "image-classifier-multi-select", "classifier", "classifier-multi-select"]


def classifier(element: str, inner: str = "", **more: object) -> str:
    extra = "".join(f' {name.replace("_", "-")}="{attribute(value)}"' for name, value in more.items())
    return (
        f'<crowd-form><crowd-{element} name="out" src="/photo.png" header="Which bird?" '
        f'categories="{attribute(CATEGORIES)}"{extra}><classification-target>A tall bird</classification-target>'
        f"{inner}</crowd-{element}></crowd-form>"
    )


@pytest.mark.parametrize("means", ["mouse", "touch", "digits", "keys"])
@pytest.mark.parametrize("element", ELEMENTS)
def test_a_category_is_chosen_and_submitted(work, element: str, means: str) -> None:
    worker = work(classifier(element))
    role = "checkbox" if element.endswith("select") else "radio"
    option = worker.page.get_by_role(role, name="crane")
    if means == "mouse":
        option.click()
    elif means == "touch":
        option.tap()
    elif means == "digits":
        worker.press("2")
    else:
        worker.page.get_by_role(role, name="heron").focus()
        worker.press("ArrowDown", "Space")
    expected = {"labels": ["crane"]} if role == "checkbox" else {"label": "crane"}
    if means in ("digits", "keys"):
        worker.press("Control+Enter")
        assert worker.answer == {"out": expected}
    else:
        assert worker.submit() == {"out": expected}


@pytest.mark.parametrize("element", ELEMENTS)
def test_the_categories_are_reached_by_tab(work, element: str) -> None:
    worker = work(classifier(element))
    for _ in range(8):
        worker.press("Tab")
        if worker.do("tool.shadowRoot.activeElement?.label"):
            break
    worker.press("Space")
    assert worker.value in ({"label": "heron"}, {"labels": ["heron"]})


@pytest.mark.parametrize("element", ELEMENTS)
def test_one_of_the_single_categories_has_to_be_chosen(work, element: str) -> None:
    answer = work(classifier(element)).submit()
    assert answer == ({"out": {"labels": []}} if element.endswith("select") else None)


def test_the_exclusion_category_excludes_and_is_a_choice(work) -> None:
    worker = work(
        classifier("image-classifier-multi-select").replace(
            "header=", "exclusion-category=\"{ text: 'None' }\" header="
        )
    )
    assert worker.submit() is None
    worker.press("3", "1")
    assert worker.value == {"labels": ["heron", "stork"]}
    worker.press("4")
    assert worker.value == {"labels": ["None"]}
    worker.press("2")
    assert worker.value == {"labels": ["crane"]}
    worker.press("Control+z", "Control+z")
    assert worker.value == {"labels": ["heron", "stork"]}


def test_the_target_is_shown(work) -> None:
    assert work(classifier("classifier")).page.get_by_text("A tall bird").is_visible()


def test_a_comment_is_part_of_a_verification(work) -> None:
    comment = '<worker-comment header="Why?" link-text="Tell us" placeholder="Your reason"></worker-comment>'
    worker = work(classifier("image-classifier", comment))
    worker.press("1")
    assert worker.submit() == {"out": {"label": "heron"}}
    worker.page.get_by_role("button", name="Tell us").click()
    worker.page.get_by_role("textbox", name="Why?").fill("2 left edges are too wide")
    assert worker.submit() == {"out": {"label": "heron", "workerComment": "2 left edges are too wide"}}


def color_at(worker, point: tuple[int, int]) -> tuple[int, ...]:
    position = worker.place(point)
    picture = Image.open(io.BytesIO(worker.page.screenshot())).convert("RGB")
    return picture.getpixel((round(position["x"]), round(position["y"])))


def test_boxes_to_verify_lie_over_the_image(work) -> None:
    boxes = [{"label": "car", "left": 100, "top": 100, "width": 200, "height": 100}]
    worker = work(classifier("image-classifier", overlay={"boundingBox": {"labels": ["car"], "value": boxes}}))
    worker.page.wait_for_timeout(100)
    grey = color_at(worker, (200, 150))
    assert color_at(worker, (200, 100)) != grey
    assert color_at(worker, (200, 300)) == grey
    assert worker.page.locator(".legend").inner_text() == "car"
    worker.press("h")
    assert color_at(worker, (200, 100)) == grey


@pytest.mark.parametrize("kind", ["semanticSegmentation", "instanceSegmentation"])
def test_masks_to_verify_lie_over_the_image(work, kind: str) -> None:
    legend = (
        {"labelMappings": {"road": {"color": "#2ca02c"}}}
        if kind.startswith("semantic")
        else {"instances": [{"label": "road", "color": "#2ca02c"}]}
    )
    mask = {"src": png(rectangle(100, 100, 300, 200), "#2ca02c"), **legend}
    worker = work(classifier("image-classifier", overlay={kind: mask}))
    worker.page.wait_for_function(f"({worker.tool}).overlay.raster")
    worker.page.wait_for_timeout(100)
    red, green, blue = color_at(worker, (200, 150))
    assert green > red
    assert green > blue
    assert color_at(worker, (200, 300)) == (125, 138, 150)
    assert worker.page.locator(".legend").inner_text() == "road"


def test_an_image_without_overlay_is_shown_upright_and_needs_no_cors(work, site) -> None:
    picture = np.zeros((20, 40, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(picture).save(
        file, "JPEG", exif=b"Exif\x00\x00" + base64.b64decode("TU0AKgAAAAgAAQESAAMAAAABAAYAAAAAAAA=")
    )
    site.files["/no-cors/upright.jpg"] = file.getvalue()
    other = site.url.replace("127.0.0.1", "localhost") + "/no-cors/upright.jpg"
    worker = work(classifier("image-classifier").replace("/photo.png", other))
    assert worker.do("tool.stage.size") == {"width": 20, "height": 40}
