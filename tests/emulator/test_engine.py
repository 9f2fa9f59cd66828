"""The deployed engine labels photos: real sign-in, real API, real state machine, with exactly its rights."""

import json
import urllib.error
import urllib.request

import pytest

from examples.street.photos import rendered_photos
from examples.street.portal_workers import find_engine, invite, label_all
from examples.street.task import STREET
from ground_truth.aws.s3 import Files
from ground_truth.engine.model import Status
from ground_truth.engine.store.store import EngineStore
from ground_truth.jobs.folder import S3Folder, find_job_folder
from ground_truth.jobs.results import consolidate_job
from tests.box_overlap import iou
from tests.emulator.grants import ENGINE, granted_actions, roles, used_actions
from tests.emulator.waiting import wait_for, wait_for_end
from tests.reviewed_grants import UNUSED

PHOTOS = {f"images/engine/{photo.name}": photo for photo in rendered_photos(6)}
WORKERS = 3


class Engine:
    """The deployed engine as its operator uses it."""

    def __init__(self, deployment) -> None:
        self.deployment = deployment
        session = deployment.emulator.session()
        self.s3 = session.client("s3")
        self.machines = session.client("stepfunctions")
        self.engine = find_engine(deployment)
        self.workers = invite(deployment)

    def put_manifest(self) -> str:
        bucket = self.deployment.bucket
        for key, photo in PHOTOS.items():
            self.s3.put_object(Bucket=bucket, Key=key, Body=photo.content)
        lines = "".join(json.dumps({"source-ref": f"s3://{bucket}/{key}"}) + "\n" for key in PHOTOS)
        self.s3.put_object(Bucket=bucket, Key="datasets/engine/input.manifest", Body=lines.encode())
        return f"s3://{bucket}/datasets/engine/input.manifest"

    def start(self, name: str, manifest: str | None = None, **changes) -> str:
        uri = manifest or self.put_manifest()
        request = self.deployment.job_request("street", name, uri)
        request["HumanTaskConfig"] |= {"NumberOfHumanWorkersPerDataObject": WORKERS} | changes
        return self.machines.start_execution(
            stateMachineArn=self.engine.state_machine, name=name, input=json.dumps({"request": request})
        )["executionArn"]

    def offered(self, name: str) -> dict:
        """The job as the workers' list has it, once all its objects are open."""

        def look() -> dict | None:
            jobs = self.workers[0].call("GET", "/jobs")["jobs"]
            return next((job for job in jobs if job["job"] == name and job["left"] == len(PHOTOS)), None)

        return wait_for(look, f"job {name} offered")

    def ended(self, arn: str) -> dict:
        return wait_for_end(self.machines, arn)

    def lines(self, uri: str) -> list[dict]:
        content = Files(self.s3).read(uri).decode()
        return [json.loads(line) for line in content.splitlines()]


@pytest.fixture(scope="module")
def engine(deployment) -> Engine:
    return Engine(deployment)


@pytest.fixture(scope="module")
def labeled(engine) -> dict:
    """A job that was labeled, and the executions of two requests that fail, after some tries, meanwhile."""
    refused = engine.start("too-many", NumberOfHumanWorkersPerDataObject=10)
    arn = engine.start("yard")
    engine.offered("yard")
    answers = []
    label_all(engine.workers, "yard", PHOTOS.values(), answers.append)
    ended = engine.ended(arn)
    assert ended["status"] == "SUCCEEDED", ended
    request = engine.deployment.job_request("street", "yard", f"s3://{engine.deployment.bucket}/other.manifest")
    again = engine.machines.start_execution(
        stateMachineArn=engine.engine.state_machine, name="again", input=json.dumps({"request": request})
    )["executionArn"]
    return {"answers": len(answers), "refused": refused, "again": again, **json.loads(ended["output"])}


def test_every_photo_is_answered_by_as_many_workers_as_wanted_and_labeled(engine, labeled) -> None:
    assert labeled["status"] == "Completed"
    assert labeled["answers"] == WORKERS * len(PHOTOS)
    lines = engine.lines(labeled["manifest"])
    assert [line["source-ref"].partition("/images/")[2] for line in lines] == [key[7:] for key in PHOTOS]
    assert {line["street-metadata"]["type"] for line in lines} == {"groundtruth/object-detection"}


def test_the_labels_find_the_objects_that_the_scenes_are_made_of(engine, labeled) -> None:
    result = total = 0
    for line, photo in zip(engine.lines(labeled["manifest"]), PHOTOS.values(), strict=True):
        for expected_names in photo.objects:
            truth = {side: getattr(expected_names, side) for side in ("left", "top", "width", "height")}
            total += 1
            result += any(
                iou(truth, box) >= 0.5 and STREET.labels[box["class_id"]] == expected_names.label
                for box in line["street"]["annotations"]
            )
    assert result / total >= 0.8


