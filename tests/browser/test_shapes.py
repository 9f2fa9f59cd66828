import json
from typing import Any

import pytest

from tests.browser.worker import Worker, attribute

SIZE = {"height": 400, "width": 640}
LABELS = ["car", "bus", "dog"]
TWO_CARS = [
    {"height": 100, "label": "car", "left": 100, "top": 100, "width": 200},
    {"height": 40, "label": "bus", "left": 400, "top": 300, "width": 80},
]


def annotator(element: str, labels: list[str] = LABELS, **more: object) -> str:
    extra = "".join(f' {name.replace("_", "-")}="{attribute(value)}"' for name, value in more.items())
    return (
        f'<crowd-form><crowd-{element} name="out" src="/photo.png" header="Draw" labels="{attribute(labels)}"{extra}>'
        f"</crowd-{element}></crowd-form>"
    )


def box(worker: Worker, index: int = 0) -> list[object]:
    result = worker.value["boundingBoxes"][index]
    return [result["label"], result["left"], result["top"], result["width"], result["height"]]


def points(*pairs: tuple[int, int]) -> list[dict[str, int]]:
    return [{"x": x, "y": y} for x, y in pairs]


SHAPES: dict[str, Any] = {
    "bounding-box": ("boundingBoxes", [(100, 80), (260, 200)], {"left": 100, "top": 80, "width": 160, "height": 120}),
    "polygon": (
        "polygons",
        [(100, 80), (260, 90), (180, 200)],
        {"vertices": points((100, 80), (260, 90), (180, 200))},
    ),
    "polyline": (
        "polylines",
        [(100, 80), (260, 90), (180, 200)],
        {"vertices": points((100, 80), (260, 90), (180, 200))},
    ),
    "line": ("lines", [(100, 80), (260, 90)], {"vertices": points((100, 80), (260, 90))}),
    "keypoint": ("keypoints", [(260, 90)], {"x": 260, "y": 90}),
}


@pytest.mark.parametrize("means", ["mouse", "touch", "keyboard"])
@pytest.mark.parametrize("element", SHAPES)
def test_a_shape_is_drawn_and_submitted(work, element: str, means: str) -> None:
    plural, clicks, shape = SHAPES[element]
    worker = work(annotator(element))
    worker.focus_image()
    worker.press("2")
    {"mouse": worker.click, "touch": worker.tap, "keyboard": worker.crosshair}[means](*clicks)
    if element in ("polygon", "polyline"):
        if means == "keyboard":
            worker.press("Enter")
        else:
            last = clicks[0] if element == "polygon" else clicks[-1]
            (worker.tap if means == "touch" else worker.click)(last)
    expected = {"out": {"inputImageProperties": SIZE, plural: [{"label": "bus", **shape}]}}
    if means == "keyboard":
        worker.press("Control+Enter")
        assert worker.answer == expected
    else:
        assert worker.submit() == expected


@pytest.mark.parametrize("element", SHAPES)
def test_a_shape_is_added_moved_and_deleted_by_keys_alone(work, element: str) -> None:
    plural = SHAPES[element][0]
    worker = work(annotator(element))
    worker.press("Tab")
    while not worker.do("tool.shadowRoot.activeElement === tool.stage.element"):
        worker.press("Tab")
    worker.press("n")
    before = worker.value[plural][0]
    worker.press("ArrowRight", "Shift+ArrowDown")
    after = worker.value[plural][0]
    if element == "bounding-box":
        assert after == {**before, "left": before["left"] + 1, "top": before["top"] + 10}
    else:
        was, now = (shape.get("vertices", [shape]) for shape in (before, after))
        assert [(new["x"] - old["x"], new["y"] - old["y"]) for old, new in zip(was, now, strict=True)] == [
            (1, 10)
        ] * len(was)
    worker.press("Escape", "]", "Delete")
    assert worker.value[plural] == []


@pytest.mark.parametrize("means", ["mouse", "touch"])
def test_a_box_is_drawn_by_dragging_in_any_direction(work, means: str) -> None:
    worker = work(annotator("bounding-box"))
    if means == "mouse":
        worker.drag((300, 200), (100, 100))
    else:
        worker.touch([(300, 200), (200, 150), (100, 100)])
    assert worker.value["boundingBoxes"] == TWO_CARS[:1]


