"""Jobs of both backends through the same commands: status, list and stop."""

import io
import json
import re
import time
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner

from ground_truth.contract.errors import StateError
from ground_truth.engine import work
from ground_truth.engine.model import SentAnswer, Status
from ground_truth_cli.backends.ground_truth import GroundTruthJobs
from ground_truth_cli.backends.progress import duration_text
from ground_truth_cli.commands import list as list_command
from ground_truth_cli.commands import status, stop
from ground_truth_cli.main import main
from tests.cli.conftest import ENGINE, TEAM, Forbidden
from tests.engine.labeling_account import LabelingAccount, states

CREATED = datetime(2026, 11, 1, tzinfo=UTC)
SUMMARY = {
    "LabelingJobName": "barn",
    "LabelingJobArn": "arn:aws:sagemaker:eu-west-1:123456789012:labeling-job/barn",
    "LabelingJobStatus": "InProgress",
    "LabelCounters": {"TotalLabeled": 30, "HumanLabeled": 30, "FailedNonRetryableError": 2, "Unlabeled": 68},
    "CreationTime": CREATED,
    "LastModifiedTime": CREATED,
    "WorkteamArn": TEAM,
}
DESCRIBED = {
    **{key: value for key, value in SUMMARY.items() if key != "WorkteamArn"},
    "JobReferenceCode": "abc",
    "InputConfig": {"DataSource": {"S3DataSource": {"ManifestS3Uri": "s3://bucket/input.manifest"}}},
    "OutputConfig": {"S3OutputPath": "s3://bucket/out"},
    "RoleArn": "arn:aws:iam::123456789012:role/labeling",
    "HumanTaskConfig": {
        "WorkteamArn": TEAM,
        "UiConfig": {"UiTemplateS3Uri": "s3://bucket/template.html"},
        "TaskTitle": "Find cars",
        "TaskDescription": "Draw boxes",
        "NumberOfHumanWorkersPerDataObject": 3,
        "TaskTimeLimitInSeconds": 600,
    },
}
BARN = {"LabelingJobName": "barn"}
NEWEST_FIRST = {"SortBy": "CreationTime", "SortOrder": "Descending"}
WORKERS = {"UserPoolId": ENGINE.user_pool, "GroupName": ENGINE.group}
GIVEN = SentAnswer(content={"kind": {"label": "pallet"}}, seconds=1, identity={})


@pytest.fixture
def run(account, monkeypatch):
    for module in (list_command, status, stop):
        monkeypatch.setattr(module, "find_deployment", lambda name: account.deployment)
    return lambda *options: CliRunner().invoke(main, [*options, "--env", "dev"])


@pytest.fixture
def people(account):
    """The workers of the engine, as often as they are asked for."""
    stub = account.stub("cognito-idp")
    users = [{"Username": entry, "Attributes": [{"Name": "sub", "Value": entry}]} for entry in ("ada", "ben")]
    for _ in range(9):
        stub.add_response("list_users_in_group", {"Users": users}, WORKERS)
    return stub


def answer(labeling_account: LabelingAccount, worker: str, most: int) -> None:
    job = labeling_account.store.jobs.get("yard")
    for _ in range(most):
        lease = work.claim(labeling_account.store, job, worker)
        assert lease
        work.answer(labeling_account.store, job, lease.object_id, worker, GIVEN)


def half_done(labeling_account: LabelingAccount) -> None:
    """Two objects are done within an hour, and ada has the third in hand."""
    labeling_account.engine.table.update_item(
        Key={"pk": "jobs", "sk": "yard"},
        UpdateExpression="SET created = :then",
        ExpressionAttributeValues={":then": round(time.time()) - 3_600},
    )
    for worker in ("private.eu-west-1.ada", "private.eu-west-1.ben"):
        answer(labeling_account, worker, 2)
    assert work.claim(labeling_account.store, labeling_account.store.jobs.get("yard"), "private.eu-west-1.ada")


