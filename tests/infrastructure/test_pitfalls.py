"""Mistakes that users of Ground Truth make and that no other test is named after, each stopped at synth.

Those in a task alone are in tests/library; those in a bucket, a role, a hook or a work team beside this.
"""

import json
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3

from cdk_ground_truth import (
    LABELING_CORS_RULE,
    AnnotationHooks,
    BoundingBox,
    ContractError,
    CustomTask,
    EarlierLabels,
    Hook,
    InstructionMedia,
    LabelAdjustment,
    LabelVerification,
    SemanticSegmentation,
    TrainingBucket,
    Workforce,
)
from tests.infrastructure.apps import label, new_stack, only, resources, statements, street, template_of, warnings

MASKS = SemanticSegmentation("areas", labels=["road"])
AUDITS = [
    LabelVerification("check-boxes", of=street(), labels=["good", "bad"]),
    LabelVerification("check-areas", of=MASKS, labels=["good", "bad"]),
    LabelAdjustment("fix-boxes", of=street()),
    LabelAdjustment("fix-areas", of=MASKS),
]


def page(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "own.html"
    script = '<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>'
    file.write_text(f"{script}\n<crowd-form>\n{text}\n</crowd-form>")
    return file


def function_elsewhere(stack: cdk.Stack) -> lambda_.IFunction:
    arn = "arn:aws:lambda:us-east-1:111122223333:function:LabelingFunction"
    return lambda_.Function.from_function_arn(stack, "Elsewhere", arn)


def test_fails_when_pictures_are_public_in_a_bucket_that_blocks_it() -> None:
    stack = new_stack()
    label(stack, instruction_media=InstructionMedia(stack, "Media", bucket=s3.Bucket(stack, "Given")))
    with pytest.raises(RuntimeError, match="'bucket' of instruction media should not block public policies"):
        stack.node.root.synth()


@pytest.mark.parametrize("public", [True, False])
def test_a_bucket_that_suits_its_pictures_is_taken(public: bool) -> None:
    stack = new_stack()
    settings = s3.BlockPublicAccess(
        block_public_acls=True,
        ignore_public_acls=True,
        block_public_policy=not public,
        restrict_public_buckets=not public,
    )
    bucket = s3.Bucket(stack, "Given", block_public_access=settings)
    label(stack, instruction_media=InstructionMedia(stack, "Media", bucket=bucket, public=public))
    stack.node.root.synth()


@pytest.mark.parametrize("hook", ["pre_annotation", "post_annotation"])
def test_fails_when_a_function_lies_in_another_region(hook: str) -> None:
    stack = new_stack()
    hooks = AnnotationHooks(**{hook: function_elsewhere(stack)})
    with pytest.raises(
        ContractError, match=f"'{hook}' should be in eu-west-1, the region of the jobs, got 'us-east-1'"
    ):
        label(stack, hooks=hooks)


def test_a_stack_without_a_region_takes_any_function() -> None:
    stack = new_stack(region=None)
    label(stack, hooks=AnnotationHooks(pre_annotation=function_elsewhere(stack)))


@pytest.mark.parametrize("task", [street(), *AUDITS], ids=lambda task: task.type.key)
def test_every_request_shows_a_template_and_never_an_interface_of_aws(task) -> None:
    stack = new_stack()
    label(stack, tasks=[task], hooks=AnnotationHooks.built_in())
    parameter = json.dumps(only(template_of(stack), "AWS::SSM::Parameter"))
    assert parameter.count("UiTemplateS3Uri") == 1
    assert "HumanTaskUiArn" not in parameter
    assert f"function:PRE-{task.type.function_suffix}" in parameter
    assert f"function:ACS-{task.type.function_suffix}" in parameter


@pytest.mark.parametrize("task", AUDITS, ids=lambda task: task.type.key)
def test_audits_are_published_beside_what_they_audit(task) -> None:
    stack = new_stack()
    label(stack, tasks=[street(), MASKS, task])
    template = template_of(stack)
    assert len(resources(template, "AWS::SSM::Parameter")) == 3
    types = [
        f["Properties"]["Environment"]["Variables"]["TASK_TYPE"]
        for f in resources(template, "AWS::Lambda::Function").values()
    ]
    assert types.count(task.type.key) == 2


@pytest.mark.parametrize(("task", "writes"), [(AUDITS[1], False), (AUDITS[3], True)], ids=["verified", "adjusted"])
def test_masks_are_written_where_people_paint(task, writes: bool) -> None:
    stack = new_stack()
    label(stack, tasks=[task])
    granted = [s for name, s in statements(template_of(stack)) if "PostAnnotation" in name and "PutObject" in str(s)]
    assert ("/consolidated-annotation/output/" in str(granted)) is writes


def test_fails_when_a_template_does_not_render_with_what_our_hook_gives(tmp_path) -> None:
    own = page(tmp_path, "<p>\n{{ 7 | divided_by: 0 }}</p>")
    with pytest.raises(
        ContractError, match=r"'template' should be a page that workers of 'own' can use, got \"line 4: divided_by"
    ):
        label(new_stack(), tasks=[CustomTask("own", template=own)])


def test_fails_when_a_template_has_a_filter_that_does_not_exist(tmp_path) -> None:
    own = page(tmp_path, "{{ task.input.taskObject | grant_acess }}")
    with pytest.raises(
        ContractError, match="line 3: there is no filter 'grant_acess'.*: did you mean grant_read_access"
    ):
        label(new_stack(), tasks=[CustomTask("own", template=own)])


def test_fails_when_a_template_submits_nothing(tmp_path) -> None:
    own = tmp_path / "own.html"
    own.write_text("<p>{{ task.input.taskObject }}</p>")
    with pytest.raises(ContractError, match="the template has no <crowd-form>: nothing would be submitted"):
        label(new_stack(), tasks=[CustomTask("own", template=own)])


def test_warns_when_a_template_names_what_the_hook_does_not_give(tmp_path) -> None:
    own = page(tmp_path, "{{ task.input.image }}")
    stack = new_stack()
    label(stack, tasks=[CustomTask("own", template=own)])
    assert any("line 3: task.input.image is not what the pre-annotation hook gives" in text for text in warnings(stack))


def test_without_our_hook_a_template_may_name_anything(tmp_path) -> None:
    own = page(tmp_path, "{{ task.input.image }}")
    stack = new_stack()
    nothing = AnnotationHooks(pre_annotation=Hook.NONE, post_annotation=Hook.NONE)
    label(stack, tasks=[CustomTask("own", template=own)], hooks=nothing)
    assert not [text for text in warnings(stack) if "template.undefined" in text]


def test_fails_when_a_template_hides_the_labels_to_be_verified(tmp_path) -> None:
    own = page(tmp_path, '<crowd-image-classifier name="a"></crowd-image-classifier>')
    task = LabelVerification("check", of=street(), labels=["good"], template=own)
    with pytest.raises(ContractError, match="the template does not show the earlier labels, 'street'"):
        label(new_stack(), tasks=[task])


def test_fails_when_the_key_is_one_of_aws() -> None:
    stack = new_stack()
    with pytest.raises(ContractError, match="'encryption_key' should be a key of your own, got 'alias/aws/s3'"):
        label(stack, encryption_key=kms.Alias.from_alias_name(stack, "Key", "alias/aws/s3"))


def test_fails_when_the_key_lies_in_another_region() -> None:
    stack = new_stack()
    arn = "arn:aws:kms:us-east-1:111122223333:key/11111111-2222-3333-4444-555555555555"
    with pytest.raises(ContractError, match="'encryption_key' should be in eu-west-1, the region of the jobs"):
        label(stack, encryption_key=kms.Key.from_key_arn(stack, "Key", arn))


def test_fails_when_the_key_of_a_given_bucket_lies_in_another_region() -> None:
    stack = new_stack()
    arn = "arn:aws:kms:us-east-1:111122223333:key/11111111-2222-3333-4444-555555555555"
    key = kms.Key.from_key_arn(stack, "Key", arn)
    with pytest.raises(ContractError, match="'encryption_key' should be in eu-west-1"):
        label(stack, training_bucket=s3.Bucket(stack, "Given", encryption_key=key, cors=[LABELING_CORS_RULE]))


def test_fails_when_the_team_is_of_another_account() -> None:
    team = "arn:aws:sagemaker:eu-west-1:444455556666:workteam/private-crowd/mine"
    with pytest.raises(ContractError, match="should be in 111122223333, the account of the jobs, got '444455556666'"):
        label(new_stack(), workforce=Workforce.private(work_team_arn=team))


def test_a_vendor_s_team_may_be_of_the_vendor_s_account() -> None:
    team = "arn:aws:sagemaker:eu-west-1:444455556666:workteam/vendor-crowd/theirs"
    label(new_stack(), workforce=Workforce.vendor(team))


def test_every_work_team_has_a_description() -> None:
    stack = new_stack()
    label(stack, workforce=Workforce.private(create_workforce=True))
    assert only(template_of(stack), "AWS::SageMaker::Workteam")["Description"].strip()


def test_no_request_goes_to_the_public_crowd_unless_it_is_asked_for() -> None:
    stack = new_stack()
    label(stack)
    assert "PublicWorkforceTaskPrice" not in json.dumps(template_of(stack).to_json())


@pytest.mark.parametrize("of", ["street", "earlier"])
def test_fails_when_earlier_labels_would_be_overwritten(of: str) -> None:
    earlier = (
        street()
        if of == "street"
        else EarlierLabels(type="bounding-box", label_attribute_name="earlier", labels=["kerb"])
    )
    with pytest.raises(ContractError, match="the earlier labels would be overwritten"):
        LabelVerification("check", of=earlier, labels=["good"], label_attribute_name=of)


def test_warns_when_existing_models_find_a_label_and_when_labels_overlap() -> None:
    stack = new_stack()
    label(stack, tasks=[BoundingBox("cars", labels=["car", "parked car"])])
    words = " ".join(warnings(stack))
    assert "existing models find 'car' of task 'cars'" in words
    assert "split_by_label()" in words
    assert "[ack: cdk-ground-truth:labels.coco]" in words
    assert "[ack: cdk-ground-truth:labels.overlap]" in words


def test_text_known_only_at_deployment_breaks_no_check_of_an_audit() -> None:
    stack = new_stack()
    text = cdk.CfnParameter(stack, "Text").value_as_string
    LabelVerification("check", of=street(), labels=["good"], label_attribute_name=text, task_title=text)
    EarlierLabels(type="bounding-box", label_attribute_name=text, labels=["kerb"])
    label(stack, workforce=Workforce.private(work_team_arn=text), training_bucket=TrainingBucket(stack, "Given"))
