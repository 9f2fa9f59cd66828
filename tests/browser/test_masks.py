import base64
import io
import math

import numpy as np
import pytest
from PIL import Image

from tests.browser.test_shapes import SIZE, annotator
from tests.browser.worker import Worker

CLEAR = (0, 0, 0, 0)


def pixels(part: dict) -> np.ndarray:
    """The painted picture as RGBA."""
    with Image.open(io.BytesIO(base64.b64decode(part["labeledImage"]["pngImageData"]))) as picture:
        assert (picture.format, picture.mode) == ("PNG", "RGBA")
        picture.load()
        return np.asarray(picture)


def rgba(color: str) -> tuple[int, ...]:
    return (*bytes.fromhex(color.removeprefix("#")), 255)


def where(part: dict, color: str) -> np.ndarray:
    return (pixels(part) == rgba(color)).all(axis=-1)


def rectangle(left: int, top: int, right: int, bottom: int) -> np.ndarray:
    mask = np.zeros((400, 640), bool)
    mask[top:bottom, left:right] = True
    return mask


def polygon(worker: Worker, *corners: tuple[int, int], means: str = "mouse") -> None:
    worker.press("p")
    {"mouse": worker.click, "touch": worker.tap, "keyboard": worker.crosshair}[means](*corners)
    worker.press("Enter")


def png(mask: np.ndarray, color: str) -> str:
    """A data address of a picture with white background."""
    picture = np.full((*mask.shape, 3), 255, np.uint8)
    picture[mask] = rgba(color)[:3]
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


@pytest.mark.parametrize("means", ["mouse", "touch", "keyboard"])
def test_polygons_fill_exactly_the_pixels_inside(work, means: str) -> None:
    worker = work(annotator("semantic-segmentation"))
    worker.focus_image()
    worker.press("2")
    polygon(worker, (100, 50), (300, 50), (300, 150), (100, 150), means=means)
    part = worker.submit()["out"]
    assert part["inputImageProperties"] == SIZE
    assert list(part["labelMappings"]) == ["bus"]
    expected = np.where(rectangle(100, 50, 300, 150)[..., None], rgba(part["labelMappings"]["bus"]["color"]), CLEAR)
    assert (pixels(part) == expected).all()


@pytest.mark.parametrize("means", ["mouse", "touch", "keyboard"])
@pytest.mark.parametrize("element", ["semantic-segmentation", "instance-segmentation"])
def test_the_brush_paints_one_exact_colour(work, element: str, means: str) -> None:
    worker = work(annotator(element))
    worker.focus_image()
    if means == "mouse":
        worker.drag((100, 100), (200, 100))
    elif means == "touch":
        worker.touch([(100, 100), (150, 100), (200, 100)])
    else:
        worker.crosshair((100, 100), (200, 100))
    part = worker.value
    colors = {tuple(color) for color in pixels(part).reshape(-1, 4)}
    named = part["labelMappings"]["car"] if element.startswith("semantic") else part["instances"][0]
    assert colors == {CLEAR, rgba(named["color"])}
    painted = where(part, named["color"])
    assert painted[95:105, 100:200].all()
    radius = worker.do("tool.radius")
    rows, columns = np.nonzero(painted)
    assert rows.max() - rows.min() + 1 == 2 * radius
    assert 100 + 2 * radius - 2 <= columns.max() - columns.min() + 1 <= 102 + 2 * radius


def test_a_dab_is_the_disc_of_pixels_whose_centres_it_covers(work) -> None:
    worker = work(annotator("semantic-segmentation"))
    worker.do("tool.raster.disc({ x: 50, y: 40 }, 7, 1)")
    rows, columns = np.mgrid[:400, :640] + 0.5
    mask = worker.value
    assert (where(mask, mask["labelMappings"]["car"]["color"]) == (np.hypot(columns - 50, rows - 40) <= 7)).all()


def test_the_eraser_undo_and_redo_are_exact(work) -> None:
    worker = work(annotator("semantic-segmentation"))
    polygon(worker, (100, 50), (300, 50), (300, 150), (100, 150))
    full = pixels(worker.value)
    worker.press("e")
    worker.drag((50, 100), (350, 100))
    erased = pixels(worker.value)
    assert not erased[100, 100:300].any()
    assert erased[55, 110].any()
    worker.press("Control+z")
    assert (pixels(worker.value) == full).all()
    worker.press("Control+Shift+z")
    assert (pixels(worker.value) == erased).all()
    worker.press("Control+z", "Control+z")
    assert worker.value["labelMappings"] == {}
    assert not pixels(worker.value).any()


def test_labels_overwrite_one_another_without_blending(work) -> None:
    worker = work(annotator("semantic-segmentation"))
    polygon(worker, (100, 50), (300, 50), (300, 150), (100, 150))
    worker.press("3")
    polygon(worker, (200, 100), (400, 100), (300, 300))
    part = worker.value
    assert sorted(part["labelMappings"]) == ["car", "dog"]
    assert len({tuple(color) for color in pixels(part).reshape(-1, 4)}) == 3


def test_a_pinch_while_painting_leaves_no_paint(work) -> None:
    worker = work(annotator("semantic-segmentation"))
    worker.touch([(280, 200), (240, 200), (220, 200)], [(320, 200), (360, 200), (380, 200)])
    assert not pixels(worker.value).any()


