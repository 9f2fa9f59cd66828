"""Change the sources in one place at a time and see whether a test notices: a sample of single mutations.

Every mutation is made in a copy of the work tree, never in the tree itself. The folder of tests that mirrors the
module's room runs first, then those of ``--tests``, up to the first failure. Changes that no test can notice are
listed, with the reason, in ``scripts/equivalent_mutations.toml``.
"""

import argparse
import ast
import copy
import difflib
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import Queue

ROOT = Path(__file__).parents[1]
SOURCES = ("lambdas", "cli", "constructs")
TARGETS = (
    "lambdas/ground_truth/consolidation/**/*.py",
    "lambdas/ground_truth/engine/work.py",
    "lambdas/ground_truth/engine/store*.py",
    "lambdas/ground_truth/engine/store/**/*.py",
)
EQUIVALENTS = Path(__file__).with_name("equivalent_mutations.toml")
# A mutation may loop for ever, and fill the memory while it does.
MEMORY_BYTES = 4 * 2**30

COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
}


@dataclass(frozen=True)
class Mutation:
    """One change of one file: its path below the root, the text before and after."""

    path: str
    line: int
    before: str
    after: str

    @property
    def changed_lines(self) -> tuple[str, str]:
        """What is removed and what is added, each without the space around its lines."""
        diff = list(difflib.ndiff(self.before.splitlines(), self.after.splitlines()))
        removed, added = ("\n".join(line[2:].strip() for line in diff if line[0] == sign) for sign in "-+")
        return removed, added

    def __str__(self) -> str:
        removed, added = self.changed_lines
        signed = [f"    - {line}" for line in removed.splitlines()] + [f"    + {line}" for line in added.splitlines()]
        return "\n".join([f"{self.path}:{self.line}", *signed])


def _replacements(node: ast.AST) -> Iterator[str]:
    """Other sources for one node of a syntax tree."""
    match node:
        case ast.Compare(ops=operators):
            for position, operator in enumerate(operators):
                for other in COMPARISONS[type(operator)]:
                    changed = copy.deepcopy(node)
                    changed.ops[position] = other()
                    yield ast.unparse(changed)
        case ast.BoolOp(op=operator):
            yield f"({ast.unparse(ast.BoolOp(ast.Or() if isinstance(operator, ast.And) else ast.And(), node.values))})"
        case ast.BinOp(op=operator) if type(operator) in ARITHMETIC:
            yield ast.unparse(ast.BinOp(node.left, ARITHMETIC[type(operator)](), node.right))
        case ast.AugAssign(op=operator):
            if type(operator) in ARITHMETIC:
                yield ast.unparse(ast.AugAssign(node.target, ARITHMETIC[type(operator)](), node.value))
            yield "pass"
        case ast.UnaryOp(op=ast.Not()):
            yield f"({ast.unparse(node.operand)})"
        case ast.Constant(value=bool(value)):
            yield str(not value)
        case ast.Constant(value=int(value) | float(value)):
            yield from (repr(value + 1), repr(value - 1))
        case ast.Return(value=ast.expr() as value) if not isinstance(value, ast.Constant):
            yield "return None"
        case ast.Expr(value=ast.Constant() | ast.Yield() | ast.YieldFrom()):
            pass  # a docstring; without its yield a generator is none
        case ast.Expr() | ast.Raise() | ast.Continue() | ast.Break() | ast.Delete():
            yield "pass"
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            yield "pass"


