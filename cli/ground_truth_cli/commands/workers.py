"""``ground-truth workers``: who may work on the jobs of the self-hosted engine."""

import json
from typing import TYPE_CHECKING

import click
from botocore.exceptions import ClientError

from ground_truth.contract.errors import StateError
from ground_truth.engine.description import EngineDescription
from ground_truth_cli.account.deployment import find_deployment
from ground_truth_cli.account.refusals import code_of
from ground_truth_cli.backends.deployed_engine import find_engine

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_cognito_idp.type_defs import UserTypeTypeDef

_environment = click.option("--env", "environment", required=True, help="The environment, such as dev.")
_as_json = click.option("--json", "as_json", is_flag=True, help="Print for programs.")


@click.group()
def workers() -> None:
    """Invite, list and remove the workers of the self-hosted engine."""


@workers.command()
@click.argument("email")
@_environment
@_as_json
def add(email: str, environment: str, as_json: bool) -> None:
    """Invite EMAIL as a worker; one who was removed may work again, with the old password."""
    if email.count("@") != 1 or email.startswith("@") or email.endswith("@"):
        raise click.UsageError(f"EMAIL should be an address like ada@example.com, got {email!r}")
    cognito, engine = _people(environment)
    invited = _invite(cognito, engine, email)
    cognito.admin_add_user_to_group(UserPoolId=engine.user_pool, Username=email, GroupName=engine.group)
    portal = engine.portal_url or "(no portal is deployed)"
    summary = {"email": email, "invited": invited, "portal": engine.portal_url}
    sentence = f"invited {email} by e-mail" if invited else f"{email} was known already and may work"
    click.echo(json.dumps(summary) if as_json else f"{sentence}; the portal is {portal}")


@workers.command(name="list")
@_environment
@_as_json
def list_(environment: str, as_json: bool) -> None:
    """List the workers, and whether each has signed in yet."""
    cognito, engine = _people(environment)
    pages = cognito.get_paginator("list_users_in_group").paginate(UserPoolId=engine.user_pool, GroupName=engine.group)
    members = [_worker(user) for page in pages for user in page["Users"]]
    if as_json:
        click.echo(json.dumps(members, indent=2))
        return
    for worker in members:
        click.echo(f"{worker['email']:<40}{worker['status']}" + ("" if worker["enabled"] else ", disabled"))
    if not members:
        click.echo("there are no workers yet: invite one with ground-truth workers add EMAIL")


@workers.command()
@click.argument("email")
@_environment
@_as_json
def remove(email: str, environment: str, as_json: bool) -> None:
    """Take EMAIL out of the workers; the answers given stay."""
    cognito, engine = _people(environment)
    try:
        cognito.admin_remove_user_from_group(UserPoolId=engine.user_pool, Username=email, GroupName=engine.group)
        cognito.admin_disable_user(UserPoolId=engine.user_pool, Username=email)
    except ClientError as error:
        if code_of(error) != "UserNotFoundException":
            raise
        raise StateError(f"there is no worker {email!r}: see ground-truth workers list --env {environment}") from error
    click.echo(json.dumps({"email": email, "removed": True}) if as_json else f"{email} may no longer work")


def _people(environment: str) -> tuple["CognitoIdentityProviderClient", EngineDescription]:
    deployment = find_deployment(environment)
    return deployment.aws.cognito, find_engine(deployment)


def _invite(cognito: "CognitoIdentityProviderClient", engine: EngineDescription, email: str) -> bool:
    """Creates the account; False where there is one, which is enabled again."""
    try:
        cognito.admin_create_user(
            UserPoolId=engine.user_pool,
            Username=email,
            UserAttributes=[{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}],
            DesiredDeliveryMediums=["EMAIL"],
        )
    except ClientError as error:
        if code_of(error) != "UsernameExistsException":
            raise
        cognito.admin_enable_user(UserPoolId=engine.user_pool, Username=email)
        return False
    return True


def _worker(user: "UserTypeTypeDef") -> dict[str, object]:
    attributes = {attribute["Name"]: attribute["Value"] for attribute in user["Attributes"]}
    return {
        "email": attributes.get("email", user["Username"]),
        "status": "has signed in" if user["UserStatus"] == "CONFIRMED" else "invited, has not signed in yet",
        "enabled": user["Enabled"],
    }
