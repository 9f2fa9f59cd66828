"""Every statement of every synthesized policy: no wildcard that was not reviewed."""

import pytest

from tests.infrastructure.apps import as_list, statements
from tests.reviewed_wildcards import REVIEWED
from tests.stacks.test_labeling_stack import NAMES, template


def wildcards(name: str) -> list[tuple[str, str, str]]:
    """(logical id, action, resource) of every allowed pair in which one holds a wildcard."""
    items = []
    for owner, statement in statements(template(name)):
        if statement["Effect"] == "Deny":
            continue
        for action in as_list(statement["Action"]):
            for resource in as_list(statement.get("Resource", [])):
                if "*" in action or "*" in str(resource):
                    items.append((owner, action, str(resource)))
    return items


def covers(line: tuple[str, str, str, str], used: tuple[str, str, str]) -> bool:
    owner, action, resource, _ = line
    return owner in used[0] and action == used[1] and resource in used[2]


@pytest.mark.parametrize("name", NAMES)
def test_every_wildcard_is_on_the_reviewed_list(name: str) -> None:
    unreviewed = [used for used in wildcards(name) if not any(covers(line, used) for line in REVIEWED)]
    assert not unreviewed


def test_every_reviewed_wildcard_is_still_needed() -> None:
    used = [each for name in NAMES for each in wildcards(name)]
    assert not [line for line in REVIEWED if not any(covers(line, each) for each in used)]


def test_every_reviewed_wildcard_has_a_reason() -> None:
    assert all(len(reason.split()) > 3 for *_, reason in REVIEWED)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_may_do_everything(name: str) -> None:
    assert not [used for used in wildcards(name) if used[1] == "*" or used[1].endswith(":*")]
