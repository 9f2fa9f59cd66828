"""What the street example promises: true boxes, photos like a phone's, workers with the stated noise."""

import io
from datetime import datetime
from statistics import mean

import piexif
import pytest
from PIL import Image

from examples.street.crowd import CROWD, SimulatedWorker, answer
from examples.street.layers import SUNNY, Brush, Layer, View, visible_boxes
from examples.street.scenes import Scene, render_scene
from examples.street.task import PICTURES, STREET
from tests.box_overlap import iou


@pytest.fixture(scope="module")
def scenes() -> list[Scene]:
    return [render_scene(seed) for seed in range(10)]


def sides(observed) -> dict[str, int]:
    return {side: getattr(observed, side) for side in ("left", "top", "width", "height")}


def test_the_same_seed_gives_the_same_scene_and_another_seed_another(scenes):
    assert render_scene(3) == scenes[3]
    assert len({scene.jpeg for scene in scenes}) == len(scenes)


def test_a_scene_decodes_to_its_stated_size(scenes):
    for scene in (scenes[0], render_scene(0, width=320, height=240)):
        with Image.open(io.BytesIO(scene.jpeg)) as picture:
            picture.load()
            assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", scene.size)


def test_every_box_lies_inside_the_image_and_has_a_label_of_the_task(scenes):
    for scene in [*scenes, render_scene(1, width=320, height=240), render_scene(1, width=240, height=320)]:
        width, height = scene.size
        for observed in scene.objects:
            assert observed.label in STREET.labels
            assert observed.width >= 5 and observed.height >= 5
            assert observed.left >= 0 and observed.left + observed.width <= width
            assert observed.top >= 0 and observed.top + observed.height <= height


def test_every_label_occurs_within_the_first_ten_seeds(scenes):
    assert {observed.label for scene in scenes for observed in scene.objects} == set(STREET.labels)


def test_every_scene_has_a_sidewalk_and_one_to_four_cars(scenes):
    for scene in scenes:
        labels = [observed.label for observed in scene.objects]
        assert "sidewalk" in labels
        assert 1 <= sum(label.startswith("car") for label in labels) <= 4


def test_the_first_ten_scenes_differ_in_light_and_cut_a_car_off_at_the_edge(scenes):
    assert {scene.taken_at.hour for scene in scenes} == {9, 21}
    cars = [(scene, observed) for scene in scenes for observed in scene.objects if observed.label.startswith("car")]
    assert any(observed.left == 0 or observed.left + observed.width == scene.size[0] for scene, observed in cars)


VIEW = View(width=960, height=640, light=SUNNY)


def layer(label: str | None, left: float, top: float, right: float, bottom: float) -> Layer:
    brush = Brush(VIEW)
    brush.box(left, top, right, bottom, (200, 0, 0))
    return brush.layer(label)


def test_a_box_is_tight_around_what_no_later_layer_hides():
    below, above = layer("car on road", 100, 100, 200, 150), layer("car on sidewalk", 160, 90, 300, 160)
    assert visible_boxes([below, above]) == [
        ("car on road", (100, 100, 160, 150)),
        ("car on sidewalk", (160, 90, 300, 160)),
    ]


def test_what_is_hidden_by_more_than_three_quarters_is_no_object():
    hidden, tree = layer("car on road", 100, 100, 200, 150), layer(None, 90, 90, 180, 160)
    assert visible_boxes([hidden, tree]) == []


def test_a_photo_carries_camera_time_and_place_as_a_phone_writes_them(scenes):
    exif = piexif.load(scenes[0].jpeg)
    assert exif["0th"][piexif.ImageIFD.Make] and exif["0th"][piexif.ImageIFD.Model]
    assert exif["0th"][piexif.ImageIFD.Orientation] == 1
    used = datetime.strptime(exif["Exif"][piexif.ExifIFD.DateTimeOriginal].decode(), "%Y:%m:%d %H:%M:%S")
    assert used == scenes[0].taken_at
    degrees, minutes, seconds = (top / bottom for top, bottom in exif["GPS"][piexif.GPSIFD.GPSLatitude])
    assert degrees + minutes / 60 + seconds / 3600 == pytest.approx(52.522, abs=0.01)
    assert exif["GPS"][piexif.GPSIFD.GPSLatitudeRef] == b"N"


