"""What came out of a job, and having labeled what did not."""

import json
from typing import Any

import pytest
from click.testing import CliRunner

from ground_truth.engine import work
from ground_truth.engine.model import SentAnswer, Status
from ground_truth_cli.commands import results, retry
from ground_truth_cli.main import main
from tests.cli.backends.test_jobs import BARN, DESCRIBED
from tests.cli.conftest import ENGINE, MANIFEST, POST, PRE, TRAINING
from tests.engine.labeling_account import BUCKET, LabelingAccount, failing, pre_hook

EXECUTION = "arn:aws:states:eu-west-1:123456789012:execution:engine:mine-retry-1"
MANIFEST_OF_MINE = f"s3://{TRAINING}/labeling-jobs/Mine/manifests/output/output.manifest"
NOBODY = "no worker answered before the tasks expired"
GIVEN = SentAnswer(content={"kind": {"label": "car"}}, seconds=1, identity={})


@pytest.fixture
def run(account, monkeypatch):
    for module in (results, retry):
        monkeypatch.setattr(module, "find_deployment", lambda name: account.deployment)
    return lambda *options, **answers: CliRunner().invoke(main, [*options, "--env", "dev"], **answers)


@pytest.fixture
def ended(account, labeling_account) -> LabelingAccount:
    """The job Mine of the task street: of three objects one was answered."""
    labeling_account.functions |= {PRE: pre_hook, POST: labeling_account.post_hook}
    job, batches = labeling_account.begin(**account.deployment.request("street", "Mine", MANIFEST))
    lease = work.claim(labeling_account.store, job, "ada")
    assert lease
    work.answer(labeling_account.store, job, lease.object_id, "ada", GIVEN)
    labeling_account.end("Mine", batches)
    labeling_account.store.jobs.set_status("Mine", Status.COMPLETED)
    return labeling_account


@pytest.fixture
def states(account):
    """Step Functions, where no execution has the name that is tried first."""
    stub = account.stub("stepfunctions")
    stub.add_client_error("describe_execution", "ExecutionDoesNotExist")
    return stub


def lines(labeling_account: LabelingAccount, uri: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in labeling_account.files.read(uri).splitlines()]


def test_says_where_the_manifest_is_and_what_failed_and_why(run, ended) -> None:
    done = run("results", "mine")
    assert done.exit_code == 0, done.output
    assert done.output.splitlines() == [
        "Mine (self-hosted): Completed, 1 labeled",
        f"manifest   {MANIFEST_OF_MINE}",
        f"2 failed   {NOBODY} (the time ran out before somebody answered)",
        "           -> give the task more time or more people, then retry",
        "Have them labeled again: ground-truth retry Mine --env dev",
    ]


def test_fetches_the_manifest_and_tells_programs(run, ended, tmp_path) -> None:
    done = run("results", "mine", "--out", str(tmp_path / "new"), "--json")
    assert done.exit_code == 0, done.output
    output = json.loads(done.output)
    assert len((tmp_path / "new/output.manifest").read_bytes().splitlines()) == 3
    assert output["file"] == str(tmp_path / "new/output.manifest")
    assert (output["counters"]["TotalLabeled"], output["counters"]["FailedNonRetryableError"]) == (1, 2)
    [failure] = output["failures"]
    assert (failure["reason"], failure["objects"]) == (NOBODY, 2)
    assert failure["fix"].startswith("give the task more time")


def test_does_not_write_over_what_was_fetched_before(run, ended, tmp_path) -> None:
    assert run("results", "mine", "--out", str(tmp_path)).exit_code == 0
    done = run("results", "mine", "--out", str(tmp_path))
    assert done.exit_code == 1
    assert "'out' should be a folder without an output.manifest" in done.output


