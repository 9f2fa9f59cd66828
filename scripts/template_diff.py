"""What differs between two CloudFormation templates, written for people: what touches security first.

Pure: takes templates as dictionaries, returns lines. What the CDK only notes for itself (metadata,
its bootstrap check) and what has no effect (order and ids of statements) is left out.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ground_truth.contract.json_types import JsonObject
from scripts.cloudformation import part, resource_type
from scripts.policy_statements import merged, openness, permissions
from scripts.property_paths import asset_hashes, flatten, plain, shorten, shorten_both, without_hashes

_SECURITY_TYPES = re.compile(r"AWS::(IAM::.*|EC2::SecurityGroup.*|Lambda::(Permission|Url)|.*(?<!Scaling)Policy)")
# Of these a new one is shown with all its properties: they are the rule.
_RULE_TYPES = re.compile(r"AWS::(EC2::SecurityGroup(In|E)gress|Lambda::Url)")
_SECURITY_PROPERTIES = {
    "AccessControl",
    "AdminCreateUserConfig",
    "AuthType",
    "BucketEncryption",
    "CorsConfiguration",
    "EnableKeyRotation",
    "KmsKeyArn",
    "KmsKeyId",
    "KmsMasterKeyId",
    "ManagedPolicyArns",
    "MfaConfiguration",
    "OwnershipControls",
    "PermissionsBoundary",
    "PublicAccessBlockConfiguration",
    "SSESpecification",
    "SecurityGroupEgress",
    "SecurityGroupIds",
    "SecurityGroupIngress",
}
# Resources that hold data, and the properties whose change makes CloudFormation create a new, empty one.
_STATEFUL: dict[str, set[str]] = {
    "AWS::Cognito::UserPool": set(),
    "AWS::DynamoDB::GlobalTable": {"TableName", "KeySchema", "LocalSecondaryIndexes"},
    "AWS::DynamoDB::Table": {"TableName", "KeySchema", "ImportSourceSpecification"},
    "AWS::ECR::Repository": {"RepositoryName", "EncryptionConfiguration"},
    "AWS::EFS::FileSystem": {"AvailabilityZoneName", "Encrypted", "KmsKeyId", "PerformanceMode"},
    "AWS::KMS::Key": set(),
    "AWS::Logs::LogGroup": {"LogGroupName"},
    "AWS::S3::Bucket": {"BucketName", "BucketNamePrefix", "BucketNamespace"},
    "AWS::SQS::Queue": {"QueueName", "FifoQueue"},
    "AWS::SecretsManager::Secret": {"Name"},
}
_DATA_POLICIES = {"DeletionPolicy", "UpdateReplacePolicy"}
_BOOKKEEPING = {
    "Conditions": "CDKMetadataAvailable",
    "Parameters": "BootstrapVersion",
    "Rules": "CheckBootstrapVersion",
}


@dataclass(frozen=True)
class Difference:
    """The lines to show, each starting with ``+``, ``-`` or ``!`` as something came, went or changed."""

    security: list[str] = field(default_factory=list)
    data: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _PathChange:
    path: str
    line: str

    @property
    def names(self) -> set[str]:
        return set(re.split(r"[.\[\]]+", self.path))

    @property
    def first_name(self) -> str:
        return re.split(r"[.\[]", self.path)[0]


def compare(base: JsonObject, new: JsonObject) -> Difference:
    """Compares two templates; an empty one stands for a stack that is not there."""
    difference = Difference()
    for name, before, after in _pairs(part(base, "Resources"), part(new, "Resources")):
        _compare_resource(difference, name, before, after)
    difference.others.extend(change.line for change in _path_changes(_frame(base), _frame(new), indent=""))
    return difference


def _compare_resource(difference: Difference, name: str, before: JsonObject, after: JsonObject) -> None:
    kind = resource_type(after or before)
    title = f"{'!' if before and after else '+' if after else '-'} {name} ({kind})"
    changes = _path_changes(before, after)
    security = [change for change in changes if after and _is_security(kind, change, is_new=not before)]
    data = [change for change in changes if before and after and _is_about_data(kind, change)]
    in_words = _permission_lines(before, after)
    all_security = bool(_SECURITY_TYPES.fullmatch(kind))
    came_or_went = not (before and after)

    if in_words or security or (all_security and came_or_went):
        lines = in_words + [change.line for change in security]
        difference.security.extend([title + _holders(after or before), *lines])
    if data or (kind in _STATEFUL and not after):
        fate = _fate(kind, before, after, data)
        difference.data.extend([title + fate, *(change.line for change in data)])
    elif came_or_went and not all_security:
        difference.others.append(title)
    if not came_or_went:
        others = [change.line for change in changes if change not in security + data]
        code = ": code or file changed" if _code_changed(before, after) else ""
        if kind != "AWS::Lambda::Permission" and (others or code):
            difference.others.extend([title + code, *others])


def _pairs(base: JsonObject, new: JsonObject) -> Iterator[tuple[str, JsonObject, JsonObject]]:
    for name in sorted(base.keys() | new.keys()):
        before, after = part(base, name), part(new, name)
        types = {resource_type(before), resource_type(after)}
        if "AWS::CDK::Metadata" in types:
            continue
        if before and after and len(types) > 1:
            yield name, before, {}
            yield name, {}, after
        else:
            yield name, before, after


def _frame(template: JsonObject) -> JsonObject:
    """Everything around the resources."""
    frame: JsonObject = {}
    for section, content in template.items():
        if section not in ("Resources", "Metadata"):
            ignored = _BOOKKEEPING.get(section)
            if isinstance(content, dict) and ignored:
                content = {key: item for key, item in content.items() if key != ignored}
            if content:
                frame[section] = content
    return frame


def _path_changes(before: JsonObject, after: JsonObject, indent: str = "    ") -> list[_PathChange]:
    old, new = _paths(before), _paths(after)
    changes = []
    for path in [*old, *(path for path in new if path not in old)]:
        if path not in old:
            line = f"+ {indent}{path}: {shorten(new[path])}"
        elif path not in new:
            line = f"- {indent}{path}: {shorten(old[path])}"
        elif old[path] != new[path]:
            line = f"! {indent}{path}: {' → '.join(shorten_both(old[path], new[path]))}"
        else:
            continue
        changes.append(_PathChange(path, line))
    return changes


def _paths(part: JsonObject) -> dict[str, str]:
    shown = {key: item for key, item in part.items() if key not in ("Type", "Metadata")}
    return {
        without_hashes(path.removeprefix("Properties.")): without_hashes(text)
        for path, text in flatten(shown).items()
        if path
    }


def _permission_lines(before: JsonObject, after: JsonObject) -> list[str]:
    old, new = permissions(before), permissions(after)
    added = [
        f"+     {permission}" + (f"  ⚠ {openness(permission)}" if openness(permission) else "")
        for permission in merged(new - old)
    ]
    return added + [f"-     {permission}" for permission in merged(old - new)]


def _is_security(kind: str, change: _PathChange, *, is_new: bool) -> bool:
    if kind == "AWS::Lambda::Permission":
        # Said in words already.
        return False
    all_paths = _RULE_TYPES if is_new else _SECURITY_TYPES
    return bool(all_paths.fullmatch(kind) or change.names & _SECURITY_PROPERTIES)


def _is_about_data(kind: str, change: _PathChange) -> bool:
    return kind in _STATEFUL and change.first_name in _STATEFUL[kind] | _DATA_POLICIES


def _fate(kind: str, before: JsonObject, after: JsonObject, changes: list[_PathChange]) -> str:
    """Says what becomes of the data."""
    if not after:
        event, policy, value = "removed", "DeletionPolicy", before.get("DeletionPolicy", "Delete")
    elif any(change.first_name in _STATEFUL[kind] for change in changes):
        event, policy = "replaced by a new, empty one", "UpdateReplacePolicy"
        value = after.get(policy, "Delete")
    else:
        return ""
    becomes = "THE DATA IS DELETED" if value == "Delete" else "the data stays, but nothing manages it"
    return f": {event}; {policy} {value}: {becomes}"


def _holders(resource: JsonObject) -> str:
    """Says whose policy it is, where its statements do not."""
    lists = [part(resource, "Properties").get(key) for key in ("Roles", "Users", "Groups")]
    holders = [plain(holder) for names in lists if isinstance(names, list) for holder in names]
    return f" of {', '.join(holders)}" if holders else ""


def _code_changed(before: JsonObject, after: JsonObject) -> bool:
    old, new = (
        asset_hashes(json.dumps({key: item for key, item in resource.items() if key != "Metadata"}))
        for resource in (before, after)
    )
    return bool(old and new) and old != new
