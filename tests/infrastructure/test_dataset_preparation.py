import functools
import json

import aws_cdk as cdk
import pytest
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk.assertions import Match, Template

from cdk_ground_truth import ContractError, DatasetPreparation, TrainingBucket
from tests.infrastructure.apps import as_list, new_stack, only, resources, statements, template_of


def prepare(stack: cdk.Stack, **properties) -> DatasetPreparation:
    training = TrainingBucket(stack, "Training")
    return DatasetPreparation(stack, "Preparation", **{"training_bucket": training, "environment": "dev"} | properties)


@functools.cache
def template(**properties) -> Template:
    stack = new_stack()
    prepare(stack, **properties)
    return template_of(stack)


def raw_bucket(result: Template) -> dict:
    (bucket,) = [b for name, b in resources(result, "AWS::S3::Bucket").items() if "RawBucket" in name]
    return bucket


def states(result: Template) -> dict:
    parts = only(result, "AWS::StepFunctions::StateMachine")["DefinitionString"]["Fn::Join"][1]
    text = "".join(part if isinstance(part, str) else "REFERENCE" for part in parts)
    return json.loads(text)["States"]


def functions(result: Template) -> dict[str, dict]:
    return {f["Properties"]["Handler"]: f["Properties"] for f in resources(result, "AWS::Lambda::Function").values()}


def actions_of(result: Template, policy: str) -> dict[str, list]:
    return {
        action: as_list(statement["Resource"])
        for name, statement in statements(result)
        if policy in name
        for action in as_list(statement["Action"])
    }


def test_the_raw_bucket_is_private_encrypted_and_forgets_originals() -> None:
    bucket = raw_bucket(template())["Properties"]
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    assert bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    rules = {rule["Id"]: rule for rule in bucket["LifecycleConfiguration"]["Rules"]}
    assert (rules["ExpireOriginals"]["Prefix"], rules["ExpireOriginals"]["ExpirationInDays"]) == ("uploads/", 30)
    assert rules["ExpireParts"]["ExpirationInDays"] == 7
    assert not [
        rule for rule in rules.values() if "mappings" in rule.get("Prefix", "") or rule.keys() == {"ExpirationInDays"}
    ]
    template().has_resource_properties(
        "AWS::S3::BucketPolicy",
        {
            "PolicyDocument": {
                "Statement": [
                    Match.object_like({"Effect": "Deny", "Condition": {"Bool": {"aws:SecureTransport": "false"}}})
                ]
            }
        },
    )


def test_originals_are_kept_as_long_as_wanted() -> None:
    stack = new_stack()
    prepare(stack, keep=cdk.Duration.days(3))
    rules = raw_bucket(template_of(stack))["Properties"]["LifecycleConfiguration"]["Rules"]
    assert rules[0]["ExpirationInDays"] == 3


def test_a_given_key_encrypts_and_is_granted() -> None:
    stack = new_stack()
    prepare(stack, encryption_key=kms.Key(stack, "Key"))
    synthesized = template_of(stack)
    assert actions_of(synthesized, "PrepareImagesPermissions").keys() >= {"kms:Decrypt", "kms:GenerateDataKey"}


