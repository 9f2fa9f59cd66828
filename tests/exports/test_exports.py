"""Output manifests become the files that training tools read, and every box survives."""

import contextlib
import csv
import io
import json
from pathlib import Path, PurePosixPath
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools import mask as coco_masks
from pycocotools.coco import COCO

from ground_truth.contract.errors import ContractError, InputError
from ground_truth.exports.dataset import Dataset, read_dataset
from ground_truth.exports.formats import FORMATS, export_files
from ground_truth.exports.masks import read_indexed, run_lengths
from ground_truth.manifests.labels import Box, BoxesLabel
from ground_truth.manifests.lines import format_line
from ground_truth.manifests.manifest_line import ManifestLine
from ground_truth.manifests.output import read_output_manifest
from tests.exports.export_samples import (
    ATTRIBUTE,
    CLASSES,
    boxes_line,
    class_line,
    classes_line,
    failed_line,
    mask_line,
    mask_png,
    objects,
)

HOSTILE = [
    "<script>alert(1)</script> & \"quotes\" 'n' more",
    "\u202eright to left\u202c עברית 😀 \ud83d \x00\x07\x85\u2028",
    "- yaml: {no} # comment\nnext line",
]


def files_of(dataset: Dataset, format_name: str, read_file: Any = None) -> dict[str, bytes]:
    return dict(export_files(dataset, format_name, read_file))


def coco_of(content: bytes, folder: Any) -> COCO:
    path = folder / "annotations.json"
    path.write_bytes(content)
    with contextlib.redirect_stdout(io.StringIO()):
        return COCO(str(path))


@st.composite
def drawn(draw: Any) -> tuple[tuple[int, int], list[tuple[int, int, int, int, int]]]:
    """An image's size, and boxes in whole pixels inside it."""
    width, height = draw(st.integers(1, 5000)), draw(st.integers(1, 5000))
    boxes = []
    for _ in range(draw(st.integers(0, 5))):
        left, top = draw(st.integers(0, width - 1)), draw(st.integers(0, height - 1))
        size = draw(st.integers(1, width - left)), draw(st.integers(1, height - top))
        boxes.append((draw(st.integers(0, 2)), left, top, *size))
    return (width, height), boxes


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("coco")


@settings(max_examples=50)
@given(image=drawn())
def test_coco_s_own_tools_read_the_same_boxes(folder, image) -> None:
    size, boxes = image
    dataset = read_dataset(objects(boxes_line("s3://media/a.jpg", boxes, size)))
    coco = coco_of(files_of(dataset, "coco")["annotations.json"], folder)
    (entry,) = coco.loadImgs(coco.getImgIds())
    assert (entry["file_name"], entry["width"], entry["height"]) == ("a.jpg", *size)
    read = coco.loadAnns(coco.getAnnIds())
    assert [(one["category_id"] - 1, *one["bbox"]) for one in read] == boxes
    assert [coco.cats[one["category_id"]]["name"] for one in read] == [CLASSES[box[0]] for box in boxes]


@settings(max_examples=50)
@given(image=drawn())
def test_yolo_boxes_come_back_as_the_same_pixels(image) -> None:
    size, boxes = image
    text = files_of(read_dataset(objects(boxes_line("s3://media/a.jpg", boxes, size))), "yolo")["labels/a.txt"]
    read = []
    for line in text.decode().splitlines():
        index, *shares = line.split()
        x, y, width, height = map(float, shares)
        assert x - width / 2 + 1e-7 >= 0 and x + width / 2 <= 1 + 1e-7
        edges = ((x - width / 2) * size[0], (y - height / 2) * size[1], width * size[0], height * size[1])
        read.append((int(index), *map(round, edges)))
    assert read == boxes


def text_of(element: ElementTree.Element, path: str) -> str:
    text = element.findtext(path)
    assert text is not None
    return text


@settings(max_examples=50)
@given(image=drawn())
def test_voc_boxes_count_pixels_from_one_and_include_the_last(image) -> None:
    size, boxes = image
    content = files_of(read_dataset(objects(boxes_line("s3://media/a.jpg", boxes, size))), "voc")["Annotations/a.xml"]
    root = ElementTree.fromstring(content)
    assert tuple(int(text_of(root, f"size/{side}")) for side in ("width", "height")) == size
    read = []
    for entry in root.iter("object"):
        left, top, right, bottom = (int(text_of(entry, f"bndbox/{side}")) for side in ("xmin", "ymin", "xmax", "ymax"))
        assert 1 <= left <= right <= size[0] and 1 <= top <= bottom <= size[1]
        index = CLASSES.index(text_of(entry, "name"))
        read.append((index, left - 1, top - 1, right - left + 1, bottom - top + 1))
    assert read == boxes


