"""``ground-truth report`` on jobs as they lie in folders and in S3, friendly and hostile."""

import json
from pathlib import Path
from typing import Any

import boto3
import pytest
from click.testing import CliRunner

from examples.street.crowd import CROWD
from ground_truth_cli.main import main
from tests.cli.street_job import put, put_manifest, street_job
from tests.memory_aws import memory_aws
from tests.reporting.read_report import Elements, answer, drawn, small_job

HOSTILE = '</style><script>alert(1)</script><img src=x onerror="alert(2)">\'"&'
BIRDS = ["heron", "egret", "owl"]


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
        return [entry["href"] or "" for entry in self.elements.all("image")]


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


def test_the_page_tells_what_is_unclear_and_whom_to_look_at(made) -> None:
    assert made.status == 0, made.stderr
    assert made.quality["confusions"][0]["labels"] == ["car on road", "car on sidewalk"]
    letter = next(entry["letter"] for entry in made.quality["by_worker"] if entry["worker"] == CROWD[4].worker_id)
    message = "\n".join(made.quality["hints"])
    assert "seem unclear about “car on road” and “car on sidewalk”" in message
    assert f"Look at the answers of worker {letter}" in message
    assert f"Worker {letter} is hasty: half of the answers took less than 8 s" in message
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
