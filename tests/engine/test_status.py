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
from tests.engine.labeling_account import BUCKET, POST, LabelingAccount, failing, states

MACHINE = "arn:aws:states:eu-west-1:111122223333:stateMachine:dev-labeling-job"
GIVEN = SentAnswer(content={"kind": {"label": "pallet"}}, seconds=1, identity={})


@pytest.fixture
def account(engine: Engine) -> LabelingAccount:
    account = LabelingAccount(engine)
    account.lines(*({"source-ref": f"s3://{BUCKET}/{index}.jpg"} for index in range(3)))
    return account


def as_boto3_gives_it(operation: str, answer: dict[str, Any]) -> Any:
    """The answer through boto3: the stub refuses one that the service model does not allow."""
    client = boto3.client("sagemaker", region_name="eu-west-1")
    with Stubber(client) as stub:
        items = {"LabelingJobName": "Yard"} if operation == "describe_labeling_job" else {}
        stub.add_response(operation, answer, items)
        return getattr(client, operation)(**items)


def label(account: LabelingAccount, job: EngineJob, worker: str, most: int = 9) -> None:
    for _ in range(most):
        lease = work.claim(account.store, job, worker)
        if lease:
            work.answer(account.store, job, lease.object_id, worker, GIVEN)


def counters(account: LabelingAccount, name: str = "Yard") -> list[int]:
    description = describe(account.store, account.store.jobs.get(name), MACHINE)["LabelCounters"]
    return [description[key] for key in ("TotalLabeled", "HumanLabeled", "FailedNonRetryableError", "Unlabeled")]


def test_a_running_job_has_the_shape_of_describe_labeling_job(account: LabelingAccount) -> None:
    job, _ = account.begin()
    description = as_boto3_gives_it("describe_labeling_job", describe(account.store, job, MACHINE))
    assert description["LabelingJobArn"] == "arn:aws:sagemaker:eu-west-1:111122223333:labeling-job/yard"
    assert (description["LabelingJobName"], description["LabelingJobStatus"]) == ("Yard", "InProgress")
    team = description["HumanTaskConfig"].pop("WorkteamArn")
    assert team == "arn:aws:sagemaker:eu-west-1:111122223333:workteam/self-hosted/workers"
    assert description["HumanTaskConfig"] == account.request()["HumanTaskConfig"]
    assert description["CreationTime"].timestamp() == account.engine.clock.now
    assert "LabelingJobOutput" not in description


def test_an_ended_job_says_where_its_manifest_is_and_when_it_ended(account: LabelingAccount) -> None:
    job, batches = account.begin()
    account.engine.clock.now += 60
    account.end("yard", batches)
    account.store.jobs.set_status(job.name, Status.COMPLETED)
    description = as_boto3_gives_it(
        "describe_labeling_job", describe(account.store, account.store.jobs.get("yard"), MACHINE)
    )
    uri = f"s3://{BUCKET}/labeling-jobs/Yard/manifests/output/output.manifest"
    assert description["LabelingJobOutput"] == {"OutputDatasetS3Uri": uri}
    assert (description["LastModifiedTime"] - description["CreationTime"]).seconds == 60


def test_a_failed_job_says_why(account: LabelingAccount) -> None:
    job, _ = account.begin()
    account.store.jobs.set_status(job.name, Status.FAILED, failure_reason="ManifestError: line 3")
    description = as_boto3_gives_it(
        "describe_labeling_job", describe(account.store, account.store.jobs.get("yard"), MACHINE)
    )
    assert description["FailureReason"] == "ManifestError: line 3"


def test_jobs_are_listed_in_the_shape_of_list_labeling_jobs(account: LabelingAccount) -> None:
    account.begin()
    summaries = [summarize(account.store, job, MACHINE) for job in account.store.jobs.newest_first()]
    (result,) = as_boto3_gives_it("list_labeling_jobs", {"LabelingJobSummaryList": summaries})["LabelingJobSummaryList"]
    assert result["AnnotationConsolidationLambdaArn"] == POST
    assert result["WorkteamArn"].endswith(":workteam/self-hosted/workers")


def test_counts_what_has_its_answers_while_people_work(account: LabelingAccount) -> None:
    job, _ = account.begin()
    assert counters(account) == [0, 0, 0, 3]
    label(account, job, "ada")
    assert counters(account) == [0, 0, 0, 3], "each wants two answers"
    label(account, job, "ben", most=2)
    assert counters(account) == [2, 2, 0, 1]


def test_counts_what_has_a_label_in_the_end_however_often_it_is_consolidated(account: LabelingAccount) -> None:
    job, batches = account.begin()
    label(account, job, "ada", most=1)
    for _ in range(2):
        account.end("yard", batches)
    account.store.jobs.set_status(job.name, Status.COMPLETED)
    assert counters(account) == [1, 1, 2, 0], "one answer is enough for a label, nobody answered the others"


def test_counts_as_failed_what_could_not_be_consolidated(account: LabelingAccount) -> None:
    account.functions[POST] = failing("out of memory")
    job, batches = account.begin()
    label(account, job, "ada")
    account.end("yard", batches)
    account.store.jobs.set_status(job.name, Status.COMPLETED)
    assert counters(account) == [0, 0, 3, 0]


def test_a_stopped_job_has_labels_for_what_was_answered_and_the_rest_is_unlabeled(account: LabelingAccount) -> None:
    job, batches = account.begin()
    account.store.jobs.set_token(job.name, "token")
    label(account, job, "ada", most=1)
    machine = states()
    stop_job(account.store, "yard", machine)
    stop_job(account.store, "YARD", machine)
    assert machine.woken == ["token", "token"]
    assert account.store.jobs.get("yard").status == Status.STOPPING
    assert work.claim(account.store, account.store.jobs.get("yard"), "ben") is None
    account.end("yard", batches)
    account.store.jobs.set_status(job.name, Status.STOPPED)
    assert counters(account) == [1, 1, 0, 2]


def test_a_job_whose_objects_are_still_being_opened_is_stopped_too(account: LabelingAccount) -> None:
    account.begin()
    machine = states()
    stop_job(account.store, "yard", machine)
    assert machine.woken == []
    assert account.store.jobs.get("yard").status == Status.STOPPING


@pytest.mark.parametrize("status", [Status.COMPLETED, Status.FAILED, Status.STOPPED])
def test_what_has_ended_cannot_be_stopped(account: LabelingAccount, status: Status) -> None:
    job, _ = account.begin()
    account.store.jobs.set_status(job.name, status)
    with pytest.raises(StateError, match=f"job 'Yard' has ended already: it is {status}"):
        stop_job(account.store, "yard", states())
    assert account.store.jobs.get("yard").status == status


def test_what_is_not_there_cannot_be_stopped(account: LabelingAccount) -> None:
    with pytest.raises(NotThere):
        stop_job(account.store, "yard", states())


def test_tells_who_has_an_object_in_hand(account: LabelingAccount) -> None:
    job, _ = account.begin()
    workers = ["ada", "ben", "cid", *(f"nobody-{number}" for number in range(120))]
    assert account.store.workers.at_work(job, workers) == set()
    work.claim(account.store, job, "ada")
    work.claim(account.store, job, "ben")
    label(account, job, "cid")
    assert account.store.workers.at_work(job, workers) == {"ada", "ben"}
    account.engine.clock.now += 700
    assert account.store.workers.at_work(job, workers) == set(), "their time is over"
