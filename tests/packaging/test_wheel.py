"""The wheel works in a foreign app, far from the checkout."""

import json
import subprocess
import sys
import venv
import zipfile
from collections import Counter
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(REPOSITORY)]
    subprocess.run(command, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_carries_the_lambda_code_the_pages_and_types(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {
        "cdk_ground_truth/py.typed",
        "cdk_ground_truth/lambdas/pre_annotation.py",
        "cdk_ground_truth/lambdas/post_annotation.py",
        "cdk_ground_truth/lambdas/requirements.txt",
        "cdk_ground_truth/lambdas/requirements-rendering.txt",
        "cdk_ground_truth/lambdas/ground_truth/__init__.py",
        "ground_truth/__init__.py",
        "ground_truth_cli/portal/crowd/index.js",
        "ground_truth/templates/parts/page.liquid.html",
        "ground_truth_cli/portal/preview/index.html",
        "ground_truth_cli/portal/index.html",
        "ground_truth_cli/portal/headers.json",
        "ground_truth_cli/portal/page/main.js",
    } <= names


def test_the_wheel_carries_nothing_else(wheel: Path) -> None:
    roots = {name.partition("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    ours = {"cdk_ground_truth", "ground_truth", "ground_truth_cli"}
    assert {root for root in roots if not root.endswith(".dist-info")} == ours
    assert not [name for name in zipfile.ZipFile(wheel).namelist() if "__pycache__" in name]


def test_a_foreign_app_synthesizes_with_its_lambda_assets(wheel: Path, tmp_path: Path) -> None:
    home = tmp_path / "venv"
    venv.create(home, with_pip=True)
    python = home / "bin" / "python"
    constraints = REPOSITORY / "constraints.txt"
    install = [str(python), "-m", "pip", "install", "--quiet", "-c", str(constraints), str(wheel)]
    subprocess.run(install, check=True, capture_output=True, text=True)
    app = tmp_path / "app.py"
    app.write_text((REPOSITORY / "examples" / "other_app" / "app.py").read_text())
    environment = {
        # The Node.js of the tests' own environment, as the foreign app brings one of its own.
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "HOME": str(Path.home()),
        "CDK_OUTDIR": str(tmp_path / "cdk.out"),
    }
    done = subprocess.run([str(python), str(app)], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    assert str(REPOSITORY) not in done.stderr
    template = json.loads((tmp_path / "cdk.out" / "Zoo.template.json").read_text())
    functions = [r for r in template["Resources"].values() if r["Type"] == "AWS::Lambda::Function"]
    ours = [function["Properties"] for function in functions if "CustomCDK" not in str(function)]
    by_handler = Counter(function["Handler"] for function in ours if function.get("Architectures") == ["arm64"])
    assert by_handler == {
        "pre_annotation.handler": 2,
        "post_annotation.handler": 2,
        "run_job.handler": 1,
        "run_workflow.handler": 1,
        "worker_api.handler": 1,
    }
    assets = tmp_path / "cdk.out"
    (code,) = {f["Code"]["S3Key"].removesuffix(".zip") for f in ours if f["Handler"] in by_handler}
    assert (assets / f"asset.{code}" / "ground_truth" / "tasks" / "task.py").is_file()
    layers = [r["Properties"] for r in template["Resources"].values() if r["Type"] == "AWS::Lambda::LayerVersion"]
    (layer,) = [layer for layer in layers if "numpy" in layer.get("Description", "")]
    wheels = assets / f"asset.{layer['Content']['S3Key'].removesuffix('.zip')}"
    assert (wheels / "python" / "numpy").is_dir()
    assert any("aarch64" in path.name for path in wheels.rglob("*.so")), "built for the function, not for this machine"
