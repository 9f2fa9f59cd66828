"""What the labeling workflow does between the services, on files in memory."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest

from ground_truth.aws.s3 import Files
from ground_truth.contract.backends import WorkforceKind
from ground_truth.contract.errors import ContractError
from ground_truth.contract.label_category_config import label_category_config
from ground_truth.tasks.description import TaskDescription
from ground_truth.tasks.request_parts import deployment_part, task_part
from ground_truth.tasks.splitting import split_by_label
from ground_truth.tasks.task import BoundingBox, LabelingTask
from ground_truth.workflow.outcome import explain_labeling, merge_jobs, report_jobs
from ground_truth.workflow.plan import WorkflowServices, plan_labeling
from ground_truth.workflow.start import Refused
from tests.memory_aws import memory_aws

BUCKET = "training"
OUTPUT = f"s3://{BUCKET}/labeling-jobs"
MANIFEST = f"s3://{BUCKET}/input.manifest"
STARTED = datetime(2026, 11, 26, 12, 0, 5, tzinfo=UTC)
STREET = BoundingBox("street", labels=["car", "bike"], instructions=None)
TEAM = "arn:aws:sagemaker:eu-west-1:111122223333:workteam/private-crowd/people"


class Account:
    """Deployed tasks and the bucket of their jobs."""

    def __init__(self, client: Any) -> None:
        client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        self.client = client
        self.files = Files(client)
        self.tasks: dict[str, TaskDescription] = {}
        self.lines({"source-ref": f"s3://{BUCKET}/images/1.jpg"}, {"source-ref": f"s3://{BUCKET}/images/2.jpg"})

    def put(self, key: str, text: str) -> str:
        self.client.put_object(Bucket=BUCKET, Key=key, Body=text.encode())
        return f"s3://{BUCKET}/{key}"

    def lines(self, *lines: Any) -> None:
        self.put("input.manifest", "".join(json.dumps(line) + "\n" for line in lines))

    def deploy(self, task: LabelingTask, workforce: str = "self-hosted", team: str | None = None) -> None:
        labels = self.put(f"{task.name}-labels.json", json.dumps(label_category_config(task.labels)))
        self.tasks[task.name] = TaskDescription(
            name=task.name,
            type=task.type.key,
            workforce=WorkforceKind(workforce),
            template=f"s3://{BUCKET}/page.html",
            label_category_config=labels,
            request=self.put(f"{task.name}.json", json.dumps(task_part(task))),
            training_bucket=BUCKET,
            instruction_media="",
            deployment=deployment_part(
                role_arn="arn:aws:iam::111122223333:role/labeling",
                output_path=f"{OUTPUT}/",
                kms_key_id=None,
                label_category_config_uri=labels,
                template_uri=f"s3://{BUCKET}/page.html",
                work_team_arn=team,
                pre_annotation_arn="arn:aws:lambda:eu-west-1:111122223333:function:pre",
                post_annotation_arn="arn:aws:lambda:eu-west-1:111122223333:function:post",
                workforce={},
            ),
        )

    def services(self, *backends: str) -> WorkflowServices:
        return WorkflowServices(
            find_task=self.tasks.__getitem__,
            files=self.files,
            backends=backends or ("self-hosted", "ground-truth"),
            region="eu-west-1",
        )

    def check(self, *backends: str, **options: Any) -> dict[str, Any]:
        return plan_labeling({"task": "street", "manifest": MANIFEST} | options, STARTED, self.services(*backends))


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with memory_aws():
        account_of_plan = Account(boto3.client("s3", region_name="eu-west-1"))
        account_of_plan.deploy(STREET)
        yield account_of_plan


def test_a_task_and_a_manifest_become_the_whole_request_of_a_job(account: Account) -> None:
    plan = account.check()
    (job,) = plan["jobs"]
    assert plan["name"] == job["request"]["LabelingJobName"] == "street-20261126-120005"
    assert job["backend"] == "self-hosted"
    assert job["request"]["InputConfig"]["DataSource"]["S3DataSource"]["ManifestS3Uri"] == MANIFEST
    assert job["manifest"] == f"{OUTPUT}/street-20261126-120005/manifests/output/output.manifest"


def test_changes_of_the_request_win(account: Account) -> None:
    (job,) = account.check(request={"HumanTaskConfig": {"NumberOfHumanWorkersPerDataObject": 7}})["jobs"]
    assert job["request"]["HumanTaskConfig"]["NumberOfHumanWorkersPerDataObject"] == 7


def test_a_task_of_a_work_team_runs_on_ground_truth_unless_told_otherwise(account: Account) -> None:
    account.deploy(STREET, workforce="private", team=TEAM)
    assert account.check()["jobs"][0]["backend"] == "ground-truth"
    assert account.check(backend="self-hosted")["jobs"][0]["backend"] == "self-hosted"


def test_a_request_to_ground_truth_has_every_field_that_its_state_names(account: Account) -> None:
    account.deploy(STREET, workforce="private", team=TEAM)
    request = account.check()["jobs"][0]["request"]
    assert request["StoppingConditions"] == {"MaxPercentageOfInputDatasetLabeled": 100}
    assert request["Tags"] == []
    narrowed = account.check(request={"StoppingConditions": {"MaxPercentageOfInputDatasetLabeled": 5}})["jobs"][0]
    assert narrowed["request"]["StoppingConditions"] == {"MaxPercentageOfInputDatasetLabeled": 5}
    assert "StoppingConditions" not in account.check(backend="self-hosted")["jobs"][0]["request"]


def test_a_review_is_chained_on_the_job_that_it_is_about(account: Account) -> None:
    account.put("labeling-jobs/first/manifests/output/output.manifest", '{"source-ref": "s3://training/1.jpg"}\n')
    plan = plan_labeling({"task": "street", "after": "first"}, STARTED, account.services())
    source = plan["jobs"][0]["request"]["InputConfig"]["DataSource"]["S3DataSource"]["ManifestS3Uri"]
    assert source == f"{OUTPUT}/first/manifests/output/output.manifest"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"tsak": "street"}, "tsak means nothing here: give some of task, manifest"),
        ({"after": "first"}, "give 'task', and either 'manifest' or 'after'"),
        ({"name": 7}, "'name' should be a text, got 7"),
        ({"request": ["TaskTitle"]}, "'request' should be an object with changes"),
        ({"split": "street-car"}, "'split' a list of tasks"),
        ({"name": "no spaces please"}, "'LabelingJobName' should be 1 to 63 letters"),
        ({"backend": "mturk"}, "'backend' should be one of self-hosted, ground-truth, got 'mturk'"),
        ({"backend": "ground-truth"}, "Ground Truth takes no such request: .*WorkteamArn"),
        ({"request": {"HumanTaskConfig": {"NumberOfHumanWorkersPerDataObject": 10}}}, "a whole number from 1 to 9"),
    ],
)
def test_what_cannot_become_a_job_is_refused_in_words(account: Account, given: dict, message: str) -> None:
    with pytest.raises((Refused, ContractError), match=message):
        account.check(**given)


def test_a_backend_that_is_not_deployed_is_refused(account: Account) -> None:
    with pytest.raises(ContractError, match="'backend' should be one of ground-truth, got 'self-hosted'"):
        account.check("ground-truth")


def test_a_manifest_that_cannot_be_labeled_is_refused_line_by_line(account: Account) -> None:
    account.lines(*([{"source-ref": "https://example.org/1.jpg"}] * 7))
    with pytest.raises(Refused, match="the manifest cannot be labeled: line 1: .*line 5: .*; and 2 more"):
        account.check()


@pytest.mark.parametrize("backend", ["ground-truth", "self-hosted"])
def test_an_empty_manifest_is_refused(account: Account, backend: str) -> None:
    account.deploy(STREET, workforce="private", team=TEAM)
    account.lines()
    with pytest.raises(Refused, match="0 objects"):
        account.check(backend=backend)


def box(label: str, left: int) -> dict[str, Any]:
    return {"label": label, "left": left, "top": 10, "width": 20, "height": 20}


def answer(account: Account, job: dict[str, Any], index: int, boxes: list[dict[str, Any]]) -> None:
    size = {"width": 200, "height": 100}
    content = {"boundingBox": {"boundingBoxes": boxes, "inputImageProperties": size}}
    answers = [{"workerId": worker, "answerContent": content, "timeSpentInSeconds": 9} for worker in ("w1", "w2", "w3")]
    key = f"{job['root'].removeprefix(f's3://{BUCKET}/')}/annotations/worker-response/iteration-1/{index}/a.json"
    account.put(key, json.dumps({"answers": answers}))


def labeled(account: Account, job: dict[str, Any], label: str, lefts: list[int]) -> None:
    """The files that a job of two images leaves."""
    lines = []
    for index, left in enumerate(lefts):
        answer(account, job, index, [box(label, left)])
        record = {
            job["attribute"]: {
                "image_size": [{"width": 200, "height": 100, "depth": 3}],
                "annotations": [{"class_id": 0, "left": left, "top": 10, "width": 20, "height": 20}],
            },
            f"{job['attribute']}-metadata": {
                "objects": [{"confidence": 0.9}],
                "class-map": {"0": label},
                "type": "groundtruth/object-detection",
                "human-annotated": "yes",
                "creation-date": "2026-11-26T12:00:00.000000",
                "job-name": f"labeling-job/{job['name']}",
            },
        }
        lines.append({"source-ref": f"s3://{BUCKET}/images/{index}.jpg"} | record)
    text = "".join(json.dumps(line) + "\n" for line in lines)
    account.put(job["manifest"].removeprefix(f"s3://{BUCKET}/"), text)


def test_one_job_a_label_is_merged_into_one_manifest_of_the_task(account: Account) -> None:
    for part in split_by_label(STREET):
        account.deploy(part)
    plan = account.check(name="yard", split=[part.name for part in split_by_label(STREET)])
    assert [job["name"] for job in plan["jobs"]] == ["yard-1", "yard-2"]
    for job, label, left in zip(plan["jobs"], STREET.labels, (10, 90), strict=True):
        labeled(account, job, label, [left, left + 5])
    merged = merge_jobs(plan, account.services())["manifest"]
    assert merged == f"{OUTPUT}/yard/manifests/output/output.manifest"
    first = json.loads(account.files.read(merged).splitlines()[0])
    assert [(entry["class_id"], entry["left"]) for entry in first["street"]["annotations"]] == [(0, 10), (1, 90)]
    assert first["street-metadata"]["class-map"] == {"0": "car", "1": "bike"}


def test_tasks_that_were_not_split_from_the_task_are_not_merged(account: Account) -> None:
    for part in split_by_label(STREET):
        account.deploy(part)
    plan = account.check(name="yard", split=[part.name for part in reversed(split_by_label(STREET))])
    plan["task"] = "other"
    for job, label in zip(plan["jobs"], STREET.labels, strict=True):
        labeled(account, job, label, [10])
    with pytest.raises(Refused, match="'split' should name the tasks that split_by_label made of 'other'"):
        merge_jobs(plan, account.services())


def test_the_report_is_written_beside_the_job_and_told(account: Account) -> None:
    plan = account.check(name="yard")
    labeled(account, plan["jobs"][0], "car", [10, 20])
    report = report_jobs(plan, account.services(), account.client)
    assert report["reports"] == [f"{OUTPUT}/yard/report/report.html"]
    assert "2 of 2 images labeled by 3 workers." in report["message"]
    assert "<!doctype html>" in account.files.read(report["reports"][0]).decode()
    assert json.loads(account.files.read(f"{OUTPUT}/yard/report/quality.json"))["labeled"] == 2


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        ("plain words", "plain words"),
        (json.dumps({"errorMessage": "the hook's words", "errorType": "X"}), "the hook's words"),
        (json.dumps({"LabelingJobName": "a", "FailureReason": "ClientError: no access"}), "ClientError: no access"),
        (json.dumps({"Status": "FAILED", "Cause": "the engine's words"}), "the engine's words"),
        ("", "States.Timeout"),
    ],
)
def test_a_failure_is_told_in_its_own_words(cause: str, words: str) -> None:
    explanation = explain_labeling({"Error": "States.Timeout", "Cause": cause}, "yard")
    assert explanation["message"] == f"Labeling yard failed.\n{words}"
