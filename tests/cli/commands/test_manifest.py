"""`ground-truth manifest` checks files wherever they are, and makes them of predictions."""

import io
import json
import sys
from pathlib import Path

import boto3
import pytest
from click.testing import CliRunner, Result

from ground_truth_cli.main import main
from ground_truth_cli.terminal.progress_bars import counted
from tests.memory_aws import memory_aws

GOOD = b'{"source-ref": "s3://bucket/1.jpg"}\n'
DATASET = {
    "images": [{"id": 1, "file_name": "1.jpg", "width": 100, "height": 50}],
    "categories": [{"id": 3, "name": "car"}, {"id": 4, "name": "dog"}],
}
RESULTS = [{"image_id": 1, "category_id": 3, "bbox": [1, 2, 3, 4], "score": 0.5}]


def run(*arguments: object, input: bytes | None = None) -> Result:
    return CliRunner().invoke(main, ["manifest", *map(str, arguments)], input=input)


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    path = tmp_path / "input.manifest"
    path.write_bytes(GOOD)
    return path


def test_a_good_manifest_ends_with_status_0(manifest: Path) -> None:
    result = run("check", manifest, "--task-type", "bounding-box", "--label-attribute", "street")
    assert (result.exit_code, result.output) == (0, "ok       1 object\n")


def test_a_problem_is_told_with_its_line_and_a_remedy_and_ends_with_status_1(manifest: Path) -> None:
    manifest.write_bytes(GOOD + b"no json\n")
    result = run("check", manifest)
    assert result.exit_code == 1
    assert "problem  line 2: not JSON at character 1" in result.output
    assert "-> write each line with json.dumps" in result.output


def test_a_warning_alone_ends_with_status_0() -> None:
    result = run("check", "-", input=GOOD + GOOD)
    assert result.exit_code == 0
    assert "warning  line 2: 's3://bucket/1.jpg' is in an earlier line too" in result.output


def test_findings_come_as_json_for_programs() -> None:
    result = run("check", "-", "--json", input=b"[]")
    assert result.exit_code == 1
    assert json.loads(result.stdout)[0] == {
        "check": "manifest.object",
        "level": "problem",
        "where": "line 1",
        "found": "a JSON list, not an object",
        "fix": 'write lines like {"source-ref": "s3://bucket/key"}',
    }


@memory_aws()
def test_a_manifest_on_s3_is_read_as_a_stream() -> None:
    client = boto3.client("s3", region_name="us-east-1")
    client.create_bucket(Bucket="bucket")
    client.put_object(Bucket="bucket", Key="a b+ß%20.manifest", Body=GOOD * 50_000 + b"no json\n")
    result = run("check", "s3://bucket/a b+ß%20.manifest")
    assert result.exit_code == 1
    assert "line 50001: not JSON" in result.output


@memory_aws()
@pytest.mark.parametrize("address", ["s3://no-such-bucket/x", "s3://bucket", "no/such/file"])
def test_a_manifest_that_is_not_there_is_one_sentence(address: str) -> None:
    result = run("check", address)
    assert result.exit_code == 1
    assert result.output.startswith("Error: ")
    assert result.output.count("\n") == 1


def test_a_label_attribute_that_no_job_could_have_is_one_sentence(manifest: Path) -> None:
    result = run("check", manifest, "--task-type", "bounding-box", "--label-attribute", "my_label")
    assert result.exit_code == 1
    assert result.output.startswith("Error: 'label_attribute_name' should be")


def test_the_bar_shows_on_a_terminal_only_and_never_changes_the_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    content = GOOD * 2_500
    silent = io.StringIO()
    monkeypatch.setattr(sys, "stderr", silent)
    assert list(counted(io.BytesIO(content), len(content))) == [GOOD] * 2_500
    assert silent.getvalue() == ""
    terminal = io.StringIO()
    terminal.isatty = lambda: True  # type: ignore[method-assign]
    monkeypatch.setattr(sys, "stderr", terminal)
    assert list(counted(io.BytesIO(content), len(content))) == [GOOD] * 2_500
    assert terminal.getvalue() != ""


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    contents = {"results": RESULTS, "dataset": DATASET, "both": DATASET | {"annotations": RESULTS}}
    for name, content in contents.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(content))
    return {name: tmp_path / f"{name}.json" for name in contents} | {"out": tmp_path / "out.manifest"}


def from_predictions(files: dict[str, Path], predictions: str, *extra: object) -> Result:
    options = ("--images-uri", "s3://bucket/images", "--label-attribute", "model", "--out", files["out"])
    return run("from-predictions", files[predictions], *options, *extra)


def test_predictions_become_a_manifest_that_a_review_takes(files: dict[str, Path]) -> None:
    result = from_predictions(files, "both")
    assert result.exit_code == 0
    assert "labels of the task, in this order: car, dog" in result.output
    check = run("check", files["out"], "--task-type", "bounding-box-verification", "--label-attribute", "check")
    assert (check.exit_code, check.output) == (0, "ok       1 object\n")


def test_a_results_list_takes_its_images_from_the_annotations_file(files: dict[str, Path]) -> None:
    assert from_predictions(files, "results", "--annotations", files["dataset"], "--label", "car").exit_code == 0
    record = json.loads(files["out"].read_text())
    assert record["model"]["annotations"] == [{"class_id": 0, "left": 1, "top": 2, "width": 3, "height": 4}]


def test_boxes_below_the_score_are_left_out(files: dict[str, Path]) -> None:
    assert from_predictions(files, "both", "--min-score", 0.6).exit_code == 0
    assert json.loads(files["out"].read_text())["model"]["annotations"] == []


def test_what_is_refused_leaves_no_manifest_and_keeps_an_earlier_one(files: dict[str, Path]) -> None:
    files["out"].write_text("earlier")
    result = from_predictions(files, "results")
    assert result.exit_code == 1
    assert result.output.startswith("Error: 'predictions' should be given with images and categories")
    files["dataset"].write_text(json.dumps(DATASET | {"images": DATASET["images"] + [{"id": 2}]}))
    assert from_predictions(files, "results", "--annotations", files["dataset"]).exit_code == 1
    assert files["out"].read_text() == "earlier"
    assert not list(files["out"].parent.glob("*.part"))


def test_a_predictions_file_that_is_no_json_is_named(files: dict[str, Path]) -> None:
    files["results"].write_text("no json")
    result = from_predictions(files, "results")
    assert result.exit_code == 1
    assert "results.json is not JSON" in result.output
