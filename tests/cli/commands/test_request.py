import json
import re

import boto3
import pytest
from botocore.validate import validate_parameters
from click.testing import CliRunner

from ground_truth_cli.commands import request as command
from ground_truth_cli.main import main
from tests.cli.conftest import MANIFEST, TEAM


@pytest.fixture
def run(account, monkeypatch):
    monkeypatch.setattr(command, "find_deployment", lambda _: account.deployment)
    return lambda *options: CliRunner().invoke(main, ["request", "street", "--env", "dev", *options])


def test_the_printed_request_is_one_that_botocore_accepts(run, account) -> None:
    account.publish(workforce="private")
    account.deploy_with(HumanTaskConfig={"WorkteamArn": TEAM})
    done = run("--manifest", MANIFEST)
    assert done.stderr == ""
    request = json.loads(done.stdout)
    model = boto3.client("sagemaker", region_name="eu-west-1").meta.service_model
    validate_parameters(request, model.operation_model("CreateLabelingJob").input_shape)
    assert re.fullmatch(r"street-\d{8}-\d{6}", request["LabelingJobName"])
    assert request["InputConfig"]["DataSource"]["S3DataSource"]["ManifestS3Uri"] == MANIFEST


def test_an_open_work_team_is_told_beside_the_request(run) -> None:
    done = run("--manifest", MANIFEST, "--name", "my-job", "--json")
    assert json.loads(done.stdout)["LabelingJobName"] == "my-job"
    assert done.stdout.count("\n") == 1
    assert "WorkteamArn is open" in done.stderr


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (["--manifest", "input.manifest"], "should be like s3://bucket/key"),
        (["--manifest", MANIFEST, "--name", "my_job"], "'name' should be 1 to 63 letters, digits and hyphens"),
        (["--manifest", MANIFEST, "--name", "x" * 64], "'name' should be 1 to 63"),
    ],
)
def test_fails_in_plain_words(run, options, text) -> None:
    done = run(*options)
    assert done.exit_code == 1
    assert text in done.output


def test_fails_for_an_unknown_task(account, monkeypatch) -> None:
    monkeypatch.setattr(command, "find_deployment", lambda _: account.deployment)
    done = CliRunner().invoke(main, ["request", "park", "--env", "dev", "--manifest", MANIFEST])
    assert "'task' should be one of street, got 'park'" in done.output
