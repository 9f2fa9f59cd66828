"""The traps of the layout stay shut."""

import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
SOURCES = [
    path
    for folder in ("constructs", "lambdas", "stacks", "emulator", "examples", "scripts", "tests")
    for path in (REPOSITORY / folder).rglob("*.py")
]


@pytest.mark.parametrize("root", ["constructs", "lambdas", "cli"])
def test_a_source_root_is_no_package(root: str) -> None:
    assert not (REPOSITORY / root / "__init__.py").exists(), "it would hide a library of the same name"


def test_nobody_imports_our_library_through_its_source_root() -> None:
    pattern = re.compile(r"^\s*(from|import) constructs\.cdk_ground_truth", re.MULTILINE)
    assert not [path for path in SOURCES if pattern.search(path.read_text())]


def test_the_contract_library_needs_no_cdk() -> None:
    pattern = re.compile(r"^\s*(from|import) (aws_cdk|constructs|cdk_ground_truth)\b", re.MULTILINE)
    assert not [path for path in (REPOSITORY / "lambdas").rglob("*.py") if pattern.search(path.read_text())]


def test_the_handlers_start_without_anything_but_boto3_numpy_and_pillow() -> None:
    code = (
        "import sys, pre_annotation, post_annotation, prepare_images, assemble_dataset\n"
        "from ground_truth.consolidation import by_type; from ground_truth.contract import task_types\n"
        "[by_type.consolidator(task_type) for task_type in task_types.TASK_TYPES]\n"
        "roots = {name.partition('.')[0] for name in sys.modules}\n"
        "print(sorted(roots & {'aws_cdk', 'pandas', 'scipy', 'liquid', 'jsii', 'constructs'}))"
    )
    lambdas = REPOSITORY / "lambdas"
    done = subprocess.run([sys.executable, "-c", code], cwd=lambdas, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_synth_and_tests_use_the_same_pins() -> None:
    pinned = dict(re.findall(r"^([\w-]+)==([\w.]+)$", (REPOSITORY / "requirements.txt").read_text(), re.MULTILINE))
    frozen = dict(re.findall(r"^([\w.-]+)==([\w.]+)$", (REPOSITORY / "constraints.txt").read_text(), re.MULTILINE))
    assert {name: frozen[name] for name in pinned} == pinned


def test_the_layer_is_what_the_tests_ran_with() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    layer = re.findall(r"^\w+==[\w.]+$", (REPOSITORY / "lambdas" / "requirements.txt").read_text(), re.MULTILINE)
    assert layer
    assert set(layer) <= set(project["optional-dependencies"]["dev"])


def test_the_layer_that_renders_pins_all_that_it_carries_as_the_tests_do() -> None:
    layer, tested = (
        dict(re.findall(r"^([\w-]+)==([\w.]+)$", (REPOSITORY / file).read_text(), re.MULTILINE))
        for file in ("lambdas/requirements-rendering.txt", "constraints.txt")
    )
    assert layer == {name: tested[name] for name in layer}
    assert {_plain(name) for name in layer} == _needed("python-liquid")


def _needed(package: str) -> set[str]:
    """A package and all that it needs on Lambda."""
    required = [line for line in metadata.requires(package) or () if ";" not in line]
    names = [re.split(r"[ <>=!~]", line)[0] for line in required]
    return {_plain(package)}.union(*map(_needed, names))


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_the_command_line_is_pinned_to_one_version_of_cdk_two() -> None:
    assert re.search(r'"aws-cdk": "2\.\d+\.\d+"', (REPOSITORY / "package.json").read_text())