def test_file_names_leak_the_time_and_differ(scenes):
    assert all(scene.file_name == f"IMG_{scene.taken_at:%Y%m%d_%H%M%S}.jpg" for scene in scenes)
    assert len({scene.file_name for scene in scenes}) == len(scenes)


def test_the_crowd_is_five_different_workers_with_ids_like_the_service_gives():
    ids = [worker.worker_id for worker in CROWD]
    assert len(set(ids)) == 5
    for worker_id in ids:
        assert worker_id.startswith("private.us-east-1.")
        assert len(bytes.fromhex(worker_id.rpartition(".")[2])) == 8


def test_a_worker_answers_the_same_object_the_same_way_and_another_object_otherwise(scenes):
    scene, worker = scenes[0], CROWD[4]
    first, again, other = (answer(worker, scene.objects, scene.size, key) for key in ("a.jpg", "a.jpg", "b.jpg"))
    assert first == again != other


def test_an_answer_has_the_shape_of_the_contract(scenes):
    for worker in CROWD:
        for scene in scenes:
            content = answer(worker, scene.objects, scene.size, scene.file_name)
            assert list(content) == ["boundingBox"]
            assert content["boundingBox"]["inputImageProperties"] == {"height": 640, "width": 960}
            for box in content["boundingBox"]["boundingBoxes"]:
                assert list(box) == ["height", "label", "left", "top", "width"]
                assert box["label"] in STREET.labels
                assert all(type(box[side]) is int for side in ("height", "left", "top", "width"))


def test_even_the_wildest_boxes_stay_inside_the_image_with_a_pixel_at_least(scenes):
    wild = SimulatedWorker(worker_id="private.us-east-1.0000000000000000", miss=0, noise=5, confuse=1, extra=1)
    for scene in scenes:
        width, height = scene.size
        for box in answer(wild, scene.objects, scene.size, scene.file_name)["boundingBox"]["boundingBoxes"]:
            assert box["width"] >= 1 and box["height"] >= 1
            assert box["left"] >= 0 and box["left"] + box["width"] <= width
            assert box["top"] >= 0 and box["top"] + box["height"] <= height


def test_a_worker_without_noise_gives_the_truth(scenes):
    perfect = SimulatedWorker(worker_id="private.us-east-1.0000000000000001", miss=0, noise=0, confuse=0, extra=0)
    for scene in scenes:
        boxes = answer(perfect, scene.objects, scene.size, scene.file_name)["boundingBox"]["boundingBoxes"]
        assert boxes == [{"label": observed.label, **sides(observed)} for observed in scene.objects]


@pytest.mark.parametrize("worker", CROWD[:3], ids=lambda worker: worker.worker_id)
def test_a_careful_worker_overlaps_the_truth_well(worker, scenes):
    overlaps = []
    for scene in scenes:
        boxes = answer(worker, scene.objects, scene.size, scene.file_name)["boundingBox"]["boundingBoxes"]
        overlaps += [max((iou(sides(observed), box) for box in boxes), default=0) for observed in scene.objects]
    assert mean(overlaps) > 0.8


def test_the_careful_workers_err_less_than_the_hasty_and_he_less_than_the_careless():
    *careful, hasty, careless = CROWD
    for rate in ("miss", "noise", "confuse", "extra"):
        assert max(getattr(worker, rate) for worker in careful) < getattr(hasty, rate) < getattr(careless, rate)


def test_the_pictures_of_the_instructions_are_there_small_and_titled():
    assert STREET.instructions
    examples = STREET.instructions.good_examples + STREET.instructions.bad_examples
    for example in examples:
        text = (PICTURES / example.image).read_text()
        assert len(text) < 3000
        assert "<title" in text
