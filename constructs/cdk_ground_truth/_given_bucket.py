"""Checks of a bucket that was made elsewhere."""

from typing import Any

import aws_cdk as cdk
import jsii
from aws_cdk import aws_s3 as s3
from constructs import IConstruct, IValidation

from ground_truth.contract.errors import ContractError, is_unresolved


def check_given_bucket(scope: IConstruct, bucket: s3.IBucket) -> None:
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


def _serves_workers(rule: dict[str, Any]) -> bool:
    return (
        "GET" in rule.get("allowedMethods", [])
        and "*" in rule.get("allowedOrigins", [])
        and "Access-Control-Allow-Origin" in rule.get("exposedHeaders", [])
    )
