"""AWS on this machine: ministack as a context manager, with IAM enforced.

    with Emulator.start() as emulator:
        subprocess.run(["cdk", "deploy"], env=emulator.environment(), check=True)
        emulator.session().client("s3").list_buckets()
        emulator.session_as(role_arn).client("lambda").invoke(FunctionName="name")
        emulator.calls()

It listens on the loopback interface only, keeps its state in memory and its files in one temporary directory, and takes
its Lambda workers along when it ends, also when this process is killed. It sees nothing of the user's AWS settings.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import boto3

ACCOUNT: Final = "000000000000"
REGION: Final = "us-east-1"
# ministack's name for the account root. It checks no signature of this key, so the secret protects nothing.
ROOT: Final = "test"
SERVER: Final = Path(__file__).with_name("server.py")
READY_WITHIN: Final = 180.0
INHERITED: Final = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT")


class EmulatorFailed(Exception):
    """The emulator did not come up; the message says why, with the end of its log."""


@dataclass(frozen=True)
class Call:
    """One authorization decision of the emulator."""

    principal: str
    action: str
    resource: str
    decision: str  # Allow, Deny (a policy says no), ImplicitDeny (no policy says yes), NotAuthenticated


@dataclass(frozen=True)
class Emulator:
    """A running emulator."""

    port: int
    directory: Path

    @property
    def endpoint(self) -> str:
        """Where AWS clients find it."""
        return f"http://127.0.0.1:{self.port}"

    @classmethod
    @contextlib.contextmanager
    def start(cls) -> Iterator[Emulator]:
        """Starts an emulator, waits until it answers, and ends it with the block."""
        with tempfile.TemporaryDirectory(prefix="emulator-", ignore_cleanup_errors=True) as name:
            emulator = cls(_free_port(), Path(name))
            with emulator._file("log.txt").open("wb") as log:
                # A group of its own: Ctrl-C in the terminal reaches us alone, and killing the group ends every worker.
                process = subprocess.Popen(
                    [sys.executable, str(SERVER)],
                    env=emulator._server_environment(),
                    cwd=name,
                    stdin=subprocess.PIPE,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            try:
                emulator._wait(process)
                yield emulator
            finally:
                # Nothing needs an orderly end: the state is in memory and the files go with the directory.
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.communicate()

    def environment(self) -> dict[str, str]:
        """Environment variables for a subprocess, such as the CDK CLI, that is to work as the account's root."""
        own = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "CDK_"))}
        return own | {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": ROOT,
            "AWS_SECRET_ACCESS_KEY": ROOT,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "NO_PROXY": "127.0.0.1,localhost",
            "no_proxy": "127.0.0.1,localhost",
            "CDK_DEFAULT_ACCOUNT": ACCOUNT,
            "CDK_DEFAULT_REGION": REGION,
            "CDK_HOME": str(self.directory),
            "CDK_DISABLE_CLI_TELEMETRY": "true",
            "CDK_DISABLE_VERSION_CHECK": "true",
        }

    def session(self, key: str = ROOT, secret: str = ROOT, token: str | None = None) -> boto3.Session:
        """A boto3 session that talks to the emulator, by default as the account's root."""
        session = boto3.Session(key, secret, token, REGION)
        # boto3 takes an endpoint per client only; the environment variable would bind the whole process.
        session.client = functools.partial(session.client, endpoint_url=self.endpoint)  # type: ignore[method-assign]
        session.resource = functools.partial(session.resource, endpoint_url=self.endpoint)  # type: ignore[method-assign, assignment]
        return session

    def session_as(self, role_arn: str) -> boto3.Session:
        """A boto3 session with exactly a role's permissions, whoever its trust policy names.

        A role for an AWS service trusts that service alone, and no test can be the service. So the account root is let
        in for the moment of assuming it; the trust policy is then put back as it was.
        """
        iam, sts = self.session().client("iam"), self.session().client("sts")
        role = role_arn.rsplit("/", 1)[-1]
        trust = iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]
        root = {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
            "Action": "sts:AssumeRole",
        }
        opened = json.dumps({"Version": "2012-10-17", "Statement": [root]})
        iam.update_assume_role_policy(RoleName=role, PolicyDocument=opened)
        try:
            credentials = sts.assume_role(RoleArn=role_arn, RoleSessionName="emulator")["Credentials"]
        finally:
            iam.update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps(trust))
        return self.session(credentials["AccessKeyId"], credentials["SecretAccessKey"], credentials["SessionToken"])

    def calls(self) -> list[Call]:
        """Every authorization decision so far on a signed request, in order; ask before the block ends.

        Two kinds of refusal happen elsewhere in ministack and are not here: a trust policy's, and that of an S3 request
        without credentials.
        """
        return [Call(**json.loads(line)) for line in self._file("calls.jsonl").read_text("utf-8").splitlines()]

    def _file(self, name: str) -> Path:
        return self.directory / name

    def _server_environment(self) -> dict[str, str]:
        # Few inherited names: the Lambda workers get all of these, and ministack reads many names as its settings.
        inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
        here = str(self.directory)
        return inherited | {
            "AUTH": "true",
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(self.port),
            "LOG_LEVEL": "WARNING",
            "MINISTACK_REGION": REGION,
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "AWS_EC2_METADATA_DISABLED": "true",
            "HOME": here,
            "TMPDIR": here,
            "STATE_DIR": f"{here}/state",
            "S3_DATA_DIR": f"{here}/s3",
            # At its start ministack removes containers it takes for its own; it is to find no Docker.
            "DOCKER_HOST": f"unix://{here}/no-docker.sock",
            "EMULATOR_CALLS_FILE": str(self._file("calls.jsonl")),
            "EMULATOR_DIRECTORY": here,
        }

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + READY_WITHIN
        # No proxy: one set for the machine has no business with the loopback interface.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        while process.poll() is None and time.monotonic() < deadline:
            with contextlib.suppress(OSError), opener.open(f"{self.endpoint}/_ministack/ready", timeout=2):
                return
            time.sleep(0.1)
        ended = f"ended with status {process.returncode}" if process.returncode is not None else "did not answer"
        tail = "\n".join(self._file("log.txt").read_text("utf-8", "replace").splitlines()[-20:])
        raise EmulatorFailed(f"The AWS emulator {ended} on {self.endpoint}. The end of its log:\n{tail or '(empty)'}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
