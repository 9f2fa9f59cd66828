"""The demo runs the real thing, and what comes out is what the scenes are made of."""

from dataclasses import asdict
from pathlib import Path

import pytest
from PIL import Image
from pycocotools.coco import COCO

from examples.street.demo import JOB, run
from examples.street.labeling import SCENES, Labeled, run_command
from examples.street.outputs import make_room
from examples.street.photos import write_scenes
from examples.street.task import STREET
from ground_truth.manifests.labels import BoxesLabel
from tests.box_overlap import iou


@pytest.fixture(scope="module")
def output(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def labeled(deployment, output) -> Labeled:
    write_scenes(output / "photos", SCENES)
    return run(deployment, output / "photos", output)


def test_every_scene_is_labeled_and_its_objects_are_found(labeled) -> None:
    assert len(labeled.objects) == SCENES
    hits = total = 0
    for labeled_object, photo in zip(labeled.objects, labeled.photos, strict=True):
        for true_object in photo.objects:
            total += 1
            hits += any(
                iou(asdict(true_object), asdict(box)) >= 0.5 and box.name == true_object.label
                for box in labeled_object.label.boxes
            )
    assert hits / total >= 0.9


def test_nothing_of_the_phone_is_left_in_what_workers_saw(labeled) -> None:
    assert not {photo.name for photo in labeled.photos} & {photo.taken_as for photo in labeled.photos}
    assert not any(b"Exif" in photo.content for photo in labeled.photos)


def test_the_report_shows_the_careless_worker_and_the_pictures(labeled, output) -> None:
    html = (output / "report" / "report.html").read_text()
    assert html.count("data:image/webp") >= 3
    assert (output / "report" / "quality.json").is_file()


def test_the_job_is_exported_by_its_name_as_coco_reads_it(deployment, labeled, output) -> None:
    run_command(deployment, "export", JOB, "--env", "local", "--format", "coco", "--out", output / "coco")
    (file,) = (output / "coco").glob("*.json")
    dataset = COCO(file)
    assert len(dataset.imgs) == SCENES
    assert len(dataset.anns) == sum(len(labeled_object.label.boxes) for labeled_object in labeled.objects)
    assert [dataset.cats[entry]["name"] for entry in sorted(dataset.cats)] == list(STREET.labels)


def test_photos_of_one_s_own_below_the_output_are_labeled_and_stay_as_they_are(deployment, tmp_path) -> None:
    out = tmp_path / "demo-output"
    photos = out / "mine"
    write_scenes(photos / "below", 2)
    Image.effect_noise((1, 1), 50).save(photos / "a tiny one.png")
    Image.effect_noise((300, 200), 50).convert("RGB").save(photos / "tiff.tif")
    (photos / "notes.txt").write_text("no photo")
    before = contents_of(photos)
    for job in ("own-photos", "own-photos-again"):
        make_room(out, photos)
        own = run(deployment, photos, out, job)
        assert {photo.taken_as for photo in own.photos} == {Path(name).name for name in before} - {"notes.txt"}
        assert all(isinstance(labeled_object.label, BoxesLabel) for labeled_object in own.objects)
        assert contents_of(photos) == before
    make_room(out)
    assert contents_of(out) == {f"mine/{name}": content for name, content in before.items()}


def contents_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
