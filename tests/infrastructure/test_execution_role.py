import json
import re

import aws_cdk as cdk
import pytest
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from cdk_nag import AwsSolutionsChecks

from cdk_ground_truth import BoundingBox, ContractError, ExecutionRole, TrainingBucket, Workforce
from tests.infrastructure.apps import as_list, default_template, label, new_stack, resources, statements, template_of

COGNITO = {
    "cognito-idp:CreateGroup",
    "cognito-idp:CreateUserPool",
    "cognito-idp:CreateUserPoolDomain",
    "cognito-idp:AdminCreateUser",
    "cognito-idp:CreateUserPoolClient",
    "cognito-idp:AdminAddUserToGroup",
    "cognito-idp:DescribeUserPoolClient",
    "cognito-idp:DescribeUserPool",
    "cognito-idp:UpdateUserPool",
}


def role_template(**properties):
    stack = new_stack()
    ExecutionRole(stack, "Role", **properties)
    return template_of(stack)


def of_execution_role(logical_id: str) -> bool:
    return "ExecutionRole" in logical_id or "TaskPermissions" in logical_id


def granted(template) -> list[dict]:
    return [s for name, s in statements(template) if "Role" in name and "sts:AssumeRole" not in as_list(s["Action"])]


def actions(template) -> set[str]:
    return {action for s in granted(template) for action in as_list(s["Action"])}


def test_only_sagemaker_of_this_account_may_assume_it() -> None:
    (role,) = resources(role_template(), "AWS::IAM::Role").values()
    (trust,) = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "sagemaker.amazonaws.com"}
    assert trust["Condition"] == {"StringEqualsIfExists": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}


def test_it_may_set_up_workers_in_cognito() -> None:
    assert actions(role_template()) >= COGNITO


def test_only_creating_a_pool_is_allowed_everywhere() -> None:
    everywhere = [s for s in granted(role_template()) if s["Resource"] == "*"]
    assert {a for s in everywhere for a in as_list(s["Action"])} == {
        "cognito-idp:CreateUserPool",
        "cloudwatch:PutMetricData",
    }


def test_a_given_pool_is_the_only_one_it_may_touch() -> None:
    stack = new_stack()
    pool = cognito.UserPool(stack, "Pool")
    ExecutionRole(stack, "Role", user_pool=pool)
    pools = [s["Resource"] for s in granted(template_of(stack)) if "cognito-idp:CreateGroup" in as_list(s["Action"])]
    assert pools == [{"Fn::GetAtt": [stack.get_logical_id(pool.node.default_child), "Arn"]}]


def test_without_workforce_management_it_has_no_cognito_rights() -> None:
    assert not actions(role_template(manage_workforce=False)) & COGNITO


def test_logs_go_to_the_groups_of_labeling_only() -> None:
    (logs,) = [s for s in granted(role_template()) if "logs:PutLogEvents" in as_list(s["Action"])]
    assert all("/aws/sagemaker/" in str(resource) for resource in logs["Resource"])


def test_it_reads_and_writes_the_training_bucket() -> None:
    role = [s for name, s in statements(default_template()) if of_execution_role(name)]
    bucket_actions = {a for s in role for a in as_list(s["Action"]) if a.startswith("s3:")}
    assert bucket_actions == {
        "s3:ListBucket",
        "s3:GetBucketLocation",
        "s3:GetObject",
        "s3:PutObject",
        "s3:AbortMultipartUpload",
    }


def test_of_the_assets_bucket_it_reads_exactly_the_published_files() -> None:
    role = [s for name, s in statements(default_template()) if of_execution_role(name)]
    published = [r for s in role for r in as_list(s.get("Resource", [])) if "cdk-hnb659fds-assets" in str(r)]
    assert len(published) == 2
    assert all("*" not in str(resource) for resource in published)


def test_an_operator_may_start_jobs_and_pass_the_role_to_sagemaker_only() -> None:
    stack = new_stack()
    labeling = label(stack)
    operator = iam.Role(stack, "Operator", assumed_by=iam.AccountRootPrincipal())
    labeling.grant_start(operator)
    synthesized = [s for name, s in statements(template_of(stack)) if name.startswith("OperatorDefaultPolicy")]
    allowed = {a for s in synthesized for a in as_list(s["Action"])}
    assert {"sagemaker:CreateLabelingJob", "sagemaker:AddTags", "iam:PassRole", "ssm:GetParameter"} <= allowed
    (passing,) = [s for s in synthesized if s["Action"] == "iam:PassRole"]
    assert passing["Condition"] == {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}
    assert "ExecutionRole" in str(passing["Resource"])


