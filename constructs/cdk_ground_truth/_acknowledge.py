"""Acknowledged findings of rule packs such as cdk-nag, each with its reason beside the resource."""

import aws_cdk as cdk
from constructs import IConstruct


def acknowledge(scope: IConstruct, rule: str, reason: str) -> None:
    """Tells rule packs that a finding below ``scope`` is known and wanted."""
    cdk.Validations.of(scope).acknowledge(cdk.Acknowledgment(id=rule, reason=reason))
