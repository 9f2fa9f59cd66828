"""Checks of the people: workforce, work team, its members, and the pool they sign in with (contract section 11)."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from ground_truth.contract.findings import Check, Finding, ok, problem, warning
from ground_truth_cli.account.refusals import code_of, is_refusal
from ground_truth_cli.doctor.probes import PlannedJob, could_not_look, probe

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp.type_defs import UserTypeTypeDef
    from mypy_boto3_sagemaker.type_defs import CognitoMemberDefinitionTypeDef

WORKFORCE = Check(
    "team.workforce",
    "The region has the one private workforce that an account may have there",
    "a private team needs it, and a second one cannot be made; a team belongs to the pool of the first",
)
WORK_TEAM = Check(
    "team.exists",
    "The work team exists, in the job's region",
    "otherwise the job is refused: 'Workteam does not exist or you do not have access'",
)
MEMBERS = Check(
    "team.members",
    "The team has members who have signed in",
    "a job of an empty team stays in progress with all counters at zero until it fails after 30 days",
)
SIGN_IN = Check(
    "team.sign-in",
    "The pool has a domain, and its client a secret and the code flow",
    "without these nobody can sign in to the worker portal",
)
CHECKS = (WORKFORCE, WORK_TEAM, MEMBERS, SIGN_IN)


def check_team(job: PlannedJob) -> Iterator[Finding]:
    """Checks the people that the job's request names."""
    arn = job.request["HumanTaskConfig"].get("WorkteamArn")
    if job.is_self_hosted:
        yield ok(
            WORK_TEAM,
            where=job.task.name,
            fact="no work team is needed: the engine of this environment has its own",
        )
    elif arn is None:
        yield problem(
            WORK_TEAM, where=job.task.name, fact="the request names no work team", fix="deploy the stack again"
        )
    elif "/public-crowd/" in arn:
        yield problem(
            WORK_TEAM,
            where=arn,
            fact="is the public crowd of Mechanical Turk, closed since 2026-09-30: nobody will see the tasks "
            "(UNVERIFIED: what the service answers)",
            fix="use Workforce.self_hosted() or Workforce.private()",
        )
    elif "/vendor-crowd/" in arn:
        yield from _vendor(job, arn)
    else:
        yield from _workforce(job, job.deployment.region)
        yield from _private(job, arn)


@probe(WORKFORCE, needs="sagemaker:ListWorkforces")
def _workforce(job: PlannedJob, region: str) -> Iterator[Finding]:
    workforces = job.deployment.aws.sagemaker.list_workforces()["Workforces"]
    if workforces:
        portal = workforces[0].get("SubDomain", "")
        yield ok(
            WORKFORCE, where=region, fact=f"has the workforce {workforces[0]['WorkforceName']}, portal https://{portal}"
        )
    else:
        yield problem(
            WORKFORCE,
            where=region,
            fact="has no private workforce",
            fix="deploy with Workforce.private(create_workforce=True), or in the region where it is",
        )


@probe(WORK_TEAM, needs="sagemaker:DescribeSubscribedWorkteam")
def _vendor(job: PlannedJob, arn: str) -> Iterator[Finding]:
    sagemaker = job.deployment.aws.sagemaker
    try:
        team = sagemaker.describe_subscribed_workteam(WorkteamArn=arn)["SubscribedWorkteam"]
    except ClientError as error:
        if is_refusal(error):
            raise
        yield _no_team(arn, "subscribe to the vendor in the AWS Marketplace console, then copy the team's ARN")
        return
    yield ok(WORK_TEAM, where=arn, fact=f"is subscribed to: {team.get('SellerName', 'seller not named')}")


