"""Starting a job: examined first, asked about above a limit, and sent to the backend of the task."""

import json

import pytest
from click.testing import CliRunner

from ground_truth_cli import approval
from ground_truth_cli.commands import start as command
from ground_truth_cli.main import main
from tests.cli.conftest import ENGINE, MANIFEST, TEAM, TRAINING

ARN = "arn:aws:sagemaker:eu-west-1:123456789012:labeling-job/mine"
EXECUTION = "arn:aws:states:eu-west-1:123456789012:execution:engine:mine"


@pytest.fixture
def run(account, monkeypatch):
    monkeypatch.setattr(command, "find_deployment", lambda name: account.deployment)
    items = ["start", "street", "--env", "dev", "--manifest", MANIFEST, "--name", "mine"]
    return lambda *options, **answers: CliRunner().invoke(main, [*items, *options], **answers)


@pytest.fixture
def states(account, labeling_account):
    return account.stub("stepfunctions")


@pytest.fixture
def private(account, monkeypatch):
    """The task is for a private team, and the doctor finds nothing to say."""
    monkeypatch.setattr(approval, "examine", lambda *_, **__: [])
    account.publish(workforce="private")
    account.deploy_with(HumanTaskConfig={"WorkteamArn": TEAM})
    return account.stub()


def execution(account, workers: int) -> dict:
    request = account.deployment.request("street", "mine", MANIFEST)
    request["HumanTaskConfig"]["NumberOfHumanWorkersPerDataObject"] = workers
    return {"stateMachineArn": ENGINE.state_machine, "name": "mine", "input": json.dumps({"request": request})}


def test_a_job_of_the_engine_is_an_execution_with_the_whole_request(run, account, states) -> None:
    answer = {"executionArn": EXECUTION, "startDate": 0}
    states.add_response("start_execution", answer, execution(account, 2))
    done = run("--workers", "2", "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout) == {"name": "mine", "backend": "self-hosted", "arn": EXECUTION, "usd": 0.03}
    states.assert_no_pending_responses()


def test_a_name_that_is_taken_is_refused_plainly(run, states) -> None:
    states.add_client_error("start_execution", "ExecutionAlreadyExists")
    done = run()
    assert done.exit_code == 1
    assert "there is a job 'mine' already" in done.output


def test_a_problem_stops_the_start(run, account, states) -> None:
    account.s3.delete_bucket_cors(Bucket=TRAINING)
    done = run()
    assert done.exit_code == 1
    assert "the job was not started" in done.output
    assert "has no CORS rule" in done.output


def test_a_name_that_is_in_the_table_is_refused_whatever_its_case(run, labeling_account, states) -> None:
    labeling_account.begin(LabelingJobName="MINE")
    assert "there is a job 'mine' already" in run().output


def test_the_verdict_and_the_cost_are_told_before_the_job_is_started_also_below_the_limit(run, states) -> None:
    states.add_client_error("start_execution", "StateMachineDoesNotExist")
    done = run()
    assert done.exit_code == 1
    assert done.stderr.splitlines()[-3:-1] == [
        "doctor: no problems, no warnings",
        "cost: about USD 0.08 without wages, 3 objects with 5 answers each (self-hosted)",
    ]


def test_above_the_limit_it_is_started_only_if_the_answer_is_yes(run, states) -> None:
    states.add_response("start_execution", {"executionArn": EXECUTION, "startDate": 0})
    done = run("--limit-usd", "0", input="n\n")
    assert done.exit_code == 1
    assert "Start the job? [y/N]" in done.stderr
    with pytest.raises(AssertionError):
        states.assert_no_pending_responses()
    done = run("--limit-usd", "0", input="y\n")
    assert done.exit_code == 0, done.output
    assert "started mine: see ground-truth status mine --env dev --watch" in done.stdout
    states.assert_no_pending_responses()


def test_above_the_limit_it_is_refused_where_nobody_can_be_asked(run, states) -> None:
    done = run("--limit-usd", "0")
    assert done.exit_code == 1
    assert "more than 0: add --yes, or raise --limit-usd" in done.output


def test_is_not_asked_with_yes(run, states) -> None:
    states.add_response("start_execution", {"executionArn": EXECUTION, "startDate": 0})
    done = run("--limit-usd", "0", "--yes")
    assert done.exit_code == 0, done.output
    assert "Start the job?" not in done.output
    states.assert_no_pending_responses()


def test_warnings_are_told_and_do_not_stop_the_start(run, account, states) -> None:
    account.s3.delete_bucket_ownership_controls(Bucket=TRAINING)
    account.put_lines(*[{"source-ref": account.put_image("images/one.jpg")}] * 2)
    states.add_response("start_execution", {"executionArn": EXECUTION, "startDate": 0})
    done = run("--json")
    assert done.exit_code == 0, done.output
    assert "warning  " in done.stderr
    assert json.loads(done.stdout)["arn"] == EXECUTION


def test_ground_truth_needs_a_work_team(run, states) -> None:
    done = run("--backend", "ground-truth")
    assert done.exit_code == 1
    assert "has no work team" in done.output


def test_a_job_of_ground_truth_is_created_with_the_request_and_costs_its_fee(run, account, private) -> None:
    private.add_response(
        "create_labeling_job", {"LabelingJobArn": ARN}, account.deployment.request("street", "mine", MANIFEST)
    )
    done = run("--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout) == {"name": "mine", "backend": "ground-truth", "arn": ARN, "usd": 0.24}
    assert "cost: about USD 0.24 without wages, 3 objects with 5 answers each (private)" in done.stderr
    private.assert_no_pending_responses()


def test_a_name_that_ground_truth_has_is_refused_plainly(run, private) -> None:
    private.add_client_error("create_labeling_job", "ResourceInUse")
    assert "there is a job 'mine' already" in run().output


def test_says_which_permission_is_missing(run, account, private) -> None:
    private.add_client_error("create_labeling_job", "AccessDeniedException")
    message = "AWS does not let you start jobs of Ground Truth: you need sagemaker:CreateLabelingJob, and iam:PassRole"
    assert message in run().output


def test_a_task_of_a_team_runs_on_the_engine_without_what_ground_truth_needs(run, account, states) -> None:
    account.publish(workforce="private")
    account.deploy_with(HumanTaskConfig={"WorkteamArn": TEAM})
    states.add_response("start_execution", {"executionArn": EXECUTION, "startDate": 0})
    done = run("--backend", "self-hosted")
    assert done.exit_code == 0, done.output


def test_an_environment_without_an_engine_is_told_before_anything_is_examined(run, account) -> None:
    assert "environment 'dev' has no self-hosted engine in eu-west-1" in run().output


def test_a_name_that_no_backend_takes_is_refused_before_anything_is_examined(run) -> None:
    done = run("--name", "not_a_name")
    assert done.exit_code == 1
    assert "'name' should be 1 to 63 letters, digits and hyphens, got 'not_a_name'" in done.output
