"""A template author previews a template: answers twice, sees the merged boxes, corrects the file."""

import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Frame, Page, expect

from ground_truth_cli.local_servers.preview import serve_preview
from ground_truth_cli.local_servers.preview_session import Preview
from tests.cli.commands.test_preview import TEMPLATE, new_preview

TEMPLATES = Path(__file__).parent / "templates"
STATED = "[...document.querySelectorAll('crowd-bounding-box')].every(one => one.stage?.size)"


class Author:
    def __init__(self, page: Page, preview: Preview, errors: list[str]) -> None:
        self.page, self.preview, self.errors = page, preview, errors

    @property
    def task(self) -> Frame:
        """The frame of the task, once its picture is there."""
        frame = next(frame for frame in self.page.frames if frame != self.page.main_frame)
        frame.wait_for_function(STATED)
        return frame

    def draw(self, left: int, top: int, right: int, bottom: int) -> None:
        """Draws a box, in pixels of the picture."""
        offset = self.page.locator("#task").bounding_box()
        position = """([x, y]) => { const { stage } = document.querySelector('crowd-bounding-box');
            const { left, top } = stage.element.getBoundingClientRect();
            return [left + (x - stage.view.x) * stage.view.scale, top + (y - stage.view.y) * stage.view.scale] }"""
        ends = [self.task.evaluate(position, point) for point in ([left, top], [right, bottom])]
        (x, y), (to_x, to_y) = [(end[0] + offset["x"], end[1] + offset["y"]) for end in ends]
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(to_x, to_y, steps=4)
        self.page.mouse.up()

    def submit(self) -> None:
        count = len(self.preview.answers)
        self.task.locator("crowd-button[form-action=submit]").click()
        expect(self.page.locator("#answers pre")).to_have_count(count + 1)


@pytest.fixture
def author(context: BrowserContext, tmp_path: Path) -> Iterator[Author]:
    preview = new_preview(tmp_path, labels=["car"])
    server = serve_preview(preview)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: message.type == "error" and errors.append(message.text))
    page.goto(f"http://127.0.0.1:{server.server_port}/")
    expect(page.locator("#task")).to_have_attribute("src", re.compile("/task"))
    yield Author(page, preview, errors)
    page.close()
    server.shutdown()
    server.server_close()
    assert errors == []


def test_answers_are_shown_as_stored_and_merged_on_the_picture(author: Author) -> None:
    author.draw(100, 80, 300, 200)
    author.submit()
    stored: dict[str, Any] = json.loads(author.page.locator("#answers pre").first.inner_text())
    [box] = stored["answerContent"]["boundingBox"]["boundingBoxes"]
    assert box == {"height": 120, "label": "car", "left": 100, "top": 80, "width": 200}
    expect(author.page.locator("#merged")).to_be_hidden()
    author.draw(104, 80, 300, 204)
    author.submit()
    drawn = author.page.locator("#drawing rect")
    expect(drawn).to_have_count(1)
    assert {name: drawn.get_attribute(name) for name in ("x", "y", "width", "height")} == {
        "x": "102",
        "y": "80",
        "width": "198",
        "height": "122",
    }
    merged = json.loads(author.page.locator("#merged-json").inner_text())
    assert merged["preview-metadata"]["class-map"] == {"0": "car"}
    assert author.page.evaluate("document.querySelector('#drawing image').getBBox().width") == 640


def test_saving_the_file_reloads_the_page_and_a_mistake_is_shown_with_its_line(author: Author) -> None:
    assert author.task.locator("crowd-bounding-box").count() == 1
    author.preview.template.write_text(TEMPLATE + "\n{{ task.input.a | nofilter }}")
    frame = author.page.frame_locator("#task")
    expect(frame.get_by_text("page.liquid.html, line 5")).to_be_visible()
    author.preview.template.write_text(TEMPLATE + "<p>Mind the mirrors.</p>")
    expect(frame.get_by_text("Mind the mirrors.")).to_be_visible()


@pytest.mark.parametrize("name", ["let_parent", "var_parent"])
def test_a_template_may_call_something_of_its_own_parent(author: Author, name: str) -> None:
    author.preview.template.write_text((TEMPLATES / f"{name}.liquid.html").read_text())
    author.page.frame_locator("#task").locator("crowd-input input").fill("heard")
    author.page.frame_locator("#task").locator("crowd-button[form-action=submit]").click()
    expect(author.page.locator("#answers pre")).to_contain_text("heard")


def test_a_hostile_template_reaches_neither_the_preview_nor_its_answers(author: Author) -> None:
    probe = """<script>
    const told = []; const attempt = (name, act) => { try { act(); told.push(name) } catch { /* refused */ } };
    attempt('parent', () => parent.document.title); attempt('storage', () => localStorage.length);
    fetch('/state').then(() => told.push('state'), () => {}).finally(() => { document.title = 'told:' + told });
    </script>"""
    author.preview.template.write_text("<p>Hostile</p>" + probe)
    expect(author.page.frame_locator("#task").get_by_text("Hostile")).to_be_visible()
    frame = next(frame for frame in author.page.frames if frame != author.page.main_frame)
    frame.wait_for_function("document.title.startsWith('told:')")
    assert frame.title() == "told:"
    # The browser says aloud what it refuses.
    assert any("CORS" in error for error in author.errors)
    author.errors.clear()
