import json

import pytest

from ground_truth.contract.findings import Level
from ground_truth_cli.doctor import role as doctor_role
from tests.cli.conftest import ASSETS, MANIFEST, POST, PRE, ROLE, TEAM, TRAINING, Forbidden


def test_the_role_is_asked_for_what_the_contract_demands_on_the_job_s_own_resources(account) -> None:
    (finding,) = account.examine(doctor_role.PERMISSIONS)
    assert finding.level is Level.OK
    assert {
        ("s3:ListBucket", f"arn:aws:s3:::{TRAINING}"),
        ("s3:GetBucketLocation", f"arn:aws:s3:::{TRAINING}"),
        ("s3:GetObject", f"arn:aws:s3:::{TRAINING}/labeling-jobs/any"),
        ("s3:PutObject", f"arn:aws:s3:::{TRAINING}/labeling-jobs/any"),
        ("s3:AbortMultipartUpload", f"arn:aws:s3:::{TRAINING}/labeling-jobs/any"),
        ("s3:GetObject", MANIFEST.replace("s3://", "arn:aws:s3:::")),
        ("s3:GetObject", f"arn:aws:s3:::{ASSETS}/template.html"),
        ("s3:GetObject", f"arn:aws:s3:::{ASSETS}/labels.json"),
        ("lambda:InvokeFunction", PRE),
        ("lambda:InvokeFunction", POST),
        ("cloudwatch:PutMetricData", "*"),
    } <= account.simulator.asked


@pytest.mark.parametrize("action", ["s3:ListBucket", "s3:GetObject", "lambda:InvokeFunction"])
def test_a_right_that_the_job_cannot_do_without(account, action) -> None:
    account.simulator.denied = {action}
    findings = [finding for finding in account.examine(doctor_role.PERMISSIONS) if finding.level is Level.PROBLEM]
    assert findings
    assert all(f"may not {action} on arn:aws:" in finding.fact for finding in findings)


def test_a_right_without_which_only_the_log_is_missing(account) -> None:
    account.simulator.denied = {"logs:PutLogEvents"}
    assert "may not logs:PutLogEvents" in account.warning(doctor_role.PERMISSIONS).fact


def test_a_role_that_is_gone(account) -> None:
    account.deploy_with(RoleArn=f"{ROLE}-of-old")
    assert account.problem(doctor_role.TRUST).fact == "there is no such role"


def test_a_role_that_only_another_service_may_assume(account) -> None:
    account.deploy_with(RoleArn=ROLE.replace("labeling", "hooks"))
    assert "['lambda.amazonaws.com']" in account.problem(doctor_role.TRUST).fact


class Caller:
    """STS as a role of the path /people/ sees it."""

    def get_caller_identity(self):
        return {"Account": "123456789012", "Arn": "arn:aws:sts::123456789012:assumed-role/operator/me"}


@pytest.fixture
def starting(account):
    """Somebody who starts jobs on Ground Truth."""
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    account.simulator.create_role(RoleName="operator", Path="/people/", AssumeRolePolicyDocument=trust)
    account.session.clients |= {"sts": Caller(), "sagemaker": Forbidden()}
    account.publish(workforce="private")
    account.deploy_with(HumanTaskConfig={"WorkteamArn": TEAM})
    return account


def test_a_caller_who_may_start_jobs(starting) -> None:
    (finding,) = starting.examine(doctor_role.CALLER)
    assert finding.level is Level.OK
    assert "arn:aws:iam::123456789012:role/people/operator" in finding.fact


def test_a_caller_who_may_not_pass_the_role(starting) -> None:
    starting.simulator.denied = {"iam:PassRole"}
    assert "may not iam:PassRole" in starting.problem(doctor_role.CALLER).fact
