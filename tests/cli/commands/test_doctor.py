"""The doctor as a command: one line a check, status 1 on a problem, and refusals that are warnings."""

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner

from ground_truth.contract.findings import Level
from ground_truth_cli.account.clients import Clients
from ground_truth_cli.commands import doctor as command
from ground_truth_cli.doctor import buckets as doctor_buckets
from ground_truth_cli.doctor import images as doctor_images
from ground_truth_cli.doctor import keys as doctor_keys
from ground_truth_cli.doctor import manifest as doctor_manifest
from ground_truth_cli.doctor import role as doctor_role
from ground_truth_cli.doctor import task as doctor_task
from ground_truth_cli.doctor.examination import examine
from ground_truth_cli.main import main
from tests.cli.conftest import MANIFEST, TEAM, TRAINING, Forbidden


@pytest.fixture
def run(account, monkeypatch):
    monkeypatch.setattr(command, "find_deployment", lambda name: account.deployment)
    return lambda *options: CliRunner().invoke(main, ["doctor", "--env", "dev", *options])


def test_everything_is_well_in_an_account_where_everything_is_right(account) -> None:
    result = list(examine(account.deployment, "street", manifest_uri=MANIFEST))
    assert [finding for finding in result if finding.level is not Level.OK] == []
    checked = {finding.check for finding in result}
    for module in (doctor_buckets, doctor_images, doctor_manifest, doctor_task):
        assert set(module.CHECKS) - {doctor_manifest.REVIEW} <= checked


def test_one_line_a_check_and_status_0(run) -> None:
    done = run("--task", "street", "--manifest", MANIFEST)
    assert done.exit_code == 0, done.output
    assert all(line.startswith("ok") for line in done.output.splitlines())


def test_status_1_and_what_to_do_on_a_problem(run, account) -> None:
    account.s3.delete_bucket_cors(Bucket=TRAINING)
    done = run()
    assert done.exit_code == 1
    assert f"problem  {TRAINING}: has no CORS rule" in done.output
    assert "-> allow GET from origin *" in done.output


def test_findings_as_json(run) -> None:
    output = json.loads(run("--json").output)
    assert {"check", "level", "where", "found", "fix"} == set(output[0])


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (["--manifest", MANIFEST], "--manifest needs --task"),
        (["--task", "street", "--invoke"], "--invoke needs --manifest"),
        (["--task", "other"], "'task' should be one of street, got 'other'"),
        (["--task", "street", "--manifest", "input.manifest"], "should be like s3://bucket/key"),
    ],
)
def test_fails_in_plain_words(run, options, text) -> None:
    done = run(*options)
    assert done.exit_code
    assert text in done.output


class Forbidding:
    """A session whose every call is refused, but those that find the tasks."""

    region_name = "eu-west-1"

    def __init__(self, session) -> None:
        self.session = session

    def client(self, service, **options):
        client = self.session.client(service, **options)
        return client if service == "ssm" else Forbidden()


@pytest.mark.parametrize("workforce", ["self-hosted", "private"])
def test_what_may_not_be_looked_at_is_a_warning_that_names_the_permission(account, workforce) -> None:
    account.publish(workforce=workforce)
    account.deploy_with(HumanTaskConfig={"WorkteamArn": TEAM})
    session = account.deployment.aws.session
    deployment = replace(account.deployment, aws=Clients(Forbidding(session)))
    result = list(examine(deployment, "street", manifest_uri=MANIFEST))
    refused = [finding for finding in result if finding.level is Level.WARNING]
    assert not [finding for finding in result if finding.level is Level.PROBLEM]
    assert len(refused) >= 12
    assert all("could not look at " in finding.fact and ": you lack " in finding.fact for finding in refused)
    looked_at = {finding.check for finding in refused}
    assert {doctor_buckets.CORS, doctor_keys.STATE, doctor_role.PERMISSIONS, doctor_task.HOOKS} <= looked_at
