"""What a command ends with when something is wrong: a sentence for what people can put right, else our mistake."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import boto3.exceptions
import click
import pytest
from botocore.exceptions import ClientError, NoCredentialsError
from click.testing import CliRunner

from ground_truth.contract.errors import ContractError, InputError, ReadError, ServiceError, StateError
from ground_truth_cli.main import COMMANDS, main
from ground_truth_cli.terminal.errors import PlainErrors

DENIED = ClientError({"Error": {"Code": "AccessDenied", "Message": "you may not"}}, "GetObject")
EXPECTED = [
    ContractError("workers", 12, "from 1 to 9", "three to five workers are usual"),
    InputError("the file has no labels"),
    ReadError("a.json cannot be read"),
    StateError("the job has ended already"),
    ServiceError("the function failed"),
    DENIED,
    NoCredentialsError(),
    boto3.exceptions.S3UploadFailedError("Failed to upload"),
]
MISTAKES = [ValueError("none"), OSError("none"), KeyError("name"), TypeError("none"), RuntimeError("none")]


def ending_with(error: Exception, *options: str):
    @click.group(cls=PlainErrors)
    @click.option("--debug", is_flag=True)
    def group(debug: bool) -> None: ...

    @group.command()
    def work() -> None:
        raise error

    return CliRunner().invoke(group, [*options, "work"])


@pytest.mark.parametrize("error", EXPECTED, ids=lambda error: type(error).__name__)
def test_what_people_can_put_right_is_one_sentence(error) -> None:
    done = ending_with(error)
    assert (done.exit_code, done.output) == (1, f"Error: {error}\n")


@pytest.mark.parametrize("error", MISTAKES, ids=lambda error: type(error).__name__)
def test_everything_else_is_told_as_a_mistake_of_the_program(error) -> None:
    done = ending_with(error)
    assert done.exit_code == 1
    assert done.output.count("\n") == 1
    assert done.output.startswith(f"Error: this is a mistake of the program, not yours ({type(error).__name__}: ")
    assert "report it" in done.output
    assert "--debug" in done.output


@pytest.mark.parametrize("error", [*EXPECTED, *MISTAKES], ids=lambda error: type(error).__name__)
def test_debug_shows_where_any_error_comes_from(error) -> None:
    done = ending_with(error, "--debug")
    assert done.exit_code == 1
    assert "Traceback (most recent call last)" in done.output
    assert "in work" in done.output
    assert "Error: " in done.output.splitlines()[-1]


def test_a_wrong_option_keeps_its_usage_and_its_status() -> None:
    done = CliRunner().invoke(main, ["estimate", "--objects", "many"])
    assert done.exit_code == 2
    assert "Usage: " in done.output


@pytest.fixture
def secret(tmp_path) -> Path:
    """A path at which the system refuses to read: a folder, which not even root can."""
    folder = tmp_path / "folder"
    folder.mkdir()
    return folder


def one_sentence(arguments: list[str]) -> str:
    done = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert done.exit_code == 1, done.output
    assert "mistake of the program" not in done.output
    assert done.output.startswith("Error: ")
    assert done.output.count("\n") == 1
    return done.output


def test_a_file_that_cannot_be_read(tmp_path, secret) -> None:
    assert "cannot be read: No such file" in one_sentence(["manifest", "check", tmp_path / "none.manifest"])
    assert "cannot be read: Is a directory" in one_sentence(["manifest", "check", secret])
    export = ["export", tmp_path / "none.manifest", "--format", "coco", "--out", tmp_path / "out"]
    assert "cannot be read: No such file" in one_sentence(export)
    assert "cannot be read: Is a directory" in one_sentence(["prepare", secret, tmp_path / "to", "--key-file", secret])


def test_a_text_in_another_encoding(tmp_path) -> None:
    template = tmp_path / "page.html"
    template.write_bytes("<p>Größe</p>".encode("latin-1"))
    assert "is not a text in UTF-8 (byte 5)" in one_sentence(["template", "check", template])


def test_json_that_is_none(tmp_path) -> None:
    predictions = tmp_path / "predictions.json"
    predictions.write_text("[{")
    options = ["--images-uri", "s3://bucket/images", "--label-attribute", "boxes", "--out", tmp_path / "out"]
    assert "is not JSON" in one_sentence(["manifest", "from-predictions", predictions, *options])


def test_a_folder_that_cannot_be_written(tmp_path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    predictions = tmp_path / "predictions.json"
    predictions.write_text(json.dumps({"images": [], "categories": [], "annotations": []}))
    options = ["--images-uri", "s3://bucket/images", "--label-attribute", "boxes", "--out", blocked / "out"]
    assert "cannot be written: Not a directory" in one_sentence(["manifest", "from-predictions", predictions, *options])
    photos = tmp_path / "photos"
    photos.mkdir()
    key = tmp_path / "key"
    key.write_text("0123456789abcdef")
    prepare = ["prepare", photos, blocked / "to", "--key-file", key]
    assert "cannot be written: Not a directory" in one_sentence(prepare)


def test_a_journal_that_is_something_else(tmp_path) -> None:
    photos, to = tmp_path / "photos", tmp_path / "to"
    photos.mkdir()
    to.mkdir()
    key = tmp_path / "key"
    key.write_text("0123456789abcdef")
    (to / ".prepare.sqlite").write_bytes(b"notes of mine" * 1_000)
    assert ".prepare.sqlite cannot be used" in one_sentence(["prepare", photos, to, "--key-file", key])


def test_a_port_in_use(tmp_path) -> None:
    template, manifest = tmp_path / "page.html", tmp_path / "input.manifest"
    template.write_text("<crowd-form></crowd-form>")
    manifest.write_bytes(b'{"source": "a text"}\n')
    with socket.create_server(("127.0.0.1", 0)) as used:
        port = str(used.getsockname()[1])
        sentence = one_sentence(["preview", template, "--manifest", manifest, "--no-browser", "--port", port])
    assert f"port {port} cannot be used: " in sentence
    assert "--port" in sentence


def test_a_price_that_is_none() -> None:
    assert "'price_usd' should be a number" in one_sentence(
        ["estimate", "--objects", "1", "--vendor-price-usd", "five"]
    )


def test_output_that_nobody_reads_any_more_is_no_mistake() -> None:
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-c", "from ground_truth_cli.main import main; main()", "estimate", "--objects", "1"]
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, text=True, check=False)
    os.close(write)
    assert "mistake" not in done.stderr


def test_every_command_is_below_the_group_that_tells_errors() -> None:
    assert isinstance(main, PlainErrors)
    assert all(main.get_command(click.Context(main), name) for name in COMMANDS)
