"""Lambda layers of wheels from PyPI, one for each kind of function that needs some."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import ClassVar, Self

import aws_cdk as cdk
import jsii
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from cdk_ground_truth._assets import lambdas_folder
from cdk_ground_truth.function_settings import FunctionSettings

# Newest first: Lambda's Amazon Linux 2023 runs all of these.
_MANYLINUX = ("manylinux_2_34", "manylinux_2_28", "manylinux_2_27", "manylinux_2_17", "manylinux2014")


class WheelLayer(lambda_.LayerVersion):
    """Defines a layer of the wheels that a file in ``lambdas/`` pins, for one kind of settings.

    Built by pip at synth, without Docker. The wheels come from PyPI once and from
    ``~/.cache/cdk-ground-truth`` from then on, so that later synths need no network.
    Raises RuntimeError at synth if pip cannot fetch the wheels.
    """

    requirements: ClassVar[str]
    """The file's name."""
    contents: ClassVar[str]
    """What is in it, in a few words."""
    purpose: ClassVar[str]
    """Whom it is for, as the layer's description says it."""
    left_out: ClassVar[tuple[str, ...]] = ()
    """Folders of the wheels that no function reads."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: FunctionSettings,
    ) -> None:
        runtime, architecture, host_wheels = settings.runtime, settings.architecture, settings.host_wheels
        requirements = lambdas_folder() / self.requirements
        options = [] if host_wheels else _platform_options(runtime, architecture)
        host = [sys.platform, *map(str, sys.version_info[:2])] if host_wheels else []
        target = [requirements.read_text(), runtime.name, architecture.name, *options, *host, *self.left_out]
        digest = hashlib.sha256("\n".join(target).encode()).hexdigest()
        install = _PipInstall(requirements, options, _cache() / digest, self.contents, self.left_out)
        super().__init__(
            scope,
            id,
            description=f"{self.contents} for {self.purpose}",
            compatible_runtimes=[runtime],
            compatible_architectures=[architecture],
            code=lambda_.Code.from_asset(
                str(lambdas_folder()),
                # The content follows from these inputs alone, whatever machine builds it.
                asset_hash=digest,
                asset_hash_type=cdk.AssetHashType.CUSTOM,
                bundling=cdk.BundlingOptions(image=cdk.DockerImage.from_registry("never-pulled"), local=install),
            ),
        )

    @classmethod
    def of(cls, scope: Construct, settings: FunctionSettings) -> Self:
        """The one layer of this kind that a stack's functions with these settings share."""
        stack = cdk.Stack.of(scope)
        wheels = "-host" if settings.host_wheels else ""
        name = f"{cls.__name__}-{settings.runtime.name}-{settings.architecture.name}{wheels}"
        layer = stack.node.try_find_child(name)
        return layer if isinstance(layer, cls) else cls(stack, name, settings=settings)


@jsii.implements(cdk.ILocalBundling)
class _PipInstall:
    """Installs the pinned wheels for another platform into a cache, and copies them into the asset."""

    def __init__(
        self, requirements: Path, options: list[str], cache: Path, contents: str, left_out: tuple[str, ...]
    ) -> None:
        self._requirements = requirements
        self._options = options
        self._cache = cache
        self._contents = contents
        self._left_out = left_out

    def try_bundle(self, output_dir: str, *_: object, **__: object) -> bool:
        """Fills ``output_dir``; always without Docker."""
        if not self._cache.is_dir():
            self._install()
        shutil.copytree(self._cache, Path(output_dir), dirs_exist_ok=True)
        return True

    def _install(self) -> None:
        self._cache.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._cache.parent) as scratch:
            command = [
                sys.executable,
                "-m",
                "pip",
                "install",
                "--quiet",
                "--no-compile",
                "--only-binary=:all:",
            ]
            command += ["--target", f"{scratch}/layer/python", *self._options, "-r", str(self._requirements)]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode != 0:
                raise RuntimeError(
                    f"pip could not fetch {self._contents} for the Lambda layer; the first synth needs PyPI, "
                    f"later ones do not. pip said: {done.stderr.strip()[-500:]}"
                )
            for folder in self._left_out:
                shutil.rmtree(Path(scratch, "layer", "python", folder))
            try:
                Path(scratch, "layer").rename(self._cache)
            except OSError:
                # Another synth was faster; its copy is as good.
                if not self._cache.is_dir():
                    raise


def _cache() -> Path:
    """Where fetched wheels stay; a temporary folder where the user has no home."""
    home = os.path.expanduser("~")  # noqa: PTH111 - Path.home() raises where there is none
    root = Path(home) if home != "~" else Path(tempfile.gettempdir())
    return root / ".cache" / "cdk-ground-truth" / "layers"


def _platform_options(runtime: lambda_.Runtime, architecture: lambda_.Architecture) -> list[str]:
    machine = "aarch64" if architecture.name == "arm64" else "x86_64"
    platforms = [option for tag in _MANYLINUX for option in ("--platform", f"{tag}_{machine}")]
    return [*platforms, "--implementation", "cp", "--python-version", runtime.name.removeprefix("python")]
