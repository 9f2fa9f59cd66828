"""Boxes survive every form: what a tool reads out of the files is what the manifest says."""

import contextlib
import io
import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycocotools.coco import COCO

from ground_truth.exports import FORMATS, exporter
from ground_truth.exports.selection import Selected, select
from ground_truth.labels import Box, BoxesLabel, ClassesLabel, ClassLabel, MaskLabel
from ground_truth.output_manifest import LabeledObject

CLASSES = ("car", 'a "b": <c> & d', "straße")


def image(*boxes: Box, uri: str = "s3://bucket/images/a.jpg", width: int = 640, height: int = 400) -> LabeledObject:
    return LabeledObject(record={"source-ref": uri}, label=BoxesLabel(width=width, height=height, boxes=boxes))


def box(class_id: int = 0, left: int = 10, top: int = 20, confidence: float | None = 0.8, **size: int) -> Box:
    sides = {"width": 100, "height": 50} | size
    return Box(class_id=class_id, name=CLASSES[class_id], left=left, top=top, confidence=confidence, **sides)


def exported(form: str, *labeled: LabeledObject, **options: Any) -> dict[str, str]:
    selection = select(labeled, **options)
    return dict(exporter(form)(selection.images, selection.classes))


@st.composite
def images(draw: st.DrawFn) -> LabeledObject:
    width, height = draw(st.integers(1, 10_000)), draw(st.integers(1, 10_000))
    found = []
    for _ in range(draw(st.integers(0, 4))):
        left, top = draw(st.integers(0, width - 1)), draw(st.integers(0, height - 1))
        size = {"width": draw(st.integers(1, width - left)), "height": draw(st.integers(1, height - top))}
        found.append(box(draw(st.integers(0, 2)), left, top, draw(st.none() | st.floats(0, 1)), **size))
    return image(*found, width=width, height=height)


def sides(one: Box) -> tuple[str, float, float, float, float]:
    return one.name, one.left, one.top, one.width, one.height


def read_coco(files: dict[str, str], _: BoxesLabel) -> list[tuple[Any, ...]]:
    content = json.loads(files["instances.json"])
    names = {category["id"]: category["name"] for category in content["categories"]}
    return [(names[one["category_id"]], *one["bbox"]) for one in content["annotations"]]


def read_yolo(files: dict[str, str], label: BoxesLabel) -> list[tuple[Any, ...]]:
    names = [json.loads(line.partition(": ")[2]) for line in files["data.yaml"].splitlines() if line.startswith("  ")]
    found = []
    for line in files["labels/a.txt"].splitlines():
        index, *shares = line.split()
        x, y, width, height = map(float, shares)
        pixels = (x - width / 2) * label.width, (y - height / 2) * label.height, width * label.width
        found.append((names[int(index)], *map(round, (*pixels, height * label.height))))
    return found


def read_voc(files: dict[str, str], _: BoxesLabel) -> list[tuple[Any, ...]]:
    found = []
    for one in ElementTree.fromstring(files["Annotations/a.xml"]).findall("object"):
        x, y, right, bottom = (int(one.findtext(f"bndbox/{name}") or "") for name in ("xmin", "ymin", "xmax", "ymax"))
        found.append((one.findtext("name"), x - 1, y - 1, right - x + 1, bottom - y + 1))
    return found


def read_labelstudio(files: dict[str, str], _: BoxesLabel) -> list[tuple[Any, ...]]:
    found = []
    for one in json.loads(files["tasks.json"])[0]["annotations"][0]["result"]:
        value, width, height = one["value"], one["original_width"], one["original_height"]
        x, y = value["x"] * width / 100, value["y"] * height / 100
        size = value["width"] * width / 100, value["height"] * height / 100
        found.append((value["rectanglelabels"][0], *map(round, (x, y, *size))))
    return found


READERS = {"coco": read_coco, "yolo": read_yolo, "voc": read_voc, "labelstudio": read_labelstudio}


@pytest.mark.parametrize("form", FORMATS)
@given(labeled=images())
def test_boxes_read_back_are_those_of_the_manifest(form: str, labeled: LabeledObject) -> None:
    assert isinstance(labeled.label, BoxesLabel)
    read = READERS[form](exported(form, labeled, labels=CLASSES), labeled.label)
    assert read == [sides(one) for one in labeled.label.boxes]


def test_cocos_own_library_reads_the_file(tmp_path: Path) -> None:
    labeled = image(box(0), box(2, 30, 40, width=7, height=9)), image(uri="s3://bucket/images/b.jpg")
    path = tmp_path / "instances.json"
    path.write_text(exported("coco", *labeled)["instances.json"])
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO(str(path))
    assert [one["file_name"] for one in coco.loadImgs(coco.getImgIds())] == ["a.jpg", "b.jpg"]
    [found] = coco.loadAnns(coco.getAnnIds(catIds=coco.getCatIds(catNms=["straße"])))
    assert (found["bbox"], found["area"], found["score"]) == ([30, 40, 7, 9], 63, 0.8)
    assert coco.getAnnIds(imgIds=[2]) == []


