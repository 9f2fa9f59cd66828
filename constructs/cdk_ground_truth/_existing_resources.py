"""Checks of buckets, roles, keys and functions that were made elsewhere."""

from collections.abc import Mapping

import aws_cdk as cdk
import jsii
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from constructs import IConstruct, IValidation

from ground_truth.contract.errors import ContractError, is_unresolved


def _check_same_region(scope: IConstruct, property_name: str, resource: cdk.IResource) -> None:
    """Raises ContractError for what is known to lie in another region than the jobs (contract section 2.4)."""
    here, there = cdk.Stack.of(scope).region, resource.env.region
    if not is_unresolved(here) and not is_unresolved(there) and here != there:
        raise ContractError(property_name, there, f"in {here}, the region of the jobs", "use one of this region")


def check_existing_bucket(scope: IConstruct, bucket: s3.IBucket) -> None:
    """Checks what can be known at synth of a bucket used as training bucket.

    Raises ContractError if it lies in another region than the jobs. Of a bucket of this app, synth fails
    unless browsers may load images from it (contract section 3.1); an imported one gets a warning.
    """
    here, there = cdk.Stack.of(scope).region, bucket.env.region
    if not is_unresolved(here) and not is_unresolved(there) and here != there:
        raise ContractError(
            "training_bucket", there, f"in {here}, the region of the jobs", "use a bucket of this region"
        )
    resource = bucket.node.default_child
    if isinstance(resource, s3.CfnBucket):
        scope.node.add_validation(_CorsValidation(resource))
    else:
        cdk.Annotations.of(scope).add_warning_v2(
            "cdk-ground-truth:given-bucket",
            "the CORS rule of an imported bucket cannot be seen at synth: without "
            "GET from '*' exposing Access-Control-Allow-Origin no worker will see an image; nor can its "
            "encryption: a bucket with a key of its own has to be imported with encryption_key",
        )


@jsii.implements(IValidation)
class _CorsValidation:
    """Looks at the CORS rule late, as rules may be added until synth."""

    def __init__(self, bucket: s3.CfnBucket) -> None:
        self._bucket = bucket

    def validate(self) -> list[str]:
        """Names the missing rule."""
        # The public getter fails on rules that are still to be computed.
        configuration = self._bucket._cfn_properties.get("corsConfiguration")
        rules = (cdk.Stack.of(self._bucket).resolve(configuration) or {}).get("corsRules", [])
        if any(_serves_workers(rule) for rule in rules):
            return []
        return [
            f"'training_bucket' should have a CORS rule that allows GET from '*' and exposes "
            f"Access-Control-Allow-Origin, got {rules}: add cdk_ground_truth.LABELING_CORS_RULE to its cors, "
            "or workers will see no images"
        ]


def _serves_workers(rule: Mapping[str, list[str]]) -> bool:
    return (
        "GET" in rule.get("allowedMethods", [])
        and "*" in rule.get("allowedOrigins", [])
        and "Access-Control-Allow-Origin" in rule.get("exposedHeaders", [])
    )


def check_existing_function(scope: IConstruct, property_name: str, function: lambda_.IFunction) -> None:
    """Raises ContractError for a function in another region: the service refuses its ARN."""
    _check_same_region(scope, property_name, function)


def check_existing_key(scope: IConstruct, key: kms.IKey) -> None:
    """Raises ContractError for a key in another region, and for one of AWS's own (contract section 3.4)."""
    _check_same_region(scope, "encryption_key", key)
    alias = getattr(key, "alias_name", None)
    if isinstance(alias, str) and alias.startswith("alias/aws/"):
        raise ContractError(
            "encryption_key",
            alias,
            "a key of your own",
            "the policy of AWS's own keys cannot name the execution role; create a key or leave it out",
        )


def check_existing_media(scope: IConstruct, bucket: s3.IBucket) -> None:
    """Fails synth for a bucket of this app that blocks what public pictures need (pictures would not load)."""
    resource = bucket.node.default_child
    if isinstance(resource, s3.CfnBucket):
        scope.node.add_validation(_PublicValidation(resource))


@jsii.implements(IValidation)
class _PublicValidation:
    """Looks at the settings late, as they may be changed until synth."""

    def __init__(self, bucket: s3.CfnBucket) -> None:
        self._bucket = bucket

    def validate(self) -> list[str]:
        """Names the settings that block public policies; what is left out blocks, since April 2023."""
        configuration = self._bucket._cfn_properties.get("publicAccessBlockConfiguration")
        settings: Mapping[str, object] = cdk.Stack.of(self._bucket).resolve(configuration) or {}
        blocking = [name for name in ("blockPublicPolicy", "restrictPublicBuckets") if settings.get(name) is not False]
        if not blocking:
            return []
        return [
            f"'bucket' of instruction media should not block public policies, got {', '.join(blocking)} on: "
            "set them to False, or public=False to serve pictures by signed addresses"
        ]


def check_existing_role(scope: IConstruct, role: iam.IRole) -> None:
    """Raises ContractError for a role of another account: the service takes those of the job's account only."""
    here, there = cdk.Stack.of(scope).account, role.env.account
    if not is_unresolved(here) and not is_unresolved(there) and here != there:
        raise ContractError(
            "execution_role", there, f"in {here}, the account of the jobs", "use a role of this account"
        )


def check_kind(property_name: str, value: object, member: str, allowed: str, fix: str) -> None:
    """Raises ContractError for a value that is given but has not the member by which its kind is known."""
    if value is not None and not hasattr(value, member):
        raise ContractError(property_name, value, allowed, fix)