def test_a_box_is_moved_resized_by_any_corner_and_kept_inside_the_image(work) -> None:
    worker = work(annotator("bounding-box", initial_value=TWO_CARS[:1]))
    worker.drag((100, 150), (140, 160))
    assert box(worker) == ["car", 140, 110, 200, 100]
    worker.drag((340, 210), (400, 300))
    assert box(worker) == ["car", 140, 110, 260, 190]
    worker.drag((140, 110), (120, 100))
    assert box(worker) == ["car", 120, 100, 280, 200]
    worker.drag((400, 100), (300, 350))
    assert box(worker) == ["car", 120, 300, 180, 50]
    worker.drag((200, 320), (900, 900))
    assert box(worker) == ["car", 460, 350, 180, 50]


def test_a_box_drawn_beyond_the_image_ends_at_its_edge(work) -> None:
    worker = work(annotator("bounding-box"))
    worker.drag((600, 350), (700, 430))
    assert box(worker) == ["car", 600, 350, 40, 50]


def test_a_box_is_moved_and_resized_by_touch(work) -> None:
    worker = work(annotator("bounding-box", initial_value=TWO_CARS[:1]))
    worker.tap((200, 150))
    worker.touch([(200, 150), (220, 160), (240, 170)])
    assert box(worker) == ["car", 140, 120, 200, 100]
    worker.touch([(346, 226), (380, 240), (406, 256)])
    assert box(worker) == ["car", 140, 120, 260, 130]


def test_keys_go_to_the_annotator_used_last(work) -> None:
    worker = work(annotator("bounding-box") + annotator("polygon"))
    worker.page.get_by_role("radio", name="bus").last.click()
    worker.press("3")
    labels = "[...document.querySelectorAll('crowd-bounding-box, crowd-polygon')].map(one => one.label)"
    assert worker.page.evaluate(labels) == ["car", "dog"]


def test_a_box_is_resized_by_keys_and_never_vanishes(work) -> None:
    worker = work(annotator("bounding-box", initial_value=TWO_CARS[1:]))
    worker.focus_image()
    worker.press("]", "Alt+Shift+ArrowRight", "Alt+ArrowUp")
    assert box(worker) == ["bus", 400, 300, 90, 39]
    worker.press("Alt+Shift+ArrowUp", times=5)
    assert box(worker)[4] == 9


def test_boxes_may_lie_inside_one_another(work) -> None:
    worker = work(annotator("bounding-box", initial_value=TWO_CARS))
    worker.drag((150, 120), (250, 180))
    assert box(worker, 2) == ["car", 150, 120, 100, 60]
    worker.press("Escape")
    worker.click((120, 190))
    worker.press("Delete")
    assert [shape["left"] for shape in worker.value["boundingBoxes"]] == [400, 150]


def test_clicks_too_small_for_a_box_make_none(work) -> None:
    worker = work(annotator("bounding-box"))
    worker.click((100, 100), (100, 100))
    assert worker.value["boundingBoxes"] == []


def test_undo_and_redo_restore_every_state(work) -> None:
    worker = work(annotator("bounding-box"))
    states = [worker.value]
    worker.drag((100, 100), (200, 200))
    states.append(worker.value)
    worker.press("3")
    worker.drag((300, 100), (400, 200))
    states.append(worker.value)
    worker.drag((300, 150), (320, 150))
    states.append(worker.value)
    worker.press("Delete")
    states.append(worker.value)
    for state in reversed(states[:-1]):
        worker.press("Control+z")
        assert worker.value == state
    for state in states[1:]:
        worker.press("Control+Shift+z")
        assert worker.value == state


def test_a_row_of_arrow_keys_is_one_step(work) -> None:
    worker = work(annotator("bounding-box", initial_value=TWO_CARS[:1]))
    worker.focus_image()
    worker.press("]")
    worker.press("ArrowLeft", times=7)
    assert box(worker)[1] == 93
    worker.press("Control+z")
    assert box(worker)[1] == 100


def test_undo_takes_back_points_before_shapes(work) -> None:
    worker = work(annotator("polygon"))
    worker.click((100, 100), (200, 100), (300, 300))
    worker.press("Control+z")
    worker.click((200, 200))
    worker.press("Enter")
    assert worker.value["polygons"][0]["vertices"] == points((100, 100), (200, 100), (200, 200))


