import functools
import json

import aws_cdk as cdk
import pytest
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from aws_cdk.assertions import Template

from cdk_ground_truth import ContractError, LabelingWorkflow, SelfHostedEngine, Workforce
from tests.infrastructure.apps import label, new_stack, resources, template_of
from tests.infrastructure.test_self_hosted_engine import actions_of

TEAM = "arn:aws:sagemaker:eu-west-1:111122223333:workteam/private-crowd/people"


def workflow(stack: cdk.Stack, *, hosted: bool = True, team: bool = False, **properties) -> LabelingWorkflow:
    workforce = {"workforce": Workforce.private(work_team_arn=TEAM)} if team else {}
    labeling = label(stack, environment="dev", **workforce)
    engine = SelfHostedEngine(stack, "Engine", labeling=labeling) if hosted else None
    return LabelingWorkflow(stack, "Workflow", labeling=labeling, engine=engine, **properties)


@functools.cache
def template(*, hosted: bool, team: bool) -> Template:
    stack = new_stack()
    workflow(stack, hosted=hosted, team=team)
    return template_of(stack)


def states(result: Template) -> dict:
    (machine,) = [
        machine["Properties"]
        for machine in resources(result, "AWS::StepFunctions::StateMachine").values()
        if machine["Properties"]["StateMachineName"] == "dev-labeling-workflow"
    ]
    parts = machine["DefinitionString"]["Fn::Join"][1]
    return json.loads("".join(part if isinstance(part, str) else "REFERENCE" for part in parts))["States"]


def branches(result: Template) -> dict:
    return states(result)["Run every job"]["ItemProcessor"]["States"]


def test_both_backends_are_there_where_both_can_work() -> None:
    branch_states = branches(template(hosted=True, team=True))
    backend = {"Variable": "$.backend", "StringEquals": "ground-truth"}
    categories = {"Variable": "$.request.LabelCategoryConfigS3Uri", "IsPresent": True}
    assert branch_states["Which backend?"]["Choices"] == [
        {"Variable": "$.backend", "StringEquals": "self-hosted", "Next": "Self-hosted engine"},
        {"And": [backend, categories], "Next": "Ground Truth"},
        {**backend, "Next": "Ground Truth without label categories"},
    ]
    # The partition is the stack's own.
    partition = "REFERENCE"
    assert branch_states["Ground Truth"]["Resource"] == f"arn:{partition}:states:::sagemaker:createLabelingJob.sync"
    assert branch_states["Self-hosted engine"]["Resource"] == f"arn:{partition}:states:::states:startExecution.sync:2"


def test_ground_truth_is_given_each_field_of_the_request_by_its_name() -> None:
    task = branches(template(hosted=True, team=True))["Ground Truth"]
    assert "InputPath" not in task
    assert {path: name for name, path in task["Parameters"].items()} == {
        f"$.request.{name.removesuffix('.$')}": name for name in task["Parameters"]
    }


def test_a_labeling_without_a_work_team_has_no_branch_and_no_right_for_ground_truth() -> None:
    synthesized = template(hosted=True, team=False)
    assert "Ground Truth" not in branches(synthesized)
    assert not [action for action in actions_of(synthesized, "WorkflowRoleDefaultPolicy") if "sagemaker" in action]


def test_without_an_engine_ground_truth_alone_labels() -> None:
    synthesized = template(hosted=False, team=True)
    assert "Self-hosted engine" not in branches(synthesized)
    assert actions_of(synthesized, "WorkflowRoleDefaultPolicy").keys() >= {
        "sagemaker:CreateLabelingJob",
        "iam:PassRole",
    }


def test_no_backend_at_all_is_refused_at_synth() -> None:
    with pytest.raises(ContractError, match="'engine' should be given for a labeling of the self-hosted engine"):
        workflow(new_stack(), hosted=False)


def test_the_role_is_passed_to_ground_truth_and_to_nobody_else() -> None:
    synthesized = template(hosted=True, team=True)
    text = json.dumps(resources(synthesized, "AWS::IAM::Policy"))
    assert '"iam:PassedToService": "sagemaker.amazonaws.com"' in text


def test_what_fails_is_explained_and_told() -> None:
    state_names = states(template(hosted=True, team=True))
    for name in ("Check", "Run every job", "Merge", "Report"):
        assert state_names[name]["Catch"] == [
            {"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Explain"}
        ], name
    assert state_names["Explain"]["Next"] == "Notify of the failure"
    assert state_names["Notify of the failure"]["Next"] == "Failed"


def test_what_is_wrong_with_the_input_is_not_tried_again() -> None:
    first = states(template(hosted=True, team=True))["Check"]["Retry"][0]
    assert first == {"ErrorEquals": ["Refused", "ContractError", "ManifestError"], "MaxAttempts": 0}


def test_a_given_topic_is_used() -> None:
    stack = new_stack()
    topic = sns.Topic(stack, "Mine")
    assert workflow(stack, topic=topic).topic is topic
    assert len(resources(template_of(stack), "AWS::SNS::Topic")) == 1


def test_the_function_writes_reports_and_merged_manifests_only() -> None:
    written = actions_of(template(hosted=True, team=False), "RunWorkflowPermissions")["s3:PutObject"]
    assert ["/report/*" in str(entry) or "/manifests/output/*" in str(entry) for entry in written] == [True, True]


def test_an_operator_may_start_and_follow() -> None:
    stack = new_stack()
    user = iam.User(stack, "Operator")
    workflow(stack).grant_start(user)
    granted = actions_of(template_of(stack), "OperatorDefaultPolicy")
    assert granted.keys() >= {"states:StartExecution", "states:DescribeExecution", "ssm:GetParameter"}