def test_names_the_commonest_reasons_only(run, account, labeling_account) -> None:
    def fail(event: Any) -> Any:
        return failing(f"pre failed: no camera {event['dataObject']['source-ref']}")(event)

    labeling_account.functions |= {PRE: fail, POST: labeling_account.post_hook}
    account.put_lines(*({"source-ref": f"s3://{TRAINING}/{number}.jpg"} for number in range(7)))
    _, batches = labeling_account.begin(**account.deployment.request("street", "Mine", MANIFEST))
    labeling_account.end("Mine", batches)
    labeling_account.store.jobs.set_status("Mine", Status.COMPLETED)
    output = run("results", "mine").output
    assert output.count("1 failed   pre failed: no camera") == 5
    assert "... and for 2 other reasons: --json lists them all" in output


def test_a_job_that_goes_on_has_no_results_yet(run, labeling_account) -> None:
    done = run("results", "yard")
    assert done.exit_code == 1
    assert "job 'Yard' is InProgress, and has no output manifest: see ground-truth status Yard --env dev" in done.output


def test_a_job_that_failed_says_why_and_what_to_do(run, labeling_account) -> None:
    labeling_account.store.jobs.set_status("Yard", Status.FAILED, failure_reason="ManifestError: line 3: a blank line")
    done = run("results", "yard")
    assert done.exit_code == 1
    assert (
        "job 'Yard' has failed: ManifestError: line 3: a blank line (the input manifest cannot be read)" in done.output
    )
    assert "-> run ground-truth manifest check" in done.output


def test_results_of_ground_truth_are_told_alike(run, account) -> None:
    metadata = {"failure-reason": "the moon", "type": "groundtruth/object-detection"}
    account.put_lines({"source-ref": "s3://b/0.jpg", "barn-metadata": metadata})
    described = DESCRIBED | {"LabelingJobStatus": "Completed", "LabelingJobOutput": {"OutputDatasetS3Uri": MANIFEST}}
    account.stub().add_response("describe_labeling_job", described, BARN)
    output = run("results", "barn").output
    assert "barn (ground-truth): Completed, 30 labeled" in output
    assert "1 failed   the moon\n" in output


def started_with(states: Any) -> list[dict[str, Any]]:
    """What executions will be started with."""
    options: list[dict[str, Any]] = []
    states.client.meta.events.register(
        "before-parameter-build.sfn.StartExecution", lambda params, **_: options.append(dict(params))
    )
    states.add_response("start_execution", {"executionArn": EXECUTION, "startDate": 0})
    return options


def test_a_retry_is_a_job_like_the_other_over_just_what_failed(run, account, ended, states) -> None:
    options = started_with(states)
    done = run("retry", "mine", "--json")
    assert done.exit_code == 0, done.output
    manifest = f"s3://{TRAINING}/Mine-retry-1.manifest"
    assert json.loads(done.stdout) == {
        "name": "Mine-retry-1",
        "backend": "self-hosted",
        "arn": EXECUTION,
        "usd": 0.08,
        "objects": 2,
        "manifest": manifest,
    }
    [started] = options
    assert (started["stateMachineArn"], started["name"]) == (ENGINE.state_machine, "Mine-retry-1")
    request = json.loads(started["input"])["request"]
    before = ended.store.jobs.get("mine").request
    assert request.pop("LabelingJobName") == "Mine-retry-1"
    assert request.pop("InputConfig")["DataSource"]["S3DataSource"]["ManifestS3Uri"] == manifest
    assert request == {key: value for key, value in before.items() if key in request}
    open_before = [line for line in lines(ended, MANIFEST_OF_MINE) if "street" not in line]
    assert lines(ended, manifest) == [{"source-ref": line["source-ref"]} for line in open_before]
    assert "doctor: no problems, " in done.stderr
    assert "cost: about USD 0.08 without wages, 2 objects with 5 answers each (self-hosted)" in done.stderr


def test_the_next_free_number_is_taken(run, account, ended, states) -> None:
    ended.begin(LabelingJobName="mine-RETRY-1")
    options = started_with(states)
    assert run("retry", "mine").exit_code == 0
    assert options[0]["name"] == "Mine-retry-2"


