import functools
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_s3 as s3
from aws_cdk.assertions import Template
from cdk_nag import AwsSolutionsChecks
from syrupy.extensions.json import JSONSnapshotExtension

from examples.street.task import PICTURES, STREET
from stacks.environments import ENVIRONMENTS, Environment, find_environment
from stacks.labeling_stack import LabelingStack
from tests.infrastructure.apps import FLAGS, NO_BUNDLING

REPOSITORY = Path(__file__).resolve().parents[2]
NAMES = sorted(ENVIRONMENTS)


def new_app(**context: Any) -> cdk.App:
    return cdk.App(context=FLAGS | NO_BUNDLING | context)


def add_stack(app: cdk.App, environment: Environment) -> LabelingStack:
    return LabelingStack(
        app,
        f"GroundTruth-{environment.name}",
        environment=environment,
        tasks=[STREET],
        instruction_pictures=str(PICTURES),
    )


@functools.cache
def template(name: str) -> Template:
    return Template.from_stack(add_stack(new_app(), ENVIRONMENTS[name]))


def scrubbed(document: dict[str, Any]) -> dict[str, Any]:
    """Without what differs from machine to machine: content hashes, and the host that local functions run on."""
    text = re.sub(r"[0-9a-f]{64}", "HASH", json.dumps(document))
    if "ImagingLayerpython314" not in text:
        text = re.sub(r"python3\.?\d+", "HOST", text)
        text = re.sub(r"ImagingLayer[A-Za-z0-9]+", "ImagingLayerHOST", text)
        text = re.sub(r'"(arm64|x86_64)"', '"HOST"', text)
    cleaned: dict[str, Any] = json.loads(text)
    return cleaned


@pytest.mark.parametrize("name", NAMES)
def test_the_template_is_the_reviewed_one(name: str, snapshot) -> None:
    assert scrubbed(template(name).to_json()) == snapshot(name=name, extension_class=JSONSnapshotExtension)


@pytest.mark.parametrize("name", NAMES)
def test_cdk_nag_finds_nothing_that_is_not_acknowledged_with_a_reason(name: str) -> None:
    app = new_app()
    add_stack(app, ENVIRONMENTS[name])
    cdk.Validations.of(app).add_plugins(AwsSolutionsChecks())
    app.synth()


def test_cdk_nag_would_find_an_open_bucket() -> None:
    app = new_app()
    stack = add_stack(app, ENVIRONMENTS["dev"])
    s3.Bucket(stack, "Open")
    cdk.Validations.of(app).add_plugins(AwsSolutionsChecks())
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        app.synth()


def test_the_cdk_s_own_template_rules_are_errors() -> None:
    assert FLAGS["@aws-cdk/core:validateAgainstDefaultRules"] is True
    app = new_app()
    cdk.CfnResource(cdk.Stack(app, "Stack"), "Wrong", type="AWS::S3::Bucket", properties={"BucketNames": "x"})
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        app.synth()


