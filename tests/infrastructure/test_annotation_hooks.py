import fnmatch
import re

import aws_cdk as cdk
import botocore.loaders
import pytest
from aws_cdk import aws_lambda as lambda_

from cdk_ground_truth import (
    AnnotationHooks,
    ContractError,
    CustomTask,
    Hook,
    ImageClassification,
    MultiLabelClassification,
    SemanticSegmentation,
)
from ground_truth.contract import task_types
from ground_truth.contract.aws_functions import ACCOUNTS
from tests.infrastructure.apps import (
    as_list,
    default_template,
    label,
    new_stack,
    only,
    resources,
    statements,
    street,
    template_of,
)


def published_functions() -> dict[tuple[str, str], set[str]]:
    """(region, account) and the names of the functions, as botocore's model documents them."""
    model = botocore.loaders.Loader().load_service_model("sagemaker", "service-2")
    result: dict[tuple[str, str], set[str]] = {}
    for shape, member in (
        ("HumanTaskConfig", "PreHumanTaskLambdaArn"),
        ("AnnotationConsolidationConfig", "AnnotationConsolidationLambdaArn"),
    ):
        text = model["shapes"][shape]["members"][member]["documentation"]
        target = model["shapes"][shape]["members"][member]["shape"]
        text += model["shapes"][target].get("documentation", "")
        for region, account, name in re.findall(r"arn:aws:lambda:([a-z0-9-]+):(\d{12}):function:([\w-]+)", text):
            result.setdefault((region, account), set()).add(name)
    return result


def test_the_table_of_accounts_is_that_of_the_service() -> None:
    assert dict(published_functions().keys()) == ACCOUNTS


@pytest.mark.parametrize(
    "task_type", [t for t in task_types.TASK_TYPES.values() if t.function_suffix], ids=lambda t: t.key
)
@pytest.mark.parametrize("prefix", ["PRE", "ACS"])
def test_every_type_s_functions_exist_in_every_region(task_type: task_types.TaskType, prefix: str) -> None:
    assert all(f"{prefix}-{task_type.function_suffix}" in names for names in published_functions().values())


def request_of(stack) -> str:
    return str(only(template_of(stack), "AWS::SSM::Parameter")["Value"])


def test_built_in_hooks_are_those_of_the_region() -> None:
    stack = new_stack(region="us-west-2")
    label(stack, hooks=AnnotationHooks.built_in())
    request = request_of(stack)
    assert "lambda:us-west-2:081040173940:function:PRE-BoundingBox" in request
    assert "lambda:us-west-2:081040173940:function:ACS-BoundingBox" in request


def test_built_in_hooks_need_no_function_of_ours() -> None:
    stack = new_stack()
    label(stack, hooks=AnnotationHooks.built_in())
    assert not resources(template_of(stack), "AWS::Lambda::Function")


def test_a_stack_without_a_region_looks_the_account_up_when_it_is_deployed() -> None:
    stack = new_stack(account=None, region=None)
    label(stack, hooks=AnnotationHooks.built_in())
    (table,) = template_of(stack).to_json()["Mappings"].values()
    assert table == {region: {"Account": account} for region, account in ACCOUNTS.items()}


def test_fails_in_a_region_without_built_in_hooks() -> None:
    with pytest.raises(ContractError, match=r"'region' should be one of .*eu-west-1.*got 'eu-north-1'"):
        label(new_stack(region="eu-north-1"), hooks=AnnotationHooks.built_in())


def test_built_in_hooks_of_a_custom_task_pass_through(tmp_path) -> None:
    stack = new_stack()
    label(stack, tasks=[own_task(tmp_path)], hooks=AnnotationHooks.built_in())
    assert "function:PRE-PassThrough" in request_of(stack)
    assert "function:ACS-PassThrough" in request_of(stack)


def own_task(folder) -> CustomTask:
    template = folder / "own.html"
    template.write_text("<crowd-form>{{ task.input.taskObject | grant_read_access }}</crowd-form>")
    return CustomTask("own", template=template)


@pytest.mark.parametrize("hook", ["pre_annotation", "post_annotation"])
def test_fails_when_a_built_in_type_is_left_without_a_hook(hook: str) -> None:
    with pytest.raises(ContractError, match="ours, built-in or your own function for bounding-box"):
        label(new_stack(), hooks=AnnotationHooks(**{hook: Hook.NONE}))


def test_fails_when_a_hook_is_neither_function_nor_choice() -> None:
    with pytest.raises(ContractError, match="should be a Lambda function or a member of Hook, got 'ours'"):
        AnnotationHooks(pre_annotation="ours")


def test_our_functions_have_names_that_the_managed_policy_would_match() -> None:
    names = [f["Properties"]["FunctionName"] for f in resources(default_template(), "AWS::Lambda::Function").values()]
    assert len(names) == 2
    assert all(fnmatch.fnmatchcase(name, "*LabelingFunction*") and len(name) <= 64 for name in names)


def test_every_function_has_its_own_role_and_log_group() -> None:
    functions = resources(default_template(), "AWS::Lambda::Function").values()
    assert len({str(f["Properties"]["Role"]) for f in functions}) == 2
    assert len({str(f["Properties"]["LoggingConfig"]["LogGroup"]) for f in functions}) == 2