def test_tells_how_far_a_job_of_the_engine_is(run, labeling_account, people) -> None:
    half_done(labeling_account)
    done = run("status", "yard")
    assert done.exit_code == 0, done.output
    assert done.output.splitlines() == [
        "Yard (self-hosted): InProgress",
        "objects    2 of 4 done, 50%, 0 of them failed",
        "answers    4",
        "workers    1 at work now",
        "rate       2 objects an hour",
        "time left  about 1 h",
    ]


def test_tells_it_to_programs_with_the_whole_description(run, labeling_account, people) -> None:
    half_done(labeling_account)
    output = json.loads(run("status", "yard", "--json").output)
    assert (output["backend"], output["job"]["LabelCounters"]["TotalLabeled"]) == ("self-hosted", 2)
    assert datetime.fromisoformat(output["job"]["CreationTime"]).tzinfo
    progress = output["progress"]
    assert {key: progress[key] for key in ("objects", "done", "failed", "answers", "at_work")} == {
        "objects": 4,
        "done": 2,
        "failed": 0,
        "answers": 4,
        "at_work": 1,
    }
    # What is left takes as long as what is done took, which began an hour before this test.
    assert 3_600 <= progress["seconds_left"] < 7_200


def test_tells_how_far_a_job_of_ground_truth_is_and_what_it_does_not_tell(run, account) -> None:
    account.stub().add_response("describe_labeling_job", DESCRIBED, BARN)
    done = run("status", "barn")
    assert done.exit_code == 0, done.output
    assert "objects    32 of 100 done, 32%, 2 of them failed" in done.output
    assert done.output.count("not told by Ground Truth") == 2


def test_says_so_where_the_workers_may_not_be_listed(run, labeling_account, account) -> None:
    account.session.clients["cognito-idp"] = Forbidden()
    assert "workers    you may not list the workers" in run("status", "yard").output


def test_watches_until_the_job_has_ended(run, labeling_account, people, monkeypatch) -> None:
    steps = [
        lambda: answer(labeling_account, "private.eu-west-1.ada", 4),
        lambda: answer(labeling_account, "private.eu-west-1.ben", 4),
        lambda: labeling_account.store.jobs.set_status("Yard", Status.COMPLETED),
    ]
    monkeypatch.setattr(status.time, "sleep", lambda seconds: steps.pop(0)())
    done = run("status", "yard", "--watch")
    assert done.exit_code == 0, done.output
    message = done.stderr.splitlines()
    assert message[0] == "InProgress: 0 of 4 objects, 0 answers, 0 at work"
    assert message[1] == "InProgress: 0 of 4 objects, 4 answers, 0 at work"
    assert message[2].startswith("InProgress: 4 of 4 objects, 8 answers, 0 at work, ")
    assert done.stdout.startswith("Yard (self-hosted): Completed\n")
    assert "manifest   s3://training/labeling-jobs/Yard/manifests/output/output.manifest" in done.stdout


def test_watching_for_programs_gives_a_line_a_look(run, labeling_account, people, monkeypatch) -> None:
    monkeypatch.setattr(status.time, "sleep", lambda _: labeling_account.store.jobs.set_status("Yard", Status.STOPPED))
    lines = run("status", "yard", "--watch", "--json").output.splitlines()
    assert [json.loads(line)["job"]["LabelingJobStatus"] for line in lines] == ["InProgress", "Stopped"]


def test_watching_a_job_that_fails_ends_with_status_1_and_the_reason(
    run, labeling_account, people, monkeypatch
) -> None:
    def fail(_: float) -> None:
        labeling_account.store.jobs.set_status("Yard", Status.FAILED, failure_reason="ManifestError: line 3")

    monkeypatch.setattr(status.time, "sleep", fail)
    done = run("status", "yard", "--watch")
    assert done.exit_code == 1
    assert "failed     ManifestError: line 3" in done.stdout