@pytest.mark.parametrize("name", NAMES)
def test_cfn_lint_finds_nothing(name: str, tmp_path: Path) -> None:
    file = tmp_path / "template.json"
    file.write_text(json.dumps(template(name).to_json()))
    command = [str(Path(sys.executable).with_name("cfn-lint")), "--format", "parseable", "--regions"]
    done = subprocess.run(
        [*command, ENVIRONMENTS[name].region, "--", str(file)], cwd=REPOSITORY, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


def data_after_deletion(name: str) -> set[str]:
    """What becomes of buckets, answers and workers; the page's files are a program, not data."""
    kinds = ("AWS::S3::Bucket", "AWS::DynamoDB::GlobalTable", "AWS::Cognito::UserPool")
    items = [entry for kind in kinds for entry in template(name).find_resources(kind).items()]
    return {resource["DeletionPolicy"] for owner, resource in items if "PortalBucket" not in owner}


def test_prod_is_protected_from_deletion_and_its_data_stays() -> None:
    stack = add_stack(new_app(), ENVIRONMENTS["prod"])
    assert stack.termination_protection is True
    assert data_after_deletion("prod") == {"Retain"}


def test_prod_tells_when_a_hook_raises() -> None:
    alarms = template("prod").find_resources("AWS::CloudWatch::Alarm").values()
    assert len(alarms) == 2
    assert all(alarm["Properties"]["AlarmActions"] for alarm in alarms)


def test_alarms_may_reach_their_topic_and_nobody_but_the_account_any_other() -> None:
    policies = template("prod").find_resources("AWS::SNS::TopicPolicy")
    allowed = {
        name: [s["Principal"] for s in policy["Properties"]["PolicyDocument"]["Statement"] if s["Effect"] == "Allow"]
        for name, policy in policies.items()
    }
    (alarms,) = [name for name in allowed if "Alarms" in name]
    assert allowed.pop(alarms) == [{"Service": "cloudwatch.amazonaws.com"}]
    assert set(map(str, allowed.values())) <= {"[]"}


def test_data_of_dev_stays_too() -> None:
    assert data_after_deletion("dev") == {"Retain"}


# The emulator goes as a whole: no CloudFormation ever deletes what lies in its buckets.
ON_AWS = [name for name in NAMES if name != "local"]


@pytest.mark.parametrize("name", ON_AWS)
def test_a_bucket_that_goes_with_the_stack_is_emptied_first_and_no_other(name: str) -> None:
    buckets = template(name).find_resources("AWS::S3::Bucket")
    gone = {owner for owner, bucket in buckets.items() if bucket["DeletionPolicy"] != "Retain"}
    emptied = template(name).find_resources("Custom::S3AutoDeleteObjects").values()
    assert gone, "the page's bucket goes with the stack"
    assert {entry["Properties"]["BucketName"]["Ref"] for entry in emptied} == gone


@pytest.mark.parametrize("name", ON_AWS)
def test_a_bucket_is_emptied_while_its_policy_still_allows_it(name: str) -> None:
    policies = template(name).find_resources("AWS::S3::BucketPolicy")
    for emptying in template(name).find_resources("Custom::S3AutoDeleteObjects").values():
        bucket = emptying["Properties"]["BucketName"]
        (policy,) = [owner for owner, result in policies.items() if result["Properties"]["Bucket"] == bucket]
        assert policy in emptying["DependsOn"]
        statements = policies[policy]["Properties"]["PolicyDocument"]["Statement"]
        allowed = [
            statement["Action"] for statement in statements if "CustomS3AutoDelete" in str(statement["Principal"])
        ]
        assert ["s3:DeleteObject*" in actions and "s3:List*" in actions for actions in allowed] == [True]


def test_environments_in_one_account_and_region_share_no_name() -> None:
    named = [names_of(template(name).to_json()) for name in ("dev", "prod")]
    assert named[0]
    assert named[1]
    assert not named[0] & named[1]


def names_of(document: dict[str, Any]) -> set[str]:
    """Every physical name that a template fixes."""
    keys = ("FunctionName", "BucketName", "RoleName", "TopicName", "LogGroupName", "AlarmName")
    items = {
        resource["Properties"][key]
        for resource in document["Resources"].values()
        for key in keys
        if isinstance(resource.get("Properties", {}).get(key), str)
    }
    parameters = {r["Properties"]["Name"] for r in document["Resources"].values() if r["Type"] == "AWS::SSM::Parameter"}
    return items | parameters


def test_outputs_are_what_people_paste() -> None:
    assert {"TrainingBucketName", "InstructionMediaBucketName", "ExecutionRoleArn", "ParameterPrefix"} <= set(
        template("dev").to_json()["Outputs"]
    )


def test_an_unknown_environment_is_refused_with_the_list() -> None:
    with pytest.raises(ValueError, match="'env' should be one of dev, prod, local, got 'staging'"):
        find_environment("staging")


# Refuses every connection; the layer's wheels are in the cache since the first synth.
OFFLINE = """
import runpy, socket, sys
def refuse(*_): raise OSError("synth reached for the network")
socket.socket.connect = socket.socket.connect_ex = refuse
socket.getaddrinfo = refuse
sys.argv = ["app.py"]
runpy.run_path("app.py", run_name="__main__")
"""


def test_synth_needs_no_command_line_no_credentials_and_no_network(tmp_path: Path) -> None:
    environment = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(Path.home()),
        "CDK_OUTDIR": str(tmp_path),
        "CDK_CONTEXT_JSON": json.dumps({"env": "prod"} | NO_BUNDLING),
    }
    command = [sys.executable, "-c", OFFLINE]
    done = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "GroundTruth-prod.template.json").is_file()


def test_the_synthesized_template_is_that_of_the_tests(tmp_path: Path) -> None:
    environment = {"PATH": "/usr/bin:/bin", "CDK_OUTDIR": str(tmp_path), "HOME": str(Path.home())}
    context = json.dumps({"env": "dev"} | NO_BUNDLING)
    subprocess.run(
        [sys.executable, "app.py"],
        cwd=REPOSITORY,
        env=environment | {"CDK_CONTEXT_JSON": context},
        check=True,
        capture_output=True,
    )
    synthesized = json.loads((tmp_path / "GroundTruth-dev.template.json").read_text())
    assert scrubbed(synthesized)["Resources"].keys() == scrubbed(template("dev").to_json())["Resources"].keys()
