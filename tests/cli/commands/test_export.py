"""``ground-truth export`` from jobs and manifests, downloaded and in S3."""

import contextlib
import io
import json
from pathlib import Path
from typing import Any

import boto3
import numpy as np
import pytest
from click.testing import CliRunner
from pycocotools.coco import COCO

from ground_truth.manifests.lines import format_line
from ground_truth.manifests.manifest_line import ManifestLine
from ground_truth_cli.main import main
from tests.exports.export_samples import boxes_line, class_line, failed_line, mask_line, mask_png
from tests.memory_aws import memory_aws

LINES = [
    boxes_line("s3://media/a.jpg", [(0, 10, 20, 30, 40), (1, 50, 60, 70, 80)], confidences=[0.9, 0.3]),
    failed_line("s3://media/b.jpg"),
    {"source-ref": "s3://media/c.jpg"},
]


@pytest.fixture
def job(tmp_path) -> Path:
    root = tmp_path / "Street"
    write(root, *LINES)
    return root


def write(root: Path, *lines: dict[str, Any]) -> Path:
    path = root / "manifests" / "output" / "output.manifest"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(map(format_line, map(ManifestLine, lines))))
    return path


def run(source: object, out: Path, *options: str, format_name: str = "coco") -> Any:
    return CliRunner().invoke(main, ["export", str(source), "--format", format_name, "--out", str(out), *options])


def coco(out: Path) -> COCO:
    with contextlib.redirect_stdout(io.StringIO()):
        return COCO(str(out / "annotations.json"))


@pytest.mark.parametrize("place", ["", "manifests/output/output.manifest"])
def test_a_job_or_its_manifest_is_exported(job, tmp_path, place: str) -> None:
    out = tmp_path / "out"
    done = run(job / place, out, "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout) == {
        "format": "coco",
        "label_attribute": "street",
        "files": 2,
        "out": str(out),
        "images": 1,
        "classes": ["car", "bike path"],
        "left_out": {"failed": 1, "unlabeled": 1},
    }
    assert [annotation["bbox"] for annotation in coco(out).loadAnns([1, 2])] == [[10, 20, 30, 40], [50, 60, 70, 80]]


def test_a_job_in_s3_is_exported_with_its_masks(tmp_path) -> None:
    address = "s3://out/jobs/Street/annotations/consolidated-annotation/output/0_2026-11-23T10:02:14.091190.png"
    mask = np.full((4, 5), 1, np.uint8)
    with memory_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket="out")
        line = format_line(ManifestLine(mask_line("s3://media/a.jpg", address, [1])))
        client.put_object(Bucket="out", Key="jobs/Street/manifests/output/output.manifest", Body=line)
        client.put_object(Bucket="out", Key=address.removeprefix("s3://out/"), Body=mask_png(mask))
        for number, source in enumerate(
            ("s3://out/jobs/Street", "s3://out/jobs/Street/manifests/output/output.manifest")
        ):
            done = run(source, tmp_path / str(number))
            assert done.exit_code == 0, done.output
            assert coco(tmp_path / str(number)).loadAnns(1)[0]["area"] == 20