def test_the_service_lists_the_objects_and_hands_them_out_in_batches() -> None:
    files = states(template())["Prepare every file"]
    assert files["ItemProcessor"]["ProcessorConfig"] == {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    assert files["ItemReader"]["Resource"].endswith(":s3:listObjectsV2")
    assert files["ItemBatcher"] == {"MaxItemsPerBatch": 25}
    assert files["ToleratedFailurePercentage"] == 5
    assert files["ResultWriter"]["Resource"].endswith(":s3:putObject")


def test_every_task_is_tried_again() -> None:
    state_names = states(template())
    tasks = [state_names["Assemble"], *state_names["Prepare every file"]["ItemProcessor"]["States"].values()]
    for task in tasks:
        refused, stumbled = task["Retry"]
        assert "Lambda.TooManyRequestsException" in refused["ErrorEquals"]
        assert refused["MaxAttempts"] == 8
        assert stumbled["ErrorEquals"] == ["States.ALL"]
        assert stumbled["MaxAttempts"] == 3


def test_options_reach_the_function_and_defaults_do_not() -> None:
    plain = functions(template())["prepare_images.handler"]["Environment"]["Variables"]
    assert plain.keys() == {"RAW_BUCKET", "TRAINING_BUCKET", "NAME_KEY"}
    chosen = functions(template(downscale=True, keep_format=True, max_pixels=8_294_400, redact=("faces", "plates")))
    variables = chosen["prepare_images.handler"]["Environment"]["Variables"]
    assert {name: variables[name] for name in ("DOWNSCALE", "KEEP_FORMAT", "MAX_PIXELS", "REDACT")} == {
        "DOWNSCALE": "yes", "KEEP_FORMAT": "yes", "MAX_PIXELS": "8294400", "REDACT": "faces plates",
    }  # fmt: skip


def test_detection_is_granted_only_where_asked_for() -> None:
    assert not [a for a in actions_of(template(), "PrepareImagesPermissions") if a.startswith("rekognition")]
    faces = actions_of(template(redact=("faces",)), "PrepareImagesPermissions")
    assert [a for a in faces if a.startswith("rekognition")] == ["rekognition:DetectFaces"]


def test_nobody_but_the_assembly_touches_the_mapping() -> None:
    granted = [
        name
        for name, statement in statements(template())
        for resource in as_list(statement.get("Resource", []))
        if "mappings/" in str(resource)
    ]
    assert len(granted) == 1
    assert "AssembleDatasetPermissions" in granted[0]


def test_the_preparing_function_has_memory_for_the_largest_picture() -> None:
    assert functions(template())["prepare_images.handler"]["MemorySize"] >= 3_008
    assert functions(template())["prepare_images.handler"]["Timeout"] == 900


def test_the_names_depend_on_a_secret_that_stays() -> None:
    (secret,) = resources(template(), "AWS::SecretsManager::Secret").values()
    assert secret["DeletionPolicy"] == "Retain"
    assert secret["Properties"]["GenerateSecretString"]["PasswordLength"] == 64


def test_the_marker_of_a_whole_dataset_starts_a_run() -> None:
    rule = only(template(), "AWS::Events::Rule")
    assert rule["EventPattern"]["detail"]["object"]["key"] == [{"wildcard": "uploads/*/_COMPLETE"}]
    choice = states(template())["Whole dataset?"]["Choices"][0]
    assert choice["StringMatches"] == "uploads/*/*/_COMPLETE"


def test_the_workflow_is_logged_without_the_names_of_files() -> None:
    logging = only(template(), "AWS::StepFunctions::StateMachine")["LoggingConfiguration"]
    assert (logging["Level"], logging["IncludeExecutionData"]) == ("ALL", False)


def test_an_operator_is_granted_what_a_run_takes() -> None:
    stack = new_stack()
    user = iam.User(stack, "Operator")
    prepare(stack).grant_prepare(user)
    granted = actions_of(template_of(stack), "OperatorDefaultPolicy")
    assert granted.keys() == {
        "s3:PutObject", "s3:GetObject", "states:StartExecution", "states:DescribeExecution", "states:ListMapRuns",
        "states:RedriveExecution", "states:DescribeMapRun", "ssm:GetParameter",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ({"max_pixels": 0}, "'max_pixels' should be between 1 and 100,000,000, got 0"),
        ({"tolerated_failure_percentage": 101}, "'tolerated_failure_percentage' should be between 0 and 100, got 101"),
        ({"batch_size": 0}, "'batch_size' should be between 1 and 100, got 0"),
        ({"redact": ["noses"]}, "'redact' should be some of faces, plates"),
        ({"redact": "faces"}, "'redact' should be some of faces, plates"),
        ({"environment": "a b"}, "'environment' should be letters, digits and hyphens"),
    ],
)
def test_mistakes_are_refused_at_synth(properties: dict, message: str) -> None:
    with pytest.raises(ContractError, match=message):
        prepare(new_stack(), **properties)
