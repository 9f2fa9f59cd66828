import json

import pytest
from botocore.exceptions import ClientError

from ground_truth.contract.findings import Level
from ground_truth_cli.doctor import account as doctor_account
from ground_truth_cli.doctor import buckets as doctor_buckets
from ground_truth_cli.doctor import keys as doctor_keys
from tests.cli.conftest import ACCOUNT, CLOSED, MEDIA, OPEN_CORS, TRAINING, make_right


def test_a_bucket_of_images_in_another_region(account) -> None:
    there = account.session.client("s3", region_name="us-west-2")
    there.create_bucket(Bucket="afar", CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
    make_right(account.s3, "afar")
    account.put_lines({"source-ref": "s3://afar/a.jpg"})
    assert "lies in us-west-2, the job runs in eu-west-1" in account.problem(doctor_buckets.BUCKET_REGION).fact


def test_a_bucket_of_images_that_is_not_there(account) -> None:
    account.put_lines({"source-ref": "s3://gone-for-good/a.jpg"})
    assert account.problem(doctor_buckets.BUCKET_REGION).fact == "there is no such bucket"


class RefusingHead:
    """S3 as the owner of another account's bucket would have it: no answer, but the region in a header."""

    def __init__(self, s3) -> None:
        self.s3 = s3

    def __getattr__(self, name):
        return getattr(self.s3, name)

    def head_bucket(self, **_):
        response = {
            "Error": {"Code": "403", "Message": "Forbidden"},
            "ResponseMetadata": {"HTTPHeaders": {"x-amz-bucket-region": "us-west-2"}},
        }
        raise ClientError(response, "HeadBucket")


def test_the_region_of_a_bucket_that_refuses_us_is_told_all_the_same(account) -> None:
    account.session.clients["s3"] = RefusingHead(account.s3)
    assert "lies in us-west-2" in account.problem(doctor_buckets.BUCKET_REGION).fact


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (OPEN_CORS | {"AllowedOrigins": ["https://example.com"]}, "let only ['https://example.com'] GET"),
        (OPEN_CORS | {"AllowedMethods": ["PUT"]}, "let only [] GET"),
    ],
)
def test_a_cors_rule_that_keeps_workers_out(account, rule, text) -> None:
    account.s3.put_bucket_cors(Bucket=TRAINING, CORSConfiguration={"CORSRules": [rule]})
    assert text in account.problem(doctor_buckets.CORS).fact


def test_a_cors_rule_that_exposes_nothing(account) -> None:
    rule = {key: value for key, value in OPEN_CORS.items() if key != "ExposeHeaders"}
    account.s3.put_bucket_cors(Bucket=TRAINING, CORSConfiguration={"CORSRules": [rule]})
    assert "does not expose" in account.warning(doctor_buckets.CORS).fact


def test_cors_is_asked_of_every_bucket_in_the_manifest(account) -> None:
    account.s3.create_bucket(Bucket="second", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    account.put_lines({"source-ref": "s3://second/a.jpg"}, {"source-ref": f"s3://{TRAINING}/images/0.jpg"})
    assert account.problem(doctor_buckets.CORS).where == "second"


@pytest.mark.parametrize("rules", [None, "ObjectWriter"])
def test_a_bucket_that_does_not_own_its_objects(account, rules) -> None:
    account.s3.delete_bucket_ownership_controls(Bucket=TRAINING)
    if rules:
        account.s3.put_bucket_ownership_controls(
            Bucket=TRAINING, OwnershipControls={"Rules": [{"ObjectOwnership": rules}]}
        )
    assert "ObjectWriter" in account.warning(doctor_buckets.OWNERSHIP).fact


def test_images_that_a_policy_could_open(account) -> None:
    account.s3.delete_public_access_block(Bucket=TRAINING)
    assert account.warning(doctor_buckets.BUCKET_PUBLIC_ACCESS).where == TRAINING


def test_instruction_pictures_behind_the_bucket_s_block(account) -> None:
    account.s3.put_public_access_block(Bucket=MEDIA, PublicAccessBlockConfiguration=CLOSED)
    assert account.problem(doctor_buckets.BUCKET_PUBLIC_ACCESS).where == MEDIA


def test_instruction_pictures_behind_the_account_s_block(account) -> None:
    s3control = account.session.client("s3control")
    s3control.put_public_access_block(AccountId=ACCOUNT, PublicAccessBlockConfiguration=CLOSED)
    assert "BlockPublicPolicy" in account.problem(doctor_account.ACCOUNT_PUBLIC_ACCESS).fact
    account.publish(instruction_media=f"s3://{MEDIA}")
    assert [finding.level for finding in account.examine(doctor_account.ACCOUNT_PUBLIC_ACCESS)] == [Level.OK]


def test_a_policy_that_ties_images_to_a_network(account) -> None:
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{TRAINING}/*",
        "Condition": {"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    account.s3.put_bucket_policy(Bucket=TRAINING, Policy=policy)
    assert "aws:SourceIp" in account.warning(doctor_buckets.BUCKET_POLICY).fact


def encrypt(account, key: str) -> None:
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}}
    account.s3.put_bucket_encryption(Bucket=TRAINING, ServerSideEncryptionConfiguration={"Rules": [rule]})


def test_a_key_that_the_account_s_policies_decide_on(account) -> None:
    key = account.session.client("kms").create_key()["KeyMetadata"]["Arn"]
    encrypt(account, key)
    assert [finding.level for finding in account.examine(doctor_keys.KEY_POLICY)] == [Level.OK]
    assert ("kms:Decrypt", key) in account.simulator.asked


def test_a_key_whose_policy_names_somebody_else(account) -> None:
    statement = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::999999999999:root"}, "Action": "kms:*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement | {"Resource": "*"}]})
    key = account.session.client("kms").create_key(Policy=policy)["KeyMetadata"]["KeyId"]
    encrypt(account, key)
    assert "lets neither the execution role nor account" in account.problem(doctor_keys.KEY_POLICY).fact


def test_a_key_that_is_off(account) -> None:
    kms = account.session.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.disable_key(KeyId=key)
    encrypt(account, key)
    assert account.problem(doctor_keys.STATE).fact == "is Disabled"


def test_a_key_of_an_image_alone(account) -> None:
    kms = account.session.client("kms")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    options = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key}
    account.s3.copy_object(Bucket=TRAINING, Key="images/1.jpg", CopySource=f"{TRAINING}/images/2.jpg", **options)
    assert [finding.where for finding in account.examine(doctor_keys.KEY_POLICY)] == [key]
    assert ("kms:Decrypt", key) in account.simulator.asked


def test_a_key_that_is_not_there(account) -> None:
    account.deploy_with(OutputConfig={"KmsKeyId": "0d8cbd04-0000-4000-8000-000000000000"})
    assert "no such key" in account.problem(doctor_keys.STATE).fact