def test_a_name_that_the_engine_is_just_starting_is_not_free(run, account, ended) -> None:
    stub = account.stub("stepfunctions")
    running = {"executionArn": EXECUTION, "stateMachineArn": ENGINE.state_machine, "startDate": 0, "status": "RUNNING"}
    stub.add_response("describe_execution", running)
    stub.add_client_error("describe_execution", "ExecutionDoesNotExist")
    options = started_with(stub)
    done = run("retry", "mine")
    assert done.exit_code == 0, done.output
    assert options[0]["name"] == "Mine-retry-2"


def test_a_retry_asks_like_a_start(run, ended, states) -> None:
    done = run("retry", "mine", "--limit-usd", "0", input="n\n")
    assert done.exit_code == 1
    assert "Start the job? [y/N]" in done.stderr


def test_a_retry_may_have_another_name(run, ended, account) -> None:
    options = started_with(account.stub("stepfunctions"))
    assert run("retry", "mine", "--name", "again").exit_code == 0
    assert options[0]["name"] == "again"


def test_without_a_failure_there_is_nothing_to_retry(run, labeling_account) -> None:
    job, batches = labeling_account.begin(LabelingJobName="done")
    for worker in ("ada", "ben"):
        while lease := work.claim(labeling_account.store, job, worker):
            work.answer(labeling_account.store, job, lease.object_id, worker, SentAnswer(**vars(GIVEN)))
    labeling_account.end("done", batches)
    labeling_account.store.jobs.set_status("done", Status.COMPLETED)
    done = run("retry", "done")
    assert done.exit_code == 1
    assert "no object of job 'done' failed" in done.output


def test_a_job_whose_task_is_gone_is_retried_unexamined_and_says_so(run, account, labeling_account, states) -> None:
    _, batches = labeling_account.begin(LabelingJobName="old", StoppingConditions={"MaxHumanLabeledObjectCount": 4})
    labeling_account.end("old", batches)
    labeling_account.store.jobs.set_status("old", Status.COMPLETED)
    options = started_with(states)
    done = run("retry", "old")
    assert done.exit_code == 0, done.output
    assert "no task of the stack has the job's template any more, nothing was examined" in done.stderr
    request = json.loads(options[0]["input"])["request"]
    assert "StoppingConditions" not in request
    assert len(lines(labeling_account, f"s3://{BUCKET}/old-retry-1.manifest")) == 4


def test_a_job_of_ground_truth_is_retried_there(run, account, monkeypatch) -> None:
    account.put_lines({"source-ref": "s3://b/0.jpg", "barn-metadata": {"failure-reason": "the moon"}})
    described = DESCRIBED | {"LabelingJobStatus": "Completed", "LabelingJobOutput": {"OutputDatasetS3Uri": MANIFEST}}
    source = {"DataSource": {"S3DataSource": {"ManifestS3Uri": f"s3://{TRAINING}/old.manifest"}}}
    described |= {"InputConfig": source, "LabelAttributeName": "barn"}
    new = {"DataSource": {"S3DataSource": {"ManifestS3Uri": f"s3://{TRAINING}/barn-retry-1.manifest"}}}
    stub = account.stub()
    stub.add_response("describe_labeling_job", described, BARN)
    stub.add_client_error("describe_labeling_job", "ResourceNotFound")
    stub.add_response("describe_labeling_job", described, BARN)
    items = {
        "LabelingJobName": "barn-retry-1",
        "LabelAttributeName": "barn",
        "InputConfig": new,
        **{key: DESCRIBED[key] for key in ("OutputConfig", "RoleArn", "HumanTaskConfig")},
    }
    arn = "arn:aws:sagemaker:eu-west-1:123456789012:labeling-job/barn-retry-1"
    stub.add_response("create_labeling_job", {"LabelingJobArn": arn}, items)
    done = run("retry", "barn")
    assert done.exit_code == 0, done.output
    assert "started barn-retry-1 over 1 objects" in done.stdout
    stub.assert_no_pending_responses()
