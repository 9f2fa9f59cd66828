import json
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import botocore.loaders
import botocore.model
import botocore.validate
import pytest
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3

from cdk_ground_truth import (
    LABELING_CORS_RULE,
    AnnotationHooks,
    BoundingBox,
    ContractError,
    CustomTask,
    Example,
    GroundTruthLabeling,
    ImageClassification,
    Instructions,
    MultiLabelClassification,
    SemanticSegmentation,
    TrainingBucket,
)
from ground_truth.tasks import request_parts
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
    warnings,
)

PLACEHOLDERS = {"AWS::AccountId": "111122223333", "AWS::Partition": "aws", "AWS::Region": "eu-west-1"}


def spelled(value: Any) -> str:
    """What CloudFormation would make of a value, with invented names and ARNs."""
    match value:
        case {"Fn::Join": [separator, parts]}:
            return separator.join(spelled(part) for part in parts)
        case {"Ref": name}:
            return PLACEHOLDERS.get(name, name.lower())
        case {"Fn::GetAtt": [name, _]}:
            kind = "iam::111122223333:role/" if "Role" in name else "lambda:eu-west-1:111122223333:function:"
            return f"arn:aws:{kind}{name}"
        case {"Fn::Sub": text}:
            for name, replacement in PLACEHOLDERS.items():
                text = text.replace(f"${{{name}}}", replacement)
            return text
    return str(value)


def described(template: cdk.assertions.Template) -> dict[str, Any]:
    return json.loads(spelled(only(template, "AWS::SSM::Parameter")["Value"]))


def published(stack: cdk.Stack, asset: Any) -> str:
    """The content of a published file."""
    assembly = stack.node.root.synth()
    (path,) = Path(assembly.directory).glob(f"asset.{asset.asset_hash}*")
    return path.read_text(encoding="utf-8")


def problems(candidate: dict[str, Any]) -> str:
    model = botocore.model.ServiceModel(botocore.loaders.Loader().load_service_model("sagemaker", "service-2"))
    shape = model.operation_model("CreateLabelingJob").input_shape
    return botocore.validate.ParamValidator().validate(candidate, shape).generate_report()


ALL_TYPES = [
    street(),
    ImageClassification("kind", labels=["day", "night"]),
    MultiLabelClassification("things", labels=["tree", "bench"]),
    SemanticSegmentation("areas", labels=["road"]),
]


@pytest.mark.parametrize("task", ALL_TYPES, ids=lambda task: task.type.key)
def test_the_published_request_is_complete_but_for_the_work_team(task) -> None:
    stack = new_stack()
    labeling = label(stack, tasks=[task])
    skeleton = json.loads(published(stack, labeling.tasks[task.name].request))
    deployment = described(template_of(stack))["deployment"]
    whole = request_parts.merge_parts(
        skeleton, deployment, request_parts.job_part("job-1", "s3://bucket/input.manifest")
    )
    assert problems(whole).strip() == 'Missing required parameter in HumanTaskConfig: "WorkteamArn"'
    whole["HumanTaskConfig"]["WorkteamArn"] = "arn:aws:sagemaker:eu-west-1:111122223333:workteam/private-crowd/a"
    assert problems(whole) == ""


def test_tools_find_a_task_by_environment_and_name() -> None:
    stack = new_stack()
    label(stack, environment="dev")
    parameter = only(template_of(stack), "AWS::SSM::Parameter")
    assert parameter["Name"] == "/ground-truth/dev/tasks/street"
    assert described(template_of(stack))["type"] == "bounding-box"


def test_the_stack_s_name_is_the_environment_of_a_foreign_app() -> None:
    assert only(default_template(), "AWS::SSM::Parameter")["Name"] == "/ground-truth/Labeling/tasks/street"


def test_the_parameter_fits_into_the_standard_tier_with_the_longest_names() -> None:
    stack = new_stack()
    label(stack, environment="e" * 30, tasks=[street(task_title="t" * 128, task_description="d" * 255)])
    assert len(spelled(only(template_of(stack), "AWS::SSM::Parameter")["Value"])) < 4096 - 8 * 100


def test_the_label_category_file_keeps_labels_as_they_are() -> None:
    labels = ["Straße", 'say "hi"', "{{ braces }}", "<b>"]
    stack = new_stack()
    labeling = label(stack, tasks=[street(labels=labels)])
    content = json.loads(published(stack, labeling.tasks["street"].label_category_config))
    assert content == {"document-version": "2018-11-28", "labels": [{"label": name} for name in labels]}


