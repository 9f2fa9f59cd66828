"""Deploys the local environment to an emulator with the CDK command line."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from emulator import ACCOUNT, REGION, Emulator
from examples.street.task import PICTURES
from ground_truth.aws.s3 import split_uri
from ground_truth.contract.parameters import parameter_name
from ground_truth.contract.request import LabelingJobRequest
from ground_truth.tasks.description import TaskDescription

REPOSITORY = Path(__file__).resolve().parents[2]
CDK = REPOSITORY / "node_modules" / ".bin" / "cdk"
STACK = "GroundTruth-local"


class DeploymentFailed(RuntimeError):
    """The CDK command line failed; the message ends with what it said."""


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """A deployed local environment: its emulator and the stack's outputs by name."""

    emulator: Emulator
    outputs: dict[str, str]

    @property
    def bucket(self) -> str:
        """The name of the training bucket."""
        return self.outputs["TrainingBucketName"]

    def task(self, name: str) -> TaskDescription:
        """What the parameter of a task says."""
        answer = self.emulator.session().client("ssm").get_parameter(Name=parameter_name("local", name))
        return TaskDescription.read(answer["Parameter"]["Value"])

    def job_request(self, task_name: str, job_name: str, manifest_uri: str) -> LabelingJobRequest:
        """The complete CreateLabelingJob request of a job."""
        task = self.task(task_name)
        bucket, key = split_uri(task.request)
        body = self.emulator.session().client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
        return task.job_request(json.loads(body), job_name, manifest_uri)


def deploy(emulator: Emulator) -> Deployment:
    """Bootstraps the emulator's account and deploys the local stack to it.

    Raises DeploymentFailed with the end of the command line's output.
    """
    outputs = emulator.directory / "outputs.json"
    # Outside the project there is no app to synthesize, so that bootstrapping takes a fraction of the time.
    _cdk(emulator, emulator.directory, "bootstrap", f"aws://{ACCOUNT}/{REGION}")
    _cdk(
        emulator,
        REPOSITORY,
        "deploy",
        STACK,
        "--context=env=local",
        "--require-approval=never",
        f"--output={emulator.directory / 'cdk.out'}",
        f"--outputs-file={outputs}",
    )
    deployment = Deployment(emulator=emulator, outputs=json.loads(outputs.read_text())[STACK])
    # The emulator cannot run the CDK's copying function, so the pictures are put in from here.
    for picture in PICTURES.iterdir():
        emulator.session().client("s3").upload_file(
            str(picture),
            deployment.outputs["InstructionMediaBucketName"],
            picture.name,
            ExtraArgs={"ContentType": "image/svg+xml"},
        )
    return deployment


def _cdk(emulator: Emulator, folder: Path, command: str, *options: str) -> None:
    done = subprocess.run(
        [str(CDK), "--no-notices", command, *options],
        cwd=folder,
        # The command line starts `node`, which lies beside this Python.
        env=emulator.environment() | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise DeploymentFailed(f"cdk {command} failed:\n{(done.stdout + done.stderr)[-3000:]}")
