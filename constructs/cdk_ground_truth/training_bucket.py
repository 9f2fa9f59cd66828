"""The bucket of images, manifests and results."""

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from cdk_ground_truth._acknowledge import acknowledge

# Contract section 3.1, the rule for image jobs. Workers' browsers load images from a host that AWS does not
# name, so the origin cannot be narrower.
LABELING_CORS_RULE = s3.CorsRule(
    allowed_headers=[],
    allowed_methods=[s3.HttpMethods.GET],
    allowed_origins=["*"],
    exposed_headers=["Access-Control-Allow-Origin"],
)

# Labels are overwritten only by mistake, so that what a write replaced stays for a while.
EXPIRE_LEFTOVERS = s3.LifecycleRule(
    id="ExpireReplacedVersionsAndUnfinishedUploads",
    noncurrent_version_expiration=cdk.Duration.days(90),
    abort_incomplete_multipart_upload_after=cdk.Duration.days(7),
)

OUTPUT_PREFIX = "labeling-jobs"


class TrainingBucket(s3.Bucket):
    """Defines the bucket that holds images, manifests and the output of labeling jobs.

    ACLs may be used on it (``BlockPublicAcls`` and ``IgnorePublicAcls`` off, ownership that permits them),
    public policies may not. ``acl_access=False`` blocks all public access and turns ACLs off altogether;
    nothing in today's contract needs them (contract section 3.2). TLS only, versioned, encrypted with S3's
    keys or with ``encryption_key``; replaced versions expire after 90 days, unfinished uploads after 7.
    Retained when the stack is deleted, unless ``removal_policy`` says otherwise.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        acl_access: bool = True,
        encryption_key: kms.IKey | None = None,
        removal_policy: cdk.RemovalPolicy = cdk.RemovalPolicy.RETAIN,
        server_access_logs_bucket: s3.IBucket | None = None,
    ) -> None:
        super().__init__(
            scope,
            id,
            block_public_access=s3.BlockPublicAccess(
                block_public_acls=not acl_access,
                ignore_public_acls=not acl_access,
                block_public_policy=True,
                restrict_public_buckets=True,
            ),
            object_ownership=(
                s3.ObjectOwnership.BUCKET_OWNER_PREFERRED if acl_access else s3.ObjectOwnership.BUCKET_OWNER_ENFORCED
            ),
            cors=[LABELING_CORS_RULE],
            enforce_ssl=True,
            encryption=s3.BucketEncryption.KMS if encryption_key else s3.BucketEncryption.S3_MANAGED,
            encryption_key=encryption_key,
            bucket_key_enabled=True if encryption_key else None,
            versioned=True,
            lifecycle_rules=[EXPIRE_LEFTOVERS],
            removal_policy=removal_policy,
            server_access_logs_bucket=server_access_logs_bucket,
        )
        if acl_access:
            acknowledge(
                self,
                "AwsSolutions-S2",
                "labeling setups of this contract demand that ACLs stay possible; public policies are blocked, "
                "and acl_access=False blocks everything",
            )
        if server_access_logs_bucket is None:
            acknowledge(
                self,
                "AwsSolutions-S1",
                "access logs go to a bucket of the owner's choice: give server_access_logs_bucket",
            )