def test_an_initial_mask_comes_back_pixel_by_pixel(work) -> None:
    mask = rectangle(33, 44, 155, 166)
    items = {"src": png(mask, "#2ca02c"), "labelMappings": {"bus": {"color": "#2ca02c"}}}
    worker = work(annotator("semantic-segmentation", initial_value=items))
    worker.page.wait_for_function(f"({worker.tool}).checkValidity()")
    part = worker.submit()["out"]
    assert part["initialValueModified"] is False
    assert part["labelMappings"] == {"bus": {"color": "#2ca02c"}}
    assert (where(part, "#2ca02c") == mask).all()
    worker.drag((300, 300), (350, 300))
    assert worker.value["initialValueModified"] is True
    assert worker.value["labelMappings"]["car"]["color"] != "#2ca02c"


def test_initial_instances_come_back(work) -> None:
    mask = rectangle(10, 10, 90, 80)
    items = {"src": png(mask, "#1f77b4"), "instances": [{"color": "#1f77b4", "label": "dog"}]}
    worker = work(annotator("instance-segmentation", initial_value=items))
    worker.page.wait_for_function(f"({worker.tool}).checkValidity()")
    part = worker.value
    assert part["instances"] == items["instances"]
    assert (where(part, "#1f77b4") == mask).all()


def test_a_mask_of_another_size_is_refused_visibly(work) -> None:
    items = {"src": png(np.ones((4, 4), bool), "#2ca02c"), "labelMappings": {"bus": {"color": "#2ca02c"}}}
    worker = work(annotator("semantic-segmentation", initial_value=items))
    worker.page.get_by_role("alert").get_by_text("4 by 4").wait_for()
    assert worker.submit() is None
    assert "4 by 4" in worker.errors.pop()


def test_each_object_has_its_own_colour(work) -> None:
    worker = work(annotator("instance-segmentation"))
    worker.drag((100, 100), (150, 100))
    worker.press("n")
    worker.drag((100, 200), (150, 200))
    worker.press("2")
    worker.drag((100, 300), (150, 300))
    worker.press("n")
    part = worker.value
    assert [instance["label"] for instance in part["instances"]] == ["car", "car", "bus"]
    colors = [instance["color"] for instance in part["instances"]]
    assert len(set(colors)) == 3
    assert {tuple(color) for color in pixels(part).reshape(-1, 4)} == {CLEAR, *map(rgba, colors)}
    worker.press("[", "[", "Delete")
    assert [instance["color"] for instance in worker.value["instances"]] == [colors[0], colors[2]]


def test_a_chosen_object_can_be_relabeled(work) -> None:
    worker = work(annotator("instance-segmentation"))
    worker.drag((100, 100), (150, 100))
    worker.press("n", "[", "3")
    assert [instance["label"] for instance in worker.value["instances"]] == ["dog"]


def test_255_labels_have_255_colours(work) -> None:
    worker = work(annotator("semantic-segmentation", labels=[f"label {number}" for number in range(255)]))
    palette = worker.do("tool.palette")
    assert len(set(palette)) == 255
    assert all(len(color) == 7 for color in palette)


def test_colours_given_by_the_template_are_used(work) -> None:
    worker = work(annotator("semantic-segmentation", label_colors=["red", "rgb(0, 128, 0)", "#0000ff"]))
    assert worker.do("tool.palette") == ["#ff0000", "#008000", "#0000ff"]


def test_a_draft_of_a_mask_is_taken_up_again(work) -> None:
    worker = work(annotator("semantic-segmentation"))
    polygon(worker, (100, 50), (300, 50), (300, 150), (100, 150))
    draft = worker.value
    fresh = work(annotator("semantic-segmentation"))
    fresh.page.evaluate("draft => { document.querySelector('crowd-form').value = { out: draft } }", draft)
    fresh.page.wait_for_function(f"({fresh.tool}).checkValidity()")
    assert fresh.submit() == {"out": draft}


def test_pictures_of_any_size_are_written_exactly(work) -> None:
    """Runs of every length, as a repetition in a PNG has from 3 to 258 bytes."""
    worker = work("<p>")
    sizes = [(width, 7) for width in [*range(1, 140), 193, 194, 195, 257, 258, 259, 1000, 70_000]]
    written = worker.page.evaluate(
        """async sizes => {
        const { Raster } = await import('/crowd/raster.js'), { pngOf } = await import('/crowd/png.js');
        return sizes.map(([width, height]) => {
          const raster = new Raster(width, height);
          raster.span(1, 0, width, 1);
          raster.span(2, 0, width - 1, 2);
          raster.span(3, width / 2, width, 3);
          for (let at = 4 * width; at < raster.data.length; at++) raster.data[at] = (at * 7) % 4;
          return [pngOf(raster, ['#ff0102', '#03fe04', '#0506fd']), Array.from(raster.data)];
        });
        }""",
        sizes,
    )
    palette = np.array([CLEAR, (255, 1, 2, 255), (3, 254, 4, 255), (5, 6, 253, 255)], np.uint8)
    for (width, height), (picture, data) in zip(sizes, written, strict=True):
        expected = palette[np.array(data).reshape(height, width)]
        assert (pixels({"labeledImage": {"pngImageData": picture}}) == expected).all()


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_a_hundred_megapixels_can_be_painted_undone_and_submitted(work, site) -> None:
    size = (12_500, 8_000)
    source = site.image("/huge.jpg", size)
    worker = work(annotator("semantic-segmentation").replace("/photo.png", source))
    polygon(worker, (1000, 1000), (9000, 1000), (9000, 7000), (1000, 7000))
    worker.press("Control+z", "Control+Shift+z")
    part = worker.submit()["out"]
    assert part["inputImageProperties"] == {"height": 8000, "width": 12_500}
    with Image.open(io.BytesIO(base64.b64decode(part["labeledImage"]["pngImageData"]))) as picture:
        assert picture.size == size
        reduced = np.asarray(picture)[::100, ::100, 3] > 0
    assert reduced.sum() == math.prod((60, 80))
