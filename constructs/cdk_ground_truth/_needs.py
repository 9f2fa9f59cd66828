"""What a role needs, as statements, and how it is given to a role: ours or a given one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from aws_cdk import aws_iam as iam
from constructs import Construct

from cdk_ground_truth._acknowledge import acknowledge_wildcards

TASKS_PER_POLICY = 10
TASKS_PER_ROLE = 100


@dataclass(frozen=True, kw_only=True)
class Need:
    """One statement, and the reason for any wildcard in it."""

    actions: list[str]
    resources: list[str]
    why_wildcard: str = ""
    conditions: Mapping[str, object] = field(default_factory=dict)

    def statement(self) -> iam.PolicyStatement:
        """The need as a policy statement."""
        return iam.PolicyStatement(actions=self.actions, resources=self.resources, conditions=self.conditions)


def allow(scope: Construct, id: str, role: iam.IRole, needs: Sequence[Need]) -> None:
    """Gives a role what is needed, as a policy in ``scope``.

    The policy is ours even where the role is not: a role of another stack stays untouched, which keeps the
    stacks free of cycles, and what rule packs say of the user's own policies stays unsilenced.
    """
    policy = iam.Policy(scope, id, statements=[need.statement() for need in needs], roles=[role])
    for need in needs:
        acknowledge_wildcards(policy, actions=need.actions, resources=need.resources, reason=need.why_wildcard)


def allow_tasks(scope: Construct, role: iam.IRole, tasks: Sequence[Sequence[Need]]) -> None:
    """Gives a role what its tasks need, ten tasks a managed policy.

    A role holds 10,240 characters of policies of its own, which is some fifteen tasks; ten managed policies of
    6,144 characters hold a hundred.
    """
    for start in range(0, len(tasks), TASKS_PER_POLICY):
        needs = [need for task in tasks[start : start + TASKS_PER_POLICY] for need in task]
        policy = iam.ManagedPolicy(
            scope,
            f"TaskPermissions{start // TASKS_PER_POLICY}",
            description="What the labeling tasks of this stack need: their hooks and their files",
            statements=[need.statement() for need in _joined(needs)],
            roles=[role],
        )
        for need in needs:
            acknowledge_wildcards(policy, actions=need.actions, resources=need.resources, reason=need.why_wildcard)


def _joined(needs: list[Need]) -> list[Need]:
    """The same needs in fewer statements: one for each set of actions."""
    resources: dict[tuple[str, ...], list[str]] = {}
    for need in needs:
        resources.setdefault(tuple(need.actions), []).extend(need.resources)
    return [Need(actions=list(actions), resources=of_all) for actions, of_all in resources.items()]