def test_an_image_with_nothing_on_it_stays_in_the_export() -> None:
    assert exported("yolo", image(box()), image(uri="s3://bucket/b.jpg"))["labels/b.txt"] == ""
    assert len(json.loads(exported("coco", image())["instances.json"])["images"]) == 1


@pytest.mark.parametrize("form", ["yolo", "voc"])
def test_images_of_one_name_get_files_of_their_own(form: str) -> None:
    uris = ("s3://b/1/a.jpg", "s3://b/2/a.jpg", "s3://b/2/A.PNG", "s3://b/a-2.jpg")
    files = exported(form, *(image(uri=uri) for uri in uris))
    assert len([name for name in files if name.endswith((".txt", ".xml"))]) == len(uris)
    assert "s3://b/2/a.jpg,a-2.jpg" in files["images.csv"]


def test_what_is_not_sure_enough_is_dropped_and_counted() -> None:
    labeled = image(box(confidence=0.2), box(1, confidence=0.5), box(2, confidence=None))
    selection = select([labeled], min_confidence=0.5)
    assert selection.dropped == 1
    [kept] = selection.images
    assert isinstance(kept.label, BoxesLabel)
    assert [one.class_id for one in kept.label.boxes] == [1, 2]


def test_failed_and_unlabeled_objects_are_counted() -> None:
    record = {"source-ref": "s3://b/a.jpg"}
    failed = LabeledObject(record=record, label=None, failure_reason="nobody answered")
    selection = select([failed, LabeledObject(record=record, label=None), image()])
    assert (len(selection.images), selection.failed, selection.unlabeled) == (1, 1, 1)


def test_a_class_that_no_image_tells_keeps_its_index() -> None:
    assert select([image(box(2))]).classes == ("class 0", "class 1", "straße")
    assert select([image(box(2))], labels=CLASSES).classes == CLASSES


def test_classes_become_choices() -> None:
    record = {"source-ref": "s3://b/a.jpg"}
    one = LabeledObject(record=record, label=ClassLabel(index=1, name="bus", confidence=0.9))
    chosen = ClassLabel(index=0, name="car", confidence=0.9), ClassLabel(index=1, name="bus", confidence=0.1)
    several = LabeledObject(record=record, label=ClassesLabel(classes=chosen))
    for labeled, choice in ((one, "single"), (several, "multiple")):
        files = exported("labelstudio", labeled, min_confidence=0.5)
        [result] = json.loads(files["tasks.json"])[0]["annotations"][0]["result"]
        assert result["value"] == {"choices": ["bus"] if labeled is one else ["car"]}
        assert f'choice="{choice}"' in files["interface.xml"]


@pytest.mark.parametrize("form", ["coco", "yolo", "voc"])
def test_fails_for_classes_in_a_form_of_boxes(form: str) -> None:
    labeled = LabeledObject(record={"source-ref": "s3://b/a.jpg"}, label=ClassLabel(index=0, name="car"))
    with pytest.raises(ValueError, match=f"{form} holds boxes.*labelstudio"):
        exported(form, labeled)


def test_fails_for_masks_with_the_line_and_the_type() -> None:
    mask = LabeledObject(record={}, label=MaskLabel(uri="s3://b/m.png", classes=()), record_type="groundtruth/x")
    with pytest.raises(ValueError, match=r"line 2: labels of the type 'groundtruth/x' cannot be exported"):
        select([image(), mask])


@pytest.mark.parametrize("name", ["<script>&\"'", "\x00\x1b", "\u202eevil", "x" * 10_000, "a: b\n- c"])
@pytest.mark.parametrize("form", FORMATS)
def test_any_label_is_text_in_every_form(form: str, name: str) -> None:
    odd = Box(class_id=0, name=name, left=1, top=2, width=3, height=4)
    files = exported(form, image(odd))
    [read] = READERS[form](files, BoxesLabel(width=640, height=400, boxes=()))
    assert read[0] == (name.replace("\x00", "\ufffd").replace("\x1b", "\ufffd") if form == "voc" else name)
    if form == "labelstudio":
        assert ElementTree.fromstring(files["interface.xml"].replace("\x00", "").replace("\x1b", "")) is not None


def test_fails_for_a_form_that_does_not_exist() -> None:
    with pytest.raises(ValueError, match="should be one of coco, yolo, voc, labelstudio, got 'csv'"):
        exporter("csv")


def test_a_selected_image_has_the_name_it_has_in_the_bucket() -> None:
    [selected] = select([image(uri="s3://b/x/a b.jpg")]).images
    assert isinstance(selected, Selected)
    assert (selected.file_name, selected.unique_name) == ("a b.jpg", "a b.jpg")