@settings(max_examples=50)
@given(image=drawn())
def test_label_studio_boxes_are_percents_of_the_image(image) -> None:
    size, boxes = image
    (task,) = json.loads(
        files_of(read_dataset(objects(boxes_line("s3://media/a.jpg", boxes, size))), "labelstudio")["tasks.json"]
    )
    assert task["data"] == {"image": "s3://media/a.jpg"}
    read = []
    for entry in task["annotations"][0]["result"]:
        value, width, height = entry["value"], entry["original_width"], entry["original_height"]
        assert (width, height) == size
        sides = (value["x"] * width, value["y"] * height, value["width"] * width, value["height"] * height)
        read.append((CLASSES.index(value["rectanglelabels"][0]), *(round(side / 100) for side in sides)))
    assert read == boxes


@settings(max_examples=50)
@given(
    st.integers(1, 30).flatmap(
        lambda width: st.lists(
            st.lists(st.booleans(), min_size=width, max_size=width), min_size=1, max_size=30
        )
    )
)  # fmt: skip
def test_masks_are_the_run_lengths_that_coco_s_own_tools_write(rows) -> None:
    region = np.array(rows)
    lengths = run_lengths(region)
    theirs = coco_masks.encode(np.asfortranarray(region.astype(np.uint8)))
    assert lengths.text == theirs["counts"].decode()
    assert lengths.area == coco_masks.area(theirs)
    assert list(lengths.bbox) == coco_masks.toBbox(theirs).tolist()


def test_coco_masks_are_read_from_the_indexed_png(folder) -> None:
    mask = np.zeros((40, 50), np.uint8)
    mask[10:30, 5:20], mask[0:5, 40:50] = 1, 3
    dataset = read_dataset(objects(mask_line("s3://media/a.jpg", "s3://out/0_time.png", [1, 2, 3])))
    items = []

    def read_file(address: str) -> bytes:
        items.append(address)
        return mask_png(mask)

    coco = coco_of(files_of(dataset, "coco", read_file)["annotations.json"], folder)
    assert items == ["s3://out/0_time.png"]
    read = {coco.cats[loadann["category_id"]]["name"]: loadann for loadann in coco.loadAnns(coco.getAnnIds())}
    assert set(read) == {"car", "tree"}
    assert np.array_equal(coco.annToMask(read["car"]), mask == 1)
    assert np.array_equal(coco.annToMask(read["tree"]), mask == 3)
    assert read["car"]["bbox"] == [5, 10, 15, 20]


def test_voc_masks_are_the_files_themselves_with_the_classes_by_line() -> None:
    png = mask_png(np.full((4, 5), 2, np.uint8))
    dataset = read_dataset(objects(mask_line("s3://media/a.jpg", "s3://out/0.png", [2])), labels=CLASSES)
    files = files_of(dataset, "voc", lambda _: png)
    assert files["SegmentationClass/a.png"] == png
    assert files["labels.txt"].decode().splitlines()[2 - 1] == "bike path"


@pytest.mark.parametrize("content", [b"", b"\x89PNG but no more", b"GIF89a"])
def test_a_mask_that_is_no_png_is_refused(content: bytes) -> None:
    with pytest.raises(InputError, match="a mask should be an indexed PNG"):
        read_indexed(content)


def choice_of(files: dict[str, bytes]) -> str | None:
    choices = ElementTree.fromstring(files["label_config.xml"]).find("Choices")
    assert choices is not None
    return choices.get("choice")


def test_classes_become_choices() -> None:
    dataset = read_dataset(objects(class_line("s3://media/a.jpg", 1)))
    files = files_of(dataset, "labelstudio")
    (result,) = json.loads(files["tasks.json"])[0]["annotations"][0]["result"]
    assert (result["type"], result["value"]) == ("choices", {"choices": ["bike path"]})
    assert choice_of(files) is None