def test_a_given_role_gets_the_same_rights_and_no_other_is_created() -> None:
    stack = new_stack()
    user_role = iam.Role.from_role_arn(stack, "Given", "arn:aws:iam::111122223333:role/labeling")
    label(stack, execution_role=user_role)
    template = template_of(stack)
    assert not [
        name for name in resources(template, "AWS::IAM::Role") if "ExecutionRole" in name or "TaskPermissions" in name
    ]
    own = {
        a
        for n, s in statements(default_template())
        if "ExecutionRole" in n or "TaskPermissions" in n
        for a in as_list(s["Action"])
    }
    attached = {
        a
        for n, s in statements(template)
        if "ExecutionRolePermissions" in n or "TaskPermissions" in n
        for a in as_list(s["Action"])
    }
    assert attached == own - {"sts:AssumeRole"}


def test_what_rule_packs_say_of_a_given_role_s_own_policies_stays_unsilenced() -> None:
    stack = new_stack()
    user_role = iam.Role(stack, "Given", assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"))
    user_role.add_to_policy(iam.PolicyStatement(actions=["iam:CreateUser"], resources=["*"]))
    label(stack, execution_role=user_role)
    cdk.Validations.of(stack.node.root).add_plugins(AwsSolutionsChecks())
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        stack.node.root.synth()


def test_a_role_and_a_key_of_another_stack_make_no_cycle() -> None:
    stack = new_stack()
    other = cdk.Stack(stack.node.root, "Platform", env=cdk.Environment(account=stack.account, region=stack.region))
    role = iam.Role(other, "Role", assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"))
    bucket = TrainingBucket(other, "Bucket", encryption_key=kms.Key(other, "Key"))
    label(stack, execution_role=role, training_bucket=bucket)
    stack.node.root.synth()


def test_a_created_pool_is_the_only_one_the_role_may_touch() -> None:
    stack = new_stack()
    labeling = label(stack, workforce=Workforce.private(create_workforce=True))
    (pools,) = [s["Resource"] for s in granted(template_of(stack)) if "cognito-idp:CreateGroup" in as_list(s["Action"])]
    assert stack.get_logical_id(labeling.work_team.user_pool.node.default_child) in str(pools)


def test_the_cognito_rights_can_be_left_out_of_the_whole() -> None:
    stack = new_stack()
    label(stack, manage_workforce=False)
    assert not actions(template_of(stack)) & COGNITO


def test_a_given_bucket_gets_the_grants_and_no_other_is_created() -> None:
    stack = new_stack()
    label(stack, training_bucket=s3.Bucket.from_bucket_name(stack, "Given", "my-images"))
    template = template_of(stack)
    assert len(resources(template, "AWS::S3::Bucket")) == 1, "the instruction media only"
    role = [s for name, s in statements(template) if of_execution_role(name)]
    assert any("my-images" in str(s) for s in role)


def test_fifty_tasks_fit_into_the_policies_of_one_role() -> None:
    stack = new_stack()
    label(stack, tasks=[BoundingBox(f"t{index:02}" + "x" * 44, labels=["car"]) for index in range(50)])
    template = template_of(stack)
    managed = resources(template, "AWS::IAM::ManagedPolicy")
    assert len(managed) == 5
    assert all(len(spelled_out(policy)) < 6_144 for policy in managed.values())
    own = sum(
        len(spelled_out(policy))
        for name, policy in resources(template, "AWS::IAM::Policy").items()
        if "ExecutionRole" in name
    )
    assert own < 10_240


def spelled_out(policy: dict) -> str:
    """The policy as IAM counts it, without blanks, with ARNs at about their length."""
    text = json.dumps(policy["Properties"]["PolicyDocument"], separators=(",", ":"))
    return re.sub(r'\{"Fn::GetAtt":\[[^]]*\]\}', '"' + "a" * 150 + '"', text)


def test_fails_when_a_role_cannot_hold_the_permissions_of_so_many_tasks() -> None:
    tasks = [BoundingBox(f"task-{index}", labels=["car"]) for index in range(101)]
    with pytest.raises(ContractError, match="'tasks' should be at most 100, got 101"):
        label(new_stack(), tasks=tasks)
