"""``ground-truth report`` on jobs as they lie in folders and in S3, friendly and hostile."""

import base64
import hashlib
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import boto3
import numpy as np
import pytest
from botocore.exceptions import ClientError
from click.testing import CliRunner
from PIL import Image

from examples.street.crowd import CROWD
from ground_truth.reporting import thumbnails
from ground_truth_cli.main import main
from tests.cli.street_job import put, put_manifest, street_job
from tests.memory_aws import memory_aws

HOSTILE = '</style><script>alert(1)</script><img src=x onerror="alert(2)">\'"&'
BIRDS = ["heron", "egret", "owl"]


class Elements(HTMLParser):
    """Every element of a page with its attributes, and the page's text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.found if tag == name]


class Report:
    """What a run of the command left behind."""

    def __init__(self, out: Path, result: Any) -> None:
        self.out = out
        self.status = result.exit_code
        self.stdout = result.stdout
        self.stderr = result.stderr

    @property
    def html(self) -> str:
        return (self.out / "report.html").read_text(encoding="utf-8")

    @property
    def elements(self) -> Elements:
        return Elements(self.html)

    @property
    def quality(self) -> dict[str, Any]:
        return json.loads((self.out / "quality.json").read_text())

    @property
    def embedded(self) -> list[str]:
        return [one["href"] or "" for one in self.elements.all("image")]


def run(source: object, out: Path, *options: str) -> Report:
    return Report(out, CliRunner().invoke(main, ["report", str(source), "--out", str(out), *options]))


@pytest.fixture(scope="module")
def street(tmp_path_factory) -> Path:
    """A folder with the job 'street-trial' of twelve scenes, and its photos."""
    folder = tmp_path_factory.mktemp("street")
    street_job(folder / "street-trial", folder / "photos", 12)
    return folder


@pytest.fixture(scope="module")
def made(street, tmp_path_factory) -> Report:
    out = tmp_path_factory.mktemp("report")
    return run(street / "street-trial", out, "--images", str(street / "photos"))


def answer(worker: str, content: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"workerId": worker, "answerContent": content} | more


def drawn(*labels: str, left: float = 10) -> dict[str, Any]:
    boxes = [{"label": label, "left": left, "top": 10, "width": 50, "height": 40} for label in labels]
    return {"boundingBox": {"boundingBoxes": boxes, "inputImageProperties": {"height": 300, "width": 400}}}


def small_job(root: Path, answers: list[list[dict[str, Any]]], kind: str = "object-detection", **line: Any) -> Path:
    for index, entries in enumerate(answers):
        put(root, f"annotations/worker-response/iteration-1/{index}/a.json", {"answers": entries})
    metadata = {"street-metadata": {"type": f"groundtruth/{kind}", "job-name": "labeling-job/job"}}
    put_manifest(root, [{"source-ref": f"s3://photos/{index}.jpg"} | metadata | line for index in range(len(answers))])
    return root


def test_the_page_tells_what_is_unclear_and_whom_to_look_at(made) -> None:
    assert made.status == 0, made.stderr
    assert made.quality["confusions"][0]["labels"] == ["car on road", "car on sidewalk"]
    letter = next(one["letter"] for one in made.quality["by_worker"] if one["worker"] == CROWD[4].worker_id)
    told = "\n".join(made.quality["hints"])
    assert "seem unclear about “car on road” and “car on sidewalk”" in told
    assert f"Look at the answers of worker {letter}" in told
    assert f"Worker {letter} is hasty: half of the answers took less than 8 s" in told
    for hint in made.quality["hints"]:
        assert hint in made.elements.text
        assert hint in made.stdout


def test_the_numbers_are_those_of_consolidate(made, street, tmp_path) -> None:
    options = ["--type", "bounding-box", "--out", str(tmp_path)]
    assert CliRunner().invoke(main, ["consolidate", str(street / "street-trial"), *options]).exit_code == 0
    quality = json.loads((tmp_path / "quality.json").read_text())
    assert {name: made.quality[name] for name in quality} == quality


def test_times_and_cost_are_told(made) -> None:
    times = made.quality["seconds"]
    assert times["answers"] == 60
    assert times["workers"][CROWD[4].worker_id] == {"answers": 12, "median": 8.5}
    assert made.quality["cost"]["workforce"] == "self-hosted"
    assert "USD" in made.elements.text
    assert "UNVERIFIED" in made.elements.text


def test_the_workforce_decides_the_cost(street, tmp_path) -> None:
    report = run(street / "street-trial", tmp_path, "--pictures", "0", "--workforce", "private")
    assert report.quality["cost"]["total_usd"] == pytest.approx(12 * 0.08)


def test_every_worker_s_boxes_are_drawn_over_the_picture(made) -> None:
    figure = re.search(r"<h3>.*?<figure>(.*?)</figure>", made.html, re.DOTALL)[1]
    assert 'href="data:image/webp;base64,' in figure
    tags = set(re.findall(r">([A-E][12])</text>", figure))
    assert {tag[1] for tag in tags} == {"1", "2"}
    styles = set(re.findall(r'class="frame"[^>]*(stroke="#\w+"(?: stroke-dasharray="[\d ]+")?)', figure))
    assert len(styles) == len({tag[0] for tag in tags}) > 1


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
    for one in elements.all("svg"):
        assert one.get("aria-hidden") == "true" or (one["role"] == "img" and one["aria-label"])
    assert len(elements.all("caption")) == len(elements.all("table")) > 2
    assert [tag for tag, _ in elements.found if tag == "h1"] == ["h1"]


def test_pictures_are_few_and_small(made, street, tmp_path) -> None:
    assert 0 < len(made.embedded) <= 24
    for address in made.embedded:
        with Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2]))) as image:
            assert max(image.size) <= 640
    few = run(street / "street-trial", tmp_path / "few", "--images", str(street / "photos"), "--pictures", "3")
    assert len(few.embedded) == 3
    none = run(street / "street-trial", tmp_path / "none", "--images", str(street / "photos"), "--pictures", "0")
    assert none.status == 0
    assert none.embedded == []


def test_the_page_stays_small_however_many_pictures_are_wanted(tmp_path) -> None:
    root = small_job(tmp_path / "job", [[answer("u", drawn("a")), answer("v", drawn("b"))]] * 60)
    rng = np.random.default_rng(1)
    for index in range(60):
        noise = rng.integers(0, 255, (480, 640, 3), np.uint8)
        Image.fromarray(noise).save(tmp_path / f"{index}.jpg", quality=95)
    report = run(root, tmp_path / "out", "--images", str(tmp_path), "--pictures", "100")
    assert report.status == 0, report.stderr
    assert 10 < len(report.embedded) < 60
    assert (tmp_path / "out" / "report.html").stat().st_size < 10_000_000


def test_where_pictures_cannot_be_had_boxes_are_drawn_on_a_plain_ground(street, tmp_path) -> None:
    report = run(street / "street-trial", tmp_path, "--images", str(tmp_path))
    assert report.status == 0
    assert report.embedded == []
    assert "pictures could not be had" in report.elements.text
    assert "Picture not available: it is not in the folder of --images." in report.elements.text
    assert 'class="frame"' in report.html


def test_pictures_are_read_from_s3_where_the_manifest_says_they_are(street, tmp_path, monkeypatch) -> None:
    with memory_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket="photos")
        client.create_bucket(Bucket="out")
        for path in (street / "photos").iterdir():
            client.upload_file(str(path), "photos", f"street/{path.name}")
        for path in (street / "street-trial").rglob("*.*"):
            key = path.relative_to(street).as_posix()
            client.upload_file(str(path), "out", f"jobs/{key}")
        report = run("s3://out/jobs/street-trial", tmp_path / "a", "--pictures", "4")
        assert report.status == 0, report.stderr
        assert len(report.embedded) == 4
        elsewhere = run(street / "street-trial", tmp_path / "b", "--pictures", "4", "--images", "s3://photos/street/")
        assert len(elsewhere.embedded) == 4


def test_a_bucket_that_refuses_is_asked_once() -> None:
    asked = []

    class Client:
        def get_object(self, **place: str) -> Any:
            asked.append(place)
            raise ClientError({"Error": {"Code": "AccessDenied"}}, "GetObject")

    made = thumbnails.Thumbnails(client=Client())
    for number in range(3):
        found = made.make(f"s3://closed/{number}.jpg", (400, 300))
        assert "S3 refuses it (AccessDenied)" in found.missing
        assert (found.width, found.height, found.image) == (640, 480, "")
    assert len(asked) == 1


@pytest.mark.parametrize("address", ["https://example.org/a.jpg", "file:///etc/passwd", "/etc/passwd", "", "s3://"])
def test_an_address_outside_s3_is_not_followed(address: str) -> None:
    assert thumbnails.Thumbnails(client=None).make(address, (4, 3)).missing == "its address is not in S3"


def test_an_address_does_not_lead_out_of_the_folder_of_images(tmp_path) -> None:
    (tmp_path / "images").mkdir()
    Image.new("RGB", (40, 30)).save(tmp_path / "secret.jpg")
    made = thumbnails.Thumbnails(client=None, folder=str(tmp_path / "images"))
    for address in ("s3://b/../secret.jpg", f"s3://b/{tmp_path}/secret.jpg", "s3://b/..\\secret.jpg", "s3://b/a\0.jpg"):
        assert made.make(address, (40, 30)).image == ""


def test_images_of_one_name_are_told_apart_by_their_folders(tmp_path) -> None:
    for name, color in (("june", "red"), ("july", "blue")):
        (tmp_path / name).mkdir()
        Image.new("RGB", (40, 30), color).save(tmp_path / name / "1.jpg")
    made = thumbnails.Thumbnails(client=None, folder=str(tmp_path))
    pictures = [made.make(f"s3://b/photos/{name}/1.jpg", (40, 30)).image for name in ("june", "july")]
    assert pictures[0] != pictures[1]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"no picture", "it cannot be decoded"),
        (b"\xff\xd8\xff\xe0 broken", "it cannot be decoded"),
        ("wide", "the picture found has another shape than the labeled one"),
    ],
)
def test_what_is_not_the_labeled_picture_is_not_shown(tmp_path, content, reason: str) -> None:
    path = tmp_path / "a.jpg"
    if isinstance(content, str):
        Image.new("RGB", (400, 30)).save(path)
    else:
        path.write_bytes(content)
    assert thumbnails.Thumbnails(client=None, folder=str(tmp_path)).make("s3://b/a.jpg", (40, 30)).missing == reason


def test_a_decompression_bomb_is_not_decoded(tmp_path) -> None:
    Image.new("1", (20_000, 20_000)).save(tmp_path / "a.png")
    made = thumbnails.Thumbnails(client=None, folder=str(tmp_path)).make("s3://b/a.png", (20_000, 20_000))
    assert made.missing in ("it has too many pixels", "it cannot be decoded")


def test_a_photo_is_shown_as_its_worker_saw_it(tmp_path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (400, 300)).save(tmp_path / "a.jpg", exif=exif)
    made = thumbnails.Thumbnails(client=None, folder=str(tmp_path)).make("s3://b/a.jpg", (300, 400))
    assert (made.width, made.height, made.missing) == (480, 640, "")


@pytest.mark.parametrize("size", [(10**9, 1), (1, 10**9)])
def test_a_canvas_of_whatever_size_is_small(size: tuple[int, int]) -> None:
    made = thumbnails.Thumbnails(client=None).make("", size)
    assert min(made.width, made.height) >= 80 and max(made.width, made.height) == 640


def test_one_worker_an_image_makes_confidence_say_nothing(street, tmp_path) -> None:
    street_job(tmp_path / "job", tmp_path / "photos", 2, workers=1)
    report = run(tmp_path / "job", tmp_path / "out")
    assert report.status == 0, report.stderr
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
    report = run(root, tmp_path / "out", "--label-attribute", "street")
    assert report.status == 0, report.stderr
    assert [one["object"] for one in report.quality["failed"]] == ["1", "2"]
    assert [one["object"] for one in report.quality["unanswered"]] == ["3"]
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
    report = run(small_job(tmp_path / "job", [[answer("u", drawn("a"), **entry)]]), tmp_path / "out")
    assert report.status == 0, report.stderr
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
    report = run(root, tmp_path / "out", "--images", str(tmp_path))
    assert report.status == 0, report.stderr
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
    report = run(root, tmp_path / "out", "--images", str(tmp_path), "--label-attribute", "street")
    assert report.status == 0, report.stderr
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
    workers = [f"{label}{place}" for place in range(4)]
    answers = [
        [answer(worker, drawn(label if place % 2 else f"{label}2")) for place, worker in enumerate(workers)]
        for _ in range(3)
    ]
    root = small_job(tmp_path / "job", answers, **{"source-ref": f"s3://photos/{label}.jpg"})
    put(root, "annotations/worker-response/iteration-1/1/b.json", {"answers": [answer(label, {label: label})]})
    labels = tmp_path / "labels.json"
    labels.write_text(json.dumps({"labels": [{"label": label}, {"label": f"{label}2"}]}))
    report = run(root, tmp_path / "out", "--labels", str(labels), "--images", str(tmp_path))
    assert report.status == 0, report.stderr
    elements = report.elements
    assert not elements.all("script") and not elements.all("img")
    assert not any(name.startswith("on") for _, attributes in elements.found for name in attributes)
    assert len(report.html.encode()) < 200_000
    assert not re.search(r"[\x00-\x08\x1b\u202a-\u202e]", report.html)
    if label == HOSTILE:
        assert HOSTILE in elements.text


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda root: put_manifest(root, [{"source-ref": "s3://b/a.jpg"}]), "no label that tells: give --type, one of"),
        (
            lambda root: put_manifest(root, [{"a-metadata": {"type": "groundtruth/custom"}}]),
            "labels of groundtruth/custom: give --type",
        ),
        (lambda root: put(root, "manifests/output/output.manifest", "{}\nx"), "line 2: not JSON"),
        (lambda root: (root / "annotations").rename(root / "elsewhere"), "'source' should be a job's folder"),
    ],
)
def test_what_cannot_work_is_refused_in_a_sentence(tmp_path, spoil, reason: str) -> None:
    root = small_job(tmp_path / "job", [[answer("u", drawn("a"))]])
    spoil(root)
    report = run(root, tmp_path / "out")
    assert report.status == 1
    assert reason in report.stderr
    assert "Traceback" not in report.stderr


def test_the_summary_is_json_on_demand(street, tmp_path) -> None:
    report = run(street / "street-trial", tmp_path, "--pictures", "0", "--json")
    summary = json.loads(report.stdout)
    assert (summary["labeled"], summary["outliers"], summary["out"]) == (12, 1, str(tmp_path))
    assert summary["hints"] == report.quality["hints"]


@pytest.mark.parametrize(
    "boxes",
    [None, 7, [None], [{"label": "car"}], [{"label": "car", "left": -1, "top": "x", "width": 1e300, "height": 1}]],
)
def test_answers_of_another_shape_never_stop_the_report(tmp_path, boxes) -> None:
    good = {"label": "car", "left": 1, "top": 1, "width": 20, "height": 20}
    for index, found in enumerate((boxes, [good], [good | {"left": 3}])):
        content = {"boundingBox": {"boundingBoxes": found, "inputImageProperties": {"width": 64, "height": 40}}}
        answers = [{"workerId": worker, "answerContent": content} for worker in ("w1", "w2")]
        put(tmp_path / "job", f"annotations/worker-response/iteration-1/{index}/a.json", {"answers": answers})
    put_manifest(tmp_path / "job", [{"source-ref": f"s3://b/{index}.jpg"} for index in range(3)])
    (tmp_path / "empty").mkdir()
    done = run(tmp_path / "job", tmp_path / "out", "--type", "bounding-box", "--images", str(tmp_path / "empty"))
    assert done.status == 0, done.stderr
