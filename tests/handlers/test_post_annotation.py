import base64
import io
import json
import logging

import numpy as np
import pytest
from PIL import Image

import post_annotation
from ground_truth.contract.errors import InputError
from tests.handlers.conftest import PAYLOAD_KEY, Bucket, documented_event, entry, real_event

LABELS = {"document-version": "2018-11-28", "labels": [{"label": "forklift"}, {"label": "pallet"}]}


def box(label="pallet", left=12, top=30, width=77, height=41) -> dict:
    return {"height": height, "label": label, "left": left, "top": top, "width": width}


def boxes(*drawn: dict, name="boundingBox") -> dict:
    return {name: {"boundingBoxes": list(drawn), "inputImageProperties": {"height": 720, "width": 1280}}}


def chosen(label: str) -> dict:
    return {"crowd-image-classifier": {"label": label}}


@pytest.fixture
def run(bucket: Bucket, monkeypatch):
    """Runs the hook on a payload; returns the contents by object id."""
    monkeypatch.setenv("LABEL_CATEGORY_CONFIG_S3_URI", bucket.put("labels.json", LABELS))
    post_annotation._labels.cache_clear()
    post_annotation._files.cache_clear()

    def run(task_type: str, *entries, event=documented_event) -> dict:
        monkeypatch.setenv("TASK_TYPE", task_type)
        response = post_annotation.handler(event(bucket.put(PAYLOAD_KEY, list(entries))), None)
        json.dumps(response)
        return {each["datasetObjectId"]: each["consolidatedAnnotation"]["content"] for each in response}

    return run


@pytest.mark.parametrize("event", [documented_event, real_event])
def test_a_batch_is_consolidated_from_the_documented_and_from_the_real_event(run, event) -> None:
    contents = run(
        "image-classification",
        entry("0", chosen("pallet"), chosen("pallet"), chosen("forklift")),
        entry("7", chosen("forklift"), chosen("forklift"), chosen("forklift")),
        event=event,
    )
    assert set(contents) == {"0", "7"}
    assert contents["0"]["Yard-Boxes"] == 1
    metadata = contents["0"]["Yard-Boxes-metadata"]
    assert metadata.pop("creation-date")
    assert metadata == {
        "class-name": "pallet",
        "confidence": 0.74,
        "alternatives": {"pallet": 0.74, "forklift": 0.26},
        "margin": 0.48,
        "type": "groundtruth/image-classification",
        "job-name": "labeling-job/yard-boxes",
        "human-annotated": "yes",
    }
    assert contents["7"]["Yard-Boxes"] == 0


def test_the_creation_date_is_utc_with_microseconds_and_no_zone(run) -> None:
    import re

    metadata = run("image-classification", entry("0", chosen("pallet")))["0"]["Yard-Boxes-metadata"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}", metadata["creation-date"])


def test_a_single_worker_gives_confidence_zero(run) -> None:
    assert run("image-classification", entry("0", chosen("pallet")))["0"]["Yard-Boxes-metadata"]["confidence"] == 0


def test_answers_may_lie_in_s3(run, bucket: Bucket) -> None:
    batch = entry("0", chosen("pallet"))
    uri = bucket.put("labeling-jobs/answers/a.json", chosen("forklift"))
    batch["annotations"].append({"workerId": "w2", "annotationData": {"s3Uri": uri}})
    batch["annotations"].append({"workerId": "w3", "annotationData": {"s3Uri": uri}})
    assert run("image-classification", batch)["0"]["Yard-Boxes"] == 0


def test_answers_that_are_already_objects_are_taken(run) -> None:
    batch = entry("0", chosen("pallet"))
    batch["annotations"][0]["annotationData"]["content"] = chosen("pallet")
    assert run("image-classification", batch)["0"]["Yard-Boxes"] == 1


