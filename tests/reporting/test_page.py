"""The report's page: what it says, shows and refuses to be."""

import base64
import hashlib
import io
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from ground_truth.contract.task_types import IMAGE_CLASSIFICATION, SEMANTIC_SEGMENTATION
from tests.cli.street_job import put, put_manifest, street_job
from tests.reporting.read_report import ReadReport, answer, drawn, report_on, small_job

HOSTILE = '</style><script>alert(1)</script><img src=x onerror="alert(2)">\'"&'


@pytest.fixture(scope="module")
def street(tmp_path_factory) -> Path:
    """A folder with the job 'street-trial' of twelve scenes, and its photos."""
    folder = tmp_path_factory.mktemp("street")
    street_job(folder / "street-trial", folder / "photos", 12)
    return folder


@pytest.fixture(scope="module")
def made(street) -> ReadReport:
    return report_on(street / "street-trial", images=street / "photos")


def test_the_page_needs_nothing_else_and_allows_nothing_else(made) -> None:
    elements = made.elements
    assert not elements.all("script") and not elements.all("link") and not elements.all("iframe")
    for tag, attributes in elements.found:
        assert "style" not in attributes and not any(name.startswith("on") for name in attributes), tag
        for name in ("src", "href"):
            assert (attributes.get(name) or "data:").startswith("data:image/webp;base64,") or name not in attributes
    policy = elements.all("meta")[1]["content"]
    sheet = re.search(r"<style>(.*?)</style>", made.html, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode()
    assert policy.startswith(f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'")
    assert "url(" not in sheet and "@import" not in sheet


def test_everything_shown_is_told_in_words_too(made) -> None:
    elements = made.elements
    assert elements.all("html") == [{"lang": "en"}]
    for entry in elements.all("svg"):
        assert entry.get("aria-hidden") == "true" or (entry["role"] == "img" and entry["aria-label"])
    assert len(elements.all("caption")) == len(elements.all("table")) > 2
    assert [tag for tag, _ in elements.found if tag == "h1"] == ["h1"]


def test_every_worker_s_boxes_are_drawn_over_the_picture(made) -> None:
    figure = re.search(r"<h3>.*?<figure>(.*?)</figure>", made.html, re.DOTALL)[1]
    assert 'href="data:image/webp;base64,' in figure
    tags = set(re.findall(r">([A-E][12])</text>", figure))
    assert {tag[1] for tag in tags} == {"1", "2"}
    styles = set(re.findall(r'class="frame"[^>]*(stroke="#\w+"(?: stroke-dasharray="[\d ]+")?)', figure))
    assert len(styles) == len({tag[0] for tag in tags}) > 1


def test_pictures_are_few_and_small(made, street, tmp_path) -> None:
    assert 0 < len(made.embedded) <= 24
    for address in made.embedded:
        with Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2]))) as image:
            assert max(image.size) <= 640
    few = report_on(street / "street-trial", images=street / "photos", pictures=3)
    assert len(few.embedded) == 3
    none = report_on(street / "street-trial", images=street / "photos", pictures=0)
    assert none.embedded == []


def test_the_page_stays_small_however_many_pictures_are_wanted(tmp_path) -> None:
    root = small_job(tmp_path / "job", [[answer("u", drawn("a")), answer("v", drawn("b"))]] * 60)
    rng = np.random.default_rng(1)
    for index in range(60):
        noise = rng.integers(0, 255, (480, 640, 3), np.uint8)
        Image.fromarray(noise).save(tmp_path / f"{index}.jpg", quality=95)
    report = report_on(root, images=tmp_path, pictures=100)
    assert 10 < len(report.embedded) < 60
    assert len(report.html.encode()) < 10_000_000


def test_where_pictures_cannot_be_had_boxes_are_drawn_on_a_plain_ground(street, tmp_path) -> None:
    report = report_on(street / "street-trial", images=tmp_path)
    assert report.embedded == []
    assert "pictures could not be had" in report.elements.text
    assert "Picture not available: it is not in the folder of --images." in report.elements.text
    assert 'class="frame"' in report.html


def test_one_worker_an_image_makes_confidence_say_nothing(street, tmp_path) -> None:
    street_job(tmp_path / "job", tmp_path / "photos", 2, workers=1)
    report = report_on(tmp_path / "job")
    assert "confidence is then always 0 and means nothing" in report.elements.text
    assert "Least sure images" not in report.html


def test_failures_have_their_reasons_those_of_the_job_too(tmp_path) -> None:
    root = tmp_path / "job"
    lines = [
        {"source-ref": "s3://photos/0.jpg", "street-metadata": {"type": "groundtruth/object-detection"}},
        {"source-ref": "s3://photos/1.jpg", "street-metadata": {"failure-reason": "ClientError: image too large"}},
        {"source-ref": "s3://photos/2.jpg"},
        {"source-ref": "s3://photos/3.jpg"},
    ]
    put(root, "annotations/worker-response/iteration-1/0/a.json", {"answers": [answer("u", drawn("a"))]})
    put(root, "annotations/worker-response/iteration-1/2/a.json", "{broken")
    put_manifest(root, lines)
    report = report_on(root, label_attribute="street")
    assert [entry["object"] for entry in report.quality["failed"]] == ["1", "2"]
    assert [entry["object"] for entry in report.quality["unanswered"]] == ["3"]
    assert "ClientError: image too large" in report.elements.text
    assert "not a worker response" in report.elements.text


