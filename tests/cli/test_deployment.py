import moto
import pytest
from botocore.exceptions import ClientError

from ground_truth_cli.deployment import find_deployment
from tests.cli.conftest import Forbidden, Session


def test_tasks_are_found_by_environment(account) -> None:
    deployment = find_deployment("dev", session=account.session)
    assert list(deployment.tasks) == ["street"]
    assert deployment.task("street") == account.description
    assert deployment.region == "eu-west-1"


def test_fails_with_the_environments_there_are(account) -> None:
    with pytest.raises(ValueError, match="environment 'prod' has no tasks in eu-west-1: there are dev; name one"):
        find_deployment("prod", session=account.session)


def test_fails_when_there_is_nothing_at_all() -> None:
    hint = "nor has any other: deploy a stack, or set AWS_DEFAULT_REGION"
    with moto.mock_aws(), pytest.raises(ValueError, match=hint):
        find_deployment("dev", session=Session())


def test_fails_when_the_other_environments_may_not_be_listed(monkeypatch) -> None:
    class OnlyOwn(Forbidden):
        def get_paginator(self, _):
            return self

        def paginate(self, *, Path, Recursive):
            if Recursive:
                raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "GetParametersByPath")
            return [{"Parameters": []}]

    with pytest.raises(ValueError, match="you may not list the other environments"):
        find_deployment("dev", session=Session(clients={"ssm": OnlyOwn()}))


def test_fails_when_the_parameters_may_not_be_read() -> None:
    with pytest.raises(ValueError, match="you need ssm:GetParametersByPath on /ground-truth/dev"):
        find_deployment("dev", session=Session(clients={"ssm": Forbidden()}))


def test_fails_without_credentials(monkeypatch, tmp_path) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    with pytest.raises(ValueError, match="no AWS credentials were found: run 'aws configure'"):
        find_deployment("dev")


def test_fails_without_region(monkeypatch, tmp_path) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    with pytest.raises(ValueError, match="no AWS region is chosen: set AWS_DEFAULT_REGION"):
        find_deployment("dev")


def test_fails_with_an_unknown_profile(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(ValueError, match="nobody"):
        find_deployment("dev")


def test_fails_for_a_name_that_is_none() -> None:
    with pytest.raises(ValueError, match="'environment' should be letters, digits and hyphens"):
        find_deployment("dev/tasks")
