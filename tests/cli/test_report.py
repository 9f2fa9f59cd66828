"""``ground-truth report`` on a job of the street task with the simulated crowd, and on hostile ones."""

import html.parser
import json
import random
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from examples.street.crowd import CROWD, answer
from examples.street.photos import rendered_photos
from examples.street.task import STREET
from ground_truth.label_categories import label_category_config
from ground_truth_cli.main import main
from tests.cli.test_consolidate_command import JobFiles, chosen, new

PHOTOS = 12


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished job and, beside it, its photos and its labels."""
    root: Path = tmp_path_factory.mktemp("job")
    files = JobFiles(root / "street-job")
    photos = list(rendered_photos(PHOTOS))
    (root / "photos").mkdir()
    for index, photo in enumerate(photos):
        (root / "photos" / photo.name).write_bytes(photo.content)
        said = [(worker, answer(worker, photo.objects, photo.size, photo.taken_as)) for worker in CROWD]
        files.answer(index, *(new(worker.worker_id, content, index) for worker, content in said))
    files.manifest(*({"source-ref": f"s3://bucket/images/{photo.name}"} for photo in photos))
    (root / "labels.json").write_text(json.dumps(label_category_config(STREET.labels)))
    return root


def run(source: Path, out: Path, *options: object, kind: str = "bounding-box") -> Result:
    arguments = ["report", str(source), "--type", kind, "--out", str(out), *map(str, options)]
    return CliRunner().invoke(main, arguments)


class Tags(html.parser.HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_the_page_shows_the_job_with_its_photos_and_needs_nothing_beside_it(job: Path, tmp_path: Path) -> None:
    options = ("--images", job / "photos", "--labels", job / "labels.json", "--json")
    result = run(job / "street-job", tmp_path, *options)
    assert result.exit_code == 0, result.output
    page = Path(json.loads(result.output)["report"]).read_text()
    for text in ("Report of", "What to do", "Lowest confidence", "car on road", CROWD[0].worker_id, "41 s"):
        assert text in page
    assert "could not be read" not in page
    tags = Tags(page).found
    assert not {tag for tag, _ in tags} & {"script", "link", "iframe", "form"}
    sources = [attributes["src"] or "" for tag, attributes in tags if tag == "img"]
    assert sources
    assert all(source.startswith("data:image/jpeg;base64,") for source in sources)
    assert len(page) < 10_000_000


def test_the_numbers_are_those_of_the_quality_report(job: Path, tmp_path: Path) -> None:
    run(job / "street-job", tmp_path, "--labels", job / "labels.json", "--images", job / "photos")
    quality = json.loads((tmp_path / "quality.json").read_text())
    page = (tmp_path / "report.html").read_text()
    assert quality["labeled"] == PHOTOS
    assert f"<dt>Answers</dt><dd>{PHOTOS * len(CROWD)}</dd>" in page
    for label, count in quality["labels"].items():
        assert f"<td><bdi>{label}</bdi></td><td>{count}</td>" in page


def test_boxes_are_shown_also_where_photos_cannot_be_had(job: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    run(job / "street-job", tmp_path, "--images", tmp_path / "empty")
    assert "The photo could not be read." in (tmp_path / "report.html").read_text()


def test_confused_labels_are_shown_with_what_every_worker_said(tmp_path: Path) -> None:
    files = JobFiles(tmp_path / "birds")
    chance = random.Random(1)
    for index in range(40):
        labels = ["heron", "heron", chance.choice(["heron", "egret"]), chance.choice(["heron", "egret"])]
        files.answer(index, *(new(f"w{number}", chosen(label)) for number, label in enumerate(labels)))
    files.manifest(*({"source-ref": f"s3://b/{index}.jpg"} for index in range(40)))
    (tmp_path / "empty").mkdir()
    result = run(tmp_path / "birds", tmp_path, "--images", tmp_path / "empty", kind="image-classification")
    assert result.exit_code == 0, result.output
    page = (tmp_path / "report.html").read_text()
    assert "Say in the instructions how <bdi>egret</bdi> and <bdi>heron</bdi> differ" in page
    assert "<bdi>1: heron</bdi>" in page


def test_one_answer_an_object_says_that_confidences_mean_nothing(tmp_path: Path) -> None:
    files = JobFiles(tmp_path / "birds")
    files.answer(0, new("w", chosen("heron")))
    files.manifest({"source-ref": "s3://b/0.jpg"})
    run(tmp_path / "birds", tmp_path, kind="image-classification")
    assert "confidences are 0 and say nothing" in (tmp_path / "report.html").read_text()


HOSTILE = "<script>alert(1)</script>\"'&\u202e{{x}}</style>"


@pytest.mark.parametrize("label", [HOSTILE, "x" * 10_000])
def test_labels_and_names_are_text_whatever_they_hold(tmp_path: Path, label: str) -> None:
    files = JobFiles(tmp_path / "job")
    size = {"width": 64, "height": 40}
    for index in range(3):
        boxes = [{"label": label, "left": 1 + index, "top": 1, "width": 20, "height": 20}]
        content = {"boundingBox": {"boundingBoxes": boxes, "inputImageProperties": size}}
        files.answer(0, new(f"{HOSTILE}{index}", content))
        files.answer(1, *(new(f"{HOSTILE}{worker}", content) for worker in range(index + 1)))
    files.manifest({"source-ref": f"s3://b/{HOSTILE}.jpg"}, {"source-ref": f"s3://b/2{HOSTILE}.jpg"})
    (tmp_path / "empty").mkdir()
    result = run(tmp_path / "job", tmp_path, "--images", tmp_path / "empty")
    assert result.exit_code == 0, result.output
    page = (tmp_path / "report.html").read_text()
    assert not [tag for tag, _ in Tags(page).found if tag == "script"]
    assert page.count("</style>") == 1
    assert "x" * 600 not in page


@pytest.mark.parametrize(
    "boxes",
    [None, 7, [None], [{"label": "car"}], [{"label": "car", "left": -1, "top": "x", "width": 1e300, "height": 1}]],
)
def test_answers_of_another_shape_never_stop_the_report(tmp_path: Path, boxes: Any) -> None:
    files = JobFiles(tmp_path / "job")
    good = {"label": "car", "left": 1, "top": 1, "width": 20, "height": 20}
    for index, found in enumerate((boxes, [good], [good | {"left": 3}])):
        content = {"boundingBox": {"boundingBoxes": found, "inputImageProperties": {"width": 64, "height": 40}}}
        files.answer(index, new("w1", content), new("w2", content))
    files.manifest(*({"source-ref": f"s3://b/{index}.jpg"} for index in range(3)))
    (tmp_path / "empty").mkdir()
    result = run(tmp_path / "job", tmp_path, "--images", tmp_path / "empty")
    assert result.exit_code == 0, result.output


def test_fails_where_there_are_no_answers(tmp_path: Path) -> None:
    (tmp_path / "job").mkdir()
    result = run(tmp_path / "job", tmp_path)
    assert result.exit_code == 1
    assert "'source' should be a job's folder" in result.output
