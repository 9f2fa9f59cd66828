"""The demo runs the real thing, and what comes out is what the scenes are made of."""

from pathlib import Path

import pytest
from PIL import Image
from pycocotools.coco import COCO

from examples.street.demo import JOB, run
from examples.street.labeling import SCENES, Labeled, run_command
from examples.street.outputs import make_room
from examples.street.photos import write_scenes
from examples.street.task import STREET
from tests.box_overlap import iou


@pytest.fixture(scope="module")
def output(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def labeled(deployment, output) -> Labeled:
    write_scenes(output / "photos", SCENES)
    return run(deployment, output / "photos", output)


def test_every_scene_is_labeled_and_its_objects_are_found(labeled) -> None:
    assert len(labeled.manifest) == SCENES
    found = total = 0
    for line, photo in zip(labeled.manifest, labeled.photos, strict=True):
        for known in photo.objects:
            truth = {side: getattr(known, side) for side in ("left", "top", "width", "height")}
            total += 1
            found += any(
                iou(truth, box) >= 0.5 and STREET.labels[box["class_id"]] == known.label
                for box in line["street"]["annotations"]
            )
    assert found / total >= 0.9


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
    assert len(dataset.anns) == sum(len(line["street"]["annotations"]) for line in labeled.manifest)
    assert [dataset.cats[one]["name"] for one in sorted(dataset.cats)] == list(STREET.labels)


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
        assert all("street" in line for line in own.manifest)
        assert contents_of(photos) == before
    make_room(out)
    assert contents_of(out) == {f"mine/{name}": content for name, content in before.items()}


def contents_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
