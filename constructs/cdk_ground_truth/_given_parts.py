"""Checks of roles, keys, functions and picture buckets that were made elsewhere."""

from typing import Any

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


def check_given_function(scope: IConstruct, property_name: str, function: lambda_.IFunction) -> None:
    """Raises ContractError for a function in another region: the service refuses its ARN."""
    _check_same_region(scope, property_name, function)


def check_given_key(scope: IConstruct, key: kms.IKey) -> None:
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


def check_given_media(scope: IConstruct, bucket: s3.IBucket) -> None:
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
        settings: dict[str, Any] = cdk.Stack.of(self._bucket).resolve(configuration) or {}
        blocking = [name for name in ("blockPublicPolicy", "restrictPublicBuckets") if settings.get(name) is not False]
        if not blocking:
            return []
        return [
            f"'bucket' of instruction media should not block public policies, got {', '.join(blocking)} on: "
            "set them to False, or public=False to serve pictures by signed addresses"
        ]


def check_given_role(scope: IConstruct, role: iam.IRole) -> None:
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