@pytest.mark.parametrize(
    ("entry", "seconds"),
    [
        ({"timeSpentInSeconds": 12.5, "acceptanceTime": "2026-11-23T10:00:00Z"}, 12.5),
        ({"acceptanceTime": "2026-11-23T10:00:00.500Z", "submissionTime": "2026-11-23T10:00:31.500Z"}, 31),
        ({"submissionTime": "2019-04-18T16:11:00Z"}, None),
        ({"timeSpentInSeconds": -1}, None),
        ({"timeSpentInSeconds": 1e300}, None),
        ({"timeSpentInSeconds": "soon", "acceptanceTime": "x", "submissionTime": 7}, None),
        ({"acceptanceTime": "2026-11-23T10:00:00", "submissionTime": "2026-11-23T10:00:31Z"}, None),
    ],
)
def test_times_are_known_as_far_as_answers_tell(tmp_path, entry, seconds: float | None) -> None:
    report = report_on(small_job(tmp_path / "job", [[answer("u", drawn("a"), **entry)]]))
    assert report.quality["seconds"].get("median") == seconds
    assert ("The answers do not say how long they took." in report.elements.text) is (seconds is None)


def test_classes_are_told_worker_by_worker_under_the_picture(tmp_path) -> None:
    def chosen(label: str) -> dict[str, Any]:
        return {"crowd-image-classifier": {"label": label}}

    answers = [
        [answer("u", chosen("heron")), answer("v", chosen("heron")), answer("w", chosen("egret"))] for _ in range(12)
    ]
    root = small_job(tmp_path / "job", answers, "image-classification")
    for index in range(12):
        Image.new("RGB", (400, 300), "gray").save(tmp_path / f"{index}.jpg")
    report = report_on(root, images=tmp_path, task_type=IMAGE_CLASSIFICATION)
    assert len(report.embedded) == 24
    assert "heron: A, B" in report.elements.text
    assert "egret: C" in report.elements.text


def test_masks_are_laid_over_their_pictures(tmp_path) -> None:
    pixels = np.zeros((300, 400, 4), np.uint8)
    pixels[:, :200] = (255, 0, 0, 255)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    content = {
        "crowd-semantic-segmentation": {
            "inputImageProperties": {"height": 300, "width": 400},
            "labelMappings": {"egret": {"color": "#ff0000"}},
            "labeledImage": {"pngImageData": base64.b64encode(file.getvalue()).decode()},
        }
    }
    root = small_job(tmp_path / "job", [[answer("u", content), answer("v", content)]], "semantic-segmentation")
    Image.new("RGB", (400, 300), "black").save(tmp_path / "0.jpg")
    report = report_on(root, images=tmp_path, task_type=SEMANTIC_SEGMENTATION, label_attribute="street")
    (address,) = report.embedded
    with Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2]))) as image:
        picture = np.asarray(image.convert("RGB"))
    assert picture[240, 100, 0] > 100
    assert picture[240, 500].max() < 40


@pytest.mark.parametrize(
    "label",
    [HOSTILE, "\u202etfel ot thgir\u202c שלום", "x" * 10_000, "\ud800\x00\x1b[2J", "e" + "\u0301" * 500],
    ids=["html", "direction", "long", "control", "stacked"],
)
def test_hostile_text_is_text_everywhere(tmp_path, label: str) -> None:
    workers = [f"{label}{position}" for position in range(4)]
    answers = [
        [answer(worker, drawn(label if position % 2 else f"{label}2")) for position, worker in enumerate(workers)]
        for _ in range(3)
    ]
    root = small_job(tmp_path / "job", answers, **{"source-ref": f"s3://photos/{label}.jpg"})
    put(root, "annotations/worker-response/iteration-1/1/b.json", {"answers": [answer(label, {label: label})]})
    report = report_on(root, images=tmp_path, labels=[label, f"{label}2"])
    elements = report.elements
    assert not elements.all("script") and not elements.all("img")
    assert not any(name.startswith("on") for _, attributes in elements.found for name in attributes)
    assert len(report.html.encode()) < 200_000
    assert not re.search(r"[\x00-\x08\x1b\u202a-\u202e]", report.html)
    if label == HOSTILE:
        assert HOSTILE in elements.text


@pytest.mark.parametrize(
    "boxes",
    [None, 7, [None], [{"label": "car"}], [{"label": "car", "left": -1, "top": "x", "width": 1e300, "height": 1}]],
)
def test_answers_of_another_shape_never_stop_the_report(tmp_path, boxes) -> None:
    good = {"label": "car", "left": 1, "top": 1, "width": 20, "height": 20}
    for index, result in enumerate((boxes, [good], [good | {"left": 3}])):
        content = {"boundingBox": {"boundingBoxes": result, "inputImageProperties": {"width": 64, "height": 40}}}
        answers = [{"workerId": worker, "answerContent": content} for worker in ("w1", "w2")]
        put(tmp_path / "job", f"annotations/worker-response/iteration-1/{index}/a.json", {"answers": answers})
    put_manifest(tmp_path / "job", [{"source-ref": f"s3://b/{index}.jpg"} for index in range(3)])
    (tmp_path / "empty").mkdir()
    assert report_on(tmp_path / "job", images=tmp_path / "empty").quality["objects"] == 3
