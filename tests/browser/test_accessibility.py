"""axe finds nothing, light and dark, wide and narrow; nothing is cut off on a phone."""

from pathlib import Path

import pytest

from tests.browser.test_choice import classifier
from tests.browser.test_shapes import TWO_CARS, annotator
from tests.browser.test_templates import BOXES, render

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# A template is part of the portal's page, which has the landmarks and the first heading.
OF_THE_PAGE = {"region", "page-has-heading-one", "landmark-one-main"}
HELP = (
    "<short-instructions><p>Short</p></short-instructions>"
    "<full-instructions header='Rules'><p>Full</p></full-instructions>"
)
MANY = [f"label {number}" for number in range(12)]


def with_help(template: str) -> str:
    return template.replace("></crowd-", f">{HELP}</crowd-", 1)


PAGES = {
    "bounding-box": with_help(
        annotator("bounding-box", labels=MANY, initial_value=[{**TWO_CARS[0], "label": "label 3"}])
    ),
    "polygon": with_help(annotator("polygon")),
    "polyline": annotator("polyline"),
    "line": annotator("line"),
    "keypoint": annotator("keypoint", initial_value=[{"label": "car", "x": 100, "y": 100}]),
    "semantic-segmentation": annotator("semantic-segmentation"),
    "instance-segmentation": annotator("instance-segmentation"),
    "image-classifier": classifier("image-classifier", "<worker-comment></worker-comment>"),
    "image-classifier-multi-select": classifier("image-classifier-multi-select"),
    "classifier": classifier("classifier", HELP),
    "verification": render("boxes_to_verify", manifestLine=BOXES, labels=["good", "bad"]),
    "form": render("every_form_element", **{"source-ref": "/photo.png", "labels": ["car", "bus"], "text": "Street"}),
}


def violations(worker) -> list[str]:
    assert AXE.is_file(), "axe-core is missing: npm ci"
    worker.page.evaluate(AXE.read_text())
    result = worker.page.evaluate("rules => axe.run({ runOnly: rules })", RULES)["violations"]
    return [
        f"{entry['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
        for entry in result
        if entry["id"] not in OF_THE_PAGE
        for node in entry["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(work, name: str, scheme: str) -> None:
    worker = work(
        PAGES[name], color_scheme=scheme, reduced_motion="reduce", size=(1280, 800) if scheme == "light" else (360, 740)
    )
    worker.press("1")
    assert violations(worker) == []


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_wider_than_a_phone(work, name: str) -> None:
    worker = work(PAGES[name], size=(360, 740))
    assert worker.page.evaluate("document.documentElement.scrollWidth") <= 360


def test_dialogs_are_accessible(work) -> None:
    worker = work(PAGES["bounding-box"])
    worker.press("?")
    assert worker.page.get_by_role("dialog", name="Keys").is_visible()
    assert violations(worker) == []
    worker.press("Escape")
    worker.page.get_by_role("button", name="View full instructions").click()
    assert violations(worker) == []


def test_single_keys_can_be_kept_to_the_image(work) -> None:
    worker = work(annotator("bounding-box"))
    worker.press("?", "Tab")
    worker.page.get_by_role("checkbox", name="Single keys").uncheck()
    worker.press("Escape")
    worker.do("document.activeElement.blur()")
    worker.press("2")
    assert worker.do("tool.label") == "car"
    worker.focus_image()
    worker.press("2")
    assert worker.do("tool.label") == "bus"


def test_what_happens_is_announced(work) -> None:
    worker = work(annotator("bounding-box"))
    worker.press("n")
    assert worker.page.get_by_role("status").filter(has_text="Added: car. 1 in all.").count() == 1
    worker.press("Delete")
    assert worker.page.get_by_role("status").filter(has_text="Deleted: car.").count() == 1
