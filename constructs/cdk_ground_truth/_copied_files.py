"""Files that a deployment copies into a bucket."""

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_assets as s3_assets
from aws_cdk import aws_s3_deployment as s3_deployment
from constructs import Construct

from cdk_ground_truth._acknowledge import acknowledge, acknowledge_wildcards

_BASIC_EXECUTION = "arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"


def copy_files(
    scope: Construct,
    id: str,
    *,
    files: s3_assets.Asset,
    bucket: s3.IBucket,
    generated: Sequence[s3_deployment.ISource] = (),
    prune: bool = True,
    cache_control: Sequence[s3_deployment.CacheControl] | None = None,
) -> None:
    """Has the deployment copy ``files`` into a bucket, and what it generates; ``prune`` deletes all else there."""
    deployment = s3_deployment.BucketDeployment(
        scope,
        id,
        sources=[s3_deployment.Source.bucket(files.bucket, files.s3_object_key), *generated],
        destination_bucket=bucket,
        prune=prune,
        cache_control=cache_control,
    )
    # The CDK keeps one copying function a stack, which makes its policy and runtime the CDK's.
    function = cdk.Stack.of(scope).node.find_child(deployment.handler_role.node.path.split("/")[-2])
    reason = "the CDK's own function, which copies files into the bucket"
    acknowledge(function, f"AwsSolutions-IAM4[Policy::{_BASIC_EXECUTION}]", reason)
    acknowledge(function, "AwsSolutions-L1", reason)
    acknowledge_wildcards(
        function,
        actions=["s3:GetBucket*", "s3:GetObject*", "s3:List*", "s3:Abort*", "s3:DeleteObject*"],
        resources=[files.bucket.arn_for_objects("*"), bucket.arn_for_objects("*")],
        reason=reason,
    )
