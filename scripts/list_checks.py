"""Prints docs/checks.md: every check with its meaning, read from the code so that the page cannot drift.

Run as `python -m scripts.list_checks > docs/checks.md`.
"""

import ast
import importlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TypeVar

from ground_truth.contract import limits
from ground_truth.contract.findings import Check

Node = TypeVar("Node", bound=ast.AST)

REPOSITORY = Path(__file__).resolve().parents[1]
PACKAGES = ("lambdas/ground_truth", "constructs/cdk_ground_truth", "cli/ground_truth_cli")
# In the order in which a labeling meets them: what is asked, what is labeled, what came of it, the account.
ROOMS = {
    "ground_truth.contract": "Names and limits of the service",
    "ground_truth.tasks": "Tasks",
    "ground_truth.templates": "Worker templates",
    "ground_truth.manifests": "Manifests and labels",
    "ground_truth.images": "Images",
    "ground_truth.engine": "Jobs of the self-hosted engine",
    "ground_truth.answers": "Answers",
    "ground_truth.consolidation": "Consolidation",
    "ground_truth.jobs": "Jobs, their results and cost",
    "ground_truth.exports": "Exports",
    "ground_truth.reporting": "Reports",
    "ground_truth.workflow": "The workflow",
    "ground_truth.aws": "Services of AWS",
    "cdk_ground_truth": "Constructs",
    "ground_truth_cli.doctor": "The account, looked at by `ground-truth doctor`",
    "ground_truth_cli": "Commands",
}

