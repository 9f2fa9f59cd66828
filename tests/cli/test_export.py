import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from ground_truth_cli.main import main

METADATA = {
    "objects": [{"confidence": 0.8}],
    "class-map": {"1": "pallet"},
    "type": "groundtruth/object-detection",
    "human-annotated": "yes",
    "creation-date": "2026-11-23T10:02:14.527256",
    "job-name": "labeling-job/yard",
}
LABEL = {
    "image_size": [{"width": 1280, "height": 720, "depth": 3}],
    "annotations": [{"class_id": 1, "left": 12, "top": 30, "width": 77, "height": 41}],
}
LABELED = {"source-ref": "s3://b/1.jpg", "yard": LABEL, "yard-metadata": METADATA}
FAILED = {"source-ref": "s3://b/2.jpg", "yard-metadata": {**METADATA, "failure-reason": "no worker answered"}}


def job(folder: Path, *lines: dict[str, Any]) -> Path:
    path = folder / "yard" / "manifests" / "output" / "output.manifest"
    path.parent.mkdir(parents=True)
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return folder / "yard"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["export", *map(str, arguments)])


def test_a_job_s_folder_is_exported(tmp_path: Path) -> None:
    result = run(job(tmp_path, LABELED, FAILED), "--format", "yolo", "--out", tmp_path / "out", "--json")
    assert result.exit_code == 0, result.output
    summary = json.loads(result.output)
    assert (summary["images"], summary["failed"], summary["classes"]) == (1, 1, ["class 0", "pallet"])
    assert (tmp_path / "out" / "labels" / "1.txt").read_text().startswith("1 0.0394")
    assert not list(tmp_path.glob("tmp*"))


def test_a_manifest_alone_is_enough_and_a_category_file_names_all_classes(tmp_path: Path) -> None:
    manifest = job(tmp_path, LABELED) / "manifests" / "output" / "output.manifest"
    labels = tmp_path / "labels.json"
    labels.write_text('{"labels": [{"label": "forklift"}, {"label": "pallet"}]}')
    result = run(manifest, "--format", "coco", "--out", tmp_path / "out", "--labels", labels)
    assert "1 images with 2 classes written" in result.output
    assert '"forklift"' in (tmp_path / "out" / "instances.json").read_text()


@pytest.mark.parametrize(
    ("lines", "options", "message"),
    [
        ([FAILED], (), "nothing to export under 'yard': 1 objects that failed"),
        ([{"source-ref": "s3://b/1.jpg"}], (), "should have one label, and has none"),
        ([LABELED | {"other": 1, "other-metadata": METADATA}], (), "has other, yard: choose with --label-attribute"),
    ],
)
def test_fails_where_there_is_not_one_label_to_export(tmp_path: Path, lines, options, message: str) -> None:
    result = run(job(tmp_path, *lines), "--format", "coco", "--out", tmp_path / "out", *options)
    assert result.exit_code == 1
    assert message in result.output


def test_one_of_several_labels_can_be_chosen(tmp_path: Path) -> None:
    both = LABELED | {"other": 1, "other-metadata": METADATA}
    options = ("--format", "coco", "--out", tmp_path / "out", "--label-attribute", "yard")
    assert run(job(tmp_path, both), *options).exit_code == 0


def test_a_folder_with_files_is_never_written_to(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("x")
    result = run(job(tmp_path, LABELED), "--format", "voc", "--out", tmp_path / "out")
    assert "should be a new or an empty folder" in result.output
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"]


def test_fails_for_a_folder_that_is_no_job_s(tmp_path: Path) -> None:
    assert "should be a job's folder" in run(tmp_path, "--format", "voc", "--out", tmp_path / "out").output