def _nodes(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes that run: no annotations, no texts for people, no decorators."""
    yield node
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list") or isinstance(node, ast.JoinedStr):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _nodes(child)


def mutations(path: str, source: str) -> list[Mutation]:
    """Every single change of a module's source, in the order of its lines."""
    lines = source.encode().splitlines(keepends=True)
    starts = [sum(map(len, lines[:count])) for count in range(len(lines) + 1)]
    changes = []
    for node in _nodes(ast.parse(source)):
        for text in _replacements(node):
            assert isinstance(node, ast.expr | ast.stmt)
            assert node.end_lineno is not None and node.end_col_offset is not None
            start = starts[node.lineno - 1] + node.col_offset
            end = starts[node.end_lineno - 1] + node.end_col_offset
            after = (source.encode()[:start] + text.encode() + source.encode()[end:]).decode()
            if ast.dump(ast.parse(after)) != ast.dump(ast.parse(source)):
                changes.append(Mutation(path, node.lineno, source, after))
    return sorted(changes, key=lambda mutation: mutation.line)


def _test_folders(path: str, others: list[str]) -> list[str]:
    room = ROOT / "tests" / Path(path).parts[2]
    return list(dict.fromkeys([*([f"tests/{room.name}"] if room.is_dir() else []), *others]))


def _copy_tree(folder: Path) -> Path:
    listing = subprocess.check_output(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, text=True)
    for name in filter(lambda name: (ROOT / name).is_file(), listing.splitlines()):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    return folder


def _tests_pass(tree: Path, folders: list[str], seconds: float) -> bool:
    """Whether the tests pass in a copy of the tree; too slow is a failure."""
    # Compiled modules are told apart by second and size, in which two mutations may agree.
    paths = os.pathsep.join(str(tree / source) for source in SOURCES)
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *folders],
        cwd=tree,
        env=os.environ | {"PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1", "CI": "true"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES)),
    )
    try:
        return process.wait(seconds) == 0
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return False


def _survives(mutation: Mutation, folders: list[str], trees: "Queue[Path]", seconds: float) -> bool:
    tree = trees.get()
    file = tree / mutation.path
    try:
        file.write_text(mutation.after)
        return _tests_pass(tree, folders, seconds)
    finally:
        file.write_text(mutation.before)
        trees.put(tree)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--target", action="append", help=f"files to change, as a pattern; {', '.join(TARGETS)}")
    parser.add_argument("--tests", action="append", default=[], help="tests that run after those of the room")
    parser.add_argument("--count", type=int, default=50, help="mutations in the sample; 50")
    parser.add_argument("--seed", type=int, default=1, help="chooses the sample; 1")
    parser.add_argument("--jobs", type=int, default=1, help="how many run at a time; 1")
    return parser.parse_args()


def main() -> None:
    """Print every survivor of the sample and how many were killed."""
    options = _arguments()
    paths = sorted({file for target in options.target or TARGETS for file in ROOT.glob(target) if file.suffix == ".py"})
    reviewed = {(entry["path"], entry["before"], entry["after"]) for entry in _equivalents()}
    candidates = [
        mutation
        for path in paths
        for mutation in mutations(str(path.relative_to(ROOT)), path.read_text())
        if (mutation.path, *mutation.changed_lines) not in reviewed
    ]
    sample = random.Random(options.seed).sample(candidates, min(options.count, len(candidates)))
    print(f"{len(sample)} of {len(candidates)} mutations of {len(paths)} files, seed {options.seed}", flush=True)
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(options.jobs) as pool:
        trees: Queue[Path] = Queue()
        for number in range(options.jobs):
            trees.put(_copy_tree(Path(folder, str(number))))
        limits = {}
        for folders in {tuple(_test_folders(mutation.path, options.tests)) for mutation in sample}:
            start = time.monotonic()
            if not _tests_pass(Path(folder, "0"), list(folders), 3600):
                sys.exit(f"Without any mutation these tests fail already: {' '.join(folders)}")
            limits[folders] = 60 + 4 * (time.monotonic() - start)

        def survives(mutation: Mutation) -> bool:
            folders = tuple(_test_folders(mutation.path, options.tests))
            return _survives(mutation, list(folders), trees, limits[folders])

        survivors = 0
        for mutation, survived in zip(sample, pool.map(survives, sample), strict=True):
            survivors += survived
            print(f"SURVIVED {mutation}" if survived else f"killed   {mutation.path}:{mutation.line}", flush=True)
    killed = len(sample) - survivors
    print(f"{killed} of {len(sample)} killed, {killed / len(sample):.0%}")


def _equivalents() -> list[dict[str, str]]:
    entries: list[dict[str, str]] = tomllib.loads(EQUIVALENTS.read_text()).get("mutation", [])
    return entries


if __name__ == "__main__":
    main()