def test_says_where_it_looked_for_a_job_that_is_not_there(run, labeling_account, account) -> None:
    account.stub("stepfunctions").add_client_error("describe_execution", "ExecutionDoesNotExist")
    done = run("status", "barn")
    assert done.exit_code == 1
    assert "there is no job 'barn' (self-hosted): see ground-truth list --env dev" in done.output


@pytest.mark.parametrize("code", ["ResourceNotFound", "ValidationException"])
def test_an_environment_without_an_engine_has_jobs_of_ground_truth(run, account, code: str) -> None:
    account.stub().add_client_error("describe_labeling_job", code)
    assert "there is no job 'barn' (ground-truth)" in run("status", "barn").output


def test_what_the_engine_refused_says_why(run, labeling_account, account) -> None:
    arn = "arn:aws:states:eu-west-1:123456789012:execution:engine:barn"
    cause = json.dumps({"errorMessage": "line 3: a blank line", "errorType": "ManifestError"})
    execution = {
        "executionArn": arn,
        "stateMachineArn": ENGINE.state_machine,
        "status": "FAILED",
        "startDate": CREATED,
        "cause": cause,
    }
    stub = account.stub("stepfunctions")
    stub.add_response("describe_execution", execution, {"executionArn": arn})
    assert "the engine refused to start job 'barn': line 3: a blank line" in run("status", "barn").output
    stub.add_response("describe_execution", execution | {"status": "RUNNING"}, {"executionArn": arn})
    assert "job 'barn' is just being started: look again in a moment" in run("status", "barn").output


def test_a_name_on_both_backends_is_chosen_by_the_backend(run, labeling_account, people, account) -> None:
    account.deploy_with(HumanTaskConfig={"WorkteamArn": TEAM})
    stub = account.stub()
    described = DESCRIBED | {"LabelingJobName": "yard"}
    stub.add_response("describe_labeling_job", described)
    done = run("status", "yard")
    assert done.exit_code == 1
    assert "there is a job 'yard' on both backends: choose with --backend self-hosted or ground-truth" in done.output
    stub.add_response("describe_labeling_job", described)
    assert run("status", "yard", "--backend", "ground-truth").output.startswith("yard (ground-truth)")
    assert run("status", "yard", "--backend", "self-hosted").output.startswith("Yard (self-hosted)")


def test_a_backend_that_may_not_be_looked_at_does_not_hide_the_other(run, labeling_account, people, account) -> None:
    account.deploy_with(HumanTaskConfig={"WorkteamArn": TEAM})
    account.session.clients["sagemaker"] = Forbidden()
    done = run("status", "yard")
    assert done.exit_code == 0, done.output
    assert "ground-truth could not be looked at: AWS does not let you look at jobs of Ground Truth: " in done.stderr
    account.stub("stepfunctions").add_client_error("describe_execution", "ExecutionDoesNotExist")
    done = run("status", "barn")
    assert done.exit_code == 1
    assert "you need sagemaker:DescribeLabelingJob" in done.stderr


def test_lists_the_jobs_of_both_backends_newest_first(run, labeling_account, account) -> None:
    account.deploy_with(HumanTaskConfig={"WorkteamArn": TEAM})
    stub = account.stub()
    for _ in range(2):
        stub.add_response("list_labeling_jobs", {"LabelingJobSummaryList": [SUMMARY]}, NEWEST_FIRST)
    first, second = run("list").output.splitlines()
    assert first.split()[:2] == ["Yard", "InProgress"]
    assert first.endswith("self-hosted   0 of 4")
    assert second.endswith("ground-truth  32 of 100, 2 failed")
    output = json.loads(run("list", "--json").output)
    assert [(entry["LabelingJobName"], entry["Backend"]) for entry in output] == [
        ("Yard", "self-hosted"),
        ("barn", "ground-truth"),
    ]


