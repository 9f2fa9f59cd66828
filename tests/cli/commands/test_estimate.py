import json

from click.testing import CliRunner

from ground_truth_cli.commands import estimate as command
from ground_truth_cli.main import main


def run(*options: str):
    return CliRunner().invoke(main, ["estimate", *options])


def test_every_backend_side_by_side_with_its_assumptions() -> None:
    done = run("--objects", "1000", "--task-type", "image-classification", "--workers", "3")
    assert done.exit_code == 0, done.output
    assert "Ground Truth, private team            USD        80.00  + your people's wages" in done.output
    assert "Ground Truth, public crowd (closed)   USD       116.00" in done.output
    assert "self-hosted engine" in done.output
    assert "UNVERIFIED" in done.output
    assert "free tiers" in done.output


def test_as_json() -> None:
    output = json.loads(run("--objects", "10", "--json").output)
    assert [entry["workforce"] for entry in output] == ["private", "vendor", "mechanical-turk", "self-hosted"]


def test_a_price_that_the_crowd_does_not_take() -> None:
    done = run("--objects", "10", "--price-usd", "0.05")
    assert done.exit_code == 1
    assert "'price_usd' should be one of 0.036" in done.output


def test_a_deployed_task_gives_type_and_workers(account, monkeypatch) -> None:
    monkeypatch.setattr(command, "find_deployment", lambda _: account.deployment)
    done = run("--objects", "10", "--env", "dev", "--task", "street")
    assert "10 objects, bounding-box, 5 answers each" in done.output
    assert "AWS list prices of eu-west-1" in done.output


def test_a_deployed_task_and_a_type_contradict_each_other() -> None:
    for options in (["--env", "dev"], ["--env", "dev", "--task", "a", "--task-type", "custom"]):
        done = run("--objects", "10", *options)
        assert done.exit_code == 2
        assert "give either --task-type, or --env together with --task" in done.output
