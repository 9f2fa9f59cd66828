"""The bucket of pictures that instructions show."""

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_assets as s3_assets
from constructs import Construct

from cdk_ground_truth._acknowledge import acknowledge
from cdk_ground_truth._copied_files import copy_files
from cdk_ground_truth._existing_resources import check_existing_media
from cdk_ground_truth.training_bucket import EXPIRE_LEFTOVERS
from ground_truth.contract.errors import ContractError
from ground_truth.tasks.instructions import Instructions


class InstructionMedia(Construct):
    """Defines the bucket of instruction pictures: anybody may read an object over TLS, and nothing else.

    ``content`` is a folder that every deployment copies into it; ``deploy_content=False`` leaves the copying
    to you. ``public=False`` keeps the bucket private: templates then show its pictures through
    ``grant_read_access``. ``bucket`` uses an existing bucket as it is; ``public`` says whether it is public,
    and synth fails if it is a bucket of this app that cannot be.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        content: str | None = None,
        deploy_content: bool = True,
        public: bool = True,
        bucket: s3.IBucket | None = None,
        removal_policy: cdk.RemovalPolicy = cdk.RemovalPolicy.RETAIN,
    ) -> None:
        super().__init__(scope, id)
        if content is not None and not Path(content).is_dir():
            raise ContractError("content", content, "an existing folder", "correct the path of the pictures")
        self.public = public
        self.content = content
        self._created = bucket is None
        self.bucket: s3.IBucket = bucket or self._create_bucket(removal_policy)
        if bucket and public:
            check_existing_media(self, bucket)
        if content and deploy_content:
            self._deploy(content)

    @property
    def base_uri(self) -> str:
        """What a template puts before a picture's path: an https address, or an S3 URI to be signed."""
        return (
            f"https://{self.bucket.bucket_regional_domain_name}" if self.public else f"s3://{self.bucket.bucket_name}"
        )

    def check(self, instructions: Instructions) -> None:
        """Raises ContractError if an example's picture is not in the content folder."""
        if self.content is None:
            if self._created and instructions.uses_media:
                cdk.Annotations.of(self).add_warning_v2(
                    "cdk-ground-truth:instruction-pictures",
                    "examples show pictures of the instruction media bucket, which nothing puts there: "
                    "give instruction_pictures, or copy them yourself",
                )
            return
        for example in instructions.examples:
            if example.is_media and not Path(self.content, example.image).is_file():
                raise ContractError(
                    "image", example.image, f"a file in {self.content}", "put the picture there or correct its path"
                )

    def _create_bucket(self, removal_policy: cdk.RemovalPolicy) -> s3.Bucket:
        bucket = s3.Bucket(
            self,
            "Bucket",
            block_public_access=s3.BlockPublicAccess(
                block_public_acls=True,
                ignore_public_acls=True,
                block_public_policy=not self.public,
                restrict_public_buckets=not self.public,
            ),
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            versioned=True,
            lifecycle_rules=[EXPIRE_LEFTOVERS],
            removal_policy=removal_policy,
        )
        acknowledge(bucket, "AwsSolutions-S1", "what lies here is public by intent; who reads it is of no interest")
        if self.public:
            bucket.add_to_resource_policy(
                iam.PolicyStatement(
                    sid="AnyoneMayReadInstructionPictures",
                    principals=[iam.AnyPrincipal()],
                    actions=["s3:GetObject"],
                    resources=[bucket.arn_for_objects("*")],
                    conditions={"Bool": {"aws:SecureTransport": "true"}},
                )
            )
            for rule in ("AwsSolutions-S2", "AwsSolutions-S5"):
                acknowledge(
                    bucket,
                    rule,
                    "instruction pictures are shown to workers without sign-in; public=False hides them",
                )
        return bucket

    def _deploy(self, content: str) -> None:
        pictures = s3_assets.Asset(self, "Pictures", path=content)
        # In a bucket of somebody else's, what we did not put there is not ours to delete.
        copy_files(self, "Content", files=pictures, bucket=self.bucket, prune=self._created)