def test_lists_no_more_than_asked_for(run, labeling_account) -> None:
    labeling_account.begin(LabelingJobName="second")
    assert len(run("list", "--most", "1").output.splitlines()) == 1
    assert len(run("list").output.splitlines()) == 2


def test_says_how_to_start_where_there_are_no_jobs(run, account) -> None:
    account.stub().add_response("list_labeling_jobs", {"LabelingJobSummaryList": []}, NEWEST_FIRST)
    assert run("list").output == "there are no jobs yet: start one with ground-truth start TASK\n"


def test_lists_the_other_backend_where_one_may_not_be_looked_at_and_fails_where_it_is_the_only_one(
    run, labeling_account, account
) -> None:
    account.deploy_with(HumanTaskConfig={"WorkteamArn": TEAM})
    account.session.clients["sagemaker"] = Forbidden()
    done = run("list")
    assert done.exit_code == 0
    assert done.stdout.startswith("Yard")
    assert "you need sagemaker:ListLabelingJobs" in done.stderr
    assert run("list", "--backend", "ground-truth").exit_code == 1


def test_stops_a_job_of_the_engine_and_wakes_what_waits_for_its_workers(run, labeling_account, account) -> None:
    machine = states()
    account.session.clients["stepfunctions"] = machine
    labeling_account.store.jobs.set_token("Yard", "token")
    done = run("stop", "yard")
    assert done.exit_code == 0, done.output
    assert "Yard is stopping: see ground-truth status Yard --env dev --watch" in done.output
    assert (machine.woken, labeling_account.store.jobs.get("yard").status) == (["token"], "Stopping")


def test_stops_a_job_of_ground_truth(run, account) -> None:
    stub = account.stub()
    for _ in range(2):
        stub.add_response("describe_labeling_job", DESCRIBED, BARN)
    stub.add_response("stop_labeling_job", {}, BARN)
    assert json.loads(run("stop", "barn", "--json").output) == {
        "name": "barn",
        "backend": "ground-truth",
        "status": "Stopping",
    }
    stub.assert_no_pending_responses()


def test_what_has_ended_cannot_be_stopped_on_either_backend(run, labeling_account, account) -> None:
    labeling_account.store.jobs.set_status("Yard", Status.COMPLETED)
    assert "job 'Yard' has ended already: it is Completed" in run("stop", "yard").output
    described = DESCRIBED | {"LabelingJobStatus": "Stopped"}
    sagemaker = SimpleNamespace(describe_labeling_job=lambda **_: described)
    fake = SimpleNamespace(aws=SimpleNamespace(sagemaker=sagemaker))
    jobs: Any = GroundTruthJobs(fake)
    with pytest.raises(StateError, match="job 'barn' has ended already: it is Stopped"):
        jobs.stop("barn")


def test_refuses_what_is_no_name_before_asking_aws(run, labeling_account) -> None:
    assert "'name' should be 1 to 63 letters, digits and hyphens, got 'not_a_name'" in run("stop", "not_a_name").output


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (59.4, "59 s"), (3_600, "1 h"), (3_660, "1 h 1 min"), (3_601, "1 h"), (200_000, "2 d 7 h")],
)
def test_times_are_told_in_their_two_largest_units(seconds: float, words: str) -> None:
    assert duration_text(seconds) == words


def test_shows_a_bar_on_a_terminal(run, labeling_account, people, monkeypatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    half_done(labeling_account)
    terminal = Terminal()
    monkeypatch.setattr(status, "sys", SimpleNamespace(stderr=terminal))
    monkeypatch.setattr(status.time, "sleep", lambda _: labeling_account.store.jobs.set_status("Yard", Status.STOPPED))
    assert run("status", "yard", "--watch").exit_code == 0
    assert re.search(
        r"Yard InProgress  50%\|.*\| 2/4 objects, 4 answers, 1 at work, 2 an hour, 1 h left", terminal.getvalue()
    )
