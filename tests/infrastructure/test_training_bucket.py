import functools

import pytest
from aws_cdk import aws_kms as kms
from aws_cdk.assertions import Match, Template

from cdk_ground_truth import TrainingBucket
from tests.infrastructure.apps import new_stack, only, resources, template_of


@functools.cache
def bucket_template(**properties) -> Template:
    stack = new_stack()
    TrainingBucket(stack, "Bucket", **properties)
    return template_of(stack)


def test_public_acls_stay_possible_and_public_policies_do_not() -> None:
    assert only(bucket_template(), "AWS::S3::Bucket")["PublicAccessBlockConfiguration"] == {
        "BlockPublicAcls": False,
        "IgnorePublicAcls": False,
        "BlockPublicPolicy": True,
        "RestrictPublicBuckets": True,
    }


def test_ownership_permits_acls() -> None:
    ownership = only(bucket_template(), "AWS::S3::Bucket")["OwnershipControls"]
    assert ownership == {"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]}


def test_without_acl_access_everything_public_is_blocked_and_acls_are_off() -> None:
    bucket = only(bucket_template(acl_access=False), "AWS::S3::Bucket")
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}


def test_cors_is_the_contract_rule_and_no_wider() -> None:
    assert only(bucket_template(), "AWS::S3::Bucket")["CorsConfiguration"] == {
        "CorsRules": [
            {
                "AllowedHeaders": [],
                "AllowedMethods": ["GET"],
                "AllowedOrigins": ["*"],
                "ExposedHeaders": ["Access-Control-Allow-Origin"],
            }
        ]
    }


def test_only_tls_is_served() -> None:
    bucket_template().has_resource_properties(
        "AWS::S3::BucketPolicy",
        {
            "PolicyDocument": {
                "Statement": [
                    Match.object_like(
                        {
                            "Effect": "Deny",
                            "Action": "s3:*",
                            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                            "Principal": {"AWS": "*"},
                        }
                    )
                ]
            }
        },
    )


def test_it_is_encrypted_versioned_and_tidied() -> None:
    bucket = only(bucket_template(), "AWS::S3::Bucket")
    rule = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"][0]["ServerSideEncryptionByDefault"]
    assert rule == {"SSEAlgorithm": "AES256"}
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    tidied = bucket["LifecycleConfiguration"]["Rules"][0]
    assert tidied["NoncurrentVersionExpiration"] == {"NoncurrentDays": 90}
    assert tidied["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 7}
    assert "ExpirationInDays" not in tidied, "labels must never expire"


def test_a_given_key_encrypts() -> None:
    stack = new_stack()
    TrainingBucket(stack, "Bucket", encryption_key=kms.Key(stack, "Key"))
    configuration = only(template_of(stack), "AWS::S3::Bucket")["BucketEncryption"]
    assert configuration["ServerSideEncryptionConfiguration"][0]["BucketKeyEnabled"] is True


@pytest.mark.parametrize("kind", ["DeletionPolicy", "UpdateReplacePolicy"])
def test_labels_survive_the_stack(kind: str) -> None:
    (bucket,) = resources(bucket_template(), "AWS::S3::Bucket").values()
    assert bucket[kind] == "Retain"


def test_nothing_deletes_objects_when_the_stack_goes() -> None:
    assert not resources(bucket_template(), "Custom::S3AutoDeleteObjects")
