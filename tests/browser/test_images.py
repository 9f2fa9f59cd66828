import io

import numpy as np
import piexif
import pytest
from PIL import Image

from tests.browser.test_shapes import annotator, box

STORED = {"height": 400, "width": 640}


def rotated_photo() -> bytes:
    """A photo stored 640 by 400 that says it be turned by 90 degrees; red where x < 320 and y < 200 as stored."""
    picture = Image.new("RGB", (640, 400), "gray")
    picture.paste("red", (0, 0, 320, 200))
    file = io.BytesIO()
    picture.save(file, "JPEG", exif=piexif.dump({"0th": {piexif.ImageIFD.Orientation: 6}}))
    return file.getvalue()


@pytest.mark.parametrize("element", ["bounding-box", "polygon", "keypoint", "semantic-segmentation"])
def test_coordinates_count_in_the_image_as_stored(work, site, element: str) -> None:
    site.files["/rotated.jpg"] = rotated_photo()
    worker = work(annotator(element).replace("/photo.png", "/rotated.jpg"))
    assert worker.value["inputImageProperties"] == STORED


def test_the_image_is_shown_as_stored(work, site) -> None:
    site.files["/rotated.jpg"] = rotated_photo()
    worker = work(annotator("bounding-box").replace("/photo.png", "/rotated.jpg"))
    worker.drag((0, 0), (320, 200))
    assert box(worker) == ["car", 0, 0, 320, 200]
    worker.press("Escape", "h")
    picture = Image.open(io.BytesIO(worker.page.screenshot())).convert("RGB")
    for point, is_red in {(20, 20): True, (300, 180): True, (340, 20): False, (20, 220): False}.items():
        position = worker.place(point)
        red, green, _ = np.asarray(picture)[round(position["y"]), round(position["x"])].astype(int)
        assert bool(red - green > 100) is is_red


def test_an_image_of_another_origin_keeps_its_stored_orientation(work, site) -> None:
    site.files["/rotated.jpg"] = rotated_photo()
    other = site.url.replace("127.0.0.1", "localhost") + "/rotated.jpg"
    worker = work(annotator("bounding-box").replace("/photo.png", other))
    assert worker.value["inputImageProperties"] == STORED


def test_an_image_without_cors_is_refused_rather_than_labeled_wrongly(work, site) -> None:
    site.files["/no-cors/rotated.jpg"] = rotated_photo()
    other = site.url.replace("127.0.0.1", "localhost") + "/no-cors/rotated.jpg"
    worker = work(annotator("bounding-box").replace("/photo.png", other), wait=False)
    worker.page.get_by_text("could not be loaded").wait_for()
    assert worker.submit() is None
    worker.errors.clear()


def test_a_missing_image_can_be_tried_again(work, site) -> None:
    worker = work(annotator("bounding-box").replace("/photo.png", "/late.png"), wait=False)
    retry = worker.page.get_by_role("button", name="Try again")
    retry.wait_for()
    assert worker.submit() is None
    worker.errors.clear()
    site.image("/late.png", (64, 40))
    retry.click()
    worker.page.wait_for_function(f"({worker.tool}).stage.size")
    assert worker.submit()["out"]["inputImageProperties"] == {"height": 40, "width": 64}


def test_the_source_may_come_later(work) -> None:
    worker = work(annotator("bounding-box").replace('src="/photo.png"', ""), wait=False)
    worker.do("tool.setAttribute('src', '/photo.png')")
    worker.page.wait_for_function(f"({worker.tool}).stage.size")
    assert worker.value["inputImageProperties"] == STORED