def test_the_last_answer_of_a_worker_counts(run) -> None:
    answers = [chosen("pallet"), chosen("forklift"), chosen("forklift"), chosen("pallet"), chosen("pallet")]
    batch = entry("0", *answers, workers=["a", "b", "c", "b", "a"])
    assert run("image-classification", batch)["0"]["Yard-Boxes"] == 1


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ({"datasetObjectId": "1", "annotations": []}, "no worker answered"),
        ({"datasetObjectId": "1"}, "no worker answered"),
        ({"annotations": []}, "no datasetObjectId"),
        ("nonsense", "no datasetObjectId"),
        (entry("1", {}), "no 'label'"),
        (entry("1", chosen("unicycle")), "unknown label 'unicycle'"),
        (entry("1", chosen(["pallet"])), "unknown label"),
        (
            {"datasetObjectId": "1", "annotations": [{"workerId": "w", "annotationData": {"content": "{oops"}}]},
            "answer of worker w is not JSON",
        ),
        (
            {"datasetObjectId": "1", "annotations": [{"workerId": "w", "annotationData": {}}]},
            "is not an object with the form's fields",
        ),
        (
            {
                "datasetObjectId": "1",
                "annotations": [{"workerId": "w", "annotationData": {"s3Uri": "s3://results/no"}}],
            },
            "the answer at s3://results/no cannot be read",
        ),
        ({"datasetObjectId": "1", "annotations": ["nonsense"]}, "is not an object"),
        ({"datasetObjectId": "1", "annotations": 7}, "is not of the contract's shape"),
        (
            {"datasetObjectId": "1", "annotations": [{"workerId": "w", "annotationData": {"s3Uri": "nowhere"}}]},
            "'uri' should be like s3://bucket/key",
        ),
        (entry("1", chosen("")), "no worker chose a label"),
    ],
)
def test_one_bad_object_is_reported_and_never_sinks_the_batch(run, caplog, bad, reason: str) -> None:
    with caplog.at_level(logging.ERROR):
        contents = run("image-classification", entry("0", chosen("pallet")), bad, entry("2", chosen("forklift")))
    assert set(contents) == {"0", "2"}
    (line,) = [json.loads(record.message) for record in caplog.records]
    assert reason in line["failed"]
    assert line["datasetObjectId"] in ("1", "at position 1")


def test_an_event_that_is_none_names_what_is_missing() -> None:
    with pytest.raises(InputError, match="not a post-annotation event: 'payload' is missing"):
        post_annotation.handler({"labelingJobArn": "a", "labelAttributeName": "b"}, None)


def test_boxes_that_most_workers_drew_are_kept_at_the_median(run) -> None:
    label = run(
        "bounding-box",
        entry(
            "0",
            boxes(box(left=10), box("forklift", 500, 500, 50, 50)),
            boxes(box(left=12)),
            boxes(box(left=17), box("forklift", 900, 100, 20, 20)),
        ),
    )["0"]
    assert label["Yard-Boxes"] == {
        "image_size": [{"width": 1280, "height": 720, "depth": 3}],
        "annotations": [{"class_id": 1, "left": 12, "top": 30, "width": 77, "height": 41}],
    }
    assert label["Yard-Boxes-metadata"]["objects"] == [{"confidence": 1.0}]
    assert label["Yard-Boxes-metadata"]["class-map"] == {"1": "pallet"}


def test_where_workers_differ_about_a_box_s_class_the_alternatives_stand_beside_the_confidence(run) -> None:
    label = run("bounding-box", entry("0", boxes(box()), boxes(box()), boxes(box("forklift"))))["0"]
    assert [each["class_id"] for each in label["Yard-Boxes"]["annotations"]] == [1]
    (beside,) = label["Yard-Boxes-metadata"]["objects"]
    assert list(beside) == ["confidence", "alternatives", "margin"]
    assert list(beside["alternatives"]) == ["pallet", "forklift"]


def test_boxes_are_whole_pixels_inside_the_image(run) -> None:
    drawn = [boxes(box(left=-3.5, width=77.25)), boxes(box(left=-3.5, width=77.25))]
    (result,) = run("bounding-box", entry("0", *drawn))["0"]["Yard-Boxes"]["annotations"]
    assert result == {"class_id": 1, "left": 0, "top": 30, "width": 74, "height": 41}
    assert all(isinstance(value, int) for value in result.values())


def test_an_adjustment_says_whether_a_worker_changed_anything(run) -> None:
    retained, changed = boxes(box()), boxes(box())
    retained["boundingBox"]["initialValueModified"] = False
    changed["boundingBox"]["initialValueModified"] = True
    labels = run("bounding-box-adjustment", entry("0", retained, changed), entry("1", retained, retained))
    status = {object_id: label["Yard-Boxes-metadata"]["adjustment-status"] for object_id, label in labels.items()}
    assert status == {"0": "adjusted", "1": "unadjusted"}
    assert "adjustment-status" not in run("bounding-box", entry("0", changed))["0"]["Yard-Boxes-metadata"]