@probe(WORK_TEAM, needs="sagemaker:DescribeWorkteam")
def _private(job: PlannedJob, arn: str) -> Iterator[Finding]:
    region, account = arn.split(":")[3:5]
    here = job.deployment
    if region != here.region or account != job.role_arn.split(":")[4]:
        yield problem(
            WORK_TEAM,
            where=arn,
            fact=f"is of account {account} in {region}, the job runs in {here.region}",
            fix="use a work team of the job's account and region",
        )
        return
    try:
        team = here.aws.sagemaker.describe_workteam(WorkteamName=arn.rpartition("/")[2])["Workteam"]
    except ClientError as error:
        if code_of(error) not in ("ValidationException", "ResourceNotFound"):
            raise
        yield _no_team(arn, "deploy the stack again, or name a team that exists")
        return
    yield ok(WORK_TEAM, where=arn, fact="exists")
    for definition in team["MemberDefinitions"]:
        if group := definition.get("CognitoMemberDefinition"):
            yield from _members(job, group["UserGroup"], group)
            yield from _sign_in(job, group["UserPool"], group)
        else:
            yield could_not_look(
                MEMBERS,
                where=arn,
                reason="its members are in your own identity provider",
                fix="look there for the team's groups",
            )


def count_members(job: PlannedJob) -> int | None:
    """How many people of the work team can work; None where that cannot be told."""
    arn = job.request["HumanTaskConfig"].get("WorkteamArn")
    if arn is None or "/private-crowd/" not in arn:
        return None
    try:
        team = job.deployment.aws.sagemaker.describe_workteam(WorkteamName=arn.rpartition("/")[2])["Workteam"]
        groups = [entry["CognitoMemberDefinition"] for entry in team["MemberDefinitions"]]
        return len([user for group in groups for user in _users(job, group)])
    except (ClientError, KeyError):
        return None


@probe(MEMBERS, needs="cognito-idp:ListUsersInGroup")
def _members(job: PlannedJob, group: str, definition: "CognitoMemberDefinitionTypeDef") -> Iterator[Finding]:
    try:
        users = list(_users(job, definition))
    except ClientError as error:
        if code_of(error) != "ResourceNotFoundException":
            raise
        yield problem(
            MEMBERS,
            where=group,
            fact=f"the group or its pool {definition['UserPool']} is gone",
            fix="deploy the stack again; a team whose pool was deleted has to be made anew",
        )
        return
    waiting = [user for user in users if user["UserStatus"] != "CONFIRMED"]
    if not users:
        yield problem(
            MEMBERS,
            where=group,
            fact="the group has no members who could work",
            fix="add people: aws cognito-idp admin-add-user-to-group, or the labeling workforces page of SageMaker",
        )
    elif waiting:
        yield warning(
            MEMBERS,
            where=group,
            fact=f"{len(waiting)} of {len(users)} members have never signed in",
            fix="remind them of the invitation; it expires after seven days unless the pool says otherwise",
        )
    else:
        yield ok(MEMBERS, where=group, fact=f"has {len(users)} members, all of whom have signed in")


def _users(job: PlannedJob, definition: "CognitoMemberDefinitionTypeDef") -> Iterator["UserTypeTypeDef"]:
    cognito = job.deployment.aws.cognito
    pages = cognito.get_paginator("list_users_in_group").paginate(
        UserPoolId=definition["UserPool"], GroupName=definition["UserGroup"]
    )
    for page in pages:
        yield from (user for user in page["Users"] if user.get("Enabled", True))


@probe(SIGN_IN, needs="cognito-idp:DescribeUserPool and cognito-idp:DescribeUserPoolClient")
def _sign_in(job: PlannedJob, pool: str, definition: "CognitoMemberDefinitionTypeDef") -> Iterator[Finding]:
    cognito = job.deployment.aws.cognito
    described = cognito.describe_user_pool(UserPoolId=pool)["UserPool"]
    client = cognito.describe_user_pool_client(UserPoolId=pool, ClientId=definition["ClientId"])["UserPoolClient"]
    missing = [
        what
        for what, is_there in (
            ("a domain", described.get("Domain") or described.get("CustomDomain")),
            ("a client with a secret", client.get("ClientSecret")),
            ("a client with the authorization code flow", "code" in client.get("AllowedOAuthFlows", ())),
        )
        if not is_there
    ]
    if missing:
        yield problem(
            SIGN_IN, where=pool, fact=f"lacks {', '.join(missing)}", fix="add what is missing to the user pool"
        )
    else:
        yield ok(SIGN_IN, where=pool, fact="has a domain and a client with a secret and the code flow")


def _no_team(arn: str, fix: str) -> Finding:
    return problem(WORK_TEAM, where=arn, fact="there is no such work team, or you have no access to it", fix=fix)