def test_every_part_is_a_public_member() -> None:
    labeling = label(new_stack())
    task = labeling.tasks["street"]
    for part in (
        labeling.training_bucket,
        labeling.instruction_media.bucket,
        labeling.execution_role,
        task.template,
        task.label_category_config,
        task.request,
        task.parameter,
        task.hooks.pre_annotation,
        task.hooks.post_annotation,
    ):
        assert part is not None


def test_a_key_encrypts_data_and_names_the_role_in_its_policy() -> None:
    stack = new_stack()
    label(stack, encryption_key=kms.Key(stack, "Key", enable_key_rotation=True))
    template = template_of(stack)
    (allowed,) = [s for s in only(template, "AWS::KMS::Key")["KeyPolicy"]["Statement"] if "Sid" in s]
    assert "ExecutionRole" in str(allowed["Principal"])
    assert set(allowed["Action"]) == {
        "kms:Encrypt",
        "kms:Decrypt",
        "kms:ReEncrypt*",
        "kms:GenerateDataKey*",
        "kms:DescribeKey",
    }
    assert "KmsKeyId" in described(template)["deployment"]["OutputConfig"]
    post = {
        action
        for name, statement in statements(template)
        if "PostAnnotationPermissions" in name
        for action in as_list(statement["Action"])
    }
    assert {"kms:Decrypt", "kms:GenerateDataKey"} <= post, "payload and worker skill are encrypted with the key"


def test_two_labelings_live_in_one_stack() -> None:
    stack = new_stack()
    GroundTruthLabeling(stack, "One", tasks=[street()], environment="one")
    GroundTruthLabeling(stack, "Two", tasks=[street()], environment="two")
    names = [f["Properties"]["FunctionName"] for f in resources(template_of(stack), "AWS::Lambda::Function").values()]
    assert len(set(names)) == 4


def test_works_with_and_without_the_feature_flags_of_a_new_app() -> None:
    stack = new_stack(flags=False)
    label(stack)
    template = template_of(stack)
    kinds = {resource["Type"] for resource in template.to_json()["Resources"].values()}
    assert kinds == {resource["Type"] for resource in default_template().to_json()["Resources"].values()}


def test_warns_of_every_rule_that_workers_are_not_told() -> None:
    stack = new_stack()
    label(stack, tasks=[street(instructions=Instructions(what_to_label="Each car."))])
    words = " ".join(warnings(stack))
    assert "no rule 'box_fit'" in words
    assert "workers will disagree at image edges" in words


def test_warns_when_there_are_no_instructions_at_all() -> None:
    stack = new_stack()
    label(stack, tasks=[street(instructions=None)])
    assert any("has no instructions" in text for text in warnings(stack))


def test_a_bucket_of_the_app_needs_the_cors_rule_of_workers_browsers() -> None:
    stack = new_stack()
    label(stack, training_bucket=s3.Bucket(stack, "Given"))
    with pytest.raises(RuntimeError, match="'training_bucket' should have a CORS rule that allows GET from"):
        stack.node.root.synth()


def test_a_bucket_of_the_app_with_a_narrow_origin_fails() -> None:
    stack = new_stack()
    rule = s3.CorsRule(allowed_methods=[s3.HttpMethods.GET], allowed_origins=["https://example.com"])
    label(stack, training_bucket=s3.Bucket(stack, "Given", cors=[rule]))
    with pytest.raises(RuntimeError, match=r"got .*https://example.com.*add cdk_ground_truth.LABELING_CORS_RULE"):
        stack.node.root.synth()


def test_a_bucket_of_the_app_with_the_rule_is_taken() -> None:
    stack = new_stack()
    label(stack, training_bucket=s3.Bucket(stack, "Given", cors=[LABELING_CORS_RULE]))
    assert len(resources(template_of(stack), "AWS::S3::Bucket")) == 2


def test_our_bucket_may_be_shared_by_two_labelings() -> None:
    stack = new_stack()
    bucket = TrainingBucket(stack, "Shared")
    label(stack, training_bucket=bucket)
    assert len(resources(template_of(stack), "AWS::S3::Bucket")) == 2


def test_warns_that_an_imported_bucket_cannot_be_looked_into() -> None:
    stack = new_stack()
    label(stack, training_bucket=s3.Bucket.from_bucket_name(stack, "Given", "my-images"))
    assert any("without GET from '*' exposing" in text for text in warnings(stack))


