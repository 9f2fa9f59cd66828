"""The bucket of photos as people took them."""

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from cdk_ground_truth._acknowledge import acknowledge
from ground_truth.images.dataset import BATCH_PARTS, UPLOADS


class RawBucket(s3.Bucket):
    """Defines the bucket of originals: private, TLS only, encrypted with S3's keys or with ``encryption_key``.

    Uploads expire after ``keep``, 30 days by default, and what batches leave after a week; the mappings, which
    alone say which photo became which picture, stay. It tells EventBridge of every new object.
    Retained when the stack is deleted, unless ``removal_policy`` says otherwise.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        keep: cdk.Duration | None = None,
        encryption_key: kms.IKey | None = None,
        removal_policy: cdk.RemovalPolicy = cdk.RemovalPolicy.RETAIN,
        server_access_logs_bucket: s3.IBucket | None = None,
    ) -> None:
        super().__init__(
            scope,
            id,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            encryption=s3.BucketEncryption.KMS if encryption_key else s3.BucketEncryption.S3_MANAGED,
            encryption_key=encryption_key,
            bucket_key_enabled=True if encryption_key else None,
            lifecycle_rules=[
                s3.LifecycleRule(id="ExpireOriginals", prefix=f"{UPLOADS}/", expiration=keep or cdk.Duration.days(30)),
                s3.LifecycleRule(id="ExpireParts", prefix=f"{BATCH_PARTS}/", expiration=cdk.Duration.days(7)),
                s3.LifecycleRule(
                    id="ExpireUnfinishedUploads", abort_incomplete_multipart_upload_after=cdk.Duration.days(7)
                ),
            ],
            removal_policy=removal_policy,
            server_access_logs_bucket=server_access_logs_bucket,
        )
        resource = self.node.default_child
        if isinstance(resource, s3.CfnBucket):
            # The bucket's own property for it would bring a function that sets what this line sets.
            resource.notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
                event_bridge_configuration=s3.CfnBucket.EventBridgeConfigurationProperty(event_bridge_enabled=True)
            )
        if server_access_logs_bucket is None:
            acknowledge(
                self,
                "AwsSolutions-S1",
                "access logs go to a bucket of the owner's choice: give server_access_logs_bucket",
            )
