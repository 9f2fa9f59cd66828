"""Ground Truth's side, which no emulation has: SageMaker's answers are stubs checked against its service model."""

from datetime import UTC, datetime

import pytest

from ground_truth.contract.aws_functions import ACCOUNTS
from ground_truth.contract.findings import Level
from ground_truth_cli.doctor import account as doctor_account
from ground_truth_cli.doctor import examination
from ground_truth_cli.doctor import manifest as doctor_manifest
from ground_truth_cli.doctor import team as doctor_team
from ground_truth_cli.doctor.examination import examine
from ground_truth_cli.doctor.probes import PlannedJob
from tests.cli.conftest import ACCOUNT, REGION, TEAM, Forbidden

POOL = "eu-west-1_abc"
JOB = {
    "LabelingJobArn": f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:labeling-job/old",
    "LabelingJobName": "old",
    "CreationTime": datetime(2025, 1, 1, tzinfo=UTC),
    "LastModifiedTime": datetime(2025, 1, 1, tzinfo=UTC),
    "LabelingJobStatus": "Completed",
    "LabelCounters": {},
    "WorkteamArn": TEAM,
}


WORKFORCE = {
    "WorkforceName": "default",
    "WorkforceArn": f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:workforce/default",
    "SubDomain": "abc.labeling.eu-west-1.sagemaker.aws",
}
WORK_TEAM = {
    "WorkteamName": "labelers",
    "WorkteamArn": TEAM,
    "Description": "Labels images",
    "MemberDefinitions": [
        {"CognitoMemberDefinition": {"UserPool": POOL, "UserGroup": "labelers", "ClientId": "client"}}
    ],
}
CLIENT = {"ClientSecret": "s" * 24, "AllowedOAuthFlows": ["code"]}
MEMBER = {"Username": "ada", "Enabled": True, "UserStatus": "CONFIRMED"}
INVITED = {"Username": "bob", "Enabled": True, "UserStatus": "FORCE_CHANGE_PASSWORD"}
GONE = {"Username": "eve", "Enabled": False, "UserStatus": "CONFIRMED"}


@pytest.fixture
def private(account):
    """A task of a private team."""
    account.publish(workforce="private")
    account.deploy_with(HumanTaskConfig={"WorkteamArn": TEAM})
    return account


def announce(account, *, jobs=(JOB,), workforces=(WORKFORCE,), error=None, members=(MEMBER,), client=CLIENT) -> None:
    """Announces the doctor's calls without a manifest, in their order."""
    sagemaker = account.stub()
    for _ in range(1 if jobs else len(ACCOUNTS)):
        sagemaker.add_response("list_labeling_jobs", {"LabelingJobSummaryList": list(jobs)}, {"MaxResults": 1})
    sagemaker.add_response("list_workforces", {"Workforces": list(workforces)}, {})
    if error:
        sagemaker.add_client_error("describe_workteam", error, "no")
    else:
        sagemaker.add_response("describe_workteam", {"Workteam": WORK_TEAM}, {"WorkteamName": "labelers"})
    cognito = account.stub("cognito-idp")
    group = {"UserPoolId": POOL, "GroupName": "labelers"}
    if isinstance(members, str):
        cognito.add_client_error("list_users_in_group", members, "no")
    else:
        cognito.add_response("list_users_in_group", {"Users": list(members)}, group)
    cognito.add_response("describe_user_pool", {"UserPool": {"Domain": "labeling-abc"}}, {"UserPoolId": POOL})
    cognito.add_response(
        "describe_user_pool_client", {"UserPoolClient": client}, {"UserPoolId": POOL, "ClientId": "client"}
    )


def test_a_team_at_work(private) -> None:
    announce(private, members=[MEMBER, GONE])
    findings = [finding for finding in examine(private.deployment, "street") if finding.check in doctor_team.CHECKS]
    assert [finding.check for finding in findings] == list(doctor_team.CHECKS)
    assert {finding.level for finding in findings} == {Level.OK}
    assert "has 1 members" in findings[2].fact


def test_an_account_that_has_labeled_before(private) -> None:
    announce(private)
    (finding,) = private.examine(doctor_account.SERVICE_ACCESS, manifest_uri=None)
    assert finding.level is Level.OK
    assert "an existing customer" in finding.fact


def test_a_new_account_learns_that_ground_truth_is_closed_and_what_to_do_instead(private) -> None:
    announce(private, jobs=())
    finding = private.warning(doctor_account.SERVICE_ACCESS, manifest_uri=None)
    assert "closed to new customers since 2026-07-30" in finding.fact
    assert "UNVERIFIED" in finding.fact
    assert "Workforce.self_hosted()" in finding.fix