def test_fails_when_the_bucket_lies_in_another_region() -> None:
    stack = new_stack(region="eu-west-1")
    bucket = s3.Bucket.from_bucket_attributes(stack, "Given", bucket_name="my-images", region="us-east-1")
    with pytest.raises(
        ContractError, match="'training_bucket' should be in eu-west-1, the region of the jobs, got 'us-east-1'"
    ):
        label(stack, training_bucket=bucket)


def test_fails_when_two_tasks_differ_only_in_case() -> None:
    with pytest.raises(ContractError, match="one task or more, with different names"):
        label(new_stack(), tasks=[BoundingBox("street", labels=["a"]), BoundingBox("Street", labels=["a"])])


def test_fails_without_tasks() -> None:
    with pytest.raises(ContractError, match="'tasks' should be one task or more"):
        label(new_stack(), tasks=[])


def test_fails_when_examples_show_media_that_foreign_hooks_cannot_point_to() -> None:
    rules = Instructions(good_examples=(Example(image="good.png", text="Tight."),))
    with pytest.raises(ContractError, match="only ours tells the template where the pictures lie"):
        label(new_stack(), tasks=[street(instructions=rules)], hooks=AnnotationHooks.built_in())


def test_a_template_of_the_user_is_published_as_it_is(tmp_path) -> None:
    own = tmp_path / "own.html"
    own.write_text("<crowd-form>{{ task.input.taskObject | grant_read_access }}</crowd-form>")
    stack = new_stack()
    labeling = label(stack, tasks=[CustomTask("own", template=own)])
    assert published(stack, labeling.tasks["own"].template) == own.read_text()
    assert labeling.tasks["own"].label_category_config is None
    assert "LabelCategoryConfigS3Uri" not in described(template_of(stack))["deployment"]


def test_warns_of_a_template_that_cannot_show_private_images(tmp_path) -> None:
    own = tmp_path / "own.html"
    own.write_text("<crowd-form><img src='{{ task.input.taskObject }}'></crowd-form>")
    stack = new_stack()
    label(stack, tasks=[CustomTask("own", template=own)])
    assert any("never uses grant_read_access" in text for text in warnings(stack))


def test_values_known_only_at_deployment_pass_every_check() -> None:
    stack = new_stack()
    number = cdk.CfnParameter(stack, "Number", type="Number").value_as_number
    text = cdk.CfnParameter(stack, "Text").value_as_string
    texts = cdk.CfnParameter(stack, "Texts", type="CommaDelimitedList").value_as_list
    street(
        label_attribute_name=text,
        task_title=text,
        task_description=text,
        task_keywords=texts,
        number_of_human_workers_per_data_object=number,
        task_time_limit_in_seconds=number,
        task_availability_lifetime_in_seconds=number,
        max_concurrent_task_count=number,
        max_human_labeled_object_count=number,
        max_percentage_of_input_dataset_labeled=number,
    )


def test_fails_when_a_published_text_is_known_only_at_deployment() -> None:
    stack = new_stack()
    title = cdk.CfnParameter(stack, "Title").value_as_string
    with pytest.raises(ContractError, match="known at synth in its labels, title and instructions"):
        label(stack, tasks=[street(task_title=title)])


def test_numbers_known_only_at_deployment_reach_the_request_by_the_parameter() -> None:
    stack = new_stack()
    workers = cdk.CfnParameter(stack, "Workers", type="Number")
    labeling = label(stack, tasks=[street(number_of_human_workers_per_data_object=workers.value_as_number)])
    skeleton = published(stack, labeling.tasks["street"].request)
    assert "NumberOfHumanWorkersPerDataObject" not in skeleton
    assert "e+289" not in skeleton
    deployment = json.loads(spelled(only(template_of(stack), "AWS::SSM::Parameter")["Value"]).replace("workers", "3"))
    assert deployment["deployment"]["HumanTaskConfig"]["NumberOfHumanWorkersPerDataObject"] == 3


@pytest.mark.parametrize("field", ["what_to_label", "box_fit", "partly_visible"])
def test_fails_when_a_rule_is_known_only_at_deployment(field: str) -> None:
    stack = new_stack()
    text = cdk.CfnParameter(stack, "Rule").value_as_string
    with pytest.raises(ContractError, match="known at synth in its labels, title and instructions"):
        label(stack, tasks=[street(instructions=Instructions(**{field: text}))])


@pytest.mark.parametrize(
    "name", ["TrainingBucket", "ExecutionRole", "InstructionMedia", "Default", "Resource", "Tasks"]
)
def test_a_task_may_have_the_name_of_a_part(name: str) -> None:
    stack = new_stack()
    label(stack, tasks=[BoundingBox(name, labels=["car"])])
    assert only(template_of(stack), "AWS::SSM::Parameter")["Name"].endswith(f"/tasks/{name}")


