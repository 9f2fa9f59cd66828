import json
from itertools import pairwise
from textwrap import dedent

import pytest

from scripts import structure

LIBRARY = "lambdas/ground_truth"


def write(folder, path, text=""):
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_text(dedent(text))


@pytest.fixture
def checkout(tmp_path):
    """A checkout whose library has a room and a module that imports it."""
    write(tmp_path, f"{LIBRARY}/__init__.py")
    write(tmp_path, f"{LIBRARY}/contract/__init__.py")
    write(tmp_path, f"{LIBRARY}/contract/errors.py", "class JobError(Exception): pass")
    write(tmp_path, f"{LIBRARY}/workflow.py", "from ground_truth.contract.errors import JobError")
    write(tmp_path, "constructs/cdk_ground_truth/__init__.py", "from cdk_ground_truth.labeling import Labeling")
    write(tmp_path, "constructs/cdk_ground_truth/labeling.py", "class Labeling: pass")
    return tmp_path


def test_the_graph_is_of_what_lies_directly_in_the_library(checkout):
    report = structure.structure(checkout)
    assert report["graph"] == {"contract": [], "workflow": ["contract"]}
    assert (report["arrows"], report["floors"], report["circles"]) == (1, 2, [])


@pytest.mark.parametrize(
    "line",
    [
        "from ground_truth import prices",
        "import ground_truth.prices",
        "from ground_truth.prices import PRICES",
        "def cost():\n    from ground_truth import prices",
    ],
)
def test_an_import_is_an_arrow_however_it_is_written(checkout, line):
    write(checkout, f"{LIBRARY}/prices.py")
    write(checkout, f"{LIBRARY}/cost.py", line)
    assert structure.structure(checkout)["graph"]["cost"] == ["prices"]


def test_the_floors_are_counted_along_the_longest_way(checkout):
    write(checkout, f"{LIBRARY}/limits.py")
    write(checkout, f"{LIBRARY}/contract/names.py", "from ground_truth import limits")
    write(checkout, f"{LIBRARY}/cost.py", "from ground_truth import contract, limits, workflow")
    assert structure.structure(checkout)["floors"] == 4


def test_a_circle_is_shown_with_all_its_modules(checkout):
    write(checkout, f"{LIBRARY}/contract/names.py", "from ground_truth import limits")
    write(checkout, f"{LIBRARY}/limits.py", "from ground_truth import workflow")
    report = structure.structure(checkout)
    [circle] = report["circles"]
    assert circle[0] == circle[-1]
    assert sorted(circle[1:]) == ["contract", "limits", "workflow"]
    assert all(needed in report["graph"][node] for node, needed in pairwise(circle))
    assert report["floors"] is None


@pytest.mark.parametrize("definition", ["def {}(): pass", "class {}: pass", "{} = 1", "{}: int = 1", "a, {} = 1, 2"])
def test_a_public_name_that_two_modules_define_is_listed_with_both(checkout, definition):
    write(checkout, f"{LIBRARY}/contract/limits.py", definition.format("NAME"))
    write(checkout, "cli/ground_truth_cli/start.py", definition.format("NAME"))
    assert structure.structure(checkout)["repeated_names"]["NAME"] == [
        f"{LIBRARY}/contract/limits.py",
        "cli/ground_truth_cli/start.py",
    ]


@pytest.mark.parametrize(
    "text", ["def _name(): pass", "class Box:\n    name = 1", "from ground_truth.contract.limits import name"]
)
def test_private_names_members_and_imports_are_no_public_names(checkout, text):
    write(checkout, f"{LIBRARY}/contract/limits.py", "def name(): pass")
    write(checkout, f"{LIBRARY}/contract/names.py", text)
    assert structure.structure(checkout)["repeated_names"] == {}


def test_a_name_that_a_command_bears_is_listed_apart(checkout):
    write(checkout, f"{LIBRARY}/cost.py", "def estimate(): pass")
    write(checkout, "cli/ground_truth_cli/estimate.py", "@click.command(name='estimate')\ndef estimate(): pass")
    report = structure.structure(checkout)
    assert "estimate" not in report["repeated_names"]
    assert report["repeated_names_of_commands"]["estimate"] == [
        f"{LIBRARY}/cost.py",
        "cli/ground_truth_cli/estimate.py",
    ]


def test_lines_that_name_any_are_counted_by_folder_and_outside_tests(checkout):
    write(
        checkout,
        f"{LIBRARY}/cost.py",
        '''\
        """Any price."""
        from typing import Any

        def cost(job: dict[str, Any], prices: Any) -> list[Any]:
            return []  # Any of them
        ''',
    )
    write(checkout, "app.py", "from typing import Any")
    write(checkout, "tests/test_cost.py", "from typing import Any")
    lines = structure.structure(checkout)["any_lines"]
    assert (lines[LIBRARY], lines["app.py"], sum(lines.values())) == (2, 1, 3)


@pytest.mark.parametrize(
    "text",
    [
        "found = 1",
        "for found in []: pass",
        "def count(found): pass",
        "def count(*, _found): pass",
        "def found(): pass",
        "class Found: pass",
        "self.found = 1",
        "import json as found",
        "with open('a') as found: pass",
        "if (found := 1): pass",
    ],
)
def test_a_name_that_says_nothing_is_counted_where_it_is_given(checkout, text):
    write(checkout, "stacks/labeling.py", text)
    write(checkout, "tests/test_labeling.py", f"{text}\n")
    report = structure.structure(checkout)
    assert list(report["bare_words"].values()) == [1]
    assert list(report["bare_words_in_tests"].values()) == [1]


@pytest.mark.parametrize("text", ["print(found)", "a.found", "found_boxes = 1", "'found'"])
def test_uses_and_longer_names_are_not_counted(checkout, text):
    write(checkout, "stacks/labeling.py", text)
    assert structure.structure(checkout)["bare_words"] == {}


def test_a_file_with_a_name_that_says_nothing_is_counted(checkout):
    write(checkout, "cli/ground_truth_cli/looking.py")
    assert structure.structure(checkout)["bare_words"] == {"looking": 1}


def test_modules_over_250_lines_are_listed(checkout):
    write(checkout, "app.py", "1\n" * 250)
    write(checkout, "stacks/labeling.py", "1\n" * 251)
    assert structure.structure(checkout)["long_modules"] == {"stacks/labeling.py": 251}


def test_constructs_that_are_not_handed_on_are_named_unless_they_have_an_underscore(checkout):
    for path in ("_assets.py", "_engine/table.py", "py.typed", "permissions.py", "parts/table.py"):
        write(checkout, f"constructs/cdk_ground_truth/{path}")
    assert structure.structure(checkout)["private_without_underscore"] == ["parts", "permissions.py"]


def test_the_report_is_printed_as_text_or_as_json(checkout, capsys):
    write(checkout, "cli/ground_truth_cli/looking.py")
    structure.main([str(checkout)])
    text = capsys.readouterr().out
    assert "  workflow: contract\n" in text
    assert "circles: none\n" in text
    assert "bare_words: 1, together 1\n  looking: 1\n" in text
    structure.main([str(checkout), "--json"])
    assert json.loads(capsys.readouterr().out) == structure.structure(checkout)


def test_this_repository_can_be_looked_at():
    report = structure.structure(structure.REPOSITORY)
    assert "contract" in report["graph"]
    assert report["circles"] == []