def test_comments_on_a_verdict_become_worker_feedback(run) -> None:
    verdict = {"crowd-image-classifier": {"label": "pallet", "workerComment": "left edge too wide"}}
    label = run("bounding-box-verification", entry("0", verdict, chosen("pallet")))["0"]
    assert label["Yard-Boxes-metadata"]["type"] == "groundtruth/label-verification"
    assert label["Yard-Boxes-metadata"]["worker-feedback"] == [{"comment": "left edge too wide"}]


def test_workers_who_drew_nothing_count(run) -> None:
    label = run("bounding-box", entry("0", boxes(box()), boxes(), boxes()))["0"]
    assert label["Yard-Boxes"]["annotations"] == []
    assert label["Yard-Boxes-metadata"]["class-map"] == {}


def test_two_boxes_of_one_worker_are_two_objects(run) -> None:
    twice = boxes(box(left=10), box(left=12))
    assert len(run("bounding-box", entry("0", twice, twice))["0"]["Yard-Boxes"]["annotations"]) == 2


def test_the_answer_is_found_whatever_the_template_named_its_element(run) -> None:
    label = run("bounding-box", entry("0", boxes(box(), name="annotatedResult")))["0"]
    assert len(label["Yard-Boxes"]["annotations"]) == 1


@pytest.mark.parametrize("bad", [{"left": None}, {"left": "x"}, {"left": float("inf")}, {"left": float("nan")}])
def test_a_box_without_numbers_fails_its_object_only(run, caplog, bad: dict) -> None:
    with caplog.at_level(logging.ERROR):
        contents = run("bounding-box", entry("0", boxes(box() | bad)), entry("1", boxes(box())))
    assert set(contents) == {"1"}


def test_answers_of_any_other_shape_fail_their_object_only(run, caplog) -> None:
    odd = [
        {"boundingBox": {"boundingBoxes": [box()], "inputImageProperties": {}}},
        {"boundingBox": {"boundingBoxes": None, "inputImageProperties": {"height": 1, "width": 1}}},
        {"boundingBox": {"boundingBoxes": {"a": 1}, "inputImageProperties": None}},
    ]
    with caplog.at_level(logging.ERROR):
        contents = run("bounding-box", *(entry(str(i), each) for i, each in enumerate(odd)), entry("9", boxes(box())))
    assert set(contents) == {"9"}


def test_a_batch_that_comes_again_gives_the_same_records(run) -> None:
    batch = entry("0", chosen("pallet"), chosen("forklift"))
    assert run("image-classification", batch) == run("image-classification", batch)


def test_every_label_that_anybody_chose_is_kept_with_its_confidence(run) -> None:
    def several(*labels: str) -> dict:
        return {"crowd-image-classifier-multi-select": {"labels": list(labels)}}

    label = run(
        "multi-label-classification",
        entry("0", several("pallet"), several("pallet", "forklift"), several("pallet"), several("pallet", "pallet")),
    )["0"]
    assert label["Yard-Boxes"] == [0, 1]
    assert label["Yard-Boxes-metadata"]["confidence-map"] == {"0": 0.17, "1": 1.0}
    assert label["Yard-Boxes-metadata"]["class-map"] == {"0": "forklift", "1": "pallet"}


def painted(*rows: str, colors: dict[str, str]) -> dict:
    """A mask from text rows: a letter is a label's initial, a dot is unpainted."""
    pixels = np.zeros((len(rows), len(rows[0]), 4), np.uint8)
    for y, row in enumerate(rows):
        for x, letter in enumerate(row):
            if letter != ".":
                color = next(color for label, color in colors.items() if label[0] == letter)
                pixels[y, x] = (*bytes.fromhex(color[1:]), 255)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return {
        "crowd-semantic-segmentation": {
            "inputImageProperties": {"height": len(rows), "width": len(rows[0])},
            "labelMappings": {label: {"color": color} for label, color in colors.items()},
            "labeledImage": {"pngImageData": base64.b64encode(file.getvalue()).decode()},
        }
    }


COLORS = {"forklift": "#2ca02c", "pallet": "#1f77b4"}


