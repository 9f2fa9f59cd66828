import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from click.testing import CliRunner

from ground_truth.contract.errors import ContractError, StateError
from ground_truth_cli.account.deployment import find_deployment
from ground_truth_cli.main import main
from tests.cli.conftest import Forbidden, Session
from tests.memory_aws import memory_aws


def test_tasks_are_found_by_environment(account) -> None:
    deployment = find_deployment("dev", session=account.session)
    assert list(deployment.tasks) == ["street"]
    assert deployment.task("street") == account.description
    assert deployment.region == "eu-west-1"


def test_fails_with_the_environments_there_are(account) -> None:
    with pytest.raises(StateError, match="environment 'prod' has no tasks in eu-west-1: there are dev; name one"):
        find_deployment("prod", session=account.session)


def test_fails_when_there_is_nothing_at_all() -> None:
    hint = "nor has any other: deploy a stack, or set AWS_DEFAULT_REGION"
    with memory_aws(), pytest.raises(StateError, match=hint):
        find_deployment("dev", session=Session())


def test_fails_when_the_other_environments_may_not_be_listed(monkeypatch) -> None:
    class OnlyOwn(Forbidden):
        def get_paginator(self, _):
            return self

        def paginate(self, *, Path, Recursive):
            if Recursive:
                raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "GetParametersByPath")
            return [{"Parameters": []}]

    with pytest.raises(StateError, match="you may not list the other environments"):
        find_deployment("dev", session=Session(clients={"ssm": OnlyOwn()}))


def test_fails_when_the_parameters_may_not_be_read() -> None:
    with pytest.raises(StateError, match="you need ssm:GetParametersByPath on /ground-truth/dev"):
        find_deployment("dev", session=Session(clients={"ssm": Forbidden()}))


@pytest.fixture
def nobody(monkeypatch, tmp_path) -> None:
    """A machine without credentials."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))


def test_fails_without_credentials(nobody) -> None:
    with pytest.raises(StateError, match="no AWS credentials were found: run 'aws configure'"):
        find_deployment("dev")


@pytest.mark.parametrize(
    "command",
    [
        ["start", "street", "--manifest", "s3://bucket/input.manifest"],
        ["status", "yard"],
        ["results", "yard"],
        ["stop", "yard"],
        ["retry", "yard"],
        ["list"],
        ["workers", "list"],
    ],
)
def test_every_command_says_so_without_credentials(nobody, command: list[str]) -> None:
    done = CliRunner().invoke(main, [*command, "--env", "dev"])
    assert done.exit_code == 1
    assert done.output.startswith("Error: no AWS credentials were found: run 'aws configure'")


@pytest.mark.parametrize("code", ["ExpiredToken", "ExpiredTokenException", "UnrecognizedClientException"])
def test_fails_with_credentials_that_are_over(code: str) -> None:
    session = boto3.Session(region_name="eu-west-1")
    with Stubber(session.client("ssm")) as stub:
        stub.add_client_error("get_parameters_by_path", code)
        with pytest.raises(StateError, match="your AWS credentials have expired or are not valid: run 'aws sso login'"):
            find_deployment("dev", session=Session(clients={"ssm": stub.client}))


def test_fails_without_region(monkeypatch, tmp_path) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    with pytest.raises(StateError, match="no AWS region is chosen: set AWS_DEFAULT_REGION"):
        find_deployment("dev")


def test_fails_with_an_unknown_profile(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(StateError, match="nobody"):
        find_deployment("dev")


def test_fails_for_a_name_that_is_none() -> None:
    with pytest.raises(ContractError, match="'environment' should be letters, digits and hyphens"):
        find_deployment("dev/tasks")
