import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ground_truth.tasks.reviews import LabelVerification
from ground_truth.tasks.task import BoundingBox
from ground_truth.templates.generate import generate_template
from ground_truth_cli.main import main


def check(file: Path, *options: str) -> Result:
    return CliRunner().invoke(main, ["template", "check", str(file), *options])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "own.html"


def test_a_right_template_leaves_nothing_to_say(file: Path) -> None:
    file.write_text(generate_template(BoundingBox("street", labels=["kerb"])))
    done = check(file, "--task-type", "bounding-box")
    assert (done.exit_code, done.output) == (0, "")


def test_a_template_that_shows_earlier_labels_is_rendered_with_some(file: Path) -> None:
    task = LabelVerification("check", of=BoundingBox("street", labels=["kerb"]), labels=["good"])
    file.write_text(generate_template(task))
    assert check(file, "--task-type", task.type.key).output == ""


def test_warnings_leave_the_status_at_zero(file: Path) -> None:
    file.write_text(generate_template(BoundingBox("street", labels=["kerb"])).replace(" | grant_read_access", ""))
    done = check(file)
    assert done.exit_code == 0
    assert "warning  line 4: the src of <crowd-bounding-box> never uses grant_read_access" in done.output


def test_problems_are_told_by_line_with_what_to_do(file: Path) -> None:
    file.write_text("<crowd-form>\n<crowd-poligon></crowd-poligon>\n</crowd-form>")
    done = check(file)
    assert done.exit_code == 1
    assert "problem  line 2: there is no element <crowd-poligon>" in done.output
    assert "-> did you mean <crowd-polygon>?" in done.output


def test_machines_get_every_finding(file: Path) -> None:
    file.write_text("{{ a | b }}")
    done = check(file, "--json")
    assert done.exit_code == 1
    assert {entry["check"] for entry in json.loads(done.output)} == {"template.filter", "template.crowd-form"}


def test_a_file_that_is_no_text_is_one_sentence(file: Path) -> None:
    file.write_bytes(b"\xff\xfe\x00")
    done = check(file)
    assert done.exit_code == 1
    assert done.output.startswith("Error: ")
