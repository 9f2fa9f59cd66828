"""A Python file as its syntax tells it: what it imports, defines and names."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Module:
    """A Python file of the checkout, by its path below it."""

    path: Path
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """The file's syntax tree."""
        return ast.parse(self.text)

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """Everything in the syntax tree."""
        return list(ast.walk(self.tree))


def read_modules(folder: Path, part: str) -> Iterator[Module]:
    """The modules of a checkout that lie in a folder of it, or that are it."""
    root = folder / part
    for path in [root] if root.is_file() else sorted(root.rglob("*.py")):
        yield Module(path=path.relative_to(folder), text=path.read_text(encoding="utf-8"))


def imported_names(module: Module) -> Iterator[str]:
    """Every dotted name that is imported; ``from a import b`` yields ``a.b``."""
    for node in module.nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def defined_names(body: list[ast.stmt]) -> Iterator[tuple[str, bool]]:
    """The public names that statements define, and whether each is a command of click."""
    for statement in body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names = [statement.name]
        elif isinstance(statement, ast.Assign | ast.AnnAssign):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            names = [name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)]
        else:
            continue
        yield from ((name, _is_command(statement)) for name in names if not name.startswith("_"))


def _is_command(statement: ast.stmt) -> bool:
    decorators = statement.decorator_list if isinstance(statement, ast.FunctionDef) else []
    calls = (decorator.func for decorator in decorators if isinstance(decorator, ast.Call))
    return any(isinstance(call, ast.Attribute) and call.attr in {"command", "group"} for call in calls)


def lines_of_any(module: Module) -> Iterator[int]:
    """The numbers of the lines that name the type ``Any``, some of them repeatedly."""
    for node in module.nodes:
        if isinstance(node, ast.Name | ast.alias):
            name = node.id if isinstance(node, ast.Name) else node.name
            if name == "Any":
                yield node.lineno


def given_names(module: Module) -> Iterator[str]:
    """Every name that the file gives: its own, and those of variables, arguments, definitions and attributes."""
    yield module.path.stem
    for node in module.nodes:
        if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.id if isinstance(node, ast.Name) else node.attr
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.alias) and node.asname:
            yield node.asname
        elif isinstance(node, ast.ExceptHandler) and node.name:
            yield node.name
