"""Policies of IAM, as far as the doctor reads them."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class PolicyStatement:
    """One statement of a policy."""

    content: Mapping[str, object]

    @property
    def allows(self) -> bool:
        """Whether it allows rather than denies."""
        return self.content["Effect"] == "Allow"

    def principals(self, kind: str) -> list[str]:
        """Whom it is about: those of a kind (``AWS``, ``Service``), or "*" for everybody."""
        principal = self.content.get("Principal", {})
        named = principal.get(kind, []) if isinstance(principal, Mapping) else principal
        return [str(name) for name in (named if isinstance(named, list) else [named])]

    def condition_keys(self) -> Iterator[str]:
        """What it depends on, such as ``aws:SourceIp``."""
        conditions = self.content.get("Condition", {})
        for condition in conditions.values() if isinstance(conditions, Mapping) else ():
            yield from condition


def statements_of(policy: object) -> list[PolicyStatement]:
    """The statements of a policy, given as text or as botocore has read it."""
    document = json.loads(policy) if isinstance(policy, str) else policy
    statements = document["Statement"] if isinstance(document, Mapping) else []
    return [PolicyStatement(content) for content in (statements if isinstance(statements, list) else [statements])]
