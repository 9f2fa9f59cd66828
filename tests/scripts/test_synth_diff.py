import subprocess

import pytest

from scripts import synth_diff

# As the real one, but needs no CDK: the timeout comes from the tree's own package.
APP = """
import json, os, pathlib
from hooks.settings import TIMEOUT

name = json.loads(os.environ["CDK_CONTEXT_JSON"])["env"]
hook = {"Type": "AWS::Lambda::Function", "Properties": {"Timeout": TIMEOUT}}
out = pathlib.Path(os.environ["CDK_OUTDIR"], f"Stack-{name}.template.json")
out.write_text(json.dumps({"Resources": {"Hook": hook}}))
"""


def git(*arguments):
    options = ["-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", *options, *arguments], check=True, capture_output=True, text=True)
    return done.stdout.splitlines()


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A repository with a commit before there was an app (tag empty) and one with it (branch main)."""
    monkeypatch.chdir(tmp_path)
    git("init", "--quiet", "--initial-branch=main")
    git("commit", "--quiet", "--allow-empty", "--message", "empty")
    git("tag", "empty")
    write(tmp_path / "app.py", APP)
    write(tmp_path / "stacks" / "environments.py", "ENVIRONMENTS = {'dev': 1, 'prod': 2}")
    write(tmp_path / "lambdas" / "hooks" / "settings.py", "TIMEOUT = 60")
    git("add", ".")
    git("commit", "--quiet", "--message", "app")
    return tmp_path


def test_base_and_working_tree_are_each_synthesized_from_their_own_code(project, monkeypatch, capsys):
    # An installed copy of the project is found this way.
    monkeypatch.setenv("PYTHONPATH", str(project / "lambdas"))
    write(project / "lambdas" / "hooks" / "settings.py", "TIMEOUT = 900")
    assert synth_diff.main(["--base", "main"]) == 0
    report = capsys.readouterr().out
    assert "### `dev`, `prod`" in report
    assert "!     Timeout: 60 → 900" in report
    assert len(git("worktree", "list")) == 1


def test_an_environment_can_be_chosen_and_the_report_written_to_a_file(project, capsys):
    assert synth_diff.main(["--base", "main", "--environment", "prod", "--output", "report.md"]) == 0
    assert (project / "report.md").read_text() == "## Synth diff against `main`\n\n### `prod`\n\nno difference\n"
    assert capsys.readouterr().out == ""


def test_an_environment_more_and_one_less_are_told(project, capsys):
    write(project / "stacks" / "environments.py", "ENVIRONMENTS = {'dev': 1, 'test': 3}")
    assert synth_diff.main(["--base", "main"]) == 0
    report = capsys.readouterr().out
    assert "### `test`\n\nNew environment." in report
    assert "### `prod`\n\nEnvironment no longer there" in report


def test_a_base_without_an_app_counts_as_empty(project, capsys):
    assert synth_diff.main(["--base", "empty"]) == 0
    assert "+ Hook (AWS::Lambda::Function)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--base", "nowhere"], "got 'nowhere'"),
        (["--base", "main", "--environment", "moon"], "--environment should be one of dev, prod, got 'moon'"),
    ],
)
def test_a_wrong_choice_is_a_plain_error(project, capsys, arguments, message):
    with pytest.raises(SystemExit) as stopped:
        synth_diff.main(arguments)
    assert stopped.value.code == 2
    assert message in capsys.readouterr().err
    assert len(git("worktree", "list")) == 1


def test_a_tree_that_does_not_synthesize_is_named_and_the_checkout_is_removed(project, capsys):
    write(project / "app.py", "raise SystemExit('no such label')")
    assert synth_diff.main(["--base", "main"]) == 1
    assert "the working tree does not synthesize:\nno such label" in capsys.readouterr().err
    assert len(git("worktree", "list")) == 1