def test_of_several_classes_the_sure_ones_are_chosen() -> None:
    lines = objects(classes_line("s3://media/a.jpg", {0: 0.95, 2: 0.2}))
    dataset = read_dataset(lines, min_confidence=0.5)
    files = files_of(dataset, "labelstudio")
    (result,) = json.loads(files["tasks.json"])[0]["annotations"][0]["result"]
    assert result["value"] == {"choices": ["car"]}
    assert dataset.left_out == {"below_confidence": 1}
    assert choice_of(files) == "multiple"


def test_labels_of_a_model_are_predictions() -> None:
    line = boxes_line("s3://media/a.jpg", [(0, 1, 2, 3, 4)], **{"human-annotated": "no"})
    (task,) = json.loads(files_of(read_dataset(objects(line)), "labelstudio")["tasks.json"])
    assert task["predictions"][0]["model_version"] == "labeling-job/street"
    assert task["predictions"][0]["result"][0]["score"] == 0.9
    assert "annotations" not in task


@pytest.mark.parametrize(
    ("line", "format_name", "able"),
    [
        (class_line("s3://media/a.jpg", 0), "coco", "labelstudio"),
        (mask_line("s3://media/a.jpg", "s3://out/0.png", [1]), "yolo", "coco, voc"),
        (mask_line("s3://media/a.jpg", "s3://out/0.png", [1]), "labelstudio", "coco, voc"),
    ],
)
def test_what_a_format_cannot_hold_is_refused_by_name(line, format_name: str, able: str) -> None:
    with pytest.raises(ContractError, match=f"'format' should be one of {able}, got '{format_name}'.*groundtruth/"):
        files_of(read_dataset(objects(line)), format_name)


def boxes_of(dataset: Dataset) -> tuple[Box, ...]:
    label = dataset.images[0].label
    assert isinstance(label, BoxesLabel)
    return label.boxes


def test_failed_unlabeled_unsure_and_outlying_parts_are_left_out_and_counted() -> None:
    dataset = read_dataset(
        objects(
            failed_line("s3://media/0.jpg"),
            {"source-ref": "s3://media/1.jpg"},
            boxes_line("s3://media/2.jpg", [(0, 1, 1, 5, 5), (1, 700, 1, 5, 5), (2, 0, 0, 5, 5)],
                       confidences=[0.9, 0.9, 0.1]),
        ),
        min_confidence=0.5,
    )  # fmt: skip
    assert dataset.left_out == {"failed": 1, "unlabeled": 1, "below_confidence": 1, "outside_the_image": 1}
    assert [image.name for image in dataset.images] == ["2.jpg"]
    assert len(boxes_of(dataset)) == 1


def test_an_image_with_nothing_to_label_is_exported_as_such() -> None:
    dataset = read_dataset(objects(boxes_line("s3://media/a.jpg", [])))
    assert files_of(dataset, "yolo")["labels/a.txt"] == b""
    assert json.loads(files_of(dataset, "coco")["annotations.json"])["images"][0]["file_name"] == "a.jpg"


@pytest.mark.parametrize("edge", [b"1e999", b"-1e999", b"640", b"-30"])
def test_a_box_that_is_nowhere_in_the_image_is_left_out(edge: bytes) -> None:
    raw = format_line(ManifestLine(boxes_line("s3://media/a.jpg", [(0, -10, 1, 30, 30)]))).replace(b"-10", edge)
    dataset = read_dataset(read_output_manifest([raw], ATTRIBUTE))
    assert boxes_of(dataset) == ()
    assert dataset.left_out == {"outside_the_image": 1}


def test_boxes_end_at_the_edges_of_the_image() -> None:
    line = boxes_line("s3://media/a.jpg", [(0, -10, 470, 30, 30)])
    (box,) = boxes_of(read_dataset(objects(line)))
    assert (box.left, box.top, box.width, box.height) == (0, 470, 20, 10)


def test_yolo_s_classes_keep_their_index_where_one_is_not_used() -> None:
    lines = objects(boxes_line("s3://media/a.jpg", [(2, 1, 1, 5, 5)]))
    assert yaml.safe_load(files_of(read_dataset(lines), "yolo")["data.yaml"])["names"] == {
        0: "class 0",
        1: "class 1",
        2: "tree",
    }
    given = read_dataset(lines, labels=[*CLASSES, "sign"])
    assert list(yaml.safe_load(files_of(given, "yolo")["data.yaml"])["names"].values()) == [*CLASSES, "sign"]


