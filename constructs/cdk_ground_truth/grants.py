"""Every permission that labeling needs, each stated once (contract section 3.3, design of the user's setup).

The functions take any role, ours or a given one, and any bucket or key.
"""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_assets as s3_assets
from constructs import Construct

from cdk_ground_truth._acknowledge import acknowledge_wildcards

# CreateUserPool has no resource yet; the others act on a pool.
_POOL_ACTIONS = (
    "CreateGroup",
    "CreateUserPoolDomain",
    "AdminCreateUser",
    "CreateUserPoolClient",
    "AdminAddUserToGroup",
    "DescribeUserPoolClient",
    "DescribeUserPool",
    "UpdateUserPool",
)


def allow_training_data(role: iam.IRole, bucket: s3.IBucket) -> None:
    """Lets the role read images and manifests and write results."""
    _allow(role, ["s3:ListBucket", "s3:GetBucketLocation"], bucket.bucket_arn)
    _allow(
        role,
        ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"],
        bucket.arn_for_objects("*"),
        why_wildcard="images, manifests and results are named by the user, job by job",
    )
    if bucket.encryption_key:
        allow_key(role, bucket.encryption_key)


def allow_reading_objects(grantee: iam.IGrantable, bucket: s3.IBucket, keys: str) -> None:
    """Lets a principal read the objects of a bucket that ``keys`` names."""
    _allow(grantee, ["s3:GetObject"], bucket.arn_for_objects(keys), why_wildcard="the objects come later")
    if bucket.encryption_key:
        _allow(grantee, ["kms:Decrypt"], bucket.encryption_key.key_arn)


def allow_writing_objects(grantee: iam.IGrantable, bucket: s3.IBucket, keys: str) -> None:
    """Lets a principal write the objects of a bucket that ``keys`` names."""
    _allow(grantee, ["s3:PutObject"], bucket.arn_for_objects(keys), why_wildcard="the objects come later")
    if bucket.encryption_key:
        _allow(grantee, ["kms:GenerateDataKey"], bucket.encryption_key.key_arn)


def allow_reading_file(grantee: iam.IGrantable, file: s3_assets.Asset) -> None:
    """Lets a principal read one published file, and no other of the assets bucket."""
    _allow(grantee, ["s3:GetObject"], file.bucket.arn_for_objects(file.s3_object_key))


def allow_key(role: iam.IRole, key: kms.IKey) -> None:
    """Lets the role use a key, in its own policy and in the key's (contract section 3.4)."""
    actions = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
    _allow(role, actions, key.key_arn, why_wildcard="the contract names these two families of actions")
    key.add_to_resource_policy(
        iam.PolicyStatement(
            sid="LabelingRoleUsesTheKey",
            principals=[iam.ArnPrincipal(role.role_arn)],
            actions=actions,
            # In a key's own policy this means the key itself.
            resources=["*"],
        )
    )


def allow_invoking(role: iam.IRole, function_arn: str) -> None:
    """Lets the role call a hook."""
    _allow(role, ["lambda:InvokeFunction"], function_arn)


def allow_writing_logs(role: iam.IRole, group: logs.ILogGroup) -> None:
    """Lets a function's role write its log."""
    _allow(
        role,
        ["logs:CreateLogStream", "logs:PutLogEvents"],
        group.log_group_arn,
        why_wildcard="Lambda names the streams of the group",
    )


def allow_logs_and_metrics(role: iam.IRole) -> None:
    """Lets the role write the logs and metrics of labeling jobs (contract sections 3.3 and 12)."""
    groups = [
        cdk.Stack.of(role).format_arn(
            service="logs",
            resource="log-group",
            resource_name=f"/aws/sagemaker/{group}",
            arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
        )
        for group in ("LabelingJobs", "groundtruth/WorkerActivity")
    ]
    _allow(
        role,
        ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
        *groups,
        *(f"{group}:log-stream:*" for group in groups),
        why_wildcard="streams are named after jobs",
    )
    _allow(role, ["cloudwatch:PutMetricData"], "*", why_wildcard="the action has no resource")


def allow_managing_workforce(role: iam.IRole, user_pool_arn: str | None) -> None:
    """Lets the role set up Cognito workers: in the given pool, or in any pool of account and region."""
    any_pool = cdk.Stack.of(role).format_arn(service="cognito-idp", resource="userpool", resource_name="*")
    _allow(role, ["cognito-idp:CreateUserPool"], "*", why_wildcard="a pool to be created has no ARN yet")
    _allow(
        role,
        [f"cognito-idp:{action}" for action in _POOL_ACTIONS],
        user_pool_arn or any_pool,
        why_wildcard="the pool of the account's one workforce is not known here; give user_pool to name it",
    )


def allow_starting(operator: iam.IGrantable, role: iam.IRole) -> None:
    """Lets an operator start, watch and stop labeling jobs that run with the role."""
    _allow(
        operator,
        [
            "sagemaker:CreateLabelingJob",
            "sagemaker:DescribeLabelingJob",
            "sagemaker:StopLabelingJob",
            "sagemaker:AddTags",
        ],
        cdk.Stack.of(role).format_arn(service="sagemaker", resource="labeling-job", resource_name="*"),
        why_wildcard="jobs are named when they start",
    )
    _allow(operator, ["sagemaker:ListLabelingJobs"], "*", why_wildcard="the action has no resource")
    operator.grant_principal.add_to_principal_policy(
        iam.PolicyStatement(
            actions=["iam:PassRole"],
            resources=[role.role_arn],
            conditions={"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
        )
    )


def allow_operating(operator: iam.IGrantable, bucket: s3.IBucket) -> None:
    """Lets an operator put images and manifests into the training bucket and read everything in it."""
    _allow(operator, ["s3:ListBucket"], bucket.bucket_arn)
    _allow(
        operator,
        ["s3:GetObject", "s3:PutObject"],
        bucket.arn_for_objects("*"),
        why_wildcard="images, manifests and results are named by the user, job by job",
    )
    if bucket.encryption_key:
        _allow(operator, ["kms:Decrypt", "kms:GenerateDataKey"], bucket.encryption_key.key_arn)


def _allow(grantee: iam.IGrantable, actions: list[str], *resources: str, why_wildcard: str = "") -> None:
    principal = grantee.grant_principal
    principal.add_to_principal_policy(iam.PolicyStatement(actions=actions, resources=list(resources)))
    if why_wildcard and isinstance(principal, Construct):
        acknowledge_wildcards(principal, actions=actions, resources=list(resources), reason=why_wildcard)
