"""Acknowledged findings of rule packs such as cdk-nag, each with its reason beside the resource."""

import json

import aws_cdk as cdk
from constructs import IConstruct


def acknowledge(scope: IConstruct, rule: str, reason: str) -> None:
    """Tells rule packs that a finding below ``scope`` is known and wanted."""
    cdk.Validations.of(scope).acknowledge(cdk.Acknowledgment(id=rule, reason=reason))


def acknowledge_wildcards(scope: IConstruct, *, actions: list[str], resources: list[str], reason: str) -> None:
    """Acknowledges exactly the wildcards in these actions and resources; any other is still found."""
    stack = cdk.Stack.of(scope)
    wildcards = [f"Action::{action}" for action in actions if "*" in action]
    wildcards += [f"Resource::{text}" for text in (_spell(stack.resolve(each)) for each in resources) if "*" in text]
    for wildcard in wildcards:
        acknowledge(scope, f"AwsSolutions-IAM5[{wildcard}]", reason)


def _spell(value: object) -> str:
    """Writes a resolved template value as cdk-nag names it: ``<LogicalId.Arn>/*``."""
    match value:
        case {"Ref": name}:
            return f"<{name}>"
        case {"Fn::GetAtt": [name, attribute]}:
            return f"<{name}.{attribute}>"
        case {"Fn::Join": [separator, [*parts]]}:
            return str(separator).join(_spell(part) for part in parts)
        case {"Fn::Sub": text}:
            return str(text).replace("${", "<").replace("}", ">")
        case dict():
            return json.dumps(value, separators=(",", ":"))
    return str(value)
