"""Starting a job: examined first, asked about above a limit, and sent to the backend of the task."""

import json

import pytest
from click.testing import CliRunner

from ground_truth_cli import start_job as command
from ground_truth_cli.ground_truth_jobs import GroundTruthJobs
from ground_truth_cli.main import main
from tests.cli.conftest import MANIFEST, TEAM, TRAINING
from tests.cli.test_workers import ENGINE, engine_parameter

ARN = "arn:aws:sagemaker:eu-west-1:123456789012:labeling-job/mine"
EXECUTION = "arn:aws:states:eu-west-1:123456789012:execution:engine:mine"


@pytest.fixture
def run(account, monkeypatch):
    monkeypatch.setattr(command, "find_deployment", lambda name: account.deployment)
    given = ["start", "street", "--env", "dev", "--manifest", MANIFEST, "--name", "mine"]
    return lambda *options: CliRunner().invoke(main, [*given, *options])


@pytest.fixture
def states(account):
    account.session.client("ssm").put_parameter(
        Name=engine_parameter("dev"), Value=json.dumps(ENGINE.as_json()), Type="String"
    )
    return account.stub("stepfunctions")


def execution(account, workers: int) -> dict:
    request = account.deployment.request("street", "mine", MANIFEST)
    request["HumanTaskConfig"]["NumberOfHumanWorkersPerDataObject"] = workers
    return {"stateMachineArn": ENGINE.state_machine, "name": "mine", "input": json.dumps({"request": request})}


def test_a_job_of_the_engine_is_an_execution_with_the_whole_request(run, account, states) -> None:
    answer = {"executionArn": EXECUTION, "startDate": 0}
    states.add_response("start_execution", answer, execution(account, 2))
    done = run("--workers", "2", "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.output)["arn"] == EXECUTION
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


def test_above_the_limit_it_is_refused_where_nobody_can_be_asked(run, states) -> None:
    done = run("--limit-usd", "0")
    assert done.exit_code == 1
    assert "more than 0: add --yes, or raise --limit-usd" in done.output


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


def test_a_job_of_ground_truth_is_created_with_the_request(account, monkeypatch) -> None:
    account.deploy_with(HumanTaskConfig={"WorkteamArn": TEAM})
    stub = account.stub()
    request = account.deployment.request("street", "mine", MANIFEST)
    stub.add_response("create_labeling_job", {"LabelingJobArn": ARN}, request)
    assert GroundTruthJobs(account.deployment).start(request) == ARN


def test_a_name_that_no_backend_takes_is_refused_before_anything_is_examined(run) -> None:
    done = run("--name", "not_a_name")
    assert done.exit_code == 1
    assert "'name' should be 1 to 63 letters, digits and hyphens, got 'not_a_name'" in done.output