@pytest.mark.parametrize("place", ["", "manifests/output/output.manifest"])
def test_masks_of_a_downloaded_job_are_read_from_it_whatever_became_of_their_colons(job, tmp_path, place) -> None:
    name = "0_2026-11-23T10:02:14.091190.png"
    address = f"s3://gone/jobs/Street/annotations/consolidated-annotation/output/{name}"
    write(job, mask_line("s3://media/a.jpg", address, [1]))
    masks = job / "annotations" / "consolidated-annotation" / "output"
    masks.mkdir(parents=True)
    (masks / name.replace(":", "-")).write_bytes(mask_png(np.full((4, 5), 1, np.uint8)))
    done = run(job / place, tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert coco(tmp_path / "out").loadAnns(1)[0]["area"] == 20


def test_masks_that_consolidate_wrote_lie_beside_the_manifest(tmp_path) -> None:
    (tmp_path / "masks").mkdir()
    (tmp_path / "masks" / "0.png").write_bytes(mask_png(np.full((4, 5), 1, np.uint8)))
    (tmp_path / "output.manifest").write_bytes(
        format_line(ManifestLine(mask_line("s3://media/a.jpg", "masks/0.png", [1])))
    )
    done = run(tmp_path / "output.manifest", tmp_path / "out", format_name="voc")
    assert done.exit_code == 0, done.output
    assert (tmp_path / "out" / "SegmentationClass" / "a.png").is_file()


@pytest.mark.parametrize("address", ["../secret.png", "/etc/passwd", "https://example.org/0.png"])
def test_a_manifest_cannot_have_other_files_read(job, tmp_path, address: str) -> None:
    write(job, mask_line("s3://media/a.jpg", address, [1]))
    done = run(job, tmp_path / "out")
    assert done.exit_code == 1
    assert "should be in S3 or beside the manifest" in done.stderr


def test_unsure_boxes_are_left_out_and_counted(job, tmp_path) -> None:
    done = run(job, tmp_path / "out", "--min-confidence", "0.5", format_name="yolo")
    assert "left out, below confidence: 1" in done.stdout
    assert len((tmp_path / "out" / "labels" / "a.txt").read_text().splitlines()) == 1


def test_single_workers_leave_nothing_above_a_confidence_and_are_told_why(job, tmp_path) -> None:
    write(job, class_line("s3://media/a.jpg", 1, confidence=0))
    done = run(job, tmp_path / "out", "--min-confidence", "0.5", format_name="labelstudio")
    assert done.exit_code == 1
    assert "with one worker an object every confidence is 0 and says nothing" in done.stderr


def test_of_several_labels_the_job_s_own_is_exported_else_one_is_to_be_named(job, tmp_path) -> None:
    older = {"model": 0, "model-metadata": {"type": "groundtruth/custom", "job-name": "labeling-job/other"}}
    write(job, older | LINES[0])
    assert run(job, tmp_path / "own").exit_code == 0
    moved = job.rename(tmp_path / "download")
    done = run(moved, tmp_path / "out")
    assert done.exit_code == 1
    assert "give --label-attribute, one of model, street" in done.stderr
    assert run(moved, tmp_path / "out", "--label-attribute", "street").exit_code == 0


def test_a_label_file_tells_of_classes_that_no_image_has(job, tmp_path) -> None:
    path = tmp_path / "labels.json"
    path.write_text(json.dumps({"labels": [{"label": name} for name in ("car", "bike path", "tree")]}))
    done = run(job, tmp_path / "out", "--labels", str(path), "--json")
    assert json.loads(done.stdout)["classes"] == ["car", "bike path", "tree"]


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda root: write(root, failed_line("s3://media/a.jpg")), "nothing to export: no image has a label 'street'"),
        (lambda root: write(root, {"source-ref": "s3://media/a.jpg"}), "the manifest has no labels"),
        (lambda root: write(root).unlink(), "it has no manifests/output/output.manifest"),
        (lambda root: write(root).write_text("{"), "line 1: not JSON"),
        (lambda root: write(root, class_line("s3://media/a.jpg", 1)), "'format' should be one of labelstudio"),
    ],
)
def test_what_cannot_be_exported_is_refused_in_a_sentence(job, tmp_path, spoil, reason: str) -> None:
    spoil(job)
    done = run(job, tmp_path / "out")
    assert done.exit_code == 1
    assert reason in done.stderr
    assert not (tmp_path / "out").exists()


def test_files_of_another_export_are_not_mixed_in(job, tmp_path) -> None:
    assert run(job, tmp_path / "out").exit_code == 0
    done = run(job, tmp_path / "out", format_name="yolo")
    assert "'--out' should be a new or an empty folder" in done.stderr
