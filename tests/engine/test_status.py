"""Jobs in the shapes of SageMaker: checked against the service model that boto3 itself reads answers by."""

from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from ground_truth.contract.errors import StateError
from ground_truth.engine import work
from ground_truth.engine.control import stop_job
from ground_truth.engine.model import EngineJob, NotThere, SentAnswer, Status
from ground_truth.engine.status import describe, summarize
from tests.engine.conftest import Engine
from tests.engine.world import BUCKET, POST, World, failing, states

MACHINE = "arn:aws:states:eu-west-1:111122223333:stateMachine:dev-labeling-job"
GIVEN = SentAnswer(content={"kind": {"label": "pallet"}}, seconds=1, identity={})


@pytest.fixture
def world(engine: Engine) -> World:
    world = World(engine)
    world.lines(*({"source-ref": f"s3://{BUCKET}/{index}.jpg"} for index in range(3)))
    return world


def as_boto3_gives_it(operation: str, answer: dict[str, Any]) -> Any:
    """The answer through boto3: the stub refuses one that the service model does not allow."""
    client = boto3.client("sagemaker", region_name="eu-west-1")
    with Stubber(client) as stub:
        given = {"LabelingJobName": "Yard"} if operation == "describe_labeling_job" else {}
        stub.add_response(operation, answer, given)
        return getattr(client, operation)(**given)


def label(world: World, job: EngineJob, worker: str, most: int = 9) -> None:
    for _ in range(most):
        lease = work.claim(world.store, job, worker)
        if lease:
            work.answer(world.store, job, lease.object_id, worker, GIVEN)


def counters(world: World, name: str = "Yard") -> list[int]:
    found = describe(world.store, world.store.jobs.get(name), MACHINE)["LabelCounters"]
    return [found[key] for key in ("TotalLabeled", "HumanLabeled", "FailedNonRetryableError", "Unlabeled")]


def test_a_running_job_has_the_shape_of_describe_labeling_job(world: World) -> None:
    job, _ = world.begin()
    found = as_boto3_gives_it("describe_labeling_job", describe(world.store, job, MACHINE))
    assert found["LabelingJobArn"] == "arn:aws:sagemaker:eu-west-1:111122223333:labeling-job/yard"
    assert (found["LabelingJobName"], found["LabelingJobStatus"]) == ("Yard", "InProgress")
    team = found["HumanTaskConfig"].pop("WorkteamArn")
    assert team == "arn:aws:sagemaker:eu-west-1:111122223333:workteam/self-hosted/workers"
    assert found["HumanTaskConfig"] == world.request()["HumanTaskConfig"]
    assert found["CreationTime"].timestamp() == world.engine.clock.now
    assert "LabelingJobOutput" not in found


def test_an_ended_job_says_where_its_manifest_is_and_when_it_ended(world: World) -> None:
    job, batches = world.begin()
    world.engine.clock.now += 60
    world.end("yard", batches)
    world.store.jobs.set_status(job.name, Status.COMPLETED)
    found = as_boto3_gives_it("describe_labeling_job", describe(world.store, world.store.jobs.get("yard"), MACHINE))
    uri = f"s3://{BUCKET}/labeling-jobs/Yard/manifests/output/output.manifest"
    assert found["LabelingJobOutput"] == {"OutputDatasetS3Uri": uri}
    assert (found["LastModifiedTime"] - found["CreationTime"]).seconds == 60


def test_a_failed_job_says_why(world: World) -> None:
    job, _ = world.begin()
    world.store.jobs.set_status(job.name, Status.FAILED, failure_reason="ManifestError: line 3")
    found = as_boto3_gives_it("describe_labeling_job", describe(world.store, world.store.jobs.get("yard"), MACHINE))
    assert found["FailureReason"] == "ManifestError: line 3"


def test_jobs_are_listed_in_the_shape_of_list_labeling_jobs(world: World) -> None:
    world.begin()
    summaries = [summarize(world.store, job, MACHINE) for job in world.store.jobs.newest_first()]
    (found,) = as_boto3_gives_it("list_labeling_jobs", {"LabelingJobSummaryList": summaries})["LabelingJobSummaryList"]
    assert found["AnnotationConsolidationLambdaArn"] == POST
    assert found["WorkteamArn"].endswith(":workteam/self-hosted/workers")


def test_counts_what_has_its_answers_while_people_work(world: World) -> None:
    job, _ = world.begin()
    assert counters(world) == [0, 0, 0, 3]
    label(world, job, "ada")
    assert counters(world) == [0, 0, 0, 3], "each wants two answers"
    label(world, job, "ben", most=2)
    assert counters(world) == [2, 2, 0, 1]


def test_counts_what_has_a_label_in_the_end_however_often_it_is_consolidated(world: World) -> None:
    job, batches = world.begin()
    label(world, job, "ada", most=1)
    for _ in range(2):
        world.end("yard", batches)
    world.store.jobs.set_status(job.name, Status.COMPLETED)
    assert counters(world) == [1, 1, 2, 0], "one answer is enough for a label, nobody answered the others"


def test_counts_as_failed_what_could_not_be_consolidated(world: World) -> None:
    world.functions[POST] = failing("out of memory")
    job, batches = world.begin()
    label(world, job, "ada")
    world.end("yard", batches)
    world.store.jobs.set_status(job.name, Status.COMPLETED)
    assert counters(world) == [0, 0, 3, 0]


def test_a_stopped_job_has_labels_for_what_was_answered_and_the_rest_is_unlabeled(world: World) -> None:
    job, batches = world.begin()
    world.store.jobs.set_token(job.name, "token")
    label(world, job, "ada", most=1)
    machine = states()
    stop_job(world.store, "yard", machine)
    stop_job(world.store, "YARD", machine)
    assert machine.woken == ["token", "token"]
    assert world.store.jobs.get("yard").status == Status.STOPPING
    assert work.claim(world.store, world.store.jobs.get("yard"), "ben") is None
    world.end("yard", batches)
    world.store.jobs.set_status(job.name, Status.STOPPED)
    assert counters(world) == [1, 1, 0, 2]


def test_a_job_whose_objects_are_still_being_opened_is_stopped_too(world: World) -> None:
    world.begin()
    machine = states()
    stop_job(world.store, "yard", machine)
    assert machine.woken == []
    assert world.store.jobs.get("yard").status == Status.STOPPING


@pytest.mark.parametrize("status", [Status.COMPLETED, Status.FAILED, Status.STOPPED])
def test_what_has_ended_cannot_be_stopped(world: World, status: Status) -> None:
    job, _ = world.begin()
    world.store.jobs.set_status(job.name, status)
    with pytest.raises(StateError, match=f"job 'Yard' has ended already: it is {status}"):
        stop_job(world.store, "yard", states())
    assert world.store.jobs.get("yard").status == status


def test_what_is_not_there_cannot_be_stopped(world: World) -> None:
    with pytest.raises(NotThere):
        stop_job(world.store, "yard", states())


def test_tells_who_has_an_object_in_hand(world: World) -> None:
    job, _ = world.begin()
    workers = ["ada", "ben", "cid", *(f"nobody-{number}" for number in range(120))]
    assert world.store.workers.at_work(job, workers) == set()
    work.claim(world.store, job, "ada")
    work.claim(world.store, job, "ben")
    label(world, job, "cid")
    assert world.store.workers.at_work(job, workers) == {"ada", "ben"}
    world.engine.clock.now += 700
    assert world.store.workers.at_work(job, workers) == set(), "their time is over"