def test_fails_when_two_labelings_share_environment_account_and_region() -> None:
    stack = new_stack()
    GroundTruthLabeling(stack, "One", tasks=[street()], environment="dev")
    with pytest.raises(ContractError, match="'environment' should be used once in an account and region, got 'dev'"):
        GroundTruthLabeling(stack, "Two", tasks=[street()], environment="dev")


@pytest.mark.parametrize("environment", ["a/b", "with blank", "-dev"])
def test_fails_when_the_environment_is_no_plain_name(environment: str) -> None:
    with pytest.raises(ContractError, match="'environment' should be letters, digits and hyphens"):
        label(new_stack(), environment=environment)


def test_fails_in_a_nested_stack_without_an_environment() -> None:
    nested = cdk.NestedStack(new_stack(), "Nested")
    with pytest.raises(ContractError, match="'environment' should be letters, digits and hyphens, known at synth"):
        label(nested)


def test_fails_when_a_key_is_given_for_a_bucket_that_exists() -> None:
    stack = new_stack()
    bucket = TrainingBucket(stack, "Given")
    with pytest.raises(ContractError, match="given without encryption_key and acl_access"):
        label(stack, training_bucket=bucket, encryption_key=kms.Key(stack, "Key"))


def test_fails_when_an_example_s_picture_is_missing(tmp_path) -> None:
    rules = Instructions(good_examples=(Example(image="good.png", text="Tight."),))
    with pytest.raises(ContractError, match="'image' should be a file in .*, got 'good.png'"):
        label(new_stack(), tasks=[street(instructions=rules)], instruction_pictures=str(tmp_path))


def test_pictures_are_deployed_with_the_whole(tmp_path) -> None:
    (tmp_path / "good.png").write_bytes(b"")
    rules = Instructions(good_examples=(Example(image="good.png", text="Tight."),))
    stack = new_stack()
    label(stack, tasks=[street(instructions=rules)], instruction_pictures=str(tmp_path))
    template_of(stack).resource_count_is("Custom::CDKBucketDeployment", 1)


@pytest.mark.parametrize(
    ("given", "fix"),
    [
        ({"tasks": street()}, "'tasks' should be a list of tasks"),
        ({"tasks": ["street"]}, "'tasks' should be a list of tasks"),
        ({"workforce": "private"}, "'workforce' should be made by Workforce"),
        ({"hooks": "built-in"}, "wrap your function"),
        ({"hooks": {"street": "ours"}}, "wrap your function"),
        ({"training_bucket": "my-images"}, "write s3.Bucket.from_bucket_name"),
        ({"execution_role": "arn:aws:iam::1:role/r"}, "write iam.Role.from_role_arn"),
        ({"encryption_key": "alias/mine"}, "write kms.Key.from_key_arn"),
    ],
)
def test_fails_when_a_part_is_of_another_kind(given: dict, fix: str) -> None:
    with pytest.raises(ContractError, match=fix):
        label(new_stack(), **given)


def test_fails_when_a_given_role_is_of_another_account() -> None:
    stack = new_stack()
    foreign = iam.Role.from_role_arn(stack, "Foreign", "arn:aws:iam::999988887777:role/labeling")
    with pytest.raises(ContractError, match="'execution_role' should be in 111122223333, the account of the jobs"):
        label(stack, execution_role=foreign)


def test_fails_when_the_folder_of_pictures_is_missing() -> None:
    with pytest.raises(ContractError, match="'content' should be an existing folder, got 'nowhere'"):
        label(new_stack(), instruction_pictures="nowhere")


def test_warns_when_nothing_puts_the_examples_pictures_into_the_bucket() -> None:
    stack = new_stack()
    label(stack, tasks=[street(instructions=Instructions(good_examples=(Example(image="good.png", text="Right."),)))])
    assert any("which nothing puts there" in text for text in warnings(stack))


def test_function_names_differ_wherever_environment_and_task_do() -> None:
    stack = new_stack()
    GroundTruthLabeling(stack, "One", tasks=[BoundingBox("c", labels=["x"])], environment="a-b")
    GroundTruthLabeling(stack, "Two", tasks=[BoundingBox("b-c", labels=["x"])], environment="a")
    names = [f["Properties"]["FunctionName"] for f in resources(template_of(stack), "AWS::Lambda::Function").values()]
    assert len(set(names)) == 4
