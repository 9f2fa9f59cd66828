"""The layer of the functions that render: python-liquid for Lambda's platform, and little else."""

import subprocess
import sys
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_lambda as lambda_
from aws_cdk.assertions import Template

from cdk_ground_truth import FunctionSettings, ImagingLayer, RenderingLayer
from tests.infrastructure.apps import REPOSITORY, new_stack, only, resources, template_of

RENDER = """
from ground_truth.templates.liquid import render
print(render("{{ task.input.a | to_json }} {{ '2026-11-26' | date: '%d.%m.' }}", {"a": ["<b>"]}, str))
"""


def built(folder: Path, settings: FunctionSettings) -> Path:
    """The layer as it is uploaded."""
    app = cdk.App(outdir=str(folder))
    stack = cdk.Stack(app, "Portal")
    RenderingLayer.of(stack, settings)
    app.synth()
    asset = only(Template.from_stack(stack), "AWS::Lambda::LayerVersion")["Content"]["S3Key"].removesuffix(".zip")
    return folder / f"asset.{asset}" / "python"


@pytest.fixture(scope="module")
def layer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("lambda"), FunctionSettings())


def test_functions_of_a_stack_share_one_layer_of_each_kind() -> None:
    stack = new_stack()
    settings = FunctionSettings()
    assert RenderingLayer.of(stack, settings) is RenderingLayer.of(stack, settings)
    assert RenderingLayer.of(stack, settings) is not ImagingLayer.of(stack, settings)
    RenderingLayer.of(stack, FunctionSettings(architecture=lambda_.Architecture.X86_64))
    layers = resources(template_of(stack), "AWS::Lambda::LayerVersion").values()
    assert sorted(
        (entry["Properties"]["Description"], *entry["Properties"]["CompatibleArchitectures"]) for entry in layers
    ) == [
        ("numpy and Pillow for the labeling hooks", "arm64"),
        ("python-liquid for the functions that render workers' pages", "arm64"),
        ("python-liquid for the functions that render workers' pages", "x86_64"),
    ]


def test_the_layers_of_two_kinds_and_two_platforms_differ() -> None:
    stack = new_stack()
    x86 = FunctionSettings(architecture=lambda_.Architecture.X86_64)
    for kind in (ImagingLayer, RenderingLayer):
        for settings in (FunctionSettings(), x86):
            kind.of(stack, settings)
    layers = resources(template_of(stack), "AWS::Lambda::LayerVersion").values()
    assert len({str(entry["Properties"]["Content"]) for entry in layers}) == 4


def test_it_is_built_for_the_function_and_not_for_this_machine(layer: Path) -> None:
    (binary,) = layer.rglob("*.so")
    assert "cpython-314-aarch64" in binary.name


def test_it_is_small(layer: Path) -> None:
    """Without languages and time zones; with them it has 37 MB."""
    assert (layer / "liquid").is_dir()
    assert sum(path.stat().st_size for path in layer.rglob("*") if path.is_file()) < 3_000_000


def test_pages_are_rendered_with_nothing_but_the_layer(tmp_path: Path) -> None:
    wheels = built(tmp_path, FunctionSettings(host_wheels=True))
    # As in Lambda, nothing is installed beside it; boto3 is there, but not used.
    code = f"import sys; sys.path[:0] = [{str(wheels)!r}, {str(REPOSITORY / 'lambdas')!r}]\n{RENDER}"
    done = subprocess.run([sys.executable, "-S", "-I", "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout == "[&#34;&lt;b&gt;&#34;] 26.11.\n", done.stderr
