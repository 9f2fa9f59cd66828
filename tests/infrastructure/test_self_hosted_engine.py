import functools
import json

import aws_cdk as cdk
import pytest
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk.assertions import Template

import worker_api
from cdk_ground_truth import InstructionMedia, LabelingWorkflow, SelfHostedEngine
from cdk_ground_truth._engine.worker_api import ROUTES
from ground_truth.engine.description import EngineDescription
from ground_truth.engine.store import keys
from tests.infrastructure.apps import as_list, label, new_stack, only, resources, statements, template_of


def engine(stack: cdk.Stack, **properties) -> SelfHostedEngine:
    return SelfHostedEngine(stack, "Engine", labeling=label(stack, environment="dev"), **properties)


@functools.cache
def template() -> Template:
    stack = new_stack()
    engine(stack)
    return template_of(stack)


@functools.cache
def states() -> dict:
    parts = only(template(), "AWS::StepFunctions::StateMachine")["DefinitionString"]["Fn::Join"][1]
    return json.loads("".join(part if isinstance(part, str) else "REFERENCE" for part in parts))["States"]


def actions_of(result: Template, policy: str) -> dict[str, list]:
    granted: dict[str, list] = {}
    for name, statement in statements(result):
        if policy in name:
            for action in as_list(statement["Action"]):
                granted.setdefault(action, []).extend(as_list(statement.get("Resource", [])))
    return granted