def test_tools_for_ground_truth_read_what_the_engine_leaves(engine, labeled) -> None:
    root = f"s3://{engine.deployment.bucket}/labeling-jobs/yard"
    results = consolidate_job(
        find_job_folder(S3Folder(Files(engine.s3), root)),
        STREET.type,
        labels=STREET.labels,
        write_file=lambda object_id, png: object_id,
    )
    labels = [line.record("street").label for line in results.lines]
    assert labels == [line["street"] for line in engine.lines(labeled["manifest"])]


def test_a_long_answer_is_uploaded_and_counts(engine) -> None:
    arn = engine.start("long", NumberOfHumanWorkersPerDataObject=1)
    engine.offered("long")
    worker = engine.workers[0]
    task = worker.call("POST", "/jobs/long/claim")
    position = worker.call("POST", f"/tasks/{task['taskId']}/upload")
    size = {"height": 640, "width": 960}
    long = {"boundingBox": {"boundingBoxes": [], "inputImageProperties": size}, "note": "long " * 200_000}
    put = urllib.request.Request(
        position["url"], json.dumps(long).encode(), {"Content-Type": "application/json"}, method="PUT"
    )
    urllib.request.urlopen(put)
    worker.call(
        "POST", f"/tasks/{task['taskId']}/answer", {"answerUri": position["answerUri"], "timeSpentInSeconds": 1}
    )
    label_all([worker], "long", PHOTOS.values(), lambda answers: None)
    ended = engine.ended(arn)
    assert ended["status"] == "SUCCEEDED", ended
    object_id = int(task["taskId"].rpartition(".")[2])
    assert engine.lines(json.loads(ended["output"])["manifest"])[object_id]["street"]["annotations"] == []


def test_a_medium_long_answer_is_kept_in_the_bucket_by_the_api_itself(engine) -> None:
    arn = engine.start("medium", NumberOfHumanWorkersPerDataObject=1)
    engine.offered("medium")
    worker = engine.workers[0]
    task = worker.call("POST", "/jobs/medium/claim")
    size = {"height": 640, "width": 960}
    content = {"boundingBox": {"boundingBoxes": [], "inputImageProperties": size}, "note": "long " * 80_000}
    worker.call("POST", f"/tasks/{task['taskId']}/answer", {"answerContent": content, "timeSpentInSeconds": 1})
    engine.machines.stop_execution(executionArn=arn)
    answers = f"labeling-jobs/medium/engine/answers/{task['taskId'].rpartition('.')[2]}/"
    (retained,) = engine.s3.list_objects_v2(Bucket=engine.deployment.bucket, Prefix=answers)["Contents"]
    assert retained["Size"] > 400_000


def test_a_job_whose_every_line_is_labeled_already_ends_at_once_and_changes_none(engine, labeled) -> None:
    ended = engine.ended(engine.start("chained", manifest=labeled["manifest"]))
    assert ended["status"] == "SUCCEEDED", ended
    assert engine.lines(json.loads(ended["output"])["manifest"]) == engine.lines(labeled["manifest"])


def test_nobody_works_without_signing_in(engine) -> None:
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(f"{engine.workers[0].api_url}/jobs")


def test_a_request_that_no_job_can_be_made_of_fails_with_the_library_s_words(engine, labeled) -> None:
    ended = engine.ended(labeled["refused"])
    assert ended["status"] == "FAILED"
    assert "'HumanTaskConfig.NumberOfHumanWorkersPerDataObject' should be a whole number from 1 to 9" in ended["cause"]


def test_a_request_with_the_name_of_another_job_leaves_that_job_alone(engine, labeled) -> None:
    ended = engine.ended(labeled["again"])
    assert ended["status"] == "FAILED"
    assert "there is a labeling job 'yard' already" in ended["cause"]
    assert (
        EngineStore(engine.deployment.emulator.session().resource("dynamodb").Table(engine.engine.table))
        .jobs.get("yard")
        .status
        == Status.COMPLETED
    )


# Last, as all that comes before uses what is granted.
def test_every_granted_action_of_the_engine_is_used_or_reviewed(deployment, labeled) -> None:
    granted, used = granted_actions(deployment), used_actions(deployment)
    unused = {role: granted[role] - used.get(role, set()) - UNUSED.get(role, {}).keys() for role in ENGINE}
    assert not {role: actions for role, actions in unused.items() if actions}


def test_no_function_of_the_engine_was_refused_anything(deployment, labeled) -> None:
    names = {name for name, role in roles(deployment).items() if role in ("RunJobRole", "WorkerApiRole")}
    calls = [call for call in deployment.emulator.calls() if names & set(call.principal.split("/"))]
    assert calls
    assert {call.decision for call in calls} == {"Allow"}
