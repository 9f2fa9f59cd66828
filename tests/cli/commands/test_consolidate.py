"""``ground-truth consolidate`` on small jobs in the shapes that Ground Truth and engines write."""

import base64
import csv
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import boto3
import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from ground_truth_cli.main import main
from tests.memory_aws import memory_aws

REPOSITORY = Path(__file__).resolve().parents[3]
BIRDS = ["heron", "egret", "owl"]
IMAGES = [{"source-ref": f"s3://media/{index}.jpg"} for index in range(4)]


def chosen(label: str, name: str = "crowd-image-classifier") -> dict[str, Any]:
    return {name: {"label": label}}


def old(worker: str, content: dict[str, Any], second: int = 0) -> dict[str, Any]:
    """An answer as in 2019: whole seconds, no acceptance, no metadata."""
    return {"answerContent": content, "submissionTime": f"2019-04-18T16:11:{second:02}Z", "workerId": worker}


def new(worker: str, content: dict[str, Any], second: int = 0) -> dict[str, Any]:
    """An answer as of today (contract section 8)."""
    return {
        "acceptanceTime": "2026-11-23T10:01:15.191Z",
        "answerContent": content,
        "submissionTime": f"2026-11-23T10:01:{second:02}.321Z",
        "timeSpentInSeconds": 40.543,
        "workerId": worker,
        "workerMetadata": {"identityData": {"identityProviderType": "Cognito", "issuer": "https://i", "sub": "1c0f"}},
    }