def test_only_the_function_that_computes_on_images_carries_the_layer() -> None:
    layered = [
        f["Properties"]["Handler"]
        for f in resources(default_template(), "AWS::Lambda::Function").values()
        if "Layers" in f["Properties"]
    ]
    assert layered == ["post_annotation.handler"]


def test_the_pre_annotation_hook_reads_its_labels_and_nothing_else() -> None:
    granted = [s for name, s in statements(default_template()) if "PreAnnotationPermissions" in name]
    actions = {action for s in granted for action in as_list(s["Action"])}
    assert actions == {"logs:CreateLogStream", "logs:PutLogEvents", "s3:GetObject"}
    (reading,) = [s for s in granted if s["Action"] == "s3:GetObject"]
    assert "*" not in str(reading["Resource"])


def post_annotation_rights(task) -> dict[str, list]:
    """The statements of a task's post-annotation hook by action."""
    stack = new_stack()
    label(stack, tasks=[task])
    granted: dict[str, list] = {}
    for name, statement in statements(template_of(stack)):
        if "PostAnnotationPermissions" in name:
            for action in as_list(statement["Action"]):
                granted.setdefault(action, []).append(statement)
    return granted


def test_only_segmentation_hooks_may_write_masks() -> None:
    written = {
        task.name: str([each["Resource"] for each in post_annotation_rights(task).get("s3:PutObject", ())])
        for task in (street(), SemanticSegmentation("areas", labels=["road"]))
    }
    assert "/labeling-jobs/*/consolidated-annotation/output/*" in written["areas"]
    assert "/output/" not in written["street"]


@pytest.mark.parametrize(
    "task",
    [
        street(),
        ImageClassification("kind", labels=["car", "bus"]),
        MultiLabelClassification("kinds", labels=["car", "bus"]),
    ],
    ids=lambda task: task.type.key,
)
def test_hooks_that_learn_of_workers_may_list_and_write_their_records_and_nothing_else(task) -> None:
    granted = post_annotation_rights(task)
    assert set(granted) == {
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "s3:GetObject",
        "s3:ListBucket",
        "s3:PutObject",
    }
    records = "labeling-jobs/*/consolidated-annotation/worker-skill/*"
    (listing,) = granted["s3:ListBucket"]
    assert listing["Condition"] == {"StringLike": {"s3:prefix": records}}
    (writing,) = granted["s3:PutObject"]
    assert f"/{records}" in str(writing["Resource"])


def test_hooks_that_learn_nothing_may_list_nothing(tmp_path) -> None:
    for task in (SemanticSegmentation("areas", labels=["road"]), own_task(tmp_path)):
        assert "s3:ListBucket" not in post_annotation_rights(task)


def own_function(stack) -> lambda_.Function:
    code = lambda_.Code.from_inline("def handler(event, context): return event")
    return lambda_.Function(stack, "Own", runtime=lambda_.Runtime.PYTHON_3_14, handler="index.handler", code=code)


def test_functions_of_the_user_are_called_and_may_read_the_payload() -> None:
    stack = new_stack()
    own = own_function(stack)
    label(stack, hooks={"street": AnnotationHooks(pre_annotation=own, post_annotation=own)})
    template = template_of(stack)
    assert len(resources(template, "AWS::Lambda::Function")) == 1
    (reading,) = [s for name, s in statements(template) if "PayloadPermissions" in name]
    assert "labeling-jobs/*" in str(reading["Resource"])
    invoking = [s for n, s in statements(template) if "TaskPermissions" in n and s["Action"] == "lambda:InvokeFunction"]
    assert [s["Resource"] for s in invoking] == [{"Fn::GetAtt": [stack.get_logical_id(own.node.default_child), "Arn"]}]


def test_functions_of_another_stack_make_no_cycle() -> None:
    stack = new_stack()
    other = cdk.Stack(stack.node.root, "Functions", env=cdk.Environment(account=stack.account, region=stack.region))
    label(stack, hooks=AnnotationHooks(post_annotation=own_function(other)))
    stack.node.root.synth()


def test_a_custom_task_may_do_without_hooks(tmp_path) -> None:
    stack = new_stack()
    label(stack, tasks=[own_task(tmp_path)], hooks=AnnotationHooks(pre_annotation=Hook.NONE, post_annotation=Hook.NONE))
    assert "LambdaArn" not in request_of(stack)
    assert not resources(template_of(stack), "AWS::Lambda::Function")


def test_fails_when_hooks_are_for_an_unknown_task() -> None:
    with pytest.raises(ContractError, match=r"'hooks' should be named after tasks: \['street'\], got \['streets'\]"):
        label(new_stack(), hooks={"streets": AnnotationHooks()})


def test_two_tasks_share_one_layer() -> None:
    stack = new_stack()
    label(stack, tasks=[street(), SemanticSegmentation("areas", labels=["road"])])
    assert len(resources(template_of(stack), "AWS::Lambda::LayerVersion")) == 1
