"""Checks of KMS keys: those that images are encrypted with, and the output's (contract section 3.4)."""

from collections.abc import Iterable, Iterator

from botocore.exceptions import ClientError

from ground_truth.contract.findings import Check, Finding, ok, problem
from ground_truth_cli.account.refusals import code_of
from ground_truth_cli.doctor.policies import statements_of
from ground_truth_cli.doctor.probes import PlannedJob, probe

STATE = Check(
    "key.state",
    "Every key that images or output are encrypted with exists and is enabled",
    "a key that is disabled or to be deleted makes the job fail on output and workers see broken images",
)
KEY_POLICY = Check(
    "key.policy",
    "The key's own policy names the execution role or leaves the decision to the account's IAM policies",
    "IAM policies alone open no key: without the key's policy the role can neither read images nor write labels",
)
CHECKS = (STATE, KEY_POLICY)


def find_keys(job: PlannedJob, buckets: set[str], image_keys: Iterable[str]) -> Iterator[str]:
    """Yields the keys of the job, each once: its output's, its images', and those that buckets encrypt with.

    Buckets that cannot be looked at are left out; ``check_keys`` tells of them.
    """
    output_key = job.request["OutputConfig"].get("KmsKeyId")
    keys = ([output_key] if output_key else []) + list(image_keys)
    for bucket in sorted(buckets):
        try:
            keys += _default_keys(job, bucket)
        except ClientError:
            continue
    yield from dict.fromkeys(keys)


def check_keys(job: PlannedJob, buckets: set[str], image_keys: Iterable[str]) -> Iterator[Finding]:
    """Checks the keys of the job's buckets, images and output."""
    for bucket in sorted(buckets):
        yield from _encryption(job, bucket)
    for key in find_keys(job, buckets, image_keys):
        yield from _state(job, key)


def _default_keys(job: PlannedJob, bucket: str) -> list[str]:
    try:
        answer = job.deployment.aws.s3.get_bucket_encryption(Bucket=bucket)
    except ClientError as error:
        if code_of(error) != "ServerSideEncryptionConfigurationNotFoundError":
            raise
        return []
    rules = answer["ServerSideEncryptionConfiguration"]["Rules"]
    keys = [rule.get("ApplyServerSideEncryptionByDefault", {}).get("KMSMasterKeyID") for rule in rules]
    return [key for key in keys if key]


@probe(STATE, needs="s3:GetEncryptionConfiguration")
def _encryption(job: PlannedJob, bucket: str) -> Iterator[Finding]:
    if not _default_keys(job, bucket):
        yield ok(STATE, where=bucket, fact="encrypts with S3's own keys")


@probe(STATE, needs="kms:DescribeKey")
def _state(job: PlannedJob, key: str) -> Iterator[Finding]:
    try:
        metadata = job.deployment.aws.kms.describe_key(KeyId=key)["KeyMetadata"]
    except ClientError as error:
        if code_of(error) != "NotFoundException":
            raise
        yield problem(
            STATE, where=key, fact="there is no such key in this region", fix="give a key of the job's region"
        )
        return
    if metadata["KeyState"] != "Enabled":
        yield problem(STATE, where=key, fact=f"is {metadata['KeyState']}", fix="enable the key, or cancel its deletion")
        return
    yield ok(STATE, where=key, fact="is enabled")
    if metadata.get("KeyManager") == "AWS":
        role_account = job.role_arn.split(":")[4]
        if metadata["AWSAccountId"] != role_account:
            yield problem(
                KEY_POLICY,
                where=key,
                fact=f"is an AWS managed key of account {metadata['AWSAccountId']}, the role is of {role_account}",
                fix="such a key cannot be shared: encrypt with a key of your own",
            )
        else:
            yield ok(KEY_POLICY, where=key, fact="is managed by AWS for this account")
        return
    yield from _policy(job, key, metadata["AWSAccountId"])


@probe(KEY_POLICY, needs="kms:GetKeyPolicy")
def _policy(job: PlannedJob, key: str, key_account: str) -> Iterator[Finding]:
    policy = job.deployment.aws.kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"]
    allowed = {name for statement in statements_of(policy) if statement.allows for name in statement.principals("AWS")}
    role = job.role_arn
    account = role.split(":")[4]
    partition = role.split(":")[1]
    if role in allowed or "*" in allowed:
        yield ok(KEY_POLICY, where=key, fact="its policy names the execution role")
    elif allowed & {account, f"arn:{partition}:iam::{account}:root"}:
        yield ok(
            KEY_POLICY,
            where=key,
            fact="its policy leaves it to the account's IAM policies; see role.permissions for those",
        )
    else:
        yield problem(
            KEY_POLICY,
            where=key,
            fact=f"its policy lets neither the execution role nor account {account} use it (it is of {key_account})",
            fix=f"allow {role} kms:Encrypt, Decrypt, ReEncrypt*, GenerateDataKey* and DescribeKey in the key's policy",
        )
