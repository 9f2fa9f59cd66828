"""Jobs of a few objects, and what the report says of them."""

import json
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from ground_truth.contract.backends import WorkforceKind
from ground_truth.contract.task_types import BOUNDING_BOX, TaskType
from ground_truth.jobs.folder import LocalFolder, find_job_folder
from ground_truth.reporting.report import Report, make_report
from ground_truth.reporting.summary import ReportSummary
from ground_truth.reporting.thumbnails import Thumbnails
from tests.cli.street_job import put, put_manifest


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


class ReadReport:
    """A report, its elements, and the pictures in it."""

    def __init__(self, report: Report) -> None:
        self.html = report.html
        self.elements = Elements(report.html)
        # As a reader of the file has it.
        self.quality: ReportSummary = json.loads(json.dumps(report.summary))

    @property
    def embedded(self) -> list[str]:
        return [image["href"] or "" for image in self.elements.all("image")]


def report_on(
    root: Path,
    *,
    images: Path | None = None,
    task_type: TaskType = BOUNDING_BOX,
    labels: Sequence[str] | None = None,
    label_attribute: str | None = None,
    pictures: int = 24,
) -> ReadReport:
    """The report on a job that lies in a folder; by default its images are not to be had."""
    report = make_report(
        find_job_folder(LocalFolder(root)),
        task_type,
        thumbnails=Thumbnails(client=None, folder=str(images or root / "no-images")),
        workforce=WorkforceKind.SELF_HOSTED,
        region="eu-west-1",
        labels=labels,
        label_attribute=label_attribute,
        pictures=pictures,
    )
    return ReadReport(report)


def answer(worker: str, content: dict[str, Any], **extra: Any) -> dict[str, Any]:
    return {"workerId": worker, "answerContent": content} | extra


def drawn(*labels: str, left: float = 10) -> dict[str, Any]:
    boxes = [{"label": label, "left": left, "top": 10, "width": 50, "height": 40} for label in labels]
    return {"boundingBox": {"boundingBoxes": boxes, "inputImageProperties": {"height": 300, "width": 400}}}


def small_job(root: Path, answers: list[list[dict[str, Any]]], kind: str = "object-detection", **line: Any) -> Path:
    for index, entries in enumerate(answers):
        put(root, f"annotations/worker-response/iteration-1/{index}/a.json", {"answers": entries})
    metadata = {"street-metadata": {"type": f"groundtruth/{kind}", "job-name": "labeling-job/job"}}
    put_manifest(root, [{"source-ref": f"s3://photos/{index}.jpg"} | metadata | line for index in range(len(answers))])
    return root
