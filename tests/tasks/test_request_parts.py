"""Every request that a valid task leads to is one that the service's own model accepts."""

import functools
import re
from typing import Any

import botocore.loaders
import botocore.model
import botocore.validate
import pytest
from hypothesis import given

from ground_truth.contract import limits
from ground_truth.tasks.request_parts import deployment_part, job_part, merge_parts, task_part
from ground_truth.tasks.task import TASK_NAME_LENGTH, BoundingBox, LabelingTask
from tests.tasks.valid_tasks import tasks


def whole_request(task: LabelingTask) -> dict[str, Any]:
    deployment = deployment_part(
        role_arn="arn:aws:iam::111122223333:role/labeling",
        output_path="s3://training/labeling-jobs/",
        kms_key_id=None,
        label_category_config_uri="s3://assets/labels.json",
        template_uri="s3://assets/template.html",
        work_team_arn="arn:aws:sagemaker:eu-west-1:111122223333:workteam/private-crowd/team",
        pre_annotation_arn="arn:aws:lambda:eu-west-1:111122223333:function:pre",
        post_annotation_arn="arn:aws:lambda:eu-west-1:111122223333:function:post",
        workforce={},
    )
    name = f"{task.name}-20261124-093000"
    return merge_parts(task_part(task), deployment, job_part(name, "s3://training/input.manifest"))


@functools.cache
def input_shape() -> botocore.model.Shape:
    model = botocore.model.ServiceModel(botocore.loaders.Loader().load_service_model("sagemaker", "service-2"))
    return model.operation_model("CreateLabelingJob").input_shape


def python_pattern(pattern: str) -> str:
    """The service's patterns are Java's, which names characters by number and by kind in its own way."""
    return pattern.replace(r"\p{L}\p{Z}\p{N}_", r"\w\s")


def mismatches(shape: Any, value: Any, position: str = "") -> list[str]:
    """Texts that do not match the pattern of the model, which botocore does not look at."""
    if shape.type_name == "structure":
        return [text for key in value for text in mismatches(shape.members[key], value[key], f"{position}.{key}")]
    if shape.type_name == "list":
        return [text for entry in value for text in mismatches(shape.member, entry, f"{position}[]")]
    pattern = shape.metadata.get("pattern")
    wrong = pattern and isinstance(value, str) and not re.fullmatch(python_pattern(pattern), value)
    return [f"{position}: {value!r} is not {pattern}"] if wrong else []


@given(tasks())
def test_every_request_is_accepted_by_the_service_s_model(task: LabelingTask) -> None:
    request = whole_request(task)
    assert botocore.validate.ParamValidator().validate(request, input_shape()).generate_report() == ""
    assert mismatches(input_shape(), request) == []
    assert set(request["HumanTaskConfig"]["UiConfig"]) == {"UiTemplateS3Uri"}


@pytest.mark.parametrize("length", [1, TASK_NAME_LENGTH])
def test_job_names_of_the_shortest_and_longest_task_are_accepted(length: int) -> None:
    assert mismatches(input_shape(), whole_request(BoundingBox("t" * length, labels=["kerb"]))) == []


def test_the_model_s_own_limits_are_ours() -> None:
    """Where the service changes a limit, this says so."""
    task = input_shape().members["HumanTaskConfig"].members
    workers = task["NumberOfHumanWorkersPerDataObject"].metadata
    assert (workers["min"], workers["max"]) == (limits.WORKERS_PER_OBJECT[0], limits.WORKERS_PER_OBJECT[-1])
    concurrent = task["MaxConcurrentTaskCount"].metadata
    assert (concurrent["min"], concurrent["max"]) == (limits.CONCURRENT_OBJECTS[0], limits.CONCURRENT_OBJECTS[-1])
    assert task["TaskTimeLimitInSeconds"].metadata["min"] == limits.TIME_LIMIT_SECONDS[0]
    assert task["TaskAvailabilityLifetimeInSeconds"].metadata["min"] == limits.AVAILABILITY_SECONDS[0]
    assert task["TaskTitle"].metadata["max"] == limits.TITLE_LENGTH
    assert task["TaskDescription"].metadata["max"] == limits.DESCRIPTION_LENGTH
    assert task["TaskKeywords"].metadata["max"] == limits.KEYWORD_COUNT
    assert task["TaskKeywords"].member.metadata["max"] == limits.KEYWORD_LENGTH
    assert input_shape().members["LabelingJobName"].metadata["max"] == limits.JOB_NAME_LENGTH
    assert input_shape().members["LabelAttributeName"].metadata["max"] == limits.LABEL_ATTRIBUTE_NAME_LENGTH
