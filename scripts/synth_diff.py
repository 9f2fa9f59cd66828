"""Shows what the working tree changes in the CloudFormation templates, compared with another commit.

Both are synthesized, each from its own code; no AWS credentials are needed. Uncommitted changes
count. The base is taken as it is: to see a branch without what its base got meanwhile, give the
commit they have in common, ``git merge-base main HEAD``.

Ends with 0 if there is a comparison to show, different or not, 1 if a synth fails, 2 on wrong usage.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ground_truth.contract.json_types import JsonObject
from scripts.diff_markdown import Templates, cut, render

# The installed project is the working tree: these folders of the tree at hand, searched first, win over it.
SOURCE_ROOTS = (".", "constructs", "lambdas", "cli")
LIST_ENVIRONMENTS = "import json; from stacks.environments import ENVIRONMENTS; print(json.dumps(list(ENVIRONMENTS)))"


class UsageError(Exception):
    """A wrong choice on the command line."""


class SynthError(Exception):
    """A tree that does not synthesize."""


@dataclass(frozen=True)
class Tree:
    """The project's files in one state."""

    name: str
    folder: Path

    def environments(self) -> list[str]:
        """Lists what there is to synthesize: nothing before there is an app."""
        if not (self.folder / "app.py").exists():
            return []
        # What the CDK prints besides stands above.
        names: list[str] = json.loads(self._python("-c", LIST_ENVIRONMENTS).splitlines()[-1])
        return names

    def synthesize(self, environment: str) -> dict[str, JsonObject]:
        """Makes the templates of an environment, by file name, those of nested stacks included."""
        # Functions need not be built to be compared.
        context = json.dumps({"env": environment, "aws:cdk:bundling-stacks": []})
        with tempfile.TemporaryDirectory(prefix="synth-diff-") as scratch:
            self._python("app.py", CDK_CONTEXT_JSON=context, CDK_OUTDIR=scratch)
            out = Path(scratch)
            files = [*out.glob("*.template.json"), *out.glob("assembly-*/**/*.template.json")]
            return {str(file.relative_to(out)): json.loads(file.read_text(encoding="utf-8")) for file in files}

    def _python(self, *arguments: str, **variables: str) -> str:
        variables |= {
            "PYTHONPATH": os.pathsep.join(str(self.folder / root) for root in SOURCE_ROOTS),
            # The CDK starts `node`, which is in the virtual environment.
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]),
        }
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.folder,
            env=os.environ | variables,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise SynthError(f"the {self.name} does not synthesize:\n{done.stderr.strip()[-3000:]}")
        return done.stdout


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line."""
    parser = argparse.ArgumentParser(prog="synth_diff", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--base", required=True, metavar="REF", help="commit, branch or tag to compare with")
    parser.add_argument("--environment", nargs="+", metavar="NAME", help="only these; default: all there are")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write here instead of to the terminal")
    parser.add_argument("--longest", type=int, metavar="CHARACTERS", help="leave out what goes beyond")
    options = parser.parse_args(arguments)
    try:
        report = synth_diff(options.base, options.environment)
    except UsageError as error:
        parser.error(str(error))
    except SynthError as error:
        print(f"synth_diff: {error}", file=sys.stderr)
        return 1
    if options.longest:
        report = cut(report, options.longest)
    if options.output:
        options.output.write_text(report, encoding="utf-8")
    else:
        print(report, end="")
    return 0


def synth_diff(base: str, environments: Sequence[str] | None) -> str:
    """Compares the checkout that the current folder is in with its commit ``base``, as Markdown."""
    try:
        project = Path(_git(Path.cwd(), "rev-parse", "--show-toplevel"))
    except (OSError, subprocess.CalledProcessError):
        raise UsageError("this is not a git checkout, there is no base to compare with") from None
    try:
        commit = _git(project, "rev-parse", "--verify", "--quiet", f"{base}^{{commit}}")
    except subprocess.CalledProcessError:
        raise UsageError(f"--base should be a commit, branch or tag of this repository, got {base!r}") from None
    new = Tree("working tree", project)
    with _checked_out(project, commit) as old:
        before, after = old.environments(), new.environments()
        names = list(dict.fromkeys(after + before))
        for name in environments or ():
            if name not in names:
                raise UsageError(f"--environment should be one of {', '.join(names)}, got {name!r}")
        compared: dict[str, tuple[Templates, Templates]] = {
            name: (
                old.synthesize(name) if name in before else None,
                new.synthesize(name) if name in after else None,
            )
            for name in environments or names
        }
    return render(base, compared)


@contextmanager
def _checked_out(project: Path, commit: str) -> Iterator[Tree]:
    with tempfile.TemporaryDirectory(prefix="synth-diff-") as scratch:
        folder = Path(scratch, "base")
        _git(project, "worktree", "add", "--quiet", "--detach", str(folder), commit)
        try:
            yield Tree("base", folder)
        finally:
            _git(project, "worktree", "remove", "--force", str(folder))


def _git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
