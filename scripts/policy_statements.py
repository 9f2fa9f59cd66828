"""Statements of policies as single permissions in plain words.

A statement with two actions on two resources is four permissions. So it does not matter how the
CDK splits and merges statements, and one action more shows as just that.
"""

import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from ground_truth.contract.json_types import Json, JsonObject
from scripts.cloudformation import part, resource_type
from scripts.property_paths import plain, policy_document, without_hashes

_PRINCIPAL_KINDS = {"AWS", "Service", "Federated", "CanonicalUser"}


class Permission(NamedTuple):
    """What a principal may (or may not) do to a resource, under a condition; empty where nothing is said."""

    effect: str
    action: str
    resource: str
    principal: str
    condition: str

    def __str__(self) -> str:
        limits = [
            f"principal {self.principal}" if self.principal else "",
            f"if {self.condition}" if self.condition else "",
        ]
        words = [self.effect, self.action, f"on {self.resource}" if self.resource else ""]
        words.append(f"({', '.join(filter(None, limits))})" if any(limits) else "")
        return " ".join(filter(None, words))


def permissions(resource: JsonObject) -> Counter[Permission]:
    """Collects the permissions in every policy document of a resource, and those of a Lambda permission.

    Counted, because two that differ only in an asset hash read the same.
    """
    properties = part(resource, "Properties")
    statements = list(_statements(properties))
    if resource_type(resource) == "AWS::Lambda::Permission":
        statements.append(_lambda_statement(properties))
    single = {permission for statement in statements for permission in _split(statement)}
    return Counter(Permission(*map(without_hashes, permission)) for permission in single)


def merged(changed: Counter[Permission]) -> list[Permission]:
    """Puts permissions that differ in one respect only together."""
    groups = set(changed)
    for respect in ("resource", "action", "principal"):
        values = defaultdict(list)
        for permission in groups:
            values[permission._replace(**{respect: ""})].append(getattr(permission, respect))
        groups = {key._replace(**{respect: ", ".join(sorted(different))}) for key, different in values.items()}
    return sorted(groups)


def openness(permission: Permission) -> str:
    """Names what a permission leaves open, for example ``wildcard action``; empty for a denial."""
    if permission.effect != "Allow":
        return ""
    openings = [
        "wildcard action" if _is_open(permission.action) else "",
        "wildcard resource" if any(map(_is_open, permission.resource.split(", "))) else "",
        "anyone" if re.search(r"(^|, )(anyone\b|all but )", permission.principal) else "",
    ]
    return ", ".join(filter(None, openings))


def _is_open(text: str) -> bool:
    # ``${Bucket.Arn}/*`` is held by a resource of the template, ``arn:${AWS::Partition}:s3:::*`` is not.
    held = text.startswith("${") and not text.startswith("${AWS::")
    return ("*" in text and not held) or text.startswith("all but ")


def _statements(value: Json) -> Iterator[Json]:
    document = policy_document(value)
    if document is not None:
        yield from document.statements
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _statements(item)


def _lambda_statement(properties: JsonObject) -> JsonObject:
    principal = properties.get("Principal")
    limits = {
        "aws:SourceArn": "SourceArn",
        "aws:SourceAccount": "SourceAccount",
        "aws:PrincipalOrgID": "PrincipalOrgID",
        "lambda:FunctionUrlAuthType": "FunctionUrlAuthType",
        "lambda:EventSourceToken": "EventSourceToken",
    }
    condition: JsonObject = {key: properties[name] for key, name in limits.items() if name in properties}
    return {
        "Effect": "Allow",
        "Action": properties.get("Action"),
        "Resource": properties.get("FunctionName"),
        "Principal": principal if principal == "*" else {"AWS": principal},
        "Condition": {"StringEquals": condition} if condition else {},
    }


def _split(statement: Json) -> Iterator[Permission]:
    if not isinstance(statement, dict) or "Effect" not in statement:
        # A function such as Fn::If chooses the statement at deployment.
        yield Permission("Statement", plain(statement), "", "", "")
        return
    parts = itertools.product(
        _elements(statement, "Action"), _elements(statement, "Resource"), _elements(statement, "Principal")
    )
    condition = _condition(statement.get("Condition") or {})
    for action, resource, principal in parts:
        yield Permission(plain(statement["Effect"]), action, resource, principal, condition)


def _elements(statement: JsonObject, name: str) -> list[str]:
    excluded = statement.get(f"Not{name}")
    if excluded is not None:
        return [f"all but {', '.join(sorted(_members(excluded)))}"]
    members = _members(statement.get(name, ""))
    return ["anyone" if member == "*" else member for member in members] if name == "Principal" else members


def _members(value: Json) -> list[str]:
    match value:
        case list():
            return [plain(item) for item in value]
        case dict() if value.keys() & _PRINCIPAL_KINDS:
            return [member for kind in value.values() for member in _members(kind)]
    return [plain(value) if value else ""]


def _condition(condition: Json) -> str:
    if not isinstance(condition, dict) or not all(isinstance(tests, dict) for tests in condition.values()):
        return plain(condition)
    texts = [
        f"{key} {operator} {' or '.join(sorted(_members(values)))}"
        for operator, tests in condition.items()
        if isinstance(tests, dict)
        for key, values in tests.items()
    ]
    return " and ".join(sorted(texts))