@pytest.mark.parametrize("element", ["polygon", "polyline"])
def test_points_are_moved_inserted_and_deleted(work, element: str) -> None:
    start = [{"label": "car", "vertices": points((100, 100), (300, 100), (200, 300))}]
    plural = f"{element}s"
    worker = work(annotator(element, initial_value={plural: start} if element == "polyline" else start))
    worker.click((100, 100))
    worker.drag((300, 100), (320, 90))
    assert worker.value[plural][0]["vertices"] == points((100, 100), (320, 90), (200, 300))
    worker.drag((210, 95), (210, 50))
    assert worker.value[plural][0]["vertices"] == points((100, 100), (210, 50), (320, 90), (200, 300))
    worker.press("Delete")
    assert worker.value[plural][0]["vertices"] == points((100, 100), (320, 90), (200, 300))
    worker.press("Escape", "]", ".", "ArrowUp", "i", "Shift+ArrowLeft")
    assert worker.value[plural][0]["vertices"] == points((100, 99), (200, 95), (320, 90), (200, 300))


def test_initial_values_come_back_and_tell_whether_they_were_changed(work) -> None:
    worker = work(annotator("bounding-box", initial_value=TWO_CARS))
    unchanged = {"initialValueModified": False, "inputImageProperties": SIZE, "boundingBoxes": TWO_CARS}
    assert worker.value == unchanged
    worker.drag((400, 320), (410, 320))
    assert worker.value["initialValueModified"] is True
    worker.press("Control+z")
    assert worker.submit() == {"out": unchanged}


def test_initial_keypoints_come_back(work) -> None:
    items = [{"label": "dog", "x": 12, "y": 34}]
    assert work(annotator("keypoint", initial_value=items)).value["keypoints"] == items


def test_a_label_changes_the_box_selected_but_not_the_one_just_drawn(work) -> None:
    worker = work(annotator("bounding-box"))
    worker.drag((100, 100), (200, 200))
    worker.press("2")
    worker.drag((300, 100), (400, 200))
    assert [shape["label"] for shape in worker.value["boundingBoxes"]] == ["car", "bus"]
    worker.page.get_by_role("button", name="1. car").click()
    worker.press("3")
    assert [shape["label"] for shape in worker.value["boundingBoxes"]] == ["dog", "bus"]


def test_digits_work_wherever_the_focus_is_but_not_while_typing(work) -> None:
    worker = work('<input id="text" aria-label="text">' + annotator("bounding-box"))
    worker.press("2")
    assert worker.do("tool.label") == "bus"
    worker.page.get_by_role("radio", name="dog").click()
    worker.press("1", "2")
    assert worker.do("tool.label") == "bus"
    worker.page.locator("#text").click()
    worker.press("3")
    assert worker.do("tool.label") == "bus"


def test_long_lists_of_labels_can_be_searched(work) -> None:
    worker = work(annotator("bounding-box", labels=[f"label {number}" for number in range(30)]))
    worker.page.get_by_placeholder("Find a label").fill("27")
    assert worker.page.get_by_role("radio").count() == 1
    worker.press("Enter")
    worker.drag((100, 100), (200, 200))
    assert box(worker)[0] == "label 27"
    worker.page.get_by_placeholder("Find a label").fill("no such")
    assert worker.page.get_by_text("No label has this text.").is_visible()


def test_nine_labels_need_no_search(work) -> None:
    worker = work(annotator("bounding-box", labels=[f"label {number}" for number in range(9)]))
    assert not worker.page.get_by_placeholder("Find a label").is_visible()


@pytest.mark.parametrize("means", ["wheel", "keys", "pinch"])
def test_coordinates_are_exact_while_zoomed(work, means: str) -> None:
    worker = work(annotator("bounding-box"))
    before = worker.do("tool.stage.view.scale")
    if means == "wheel":
        worker.page.mouse.move(**worker.place((300, 200)))
        for _ in range(5):
            worker.page.mouse.wheel(0, -120)
    elif means == "keys":
        worker.press("+", times=5)
    else:
        worker.touch([(280, 200), (240, 200), (220, 200)], [(320, 200), (360, 200), (380, 200)])
    worker.page.wait_for_function(f"({worker.tool}).stage.view.scale > {before * 1.5}")
    assert worker.value["boundingBoxes"] == []
    worker.drag((290, 190), (320, 210))
    assert box(worker) == ["car", 290, 190, 30, 20]
    worker.press("0")
    assert worker.do("tool.stage.view.scale") == pytest.approx(before)


