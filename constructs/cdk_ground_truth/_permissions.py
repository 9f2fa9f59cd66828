"""Every permission that labeling needs, each stated once (contract section 3.3, the user's setup)."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_assets as s3_assets
from constructs import Construct

from cdk_ground_truth._needs import Need

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
_KEY_ACTIONS = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]


def to_label(bucket: s3.IBucket) -> list[Need]:
    """Reading images and manifests, writing results."""
    return [
        Need(actions=["s3:ListBucket", "s3:GetBucketLocation"], resources=[bucket.bucket_arn]),
        Need(
            actions=["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"],
            resources=[bucket.arn_for_objects("*")],
            why_wildcard="images, manifests and results are named by the user, job by job",
        ),
        *(
            Need(
                actions=_KEY_ACTIONS,
                resources=[key.key_arn],
                why_wildcard="the contract names these two families of actions",
            )
            for key in _keys(bucket)
        ),
    ]


def to_read_objects(bucket: s3.IBucket, keys: str) -> list[Need]:
    """Reading the objects that ``keys`` names."""
    return [
        Need(
            actions=["s3:GetObject"],
            resources=[bucket.arn_for_objects(keys)],
            why_wildcard="the objects are named when jobs run",
        ),
        *(Need(actions=["kms:Decrypt"], resources=[key.key_arn]) for key in _keys(bucket)),
    ]


def to_write_objects(bucket: s3.IBucket, keys: str) -> list[Need]:
    """Writing the objects that ``keys`` names."""
    return [
        Need(
            actions=["s3:PutObject"],
            resources=[bucket.arn_for_objects(keys)],
            why_wildcard="the objects are named when jobs run",
        ),
        *(Need(actions=["kms:GenerateDataKey"], resources=[key.key_arn]) for key in _keys(bucket)),
    ]


def to_list_objects(bucket: s3.IBucket, keys: str) -> list[Need]:
    """Listing the objects that ``keys`` names, and nothing else of the bucket."""
    return [
        Need(
            actions=["s3:ListBucket"],
            resources=[bucket.bucket_arn],
            conditions={"StringLike": {"s3:prefix": keys}},
        )
    ]


def to_read_files(*files: s3_assets.Asset | None) -> list[Need]:
    """Reading published files, and no others of the assets bucket."""
    return [
        Need(actions=["s3:GetObject"], resources=[file.bucket.arn_for_objects(file.s3_object_key)])
        for file in files
        if file
    ]


def to_invoke(function_arn: str) -> list[Need]:
    """Calling a hook."""
    return [Need(actions=["lambda:InvokeFunction"], resources=[function_arn])]


def to_write_log(group: logs.ILogGroup) -> list[Need]:
    """Writing a function's log."""
    return [
        Need(
            actions=["logs:CreateLogStream", "logs:PutLogEvents"],
            resources=[group.log_group_arn],
            why_wildcard="Lambda names the streams of the group",
        )
    ]


def to_report(stack: cdk.Stack) -> list[Need]:
    """Writing the logs and metrics of labeling jobs (contract sections 3.3 and 12)."""
    groups = [
        stack.format_arn(
            service="logs",
            resource="log-group",
            resource_name=f"/aws/sagemaker/{group}",
            arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
        )
        for group in ("LabelingJobs", "groundtruth/WorkerActivity")
    ]
    return [
        Need(
            actions=["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
            resources=[*groups, *(f"{group}:log-stream:*" for group in groups)],
            why_wildcard="streams are named after jobs",
        ),
        Need(actions=["cloudwatch:PutMetricData"], resources=["*"], why_wildcard="the action has no resource"),
    ]


def to_manage_workforce(stack: cdk.Stack, user_pool_arn: str | None) -> list[Need]:
    """Setting up Cognito workers: in the given pool, or in any pool of account and region."""
    any_pool = stack.format_arn(service="cognito-idp", resource="userpool", resource_name="*")
    return [
        Need(
            actions=["cognito-idp:CreateUserPool"],
            resources=["*"],
            why_wildcard="a pool to be created has no ARN yet",
        ),
        Need(
            actions=[f"cognito-idp:{action}" for action in _POOL_ACTIONS],
            resources=[user_pool_arn or any_pool],
            why_wildcard="the pool of the account's one workforce is not known here",
        ),
    ]


def to_start_jobs(role: iam.IRole) -> list[Need]:
    """Starting, watching and stopping labeling jobs that run with the role."""
    jobs = cdk.Stack.of(role).format_arn(service="sagemaker", resource="labeling-job", resource_name="*")
    actions = ["CreateLabelingJob", "DescribeLabelingJob", "StopLabelingJob", "AddTags"]
    return [
        Need(actions=[f"sagemaker:{action}" for action in actions], resources=[jobs]),
        Need(actions=["sagemaker:ListLabelingJobs"], resources=["*"]),
        Need(
            actions=["iam:PassRole"],
            resources=[role.role_arn],
            conditions={"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
        ),
    ]


def to_operate(bucket: s3.IBucket) -> list[Need]:
    """Putting images and manifests into the training bucket and reading everything in it."""
    return [
        Need(actions=["s3:ListBucket"], resources=[bucket.bucket_arn]),
        Need(actions=["s3:GetObject", "s3:PutObject"], resources=[bucket.arn_for_objects("*")]),
        *(Need(actions=["kms:Decrypt", "kms:GenerateDataKey"], resources=[key.key_arn]) for key in _keys(bucket)),
    ]


def to_find_tasks(stack: cdk.Stack, parameter_prefix: str) -> list[Need]:
    """Reading the parameters of the tasks, one by one or all at once."""
    path = stack.format_arn(service="ssm", resource="parameter", resource_name=parameter_prefix.removeprefix("/"))
    return [
        Need(
            actions=["ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"],
            resources=[path, f"{path}/*"],
        )
    ]


def name_in_key_policy(scope: Construct, role: iam.IRole, key: kms.IKey) -> None:
    """Names the role in the key's own policy (contract section 3.4).

    The key of another stack is left alone: both stacks would need each other. Its policy has to let the
    account's IAM policies decide, as the CDK's keys do.
    """
    if cdk.Stack.of(key) is not cdk.Stack.of(scope):
        return
    key.add_to_resource_policy(
        iam.PolicyStatement(
            sid="LabelingRoleUsesTheKey",
            principals=[iam.ArnPrincipal(role.role_arn)],
            actions=_KEY_ACTIONS,
            # In a key's own policy this means the key itself.
            resources=["*"],
        )
    )


def _keys(bucket: s3.IBucket) -> list[kms.IKey]:
    return [bucket.encryption_key] if bucket.encryption_key else []