def enlarged(*rows: str, times: int = 9) -> list[str]:
    """Rows whose letters are squares: light smoothing takes away single pixels."""
    return ["".join(letter * times for letter in row) for row in rows for _ in range(times)]


def test_each_pixel_s_majority_is_written_as_a_palette_png(run, bucket: Bucket) -> None:
    label = run(
        "semantic-segmentation",
        entry(
            "3",
            painted(*enlarged("ff.", "p.."), colors=COLORS),
            painted(*enlarged("fp.", "p.."), colors=COLORS),
            painted(*enlarged("ff.", "..."), colors=COLORS),
        ),
    )["3"]
    uri = label["Yard-Boxes"]
    assert uri == (
        "s3://results/labeling-jobs/Yard-Boxes/annotations/consolidated-annotation/output/3_2026-11-23_10:02:11.png"
    )
    with Image.open(io.BytesIO(bucket.get(uri))) as picture:
        assert picture.mode == "P"
        assert np.asarray(picture)[4::9, 4::9].tolist() == [[1, 1, 0], [2, 0, 0]]
        assert picture.convert("RGB").getpixel((0, 0)) == (0x2C, 0xA0, 0x2C)
        assert picture.convert("RGB").getpixel((26, 0)) == (255, 255, 255)
    colors = label["Yard-Boxes-metadata"]["internal-color-map"]
    assert colors["0"]["class-name"] == "BACKGROUND"
    assert colors["0"]["hex-color"] == "#ffffff"
    assert (colors["1"]["class-name"], colors["1"]["hex-color"]) == ("forklift", "#2ca02c")
    assert len({entry["confidence"] for entry in colors.values()}) == 1
    assert 0.7 < colors["0"]["confidence"] < 1


def test_a_mask_of_another_size_than_most_is_left_out(run) -> None:
    two, other = painted("ff", colors=COLORS), painted("fff", colors=COLORS)
    assert set(run("semantic-segmentation", entry("0", two, other, two))) == {"0"}


def test_a_batch_that_comes_again_overwrites_its_own_files(run, bucket: Bucket) -> None:
    batch = entry("3", painted("f", colors=COLORS), painted("f", colors=COLORS))
    first = run("semantic-segmentation", batch)["3"]["Yard-Boxes"]
    keys = bucket.keys()
    assert run("semantic-segmentation", batch)["3"]["Yard-Boxes"] == first
    assert bucket.keys() == keys


@pytest.mark.parametrize(
    "bad",
    [
        {"labeledImage": {"pngImageData": "not a picture"}},
        {"labeledImage": {}},
        {"labelMappings": {"unicycle": {"color": "#2ca02c"}}},
        {"labelMappings": {"pallet": {"color": "green"}}},
    ],
)
def test_a_broken_mask_fails_its_object_only(run, caplog, bad: dict) -> None:
    broken = painted("f", colors=COLORS)
    broken["crowd-semantic-segmentation"] |= bad
    with caplog.at_level(logging.ERROR):
        contents = run("semantic-segmentation", entry("0", broken), entry("1", painted("f", colors=COLORS)))
    assert set(contents) == {"1"}


def test_masks_of_different_sizes_fail_their_object_only(run, caplog) -> None:
    with caplog.at_level(logging.ERROR):
        contents = run("semantic-segmentation", entry("0", painted("f", colors=COLORS), painted("ff", colors=COLORS)))
    assert not contents
    assert "differ in size" in caplog.text


def test_answers_to_custom_tasks_are_kept_side_by_side(run) -> None:
    label = run("custom", entry("0", {"any": {"thing": 1}}, {"any": {"thing": 2}}))["0"]
    items = [each["annotationData"]["content"] for each in label["Yard-Boxes"]["annotationsFromAllWorkers"]]
    assert items == [{"any": {"thing": 1}}, {"any": {"thing": 2}}]
    assert label["Yard-Boxes-metadata"]["type"] == "groundtruth/custom"


def test_logs_hold_no_image_content(run, caplog) -> None:
    secret = painted("f", colors={"unicycle": "#2ca02c", "forklift": "#2ca02c"})
    data = secret["crowd-semantic-segmentation"]["labeledImage"]["pngImageData"]
    with caplog.at_level(logging.DEBUG, logger="post_annotation"):
        run("semantic-segmentation", entry("0", secret))
    assert caplog.text
    assert data[:40] not in caplog.text
