"""The workers of the engine: exactly which calls to its user pool invite, list and remove them."""

import json

import pytest
from click.testing import CliRunner

from ground_truth.contract.errors import InputError
from ground_truth.contract.parameters import engine_parameter
from ground_truth.engine.description import EngineDescription
from ground_truth_cli.commands import workers as command
from ground_truth_cli.main import main
from tests.cli.conftest import ENGINE

ADA = {"UserPoolId": "eu-west-1_pool", "Username": "ada@example.com"}
MEMBER = ADA | {"GroupName": "workers"}
INVITATION = ADA | {
    "UserAttributes": [{"Name": "email", "Value": "ada@example.com"}, {"Name": "email_verified", "Value": "true"}],
    "DesiredDeliveryMediums": ["EMAIL"],
}
GROUP = {"UserPoolId": "eu-west-1_pool", "GroupName": "workers"}


@pytest.fixture
def run(account, monkeypatch):
    monkeypatch.setattr(command, "find_deployment", lambda name: account.deployment)
    return lambda *options: CliRunner().invoke(main, ["workers", *options, "--env", "dev"])


@pytest.fixture
def cognito(account):
    account.session.client("ssm").put_parameter(
        Name=engine_parameter("dev"), Value=json.dumps(ENGINE.as_json()), Type="String"
    )
    return account.stub("cognito-idp")


def user(email: str, status: str = "CONFIRMED", enabled: bool = True) -> dict:
    attributes = [{"Name": "email", "Value": email}]
    return {"Username": "a-uuid", "Attributes": attributes, "UserStatus": status, "Enabled": enabled}


def test_a_worker_is_invited_by_email_and_told_where_the_portal_is(run, cognito) -> None:
    cognito.add_response("admin_create_user", {}, INVITATION)
    cognito.add_response("admin_add_user_to_group", {}, MEMBER)
    done = run("add", "ada@example.com")
    assert done.exit_code == 0, done.output
    assert "invited ada@example.com by e-mail; the portal is https://portal.example.com" in done.output
    cognito.assert_no_pending_responses()


def test_who_was_removed_may_come_back(run, cognito) -> None:
    cognito.add_client_error("admin_create_user", "UsernameExistsException", expected_params=INVITATION)
    cognito.add_response("admin_enable_user", {}, ADA)
    cognito.add_response("admin_add_user_to_group", {}, MEMBER)
    assert json.loads(run("add", "ada@example.com", "--json").output) == {
        "email": "ada@example.com",
        "invited": False,
        "portal": "https://portal.example.com",
    }
    cognito.assert_no_pending_responses()


def test_all_pages_of_workers_are_listed(run, cognito) -> None:
    first = {"Users": [user("ada@example.com")], "NextToken": "more"}
    cognito.add_response("list_users_in_group", first, GROUP)
    last = {"Users": [user("bob@example.com", "FORCE_CHANGE_PASSWORD", False)]}
    cognito.add_response("list_users_in_group", last, GROUP | {"NextToken": "more"})
    assert json.loads(run("list", "--json").output) == [
        {"email": "ada@example.com", "status": "has signed in", "enabled": True},
        {"email": "bob@example.com", "status": "invited, has not signed in yet", "enabled": False},
    ]


def test_says_how_to_invite_where_there_are_no_workers(run, cognito) -> None:
    cognito.add_response("list_users_in_group", {"Users": []}, GROUP)
    assert "invite one with ground-truth workers add EMAIL" in run("list").output


def test_who_is_removed_leaves_the_group_and_cannot_sign_in(run, cognito) -> None:
    cognito.add_response("admin_remove_user_from_group", {}, MEMBER)
    cognito.add_response("admin_disable_user", {}, ADA)
    done = run("remove", "ada@example.com")
    assert done.exit_code == 0, done.output
    cognito.assert_no_pending_responses()


def test_an_unknown_worker_cannot_be_removed(run, cognito) -> None:
    cognito.add_client_error("admin_remove_user_from_group", "UserNotFoundException", expected_params=MEMBER)
    done = run("remove", "ada@example.com")
    assert done.exit_code == 1
    assert "there is no worker 'ada@example.com': see ground-truth workers list --env dev" in done.output


def test_refuses_what_is_no_address_before_asking_aws(run, cognito) -> None:
    done = run("add", "ada")
    assert done.exit_code == 2
    assert "EMAIL should be an address like ada@example.com, got 'ada'" in done.output


def test_says_that_the_environment_has_no_engine(run, account) -> None:
    account.stub("cognito-idp")
    done = run("list")
    assert done.exit_code == 1
    assert "environment 'dev' has no self-hosted engine in eu-west-1" in done.output


def test_refuses_another_version_of_the_description() -> None:
    text = json.dumps(ENGINE.as_json() | {"version": 2})
    with pytest.raises(InputError, match="should be 1, got 2: use the same release"):
        EngineDescription.read(text)
