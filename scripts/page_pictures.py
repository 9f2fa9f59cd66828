"""Takes the pictures of docs/workers-page.md: every element of the templates, in Chromium.

    python -m scripts.page_pictures

The pictures of the page itself come from its accessibility tests: PORTAL_PICTURES=folder pytest
tests/browser/test_portal_accessibility.py.
"""

import io
import re
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, Route, sync_playwright

from examples.street.scenes import render_scene
from examples.street.task import STREET
from ground_truth.templates.rendering import render_page

REPOSITORY = Path(__file__).resolve().parents[1]
OUT = REPOSITORY / "docs" / "pictures"
SITE = "http://page.example"
TEMPLATES = Path(__file__).with_suffix(".html")
SCRIPT = '<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>'
SCENE = render_scene(0)
SIZE = {"width": 1000, "height": 640}
TYPES = {".js": "text/javascript", ".html": "text/html", ".jpg": "image/jpeg"}
CAR = max((shape for shape in SCENE.objects if shape.label.startswith("car")), key=lambda car: car.width * car.height)
# In shares of the car's box.
OUTLINE = [(0, 0.5), (0.2, 0), (0.75, 0), (1, 0.5), (1, 1), (0, 1)]
WHEELS = [(0.2, 0.85), (0.8, 0.85)]
# Strokes of a brush or a mouse, where an element begins empty; in shares of its stage.
STROKES = {"semantic-segmentation": [(0.1, 0.575), (0.9, 0.575)], "instance-segmentation": [(0.2, 0.73), (0.34, 0.73)]}


def main() -> None:
    """Writes one picture an element."""
    OUT.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport=SIZE)  # type: ignore[arg-type]
        page.route(f"{SITE}/**", _serve)
        for name in _templates():
            page.goto(f"{SITE}/task/{name}")
            _settle(page)
            if name == "instructions":
                page.get_by_role("button", name="Read the rules").click()
            if name in STROKES:
                _draw(page, STROKES[name])
            _save(page.screenshot(), OUT / f"{name}.webp")
        browser.close()


def _templates() -> dict[str, str]:
    """The templates by the names of their elements."""
    parts = re.split(r"<!-- (\S+) -->", TEMPLATES.read_text(encoding="utf-8"))[1:]
    return {
        name: f"{SCRIPT}<crowd-form>{body}</crowd-form>" for name, body in zip(parts[::2], parts[1::2], strict=True)
    }


def _in_car(share: tuple[float, float]) -> dict[str, int]:
    return {"x": round(CAR.left + share[0] * CAR.width), "y": round(CAR.top + share[1] * CAR.height)}


def _draw(page: Page, stroke: list[tuple[float, float]]) -> None:
    sides = page.evaluate(
        "(({ left, top, width, height }) => [left, top, width, height])"
        "(document.querySelector('crowd-form form > *').stage.element.getBoundingClientRect())"
    )
    left, top, width, height = sides
    points = [(left + across * width, top + down * height) for across, down in stroke]
    page.mouse.move(*points[0])
    page.mouse.down()
    page.mouse.move(*points[1], steps=20)
    page.mouse.up()


def _serve(route: Route) -> None:
    path = route.request.url.removeprefix(SITE).partition("?")[0]
    if path.startswith("/task/"):
        template = _templates()[path.rpartition("/")[2]]
        sides = ("left", "top", "width", "height")
        boxes = [{"label": shape.label, **{side: getattr(shape, side) for side in sides}} for shape in SCENE.objects]
        task_input = {
            "labels": list(STREET.labels),
            "boxes": boxes,
            "outline": [{"label": CAR.label, "vertices": list(map(_in_car, OUTLINE))}],
            "wheels": [{"label": CAR.label, **_in_car(wheel)} for wheel in WHEELS],
        }
        page = render_page(template, task_input, str, title="Task")
        route.fulfill(body=page, content_type="text/html; charset=utf-8")
    elif path == "/scene.jpg":
        route.fulfill(body=SCENE.jpeg, content_type="image/jpeg")
    else:
        file = REPOSITORY / "portal" / path.lstrip("/")
        route.fulfill(path=str(file), content_type=TYPES.get(file.suffix))


def _settle(page: Page) -> None:
    page.wait_for_function("[...document.querySelectorAll('[src]')].every(image => !image.stage || image.stage.size)")
    page.wait_for_timeout(400)


def _save(png: bytes, path: Path) -> None:
    with Image.open(io.BytesIO(png)) as picture:
        picture.save(path, "WEBP", quality=80)


if __name__ == "__main__":
    main()