def test_a_self_hosted_task_needs_no_ground_truth(account) -> None:
    (finding,) = account.examine(doctor_account.SERVICE_ACCESS, manifest_uri=None)
    assert finding.level is Level.OK
    assert "not needed" in finding.fact


def test_an_account_that_is_not_let_in_hears_what_aws_says(private) -> None:
    stub = private.stub()
    stub.add_client_error("list_labeling_jobs", "AccessDeniedException", "not available to new customers")
    finding = private.warning(doctor_account.SERVICE_ACCESS, manifest_uri=None)
    assert "AWS answers: not available to new customers" in finding.fact
    assert "Workforce.self_hosted()" in finding.fix


def test_a_region_without_workforce(private) -> None:
    announce(private, workforces=[])
    assert private.problem(doctor_team.WORKFORCE, manifest_uri=None).where == REGION


def test_a_team_that_is_gone(private) -> None:
    announce(private, error="ValidationException")
    assert "no such work team" in private.problem(doctor_team.WORK_TEAM, manifest_uri=None).fact


def test_a_team_of_another_region(private) -> None:
    private.deploy_with(HumanTaskConfig={"WorkteamArn": TEAM.replace(REGION, "us-west-2")})
    announce(private)
    assert "in us-west-2, the job runs in eu-west-1" in private.problem(doctor_team.WORK_TEAM, manifest_uri=None).fact


def test_a_team_that_we_may_not_see(private) -> None:
    announce(private, error="AccessDeniedException")
    finding = private.warning(doctor_team.WORK_TEAM, manifest_uri=None)
    assert finding.fact == "could not look at team.exists: you lack sagemaker:DescribeWorkteam"


@pytest.mark.parametrize("members", [[], [GONE]])
def test_a_team_without_members(private, members) -> None:
    announce(private, members=members)
    assert "no members" in private.problem(doctor_team.MEMBERS, manifest_uri=None).fact


def test_a_team_whose_pool_was_deleted(private) -> None:
    announce(private, members="ResourceNotFoundException")
    assert "is gone" in private.problem(doctor_team.MEMBERS, manifest_uri=None).fact


def test_members_who_have_never_signed_in(private) -> None:
    announce(private, members=[MEMBER, INVITED])
    assert "1 of 2 members" in private.warning(doctor_team.MEMBERS, manifest_uri=None).fact


def test_a_pool_that_nobody_can_sign_in_to(private) -> None:
    announce(private, client={})
    finding = private.problem(doctor_team.SIGN_IN, manifest_uri=None)
    assert "a client with a secret, a client with the authorization code flow" in finding.fact


def test_the_public_crowd_is_gone(account) -> None:
    account.publish(workforce="mechanical-turk")
    arn = f"arn:aws:sagemaker:{REGION}:394669845002:workteam/public-crowd/default"
    account.deploy_with(HumanTaskConfig={"WorkteamArn": arn})
    account.stub().add_response("list_labeling_jobs", {"LabelingJobSummaryList": [JOB]}, {"MaxResults": 1})
    assert "closed since 2026-09-30" in account.problem(doctor_team.WORK_TEAM, manifest_uri=None).fact


def test_a_vendor_that_was_not_subscribed_to(account) -> None:
    arn = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:workteam/vendor-crowd/abc"
    account.publish(workforce="vendor")
    account.deploy_with(HumanTaskConfig={"WorkteamArn": arn})
    stub = account.stub()
    stub.add_response("list_labeling_jobs", {"LabelingJobSummaryList": [JOB]}, {"MaxResults": 1})
    stub.add_client_error("describe_subscribed_workteam", "ValidationException", "no")
    assert "Marketplace" in account.problem(doctor_team.WORK_TEAM, manifest_uri=None).fix


def test_a_region_without_ground_truth(account) -> None:
    account.session.region_name = "eu-north-1"
    account.publish(workforce="private")
    account.session.clients["sagemaker"] = Forbidden()
    finding = account.problem(doctor_account.ACCOUNT_REGION, manifest_uri=None)
    assert "eu-west-1" in finding.fix


def test_a_team_too_small_for_the_answers_asked(private, monkeypatch) -> None:
    private.session.clients["sagemaker"] = Forbidden()
    monkeypatch.setattr(examination, "count_members", lambda _: 1)
    assert "needs 5 different workers, the team has 1" in private.problem(doctor_manifest.WORKLOAD).fact


def test_members_are_counted(private) -> None:
    announce(private, members=[MEMBER, INVITED, GONE])
    sagemaker = private.session.clients["sagemaker"]
    sagemaker.list_labeling_jobs(MaxResults=1)
    sagemaker.list_workforces()
    deployment = private.deployment
    task = deployment.task("street")
    examined = PlannedJob(deployment=deployment, task=task, request=task.deployment)
    assert doctor_team.count_members(examined) == 2