class JobFiles:
    """Writes a job's files below a folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, name: str, content: Any) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content))

    def answer(self, object_id: int, *answers: dict[str, Any], iteration: int = 1, file: str = "") -> None:
        name = file or "2026-11-23_23:06:49.json"
        folder = f"annotations/worker-response/iteration-{iteration}/{object_id}"
        self.put(f"{folder}/{name}", {"answers": list(answers)})

    def manifest(self, *lines: dict[str, Any], name: str = "manifests/output/output.manifest") -> None:
        self.put(name, "".join(json.dumps(line) + "\n" for line in lines))


class Outcome:
    """What a run of the command left behind."""

    def __init__(self, out: Path, result: Any) -> None:
        self.out = out
        self.status = result.exit_code
        self.stdout = result.stdout
        self.stderr = result.stderr

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.out / "output.manifest").read_text().splitlines()]

    @property
    def quality(self) -> dict[str, Any]:
        return json.loads((self.out / "quality.json").read_text())

    @property
    def workers(self) -> dict[str, dict[str, str]]:
        with (self.out / "workers.csv").open(newline="") as file:
            return {row["worker"]: row for row in csv.DictReader(file)}


@pytest.fixture
def job(tmp_path) -> JobFiles:
    return JobFiles(tmp_path / "Yard-Birds")


@pytest.fixture
def labels(tmp_path) -> str:
    path = tmp_path / "labels.json"
    path.write_text(json.dumps({"document-version": "2018-11-28", "labels": [{"label": name} for name in BIRDS]}))
    return str(path)


@pytest.fixture
def run(tmp_path, job):
    def run(*options: str, source: object = None, type: str = "image-classification") -> Outcome:
        out = tmp_path / "out"
        arguments = ["consolidate", str(source or job.root), "--type", type, "--out", str(out), *options]
        return Outcome(out, CliRunner().invoke(main, arguments))

    return run


@pytest.mark.parametrize("answered", [old, new])
def test_a_job_is_consolidated_from_old_and_new_files(run, job, labels, answered) -> None:
    job.manifest(*IMAGES[:2], name="manifests/output/output.manifest")
    job.answer(0, answered("u", chosen("egret")), answered("v", chosen("egret")), answered("w", chosen("heron")))
    job.answer(1, answered("u", chosen("heron")), answered("v", chosen("heron")), answered("w", chosen("heron")))
    done = run("--labels", labels)
    assert done.status == 0, done.stderr
    assert [line["Yard-Birds"] for line in done.lines] == [1, 0]
    assert [line["source-ref"] for line in done.lines] == ["s3://media/0.jpg", "s3://media/1.jpg"]
    metadata = done.lines[0]["Yard-Birds-metadata"]
    assert metadata["class-name"] == "egret"
    assert metadata["job-name"] == "labeling-job/yard-birds"
    assert metadata["type"] == "groundtruth/image-classification"
    assert 0.5 < metadata["confidence"] < 1


def test_old_and_new_answers_may_lie_side_by_side(run, job, labels) -> None:
    job.answer(0, old("u", chosen("egret")), new("v", chosen("egret")))
    assert run("--labels", labels).lines[0]["Yard-Birds"] == 1


@pytest.mark.parametrize("place", ["", "annotations", "annotations/worker-response"])
def test_the_source_may_be_the_job_or_a_folder_in_it(run, job, labels, place: str) -> None:
    job.manifest(*IMAGES[:1])
    job.answer(0, new("u", chosen("owl")))
    done = run("--labels", labels, source=job.root / place)
    assert done.lines[0]["Yard-Birds"] == 2
    assert done.lines[0]["source-ref"] == "s3://media/0.jpg"
    assert done.quality["job"] == "Yard-Birds"


def test_a_download_may_have_lost_the_colons_and_the_folders_around_it(run, job, labels, tmp_path) -> None:
    job.answer(0, new("u", chosen("owl")), file="2026-11-23_23-06-49.json")
    moved = tmp_path / "answers of june"
    (job.root / "annotations" / "worker-response").rename(moved)
    done = run("--labels", labels, source=moved, type="image-classification")
    assert done.lines[0]["answers of june"] == 2


def test_a_job_in_s3_is_read_there(run, job, labels) -> None:
    job.manifest(*IMAGES[:3])
    for index, label in enumerate(["owl", "egret", "heron"]):
        job.answer(index, new("u", chosen(label)), new("v", chosen(label)))
    with memory_aws():
        client = boto3.client("s3")
        client.create_bucket(Bucket="out", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        for path in job.root.rglob("*"):
            if path.is_file():
                key = f"labeling-jobs/Yard-Birds/{path.relative_to(job.root).as_posix()}"
                client.upload_file(str(path), "out", key)
        client.upload_file(labels, "out", "labels.json")
        for source in (
            "s3://out/labeling-jobs/Yard-Birds",
            "s3://out/labeling-jobs/Yard-Birds/annotations/worker-response/",
        ):
            done = run("--labels", "s3://out/labels.json", source=source)
            assert done.status == 0, done.stderr
            assert [line["Yard-Birds"] for line in done.lines] == [2, 1, 0]
            assert done.lines[0]["source-ref"] == "s3://media/0.jpg"


def test_a_worker_s_last_submitted_answer_counts_whatever_the_iteration(run, job, labels) -> None:
    job.answer(0, new("u", chosen("owl"), second=50), iteration=1)
    job.answer(0, new("u", chosen("heron"), second=10), iteration=2)
    job.answer(1, new("u", chosen("owl"), second=10), iteration=2)
    job.answer(1, new("u", chosen("heron"), second=50), iteration=10)
    assert [line["Yard-Birds"] for line in run("--labels", labels).lines] == [2, 0]


def test_answers_without_times_count_in_the_order_of_files(run, job, labels) -> None:
    job.answer(0, {"answerContent": chosen("owl"), "workerId": "u"}, iteration=2)
    job.answer(0, {"answerContent": chosen("heron"), "workerId": "u"}, iteration=10)
    assert run("--labels", labels).lines[0]["Yard-Birds"] == 0


def test_the_answer_is_found_whatever_the_template_named_its_element(run, job, labels) -> None:
    job.answer(0, new("u", {"note": "x"} | chosen("owl", name="whichBird")))
    assert run("--labels", labels).lines[0]["Yard-Birds"] == 2


def test_broken_and_missing_files_are_reported_and_sink_nothing(run, job, labels) -> None:
    job.manifest(*IMAGES)
    job.answer(0, new("u", chosen("owl")))
    job.put("annotations/worker-response/iteration-1/1/a.json", "{oops")
    job.put("annotations/worker-response/iteration-1/2/a.json", {"answers": []})
    done = run("--labels", labels)
    assert done.status == 0
    assert done.lines[0]["Yard-Birds"] == 2
    assert {entry["object"] for entry in done.quality["failed"]} == {"1", "2"}
    assert "not a worker response" in done.lines[1]["Yard-Birds-metadata"]["failure-reason"]
    assert "Yard-Birds" not in done.lines[1]
    assert done.quality["unreadable_files"][0]["file"].endswith("1/a.json")
    assert done.quality["unanswered"] == [{"object": "3", "image": "s3://media/3.jpg"}]
    assert done.lines[3] == IMAGES[3]
    assert "failed: object 1" in done.stderr


def test_an_object_keeps_the_answers_of_its_readable_files(run, job, labels) -> None:
    job.answer(0, new("u", chosen("owl")))
    job.put("annotations/worker-response/iteration-2/0/a.json", "{oops")
    done = run("--labels", labels)
    assert done.lines[0]["Yard-Birds"] == 2
    assert not done.quality["failed"]
    assert len(done.quality["unreadable_files"]) == 1


def test_an_unknown_label_fails_its_object_only(run, job, labels) -> None:
    job.answer(0, new("u", chosen("unicorn")))
    job.answer(1, new("u", chosen("owl")))
    done = run("--labels", labels)
    assert "unknown label 'unicorn'" in done.quality["failed"][0]["why"]
    assert done.lines[1]["Yard-Birds"] == 2


def test_nothing_labeled_is_a_failure(run, job, labels) -> None:
    job.answer(0, new("u", chosen("unicorn")))
    done = run("--labels", labels)
    assert done.status == 1
    assert "no object could be labeled" in done.stderr


def test_without_a_manifest_object_ids_are_the_lines_in_the_order_of_numbers(run, job, labels) -> None:
    for index in (10, 2):
        job.answer(index, new("u", chosen("owl")))
    assert [line["dataset-object-id"] for line in run("--labels", labels).lines] == ["2", "10"]


def test_a_given_manifest_gives_the_lines_and_keeps_what_they_hold(run, job, labels, tmp_path) -> None:
    job.manifest(*IMAGES[:1])
    job.answer(1, new("u", chosen("owl")))
    options = tmp_path / "input.manifest"
    options.write_text(
        '{"source-ref": "s3://media/a.jpg", "size": 1}\n{"source-ref": "s3://media/b.jpg", "size": 2}\n\n'
    )
    done = run("--labels", labels, "--manifest", str(options))
    assert [line["source-ref"] for line in done.lines] == ["s3://media/a.jpg", "s3://media/b.jpg"]
    assert done.lines[0] == {"source-ref": "s3://media/a.jpg", "size": 1}
    assert done.lines[1]["size"] == 2
    assert done.lines[1]["Yard-Birds"] == 2


def test_only_line_feeds_end_a_line_of_the_manifest(run, job, labels, tmp_path) -> None:
    job.answer(1, new("u", chosen("owl")))
    options = tmp_path / "input.manifest"
    options.write_text('{"source-ref": "s3://m/a.jpg", "note": "one\u2028two"}\r\n{"source-ref": "s3://m/b.jpg"}\r\n')
    done = run("--labels", labels, "--manifest", str(options))
    text = (done.out / "output.manifest").read_text()
    assert [json.loads(line)["source-ref"] for line in text.split("\n")[:-1]] == ["s3://m/a.jpg", "s3://m/b.jpg"]


def test_an_object_beyond_the_manifest_is_reported(run, job, labels) -> None:
    job.manifest(*IMAGES[:1])
    job.answer(0, new("u", chosen("owl")))
    job.answer(7, new("u", chosen("owl")))
    done = run("--labels", labels)
    assert len(done.lines) == 1
    assert "the manifest has no line for it" in done.quality["failed"][0]["why"]


def test_the_newest_intermediate_manifest_stands_in_for_the_final_one(run, job, labels) -> None:
    for number in (9, 10):
        name = f"annotations/intermediate/{number}/output.manifest"
        job.manifest({"source-ref": f"s3://media/of-{number}.jpg"}, name=name)
    job.answer(0, new("u", chosen("owl")))
    assert run("--labels", labels).lines[0]["source-ref"] == "s3://media/of-10.jpg"


def labeled(index: int, attribute: str, label: int, name: str, job_name: str) -> dict[str, Any]:
    return IMAGES[index] | {
        attribute: label,
        f"{attribute}-metadata": {
            "class-name": name,
            "job-name": f"labeling-job/{job_name}",
            "type": "groundtruth/image-classification",
            "confidence": 0.5,
        },
    }


def test_the_job_s_manifest_tells_attribute_job_and_classes(run, job) -> None:
    first = labeled(0, "species", 2, "owl", "yard-birds") | {
        "older": 0,
        "older-metadata": {"job-name": "labeling-job/other", "type": "groundtruth/image-classification"},
    }
    job.manifest(first, labeled(1, "species", 0, "heron", "yard-birds"))
    job.answer(0, new("u", chosen("heron")))
    job.answer(1, new("u", chosen("egret")))
    done = run()
    assert [line["species"] for line in done.lines] == [0, 1]
    assert done.lines[0]["older"] == 0
    assert done.quality["classes"] == BIRDS[:1] + ["egret", "owl"]
    assert done.quality["classes_are"].startswith("guessed")


def test_a_failed_object_loses_the_label_it_had(run, job, labels) -> None:
    job.manifest(labeled(0, "species", 2, "owl", "yard-birds"), labeled(1, "species", 0, "heron", "yard-birds"))
    job.answer(0, new("u", chosen("unicorn")))
    job.answer(1, new("u", chosen("owl")))
    done = run("--labels", labels)
    assert "species" not in done.lines[0]
    assert "failure-reason" in done.lines[0]["species-metadata"]


def test_the_attribute_can_be_named(run, job, labels) -> None:
    job.answer(0, new("u", chosen("owl")))
    assert run("--labels", labels, "--label-attribute", "second").lines[0]["second"] == 2


def test_the_label_file_decides_the_order_of_classes_else_the_answers(run, job, labels) -> None:
    job.answer(0, new("u", chosen("owl")))
    job.answer(1, new("u", chosen("egret")))
    assert [line["Yard-Birds"] for line in run("--labels", labels).lines] == [2, 1]
    assert [line["Yard-Birds"] for line in run().lines] == [1, 0]


def test_workers_and_quality_tell_who_and_what_needs_a_look(run, job, labels) -> None:
    """Twenty objects; u, v and w agree, but split over herons; x always says owl."""
    for index in range(20):
        truth = BIRDS[index % 2]
        split = "egret" if index % 4 == 0 else truth
        job.answer(
            index,
            new("u", chosen(truth)),
            new("v", chosen(truth)),
            new("w", chosen(split)),
            new("x", chosen("owl")),
        )
    done = run("--labels", labels)
    rows = done.workers
    assert {worker: row["answers"] for worker, row in rows.items()} == dict.fromkeys("uvwx", "20")
    assert float(rows["x"]["agreement"]) == 0
    assert float(rows["x"]["skill_low"]) < float(rows["x"]["skill"]) < float(rows["x"]["skill_high"])
    assert (rows["x"]["outlier"], rows["u"]["outlier"]) == ("yes", "no")
    assert "answers 'owl' in 100% of cases" in rows["x"]["reason"]
    assert done.quality["outliers"] == ["x"]
    assert sum(done.quality["labels"].values()) == 20
    assert sum(entry["count"] for entry in done.quality["confidence"]) == 20
    confused = {tuple(entry["labels"]): entry for entry in done.quality["confusions"]}
    assert confused["heron", "owl"]["shown_by"][0]["object"]


def test_a_single_worker_gives_confidence_zero(run, job, labels) -> None:
    job.answer(0, new("u", chosen("owl")))
    assert run("--labels", labels).lines[0]["Yard-Birds-metadata"]["confidence"] == 0


def test_label_sets(run, job, labels) -> None:
    def several(*names: str) -> dict[str, Any]:
        return {"crowd-image-classifier-multi-select": {"labels": list(names)}}

    job.answer(0, new("u", several("owl")), new("v", several("owl", "heron")), new("w", several("owl")))
    job.answer(1, new("u", several()), new("v", several()))
    done = run("--labels", labels, type="multi-label-classification")
    assert [line["Yard-Birds"] for line in done.lines] == [[0, 2], []]
    assert done.lines[0]["Yard-Birds-metadata"]["class-map"] == {"0": "heron", "2": "owl"}
    assert done.quality["labels"] == {"owl": 1}
    assert done.workers["u"]["agreement"] == "0.8333"


def drawn(label: str, left: int) -> dict[str, Any]:
    box = {"label": label, "left": left, "top": 30, "width": 77, "height": 41}
    return {"boundingBox": {"boundingBoxes": [box], "inputImageProperties": {"height": 720, "width": 1280}}}


def test_boxes_and_the_labels_that_are_confused_for_one_thing(run, job, labels) -> None:
    for index in range(3):
        job.answer(
            index, new("u", drawn("heron", 10)), new("v", drawn("heron", 12)), new("w", drawn("egret", 11 + index))
        )
    done = run("--labels", labels, type="bounding-box")
    (box,) = done.lines[0]["Yard-Birds"]["annotations"]
    assert box == {"class_id": 0, "left": 11, "top": 30, "width": 77, "height": 41}
    (confusion,) = done.quality["confusions"]
    assert confusion["labels"] == ["heron", "egret"]
    assert {entry["object"] for entry in confusion["shown_by"]} == {"0", "1", "2"}
    assert done.workers["u"]["answers"] == "3"


def test_masks_become_png_files(run, job, labels) -> None:
    pixels = np.zeros((40, 50, 4), np.uint8)
    pixels[10:30, 10:40] = (0x2C, 0xA0, 0x2C, 255)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    answer = {
        "crowd-semantic-segmentation": {
            "inputImageProperties": {"height": 40, "width": 50},
            "labelMappings": {"egret": {"color": "#2ca02c"}},
            "labeledImage": {"pngImageData": base64.b64encode(file.getvalue()).decode()},
        }
    }
    job.answer(0, new("u", answer), new("v", answer))
    done = run("--labels", labels, type="semantic-segmentation")
    line = done.lines[0]
    with Image.open(done.out / line["Yard-Birds-ref"]) as mask:
        assert mask.mode == "P"
        assert set(np.unique(np.asarray(mask)).tolist()) == {0, 2}
    assert line["Yard-Birds-ref-metadata"]["internal-color-map"]["2"]["class-name"] == "egret"
    assert done.workers["u"]["agreement"] == "1.0000"


def test_the_summary_is_json_on_demand_and_nothing_else_is_printed(run, job, labels) -> None:
    job.answer(0, new("u", chosen("owl")))
    done = run("--labels", labels, "--json")
    assert json.loads(done.stdout)["labeled"] == 1
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda job: None, "'source' should be a job's folder"),
        (lambda job: job.put("annotations/consolidated-annotation/x.json", "{}"), "'source' should be a job's folder"),
        (lambda job: (job.answer(0, new("u", chosen("owl"))), job.put("manifests/output/output.manifest", "{}\nx")),
         "line 2: not JSON"),
    ],
)  # fmt: skip
def test_what_cannot_work_is_refused_in_a_sentence(run, job, labels, spoil, reason: str) -> None:
    job.root.mkdir()
    spoil(job)
    done = run("--labels", labels)
    assert done.status == 1
    assert reason in done.stderr
    assert "Traceback" not in done.stderr


def test_a_whole_job_is_consolidated_without_the_command_line() -> None:
    code = (
        "import sys, ground_truth.jobs.results\n"
        "roots = {name.partition('.')[0] for name in sys.modules}\n"
        "print(sorted({'click', 'tqdm', 'boto3', 'aws_cdk', 'numpy'} & roots))"
    )
    lambdas = REPOSITORY / "lambdas"
    done = subprocess.run([sys.executable, "-c", code], cwd=lambdas, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
