"""A job from start to finish by the command alone, on a deployed stack: as an operator does it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from examples.street.crowd import CROWD
from examples.street.photos import rendered_photos
from examples.street.portal_workers import PortalWorker, find_engine, label_all, local_api_url
from tests.emulator.waiting import wait_for

PHOTOS = {f"images/commands/{photo.name}": photo for photo in rendered_photos(3)}


class Operator:
    """Somebody at a command line, and one worker whom he invited."""

    def __init__(self, deployment) -> None:
        self.environment = deployment.emulator.environment()
        session = deployment.emulator.session()
        s3, bucket = session.client("s3"), deployment.bucket
        lines = []
        for key, photo in PHOTOS.items():
            s3.put_object(Bucket=bucket, Key=key, Body=photo.content)
            lines.append(json.dumps({"source-ref": f"s3://{bucket}/{key}"}) + "\n")
        s3.put_object(Bucket=bucket, Key="datasets/commands/input.manifest", Body="".join(lines).encode())
        self.manifest = f"s3://{bucket}/datasets/commands/input.manifest"
        self.tell("workers", "add", "ada@example.com")
        self.worker = self._signed_in(deployment, session.client("cognito-idp"), "ada@example.com")

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", "from ground_truth_cli.main import main; main()", *arguments, "--env", "local"]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)

    def tell(self, *arguments: str) -> Any:
        """What a command that succeeds tells programs."""
        done = self.run(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def start(self, name: str) -> None:
        self.tell("start", "street", "--manifest", self.manifest, "--name", name, "--workers", "1")

    def offered(self, name: str, objects: int) -> dict[str, Any]:
        """The job's status once all its objects are open."""

        def look() -> dict[str, Any] | None:
            done = self.run("status", name, "--json")
            status: dict[str, Any] = json.loads(done.stdout) if done.returncode == 0 else {}
            return status if status and status["progress"]["objects"] == objects else None

        return wait_for(look, f"job {name} offered")

    @staticmethod
    def _signed_in(deployment, cognito: Any, email: str) -> PortalWorker:
        engine = find_engine(deployment)
        password = "Aa1!correct-horse-battery"
        cognito.admin_set_user_password(UserPoolId=engine.user_pool, Username=email, Password=password, Permanent=True)
        signed_in = cognito.initiate_auth(
            ClientId=engine.client,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": email, "PASSWORD": password},
        )
        token = signed_in["AuthenticationResult"]["IdToken"]
        return PortalWorker(habits=CROWD[0], api_url=local_api_url(deployment, engine), token=token)


@pytest.fixture(scope="module")
def operator(deployment) -> Operator:
    return Operator(deployment)


def test_what_one_job_could_not_label_the_next_one_does(operator: Operator, tmp_path: Path) -> None:
    operator.start("commands")
    assert operator.offered("commands", len(PHOTOS))["progress"]["at_work"] == 0
    task = operator.worker.call("POST", "/jobs/commands/claim")
    assert operator.tell("status", "commands")["progress"]["at_work"] == 1
    operator.worker.call("POST", f"/tasks/{task['taskId']}/decline", {"reason": "too dark"})
    label_all([operator.worker], "commands", PHOTOS.values(), lambda answers: None)

    watched = operator.run("status", "commands", "--watch", "--every", "1")
    assert watched.returncode == 0, watched.stderr
    assert watched.stdout.startswith(
        "commands (self-hosted): Completed\nobjects    3 of 3 done, 100%, 1 of them failed"
    )
    output = operator.tell("results", "commands", "--out", str(tmp_path))
    assert len(Path(output["file"]).read_text().splitlines()) == len(PHOTOS)
    assert [entry["reason"] for entry in output["failures"]] == ["1 workers declined it, the last because: too dark"]

    retried = operator.tell("retry", "commands")
    assert (retried["name"], retried["objects"]) == ("commands-retry-1", 1)
    operator.offered("commands-retry-1", 1)
    label_all([operator.worker], "commands-retry-1", PHOTOS.values(), lambda answers: None)
    assert operator.run("status", "commands-retry-1", "--watch", "--every", "1").returncode == 0
    assert operator.tell("results", "commands-retry-1")["counters"] == {
        "TotalLabeled": 1,
        "HumanLabeled": 1,
        "MachineLabeled": 0,
        "FailedNonRetryableError": 0,
        "Unlabeled": 0,
    }


def test_a_stopped_job_keeps_what_was_answered(operator: Operator) -> None:
    operator.start("stopped")
    operator.offered("stopped", len(PHOTOS))
    assert operator.worker.work("stopped", {photo.name: photo for photo in PHOTOS.values()}, most=1) == 1
    operator.tell("stop", "stopped")
    assert operator.run("status", "stopped", "--watch", "--every", "1").returncode == 0
    (result,) = [job for job in operator.tell("list") if job["LabelingJobName"] == "stopped"]
    assert result["LabelingJobStatus"] == "Stopped"
    counters = result["LabelCounters"]
    assert (counters["TotalLabeled"], counters["FailedNonRetryableError"], counters["Unlabeled"]) == (1, 0, 2)


def test_a_name_is_used_once(operator: Operator) -> None:
    again = ("start", "street", "--manifest", operator.manifest, "--name", "Stopped")
    done = operator.run(*again)
    assert done.returncode == 1
    assert "there is a job 'Stopped' already" in done.stderr
