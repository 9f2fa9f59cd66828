"""Prints docs/checks.md: every check with its meaning, read from the code so that the page cannot drift.

Run as `python -m scripts.list_checks > docs/checks.md`.
"""

import ast
import importlib
import pkgutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TypeVar

import ground_truth
import ground_truth_cli
from ground_truth.contract import limits
from ground_truth.contract.findings import Check

Node = TypeVar("Node", bound=ast.AST)

REPOSITORY = Path(__file__).resolve().parents[1]
SOURCES = (REPOSITORY / "lambdas" / "ground_truth", REPOSITORY / "constructs" / "cdk_ground_truth")

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
    taken: dict[str, Check] = {}
    for module in modules():
        # A module may list the checks of another among its own: they stand where they were listed first.
        checks = [check for check in getattr(module, "CHECKS", ()) if taken.get(check.id) is not check]
        if not checks:
            continue
        yield f"### {_summary(module.__doc__)}\n"
        yield "| check | what is right | why it matters |"
        yield "|---|---|---|"
        for check in checks:
            if taken.setdefault(check.id, check) is not check:
                raise ValueError(f"there are two checks {check.id!r}, one of them in {module.__name__}: rename it")
            yield f"| `{check.id}` | {_cell(check.meaning)} | {_cell(check.why)} |"
        yield ""


def modules() -> Iterator[ModuleType]:
    """Every module of the library and of the command line, in the order of their names."""
    for package in (ground_truth, ground_truth_cli):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            yield importlib.import_module(found.name)


def _rules() -> Iterator[str]:
    yield "## Values that are refused\n"
    yield "Where the code writes a value into the message, the code stands here in braces.\n"
    for tree in _sources():
        rules = list(dict.fromkeys(_refusals(tree)))
        if not rules:
            continue
        yield f"### {_summary(ast.get_docstring(tree))}\n"
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
    for tree in _sources():
        for function in _in_order(tree, ast.FunctionDef):
            # What yields (id, text) is a warning: the constructs put the id behind their own prefix.
            if function.returns is None or ast.unparse(function.returns) != "Iterator[tuple[str, str]]":
                continue
            for node in _in_order(function, ast.Yield):
                # Others are named by checks, which are listed above.
                if isinstance(node.value, ast.Tuple) and isinstance(node.value.elts[0], ast.Constant):
                    name, text = node.value.elts
                    yield f"| `{_text(name)}` | {_cell(_text(text))} |"


def _sources() -> Iterator[ast.Module]:
    for path in (path for folder in SOURCES for path in sorted(folder.glob("*.py"))):
        yield ast.parse(path.read_text(encoding="utf-8"))


def _in_order(tree: ast.AST, kind: type[Node]) -> list[Node]:
    """The nodes of a kind, as they follow each other in the text."""
    found = [node for node in ast.walk(tree) if isinstance(node, kind)]
    return sorted(found, key=lambda node: getattr(node, "lineno", 0))


def _refusals(tree: ast.AST) -> Iterator[Rule]:
    for node in _in_order(tree, ast.Call):
        if ast.unparse(node.func) != "ContractError":
            continue
        given = dict(zip(("property", "got", "allowed", "fix"), node.args, strict=False))
        given |= {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}
        yield Rule(
            property=_text(given.get("property", given.get("property_name"))),
            allowed=_text(given.get("allowed")),
            fix=_text(given.get("fix")),
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