def test_the_table_is_on_demand_recoverable_and_forgets_drafts_only() -> None:
    properties = only(template(), "AWS::DynamoDB::GlobalTable")
    (replica,) = properties["Replicas"]
    assert properties["BillingMode"] == "PAY_PER_REQUEST"
    assert replica["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert properties["TimeToLiveSpecification"] == {"AttributeName": keys.TIME_TO_LIVE, "Enabled": True}


def test_the_index_has_the_keys_that_the_store_asks_for() -> None:
    (index,) = only(template(), "AWS::DynamoDB::GlobalTable")["GlobalSecondaryIndexes"]
    assert index["IndexName"] == keys.INDEX
    assert [key["AttributeName"] for key in index["KeySchema"]] == [keys.INDEX_PARTITION_KEY, keys.INDEX_SORT_KEY]
    assert index["Projection"] == {"ProjectionType": "KEYS_ONLY"}


def test_jobs_answers_and_workers_stay_when_the_stack_goes() -> None:
    for kind in ("AWS::DynamoDB::GlobalTable", "AWS::Cognito::UserPool"):
        (result,) = resources(template(), kind).values()
        assert result["DeletionPolicy"] == "Retain"


def test_nobody_becomes_a_worker_by_himself() -> None:
    assert only(template(), "AWS::Cognito::UserPool")["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": True}
    assert only(template(), "AWS::Cognito::UserPoolGroup")["GroupName"] == "workers"


def test_every_route_asks_who_is_there_and_there_is_one_for_all_that_the_function_answers() -> None:
    routes = [route["Properties"] for route in resources(template(), "AWS::ApiGatewayV2::Route").values()]
    assert {route["AuthorizationType"] for route in routes} == {"JWT"}
    assert {route["RouteKey"] for route in routes} == set(worker_api.ROUTES) == set(ROUTES)


def test_tokens_of_the_page_s_client_alone_are_taken() -> None:
    properties = only(template(), "AWS::ApiGatewayV2::Authorizer")
    (client,) = resources(template(), "AWS::Cognito::UserPoolClient")
    assert properties["JwtConfiguration"]["Audience"] == [{"Ref": client}]
    assert properties["IdentitySource"] == ["$request.header.Authorization"]


def test_the_api_is_limited_and_logs_neither_names_nor_addresses() -> None:
    stage = only(template(), "AWS::ApiGatewayV2::Stage")
    assert stage["DefaultRouteSettings"]["ThrottlingRateLimit"] == 2_000
    logged = json.loads(stage["AccessLogSettings"]["Format"])
    assert logged["worker"] == "$context.authorizer.claims.sub"
    assert not [value for value in logged.values() if "sourceIp" in value or "email" in value]


def test_objects_are_opened_and_consolidated_by_distributed_maps_over_the_list_of_batches() -> None:
    for name, inner, step in (
        ("Open every object", "Open a batch", "open"),
        ("Consolidate", "Consolidate a batch", "consolidate"),
    ):
        state = states()[name]
        assert state["ItemProcessor"]["ProcessorConfig"]["Mode"] == "DISTRIBUTED"
        assert state["ItemReader"]["Parameters"] == {"Bucket": "REFERENCE", "Key.$": "$.batches"}
        assert state["ItemProcessor"]["States"][inner]["Parameters"]["Payload"]["step"] == step
        assert state["MaxConcurrency"] == 50


def test_workers_are_waited_for_until_the_tasks_expire_and_then_it_goes_on() -> None:
    wait = states()["Wait for the workers"]
    assert wait["Resource"].endswith(":lambda:invoke.waitForTaskToken")
    assert wait["TimeoutSecondsPath"] == "$.seconds"
    assert wait["Catch"][0] == {"ErrorEquals": ["States.Timeout"], "ResultPath": "$.expired", "Next": "Consolidate"}


def test_every_step_that_fails_for_good_marks_the_job() -> None:
    for name in ("Open every object", "Wait for the workers", "Consolidate", "Assemble"):
        assert states()[name]["Catch"][-1]["Next"] == "Mark as failed"
    assert states()["Plan"]["Catch"][-1]["Next"] == "Refuse"


def test_what_is_wrong_with_a_request_is_not_tried_again() -> None:
    assert states()["Plan"]["Retry"][0] == {
        "ErrorEquals": ["ContractError", "ManifestError", "JobExists"],
        "MaxAttempts": 0,
    }


def test_the_functions_have_the_layers_that_they_import() -> None:
    functions = [f["Properties"] for f in resources(template(), "AWS::Lambda::Function").values()]
    items = {function["Handler"]: function for function in functions}
    assert "ImagingLayer" in str(items["run_job.handler"]["Layers"])
    assert "RenderingLayer" in str(items["worker_api.handler"]["Layers"])
    assert items["worker_api.handler"]["Timeout"] == 29


def test_the_api_may_not_touch_results_and_the_job_s_function_may_not_touch_images() -> None:
    api = actions_of(template(), "WorkerApiPermissions")["s3:PutObject"]
    assert ["/labeling-jobs/*/engine/answers/*" in str(resource) for resource in api] == [True]
    run = actions_of(template(), "RunJobPermissions")["s3:PutObject"]
    assert ["/labeling-jobs/*" in str(resource) for resource in run] == [True]
    assert "lambda:InvokeFunction" not in actions_of(template(), "EngineWorkerApi")


def test_the_job_s_function_may_call_the_hooks_of_the_tasks() -> None:
    called = actions_of(template(), "EngineRunJobTasks")["lambda:InvokeFunction"]
    assert {"PreAnnotation" in str(entry) or "PostAnnotation" in str(entry) for entry in called} == {True}
    assert len(called) == 2


def test_a_given_key_encrypts_the_table_and_is_granted() -> None:
    stack = new_stack()
    engine(stack, encryption_key=kms.Key(stack, "Key"))
    synthesized = template_of(stack)
    assert only(synthesized, "AWS::DynamoDB::GlobalTable")["SSESpecification"]["SSEType"] == "KMS"
    assert actions_of(synthesized, "WorkerApiPermissions").keys() >= {"kms:Decrypt", "kms:GenerateDataKey"}


def test_pictures_of_instructions_that_are_not_public_are_readable_for_the_pages() -> None:
    stack = new_stack()
    media = InstructionMedia(stack, "Media", public=False)
    SelfHostedEngine(stack, "Engine", labeling=label(stack, environment="dev", instruction_media=media))
    read = actions_of(template_of(stack), "WorkerApiPermissions")["s3:GetObject"]
    assert [resource for resource in read if "Media" in str(resource)]


def test_the_parameter_tells_tools_everything() -> None:
    parameters = [p["Properties"] for p in resources(template(), "AWS::SSM::Parameter").values()]
    (result,) = [p for p in parameters if p["Name"] == "/ground-truth/dev/engine"]
    parts = result["Value"]["Fn::Join"][1]
    text = "".join(part if isinstance(part, str) else "REFERENCE" for part in parts)
    assert EngineDescription.read(text).group == "workers"


def test_an_operator_is_granted_what_jobs_and_workers_take() -> None:
    stack = new_stack()
    user = iam.User(stack, "Operator")
    engine(stack).grant_operate(user)
    granted = actions_of(template_of(stack), "OperatorDefaultPolicy")
    assert granted.keys() >= {
        "states:StartExecution", "states:SendTaskSuccess", "dynamodb:Query", "dynamodb:UpdateItem", "ssm:GetParameter",
        "cognito-idp:AdminCreateUser", "cognito-idp:AdminEnableUser", "cognito-idp:AdminAddUserToGroup",
        "cognito-idp:ListUsersInGroup", "cognito-idp:AdminRemoveUserFromGroup", "cognito-idp:AdminDisableUser",
    }  # fmt: skip
    assert "dynamodb:PutItem" not in granted


@pytest.mark.parametrize("value", [0, 10_001])
def test_a_concurrency_that_step_functions_refuses_is_refused_at_synth(value: int) -> None:
    with pytest.raises(ValueError, match="'max_concurrency' should be between 1 and 10,000"):
        engine(new_stack(), max_concurrency=value)


def test_the_environment_s_name_is_in_the_names_that_must_be_unique() -> None:
    assert only(template(), "AWS::StepFunctions::StateMachine")["StateMachineName"] == "dev-labeling-job"


def test_a_stack_without_a_fixed_account_and_region_and_without_our_flags_has_it_too() -> None:
    stack = new_stack(flags=False, account=None, region=None)
    labeling = label(stack, environment="dev")
    made = SelfHostedEngine(stack, "Engine", labeling=labeling)
    LabelingWorkflow(stack, "Workflow", labeling=labeling, engine=made)
    synthesized = template_of(stack)
    assert len(resources(synthesized, "AWS::StepFunctions::StateMachine")) == 2
    issuer = only(synthesized, "AWS::ApiGatewayV2::Authorizer")["JwtConfiguration"]["Issuer"]
    assert {"Ref": "AWS::Region"} in issuer["Fn::Join"][1]