def test_the_view_is_moved_by_keys_the_middle_button_and_space(work) -> None:
    worker = work(annotator("bounding-box"))
    worker.focus_image()
    worker.press("+", times=5)
    x = worker.do("tool.stage.view.x")
    worker.press("Alt+ArrowRight")
    assert worker.do("tool.stage.view.x") > x
    for button, key in (("middle", None), ("left", "Space")):
        x = worker.do("tool.stage.view.x")
        worker.page.mouse.move(600, 400)
        if key:
            worker.page.keyboard.down(key)
        worker.page.mouse.down(button=button)
        worker.page.mouse.move(500, 400)
        worker.page.mouse.up(button=button)
        if key:
            worker.page.keyboard.up(key)
        assert worker.do("tool.stage.view.x") > x
    assert worker.value["boundingBoxes"] == []


def test_labels_may_be_set_by_the_template_s_script(work) -> None:
    template = (
        '<script>document.addEventListener("all-crowd-elements-ready", () => {'
        'document.querySelector("crowd-bounding-box").labels = ["late"]; window.ready = true })</script>'
    )
    worker = work(template + annotator("bounding-box"))
    assert worker.page.evaluate("window.ready")
    assert worker.do("tool.labels") == ["late"]
    worker.drag((100, 100), (200, 200))
    assert box(worker)[0] == "late"
    assert worker.do("JSON.stringify(tool._submittableValue)") == json.dumps(worker.value, separators=(",", ":"))


def test_a_draft_is_taken_up_again(work) -> None:
    draft = {"out": {"inputImageProperties": SIZE, "boundingBoxes": TWO_CARS}}
    worker = work(annotator("bounding-box"))
    worker.page.evaluate("draft => document.querySelector('crowd-form').value = draft", draft)
    assert worker.submit() == draft


def test_reset_brings_the_initial_value_back(work) -> None:
    worker = work(annotator("bounding-box", initial_value=TWO_CARS))
    worker.drag((10, 10), (60, 60))
    worker.page.evaluate("document.querySelector('crowd-form').reset()")
    assert worker.value["boundingBoxes"] == TWO_CARS
    assert worker.value["initialValueModified"] is False


def test_hostile_labels_are_text(work) -> None:
    labels = [
        "<img src=x onerror=alert(1)>",
        "{{ task.input }}",
        "</script>",
        "\u202eright to left",
        "x" * 10_000,
        "__proto__",
    ]
    worker = work(annotator("bounding-box", labels=labels))
    for number, label in enumerate(labels):
        worker.press(str(number + 1))
        worker.drag((20 + 90 * number, 100), (80 + 90 * number, 200))
        assert box(worker, number)[0] == label
    assert worker.page.locator("img").count() == 0
    assert worker.do("tool.scrollWidth <= innerWidth")


def test_200_boxes_on_12_megapixels_hold_the_frame_rate(work, site) -> None:
    source = site.image("/large.jpg", (4000, 3000))
    boxes = [
        {
            "label": LABELS[number % 3],
            "left": 190 * (number % 20),
            "top": 290 * (number // 20),
            "width": 150,
            "height": 200,
        }
        for number in range(200)
    ]
    worker = work(annotator("bounding-box", initial_value=boxes).replace("/photo.png", source))
    worker.press("]")
    worker.page.evaluate(
        """() => { window.frames_ = []; let last = performance.now();
        const tick = now => { frames_.push(now - last); last = now; requestAnimationFrame(tick) };
        requestAnimationFrame(tick) }"""
    )
    busy = worker.do(
        """(() => { const times = []; for (let by = 0; by < 60; by++) { const start = performance.now();
        tool.nudge(by % 2 ? 1 : -1, 0); tool.draw();
        times.push(performance.now() - start) } return times.sort((a, b) => a - b)[30] })()"""
    )
    worker.drag((75, 100), (500, 400), (900, 200), (300, 1500))
    assert len(worker.value["boundingBoxes"]) == 200
    frames = worker.page.evaluate("frames_.sort((a, b) => a - b)[frames_.length >> 1]")
    print(f"script per frame: {busy:.1f} ms; frames: {frames:.1f} ms")
    assert busy < 8