_INTRODUCTION = """\
# Checks

Written by `python -m scripts.list_checks` from the code; a test compares. Change the code, not this page.

A check finds *ok*, a *warning* (it costs money or quality) or a *problem* (it stops a job): at synth what can be
known then, and with `ground-truth doctor`, `ground-truth manifest check` and `ground-truth template check` before a
job is started. What AWS does not let the doctor look at is a warning, never an *ok*. The values further below are
refused at once, where they are written: by the constructs at synth, by the commands when they are given.
"""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What the code refuses: a property, what it may be, and what to do; parts known only then are in braces."""

    property: str
    allowed: str
    fix: str


def main() -> None:
    """Prints the page."""
    sys.stdout.write(page())


def page() -> str:
    """The whole page."""
    return "\n".join([_INTRODUCTION, *_checks(), *_rules(), *_warnings(), ""])


def _checks() -> Iterator[str]:
    yield "## Checks that find\n"
    listed: dict[str, Check] = {}
    for heading, names in _rooms():
        tables = [table for module in _imported(names) for table in _checks_of(module, listed)]
        if tables:
            yield f"### {heading}\n"
            yield from tables


def _checks_of(module: ModuleType, listed: dict[str, Check]) -> Iterator[str]:
    # A module may list the checks of another among its own: they stand where they were listed first.
    checks = [check for check in getattr(module, "CHECKS", ()) if listed.get(check.id) is not check]
    if not checks:
        return
    yield f"#### {_summary(module.__doc__)}\n"
    yield "| check | what is right | why it matters |"
    yield "|---|---|---|"
    for check in checks:
        if listed.setdefault(check.id, check) is not check:
            raise ValueError(f"there are two checks {check.id!r}, one of them in {module.__name__}: rename it")
        yield f"| `{check.id}` | {_cell(check.meaning)} | {_cell(check.why)} |"
    yield ""


def modules() -> Iterator[ModuleType]:
    """Every module of the library and of the command, room by room."""
    for _, names in _rooms():
        yield from _imported(names)


def _imported(names: list[str]) -> Iterator[ModuleType]:
    # The constructs have no checks of this kind, and importing them would start the CDK.
    return (importlib.import_module(name) for name in names if not name.startswith("cdk_ground_truth"))


def _rooms() -> Iterator[tuple[str, list[str]]]:
    """The heading of each room and the names of its modules.

    Raises ValueError for a module in a room that has no heading.
    """
    names: dict[str, list[str]] = {room: [] for room in ROOMS}
    for name in _sources():
        rooms = [room for room in ROOMS if name == room or name.startswith(f"{room}.")]
        if rooms:
            names[rooms[0]].append(name)
        elif "." in name:
            raise ValueError(f"{name} is in no room of ROOMS: give its room a heading")
    return zip(ROOMS.values(), names.values(), strict=True)


@cache
def _sources() -> dict[str, ast.Module]:
    """The syntax tree of every module, by its name."""
    trees = {}
    for package in map(Path, PACKAGES):
        for path in sorted((REPOSITORY / package).rglob("*.py")):
            name = path.relative_to(REPOSITORY / package.parent).with_suffix("").as_posix().replace("/", ".")
            trees[name.removesuffix(".__init__")] = ast.parse(path.read_text(encoding="utf-8"))
    return trees


def _rules() -> Iterator[str]:
    yield "## Values that are refused\n"
    yield "Where the code writes a value into the message, the code stands here in braces.\n"
    for heading, names in _rooms():
        tables = [table for name in names for table in _rules_of(_sources()[name])]
        if tables:
            yield f"### {heading}\n"
            yield from tables


def _rules_of(tree: ast.Module) -> Iterator[str]:
    rules = list(dict.fromkeys(_refusals(tree)))
    if not rules:
        return
    yield f"#### {_summary(ast.get_docstring(tree))}\n"
    yield "| property | should be | otherwise |"
    yield "|---|---|---|"
    for rule in rules:
        yield f"| `{rule.property}` | {_cell(rule.allowed)} | {_cell(rule.fix)} |"
    yield ""


def _warnings() -> Iterator[str]:
    yield "## Other warnings at synth\n"
    yield "What is allowed, and yet likely to cost money or quality. `cdk synth` shows them.\n"
    yield "| warning | what it says |"
    yield "|---|---|"
    for tree in (_sources()[name] for _, names in _rooms() for name in names):
        for function in _in_order(tree, ast.FunctionDef):
            # What yields (id, text) is a warning: the constructs put the id behind their own prefix.
            if function.returns is None or ast.unparse(function.returns) != "Iterator[tuple[str, str]]":
                continue
            for node in _in_order(function, ast.Yield):
                # Others are named by checks, which are listed above.
                if isinstance(node.value, ast.Tuple) and isinstance(node.value.elts[0], ast.Constant):
                    name, text = node.value.elts
                    yield f"| `{_text(name)}` | {_cell(_text(text))} |"


def _in_order(tree: ast.AST, kind: type[Node]) -> list[Node]:
    """The nodes of a kind, as they follow each other in the text."""
    nodes = [node for node in ast.walk(tree) if isinstance(node, kind)]
    return sorted(nodes, key=lambda node: getattr(node, "lineno", 0))


def _refusals(tree: ast.AST) -> Iterator[Rule]:
    for node in _in_order(tree, ast.Call):
        if ast.unparse(node.func) != "ContractError":
            continue
        arguments = dict(zip(("property", "got", "allowed", "fix"), node.args, strict=False))
        arguments |= {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}
        yield Rule(
            property=_text(arguments.get("property", arguments.get("property_name"))),
            allowed=_text(arguments.get("allowed")),
            fix=_text(arguments.get("fix")),
        )


def _text(node: ast.expr | None) -> str:
    """The text that an expression stands for, as far as the code alone tells."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _text(node.left) + _text(node.right)
    if isinstance(node, ast.FormattedValue) and (constant := _limit(node.value)) is not None:
        return constant
    inner = node.value if isinstance(node, ast.FormattedValue) else node
    return f"{{{ast.unparse(inner)}}}" if inner else ""


def _limit(node: ast.expr) -> str | None:
    """The value of a limit of the contract, where an expression is one."""
    parts = ast.unparse(node).split(".")
    return str(getattr(limits, parts[1])) if len(parts) == 2 and parts[0] == "limits" else None


def _summary(docstring: str | None) -> str:
    """The first sentence of a docstring, as a heading."""
    first = (docstring or "").strip().split("\n\n")[0]
    return " ".join(first.split()).rstrip(".").replace("``", "`")


def _cell(text: str) -> str:
    return text.removesuffix(".").replace("<", "&lt;").replace("|", "\\|").replace("\n", " ").replace("*", "\\*")


if __name__ == "__main__":
    main()