@pytest.mark.parametrize("boxes", [[], [(1, 1, 1, 5, 5)]])
def test_yolo_s_data_is_found_beside_data_yaml_from_whatever_folder_it_is_read(boxes, tmp_path, monkeypatch) -> None:
    export_folder, elsewhere = tmp_path / "export", tmp_path / "elsewhere"
    files = files_of(read_dataset(objects(boxes_line("s3://media/a.jpg", boxes))), "yolo")
    for name, content in files.items():
        (export_folder / name).parent.mkdir(parents=True, exist_ok=True)
        (export_folder / name).write_bytes(content)
    (export_folder / "images").mkdir()
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    data = yaml.safe_load((export_folder / "data.yaml").read_text())
    # Ultralytics's rule: a ``path`` that is there counts from the folder the program runs in.
    root = Path(data["path"]).resolve() if data.get("path") else export_folder
    for split in ("train", "val"):
        assert (root / data[split]).samefile(export_folder / "images")


def test_jobs_that_call_one_class_differently_do_not_go_together() -> None:
    other = boxes_line("s3://media/b.jpg", [(0, 1, 1, 5, 5)], names=["bike path"])
    with pytest.raises(InputError, match="class 0 is 'car' in one place and 'bike path' in another"):
        read_dataset(objects(boxes_line("s3://media/a.jpg", [(0, 1, 1, 5, 5)]), other))


def test_a_class_index_that_no_file_has_is_refused() -> None:
    line = boxes_line("s3://media/a.jpg", [(0, 1, 1, 5, 5)])
    line["street"]["annotations"][0]["class_id"] = 10**9
    with pytest.raises(ContractError, match="'class index' should be from 0 to 65535, got 1000000000"):
        read_dataset(objects(line))


@pytest.mark.parametrize("format_name", list(FORMATS))
def test_hostile_labels_and_names_stay_text_in_files_that_can_be_read(format_name: str, folder) -> None:
    line = boxes_line("s3://media/../<b>&\ud800.jpg", [(0, 1, 1, 5, 5), (1, 1, 1, 5, 5), (2, 9, 9, 5, 5)],
                      names=HOSTILE)  # fmt: skip
    files = files_of(read_dataset(objects(line)), format_name)
    for name, content in files.items():
        assert ".." not in name and not name.startswith("/")
        if name.endswith(".xml"):
            ElementTree.fromstring(content)
        elif name.endswith(".json"):
            json.loads(content)
        elif name.endswith(".yaml"):
            assert yaml.safe_load(content)["names"][0] == HOSTILE[0]
            assert yaml.safe_load(content)["names"][2] == HOSTILE[2]
    assert b"_b_&_.jpg" in files["images.csv"]


def test_images_with_one_file_name_get_names_of_their_own() -> None:
    uris = ["s3://media/june/1.jpg", "s3://media/july/1.JPG", "s3://media/july/1.png", "s3://media/2.jpg",
            "s3://media/2.jpg", "s3://media/3.jpg"]  # fmt: skip
    dataset = read_dataset(objects(*(boxes_line(uri, []) for uri in uris)))
    names = [image.name for image in dataset.images]
    assert names == ["june__1.jpg", "july__1.JPG", "july__1-2.png", "2.jpg", "2-2.jpg", "3.jpg"]
    files = files_of(dataset, "yolo")
    assert len(files) == 2 + len(uris)
    rows = list(csv.reader(io.StringIO(files["images.csv"].decode())))
    assert rows == [["file_name", "source_ref"], *map(list, zip(names, uris, strict=True))]


@settings(max_examples=100)
@given(st.lists(st.text(min_size=1, max_size=400), max_size=8))
def test_names_are_unique_and_safe_whatever_the_addresses(keys) -> None:
    dataset = read_dataset(objects(*(boxes_line(f"s3://media/{key}", []) for key in keys)))
    names = [image.name for image in dataset.images]
    stems = {PurePosixPath(name).stem.casefold() for name in names}
    assert len(stems) == len(names)
    for name in names:
        assert "/" not in name and "\\" not in name and name not in (".", "..")
        assert len(name.encode()) <= 255
