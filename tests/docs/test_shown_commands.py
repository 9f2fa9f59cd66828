"""What the documents tell people to type is taken by the command."""

import re
import shlex
from pathlib import Path

import click
import pytest

from ground_truth_cli.main import main

REPOSITORY = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^ *```console\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
SHOWN = sorted(
    {
        line.strip()
        for page in (*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").rglob("*.md"))
        for block in BLOCK.findall(page.read_text(encoding="utf-8"))
        for line in block.splitlines()
        if line.strip().startswith("ground-truth ")
    }
)
TARGETS = set(re.findall(r"^([a-z]+):.*##", (REPOSITORY / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


@pytest.fixture(scope="module")
def command() -> click.Command:
    return main


@pytest.fixture(autouse=True)
def folder_of_somebody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A place with the files that the documents speak of."""
    monkeypatch.chdir(tmp_path)
    Path("photos").mkdir()
    for name in ("template.liquid.html", "input.manifest", "detections.json"):
        Path(name).touch()


def _read(command: click.Command, line: str) -> None:
    """Has the command read a line, and do nothing.

    Raises UsageError if it does not take it.
    """
    words = shlex.split(line.partition(" > ")[0], comments=True)[1:]
    context = click.Context(command)
    while isinstance(command, click.Group):
        _, chosen, words = command.resolve_command(context, words)
        assert chosen
        command = chosen
    command.make_context(line, words)


@pytest.mark.parametrize("line", SHOWN)
def test_the_command_takes_what_the_documents_show(command: click.Command, line: str) -> None:
    _read(command, line)


@pytest.mark.parametrize(
    "line",
    [
        "ground-truth begin street",
        "ground-truth start street",
        "ground-truth start street --env dev --manifest s3://b/m --where dev",
        "ground-truth export JOB --format tfrecord --out .",
    ],
)
def test_a_line_that_the_command_does_not_take_is_seen(command: click.Command, line: str) -> None:
    with pytest.raises(click.UsageError):
        _read(command, line)


def test_every_command_is_in_the_document_of_commands(command: click.Command) -> None:
    text = (REPOSITORY / "docs" / "commands.md").read_text(encoding="utf-8")
    assert isinstance(command, click.Group)
    names = command.list_commands(click.Context(command))
    assert names
    assert [name for name in names if not re.search(rf"`(ground-truth )?{name}\b|ground-truth {name}\b", text)] == []


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "docs/deploy.md", "docs/construct.md"])
def test_every_make_target_that_a_document_names_is_there(page: str) -> None:
    text = (REPOSITORY / page).read_text(encoding="utf-8")
    named = set(re.findall(r"(?:^|`) *make ([a-z]+)", text, re.MULTILINE))
    assert named
    assert named <= TARGETS
