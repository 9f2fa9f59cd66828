"""The deployed preparation: photos in, pictures, manifest and tables out, with exactly the rights it has."""

import csv
import io
import json
import time

import pytest
from click.testing import CliRunner

from ground_truth_cli.main import main
from tests.emulator.grants import PREPARATION, granted_actions, roles, used_actions
from tests.emulator.waiting import wait_for, wait_for_end
from tests.images.samples import MARKER, jpeg_bytes, loaded_jpeg, loaded_png, picture
from tests.reviewed_grants import UNUSED

PHOTOS = {
    "IMG_1.jpg": loaded_jpeg(),
    "copy.jpg": loaded_jpeg(),
    "turned, again.jpg": loaded_jpeg(picture(80, 40), orientation=6),
    "folder/a.png": loaded_png(),
    "cut.jpg": loaded_jpeg()[:1500],
    "notes.txt": b"hello",
}


class Account:
    """The deployed stack as its owner uses it."""

    def __init__(self, deployment) -> None:
        self.deployment = deployment
        self.s3 = deployment.emulator.session().client("s3")
        self.machines = deployment.emulator.session().client("stepfunctions")
        self.raw = deployment.outputs["RawBucketName"]
        self.training = deployment.outputs["TrainingBucketName"]
        self.arn = deployment.outputs["PreparationArn"]

    def upload(self, dataset: str, photos: dict[str, bytes]) -> None:
        for name, content in photos.items():
            self.s3.put_object(Bucket=self.raw, Key=f"uploads/{dataset}/{name}", Body=content)

    def run(self, dataset: str) -> dict:
        started = self.machines.start_execution(
            stateMachineArn=self.arn, input=json.dumps({"key": f"uploads/{dataset}/_COMPLETE"})
        )
        return self.ended(started["executionArn"])

    def ended(self, arn: str) -> dict:
        return wait_for_end(self.machines, arn)

    def read(self, bucket: str, key: str) -> bytes:
        return self.s3.get_object(Bucket=bucket, Key=key)["Body"].read()

    def table(self, bucket: str, key: str) -> dict[str, str]:
        return dict(list(csv.reader(io.StringIO(self.read(bucket, key).decode())))[1:])

    def manifest(self, dataset: str) -> list[str]:
        text = self.read(self.training, f"datasets/{dataset}/input.manifest").decode()
        return [json.loads(line)["source-ref"] for line in text.splitlines()]

    def keys(self, bucket: str, prefix: str) -> list[str]:
        return [e["Key"] for e in self.s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", ())]


@pytest.fixture(scope="module")
def account(deployment) -> Account:
    return Account(deployment)


@pytest.fixture(scope="module")
def prepared(account) -> dict:
    account.upload("street", PHOTOS)
    return account.run("street")


def test_every_usable_photo_is_prepared_and_listed_once(account, prepared) -> None:
    assert prepared["status"] == "SUCCEEDED", prepared
    output = json.loads(prepared["output"])
    assert output["images"] == 3
    listed = account.manifest("street")
    assert (
        listed
        == sorted(set(listed))
        == [f"s3://{account.training}/{key}" for key in account.keys(account.training, "images/street/")]
    )
    for uri in listed:
        content = account.read(account.training, uri.removeprefix(f"s3://{account.training}/"))
        assert MARKER not in content


def test_the_owner_learns_what_became_of_which_file(account, prepared) -> None:
    mapping = account.table(account.raw, "mappings/street/mapping.csv")
    assert mapping.keys() == {"IMG_1.jpg", "copy.jpg", "turned, again.jpg", "folder/a.png"}
    assert mapping["IMG_1.jpg"] == mapping["copy.jpg"]
    assert set(mapping.values()) == set(account.manifest("street"))
    assert account.table(account.training, "datasets/street/rejected.csv").keys() == {"cut.jpg", "notes.txt"}
    assert not [key for key in account.keys(account.training, "") if "mapping" in key]


def test_a_second_run_doubles_nothing_and_lists_what_is_there_now(account, prepared) -> None:
    before = account.manifest("street")
    account.s3.delete_object(Bucket=account.raw, Key="uploads/street/folder/a.png")
    account.upload("street", {"new.jpg": jpeg_bytes(picture(50, 50))})
    # S3 dates objects by whole seconds.
    time.sleep(1.1)
    assert account.run("street")["status"] == "SUCCEEDED"
    after = account.manifest("street")
    assert len(after) == len(set(after)) == 3
    assert len(set(after) & set(before)) == 2


def test_the_marker_starts_a_run(account, prepared) -> None:
    account.upload("marked", {"a.jpg": jpeg_bytes(), "b.jpg": jpeg_bytes()})
    account.s3.put_object(Bucket=account.raw, Key="uploads/marked/_COMPLETE", Body=b"")
    wait_for(lambda: account.keys(account.training, "datasets/marked/input.manifest"), "the manifest of the run")
    assert len(account.manifest("marked")) == 1
    assert account.table(account.training, "datasets/marked/rejected.csv") == {}


def test_a_dataset_without_a_usable_photo_fails_with_the_reason(account) -> None:
    account.upload("useless", {"a.txt": b"hello"})
    completed = account.run("useless")
    assert completed["status"] == "FAILED"
    assert "no file of the dataset useless became a picture" in completed["cause"]
    assert account.table(account.training, "datasets/useless/rejected.csv").keys() == {"a.txt"}


def test_the_command_uploads_starts_and_follows(account, tmp_path, monkeypatch) -> None:
    for name, value in account.deployment.emulator.environment().items():
        monkeypatch.setenv(name, value)
    (tmp_path / "folder").mkdir()
    for name, content in PHOTOS.items():
        (tmp_path / name).write_bytes(content)
    command = ["prepare", str(tmp_path), "by-command", "--cloud", "local", "--json"]
    first, second = (CliRunner().invoke(main, command) for _ in range(2))
    assert first.exit_code == 0, first.output
    output = json.loads(first.stdout)
    assert (output["uploaded"], output["images"]) == (6, 3)
    assert output["manifest"] == f"s3://{account.training}/datasets/by-command/input.manifest"
    assert len(account.manifest("by-command")) == 3
    assert json.loads(second.stdout)["uploaded"] == 0
    refused = CliRunner().invoke(main, [*command, "--downscale"])
    assert "--downscale cannot be given" in refused.output


def test_every_granted_action_of_the_preparation_is_used_or_reviewed(deployment, prepared) -> None:
    granted, used = granted_actions(deployment), used_actions(deployment)
    unused = {role: granted[role] - used.get(role, set()) - UNUSED.get(role, {}).keys() for role in PREPARATION}
    assert not {role: actions for role, actions in unused.items() if actions}


def test_no_function_was_refused_anything(deployment, prepared) -> None:
    names = {name for name, role in roles(deployment).items() if role in ("PrepareImagesRole", "AssembleDatasetRole")}
    calls = [call for call in deployment.emulator.calls() if names & set(call.principal.split("/"))]
    assert calls
    assert {call.decision for call in calls} == {"Allow"}
