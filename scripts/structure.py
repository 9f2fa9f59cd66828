"""Prints how a checkout is built: the library's import graph, and what its names and types still lack.

Run as `python -m scripts.structure [FOLDER] [--json]`; without a folder it looks at this one. It reads and imports
nothing, so that older layouts can be compared, for example in a work tree of an older commit.
"""

import argparse
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TypedDict

from scripts.source_modules import Module, defined_names, given_names, imported_names, lines_of_any, read_modules

REPOSITORY = Path(__file__).resolve().parents[1]
LIBRARY = Path("lambdas/ground_truth")
COMMAND = Path("cli/ground_truth_cli")
CONSTRUCTS = Path("constructs/cdk_ground_truth")
SOURCES = ("lambdas", "cli", "constructs", "stacks", "app.py", "scripts", "emulator", "examples", "benchmarks")
TESTS = "tests"
LONGEST_MODULE = 250
# Names that do not say what they stand for.
BARE_WORDS = """
asked behind explained found given given_bucket given_parts got kept known launching looking more one ones
pace place rest said seen taken thing things told wanted world"""

Graph = dict[str, set[str]]


class Report(TypedDict):
    """How a checkout is built, as JSON."""

    graph: dict[str, list[str]]
    arrows: int
    floors: int | None
    circles: list[list[str]]
    repeated_names: dict[str, list[str]]
    repeated_names_of_commands: dict[str, list[str]]
    any_lines: dict[str, int]
    bare_words: dict[str, int]
    bare_words_in_tests: dict[str, int]
    long_modules: dict[str, int]
    private_without_underscore: list[str]


def main(arguments: list[str] | None = None) -> None:
    """Prints the report."""
    parser = argparse.ArgumentParser(prog="structure", description="How a checkout is built.")
    parser.add_argument("folder", nargs="?", type=Path, default=REPOSITORY, help="the checkout; default this one")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args(arguments)
    report = structure(options.folder)
    sys.stdout.write(json.dumps(report, indent=2) + "\n" if options.json else _text(report))


def structure(folder: Path) -> Report:
    """The report on a checkout, as JSON."""
    modules = [module for part in (*SOURCES, TESTS) for module in read_modules(folder, part)]
    sources = [module for module in modules if module.path.parts[0] != TESTS]
    graph = import_graph(sources)
    names, commands = repeated_names(sources)
    return {
        "graph": {node: sorted(graph[node]) for node in sorted(graph)},
        "arrows": sum(len(needed) for needed in graph.values()),
        "floors": floors(graph),
        "circles": circles(graph),
        "repeated_names": names,
        "repeated_names_of_commands": commands,
        "any_lines": lines_with_any(sources),
        "bare_words": bare_words(sources),
        "bare_words_in_tests": bare_words([module for module in modules if module.path.parts[0] == TESTS]),
        "long_modules": long_modules(sources),
        "private_without_underscore": private_without_underscore(folder),
    }


def import_graph(modules: list[Module]) -> Graph:
    """What each module or package at the library's top level imports of the others there."""
    library = [module for module in modules if module.path.is_relative_to(LIBRARY)]
    graph: Graph = {_node(module): set() for module in library if _node(module) != "__init__"}
    for module in library:
        imported = {name.split(".")[1] for name in imported_names(module) if name.startswith(f"{LIBRARY.name}.")}
        if _node(module) in graph:
            graph[_node(module)] |= (imported & graph.keys()) - {_node(module)}
    return graph


def circles(graph: Graph) -> list[list[str]]:
    """A circle of the graph, if there is any: each node imports the next, and the first comes again at the end."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return [list(reversed(error.args[1]))]
    return []


def floors(graph: Graph) -> int | None:
    """How many nodes stand on the longest way down the graph; none where it has a circle."""
    if circles(graph):
        return None
    floor: dict[str, int] = {}
    for node in TopologicalSorter(graph).static_order():
        floor[node] = 1 + max((floor[needed] for needed in graph[node]), default=0)
    return max(floor.values(), default=0)


def repeated_names(modules: list[Module]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Public names that several modules define at their top, with the modules; apart, those that a command bears."""
    where: dict[str, list[str]] = defaultdict(list)
    commands: set[str] = set()
    for module in modules:
        if not any(module.path.is_relative_to(part) for part in (LIBRARY, COMMAND, CONSTRUCTS)):
            continue
        defined = dict(defined_names(module.tree.body))
        for name in sorted(defined):
            where[name].append(module.path.as_posix())
        commands |= {name for name, is_command in defined.items() if is_command}
    repeated = {name: paths for name, paths in sorted(where.items()) if len(paths) > 1}
    return (
        {name: paths for name, paths in repeated.items() if name not in commands},
        {name: paths for name, paths in repeated.items() if name in commands},
    )


def lines_with_any(modules: list[Module]) -> dict[str, int]:
    """How many lines name the type ``Any``, by folder."""
    lines: Counter[str] = Counter()
    for module in modules:
        lines[_folder(module)] += len(set(lines_of_any(module)))
    return dict(sorted(lines.items()))


def bare_words(modules: list[Module]) -> dict[str, int]:
    """How often a variable, an argument, a definition, an attribute or a file gets a name that says nothing."""
    bare = set(BARE_WORDS.split())
    names = Counter(name for module in modules for name in given_names(module) if name.strip("_").lower() in bare)
    return dict(names.most_common())


def long_modules(modules: list[Module]) -> dict[str, int]:
    """The modules over 250 lines with their lines."""
    lengths = {module.path.as_posix(): len(module.text.splitlines()) for module in modules}
    return {path: lines for path, lines in sorted(lengths.items()) if lines > LONGEST_MODULE}


def private_without_underscore(folder: Path) -> list[str]:
    """What lies among the constructs under a public name though the package's ``__init__`` hands nothing of it on."""
    package = folder / CONSTRUCTS
    if not package.is_dir():
        return []
    start = Module(path=CONSTRUCTS / "__init__.py", text=(package / "__init__.py").read_text(encoding="utf-8"))
    public = {name.split(".")[1] for name in imported_names(start) if name.startswith(f"{CONSTRUCTS.name}.")}
    entries = (path.name for path in package.iterdir() if not path.name.startswith(("_", ".")))
    return sorted(name for name in entries if name != "py.typed" and name.removesuffix(".py") not in public)


def _node(module: Module) -> str:
    return module.path.relative_to(LIBRARY).parts[0].removesuffix(".py")


def _folder(module: Module) -> str:
    for package in (LIBRARY, COMMAND, CONSTRUCTS):
        if module.path.is_relative_to(package):
            return package.as_posix()
    return module.path.parts[0]


def _text(report: Mapping[str, object]) -> str:
    """The report to be read: a heading for each part with its count, then its lines."""
    lines: list[str] = []
    for title, part in report.items():
        if isinstance(part, dict):
            total = sum(value for value in part.values() if isinstance(value, int))
            lines.append(f"{title}: {len(part)}" + (f", together {total}" if total else ""))
            lines += [f"  {key}: {_joined(value, ' ')}" for key, value in part.items()]
        elif isinstance(part, list):
            lines.append(f"{title}: {len(part) or 'none'}")
            lines += [f"  {_joined(entry, ' -> ')}" for entry in part]
        else:
            lines.append(f"{title}: {part}")
    return "\n".join(lines) + "\n"


def _joined(value: object, separator: str) -> str:
    return separator.join(value) if isinstance(value, list) else str(value)


if __name__ == "__main__":
    main()
