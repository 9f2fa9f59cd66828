"""One stack that uses every option passes every rule."""

import json
import subprocess
import sys
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from cdk_nag import AwsSolutionsChecks

from cdk_ground_truth import (
    CustomTask,
    ImageClassification,
    InstructionMedia,
    LabelingMonitoring,
    LabelingWorkflow,
    MultiLabelClassification,
    SelfHostedEngine,
    SemanticSegmentation,
    Workforce,
)
from tests.infrastructure.apps import REPOSITORY, label, new_stack, street


@pytest.fixture
def stack(tmp_path: Path) -> cdk.Stack:
    own = tmp_path / "own.html"
    own.write_text("<crowd-form>{{ task.input.taskObject | grant_read_access }}</crowd-form>")
    stack = new_stack()
    key = kms.Key(stack, "Key", enable_key_rotation=True)
    topic = sns.Topic(stack, "NewWork", enforce_ssl=True)
    labeling = label(
        stack,
        tasks=[
            street(),
            ImageClassification("kind", labels=["day", "night"]),
            MultiLabelClassification("things", labels=["tree", "bench"]),
            SemanticSegmentation("areas", labels=["road"]),
            CustomTask("own", template=own),
        ],
        environment="everything",
        workforce=Workforce.private(create_workforce=True, notification_topic=topic),
        instruction_media=InstructionMedia(stack, "Media", public=False),
        encryption_key=key,
        acl_access=False,
    )
    LabelingMonitoring(stack, "Monitoring", labeling=labeling)
    engine = SelfHostedEngine(stack, "Engine", labeling=labeling, encryption_key=key)
    LabelingWorkflow(stack, "Workflow", labeling=labeling, engine=engine, topic=topic)
    labeling.grant_start(iam.User(stack, "Operator"))
    return stack


def test_the_rules_of_the_cdk_and_of_cdk_nag_find_nothing_of_ours(stack: cdk.Stack) -> None:
    cdk.Validations.of(stack.node.find_child("Operator")).acknowledge(
        *(
            cdk.Acknowledgment(id=f"AwsSolutions-IAM5[{wildcard}]", reason="the operator is this test's own")
            for wildcard in (
                "Resource::*",
                "Resource::<LabelingTrainingBucket8B217D8E.Arn>/*",
                "Resource::arn:aws:sagemaker:eu-west-1:111122223333:labeling-job/*",
                "Resource::arn:aws:ssm:eu-west-1:111122223333:parameter/ground-truth/everything/*",
            )
        )
    )
    cdk.Validations.of(stack.node.root).add_plugins(AwsSolutionsChecks())
    stack.node.root.synth()


def test_cfn_lint_finds_nothing(stack: cdk.Stack, tmp_path: Path) -> None:
    file = tmp_path / "template.json"
    file.write_text(json.dumps(stack.node.root.synth().get_stack_by_name(stack.stack_name).template))
    command = [str(Path(sys.executable).with_name("cfn-lint")), "--format", "parseable", "--regions", "eu-west-1", "--"]
    done = subprocess.run([*command, str(file)], cwd=REPOSITORY, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr
