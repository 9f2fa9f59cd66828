"""The CreateLabelingJob request, built in one place (contract section 4.1).

It comes in three parts, because they are known at three moments: what the task says (at synth), what the
deployment made (ARNs and addresses), and what one job adds (its name and manifest).
"""

from collections.abc import Mapping
from typing import cast

from ground_truth.contract.request import LabelingJobRequest
from ground_truth.tasks.task import LabelingTask


def task_part(task: LabelingTask) -> LabelingJobRequest:
    """The part of the request that the task itself determines."""
    human_task_config = {
        "TaskTitle": task.task_title,
        "TaskDescription": task.task_description,
        "TaskKeywords": list(task.task_keywords),
        "NumberOfHumanWorkersPerDataObject": task.number_of_human_workers_per_data_object,
        "TaskTimeLimitInSeconds": task.task_time_limit_in_seconds,
        "TaskAvailabilityLifetimeInSeconds": task.task_availability_lifetime_in_seconds,
        "MaxConcurrentTaskCount": task.max_concurrent_task_count,
    }
    stopping_conditions = {
        "MaxHumanLabeledObjectCount": task.max_human_labeled_object_count,
        "MaxPercentageOfInputDatasetLabeled": task.max_percentage_of_input_dataset_labeled,
    }
    return _request(
        without_blanks(
            {
                "LabelAttributeName": task.label_attribute_name,
                "HumanTaskConfig": human_task_config,
                "StoppingConditions": stopping_conditions,
                "Tags": [{"Key": key, "Value": value} for key, value in sorted(task.tags.items())],
            }
        )
    )


def deployment_part(
    *,
    role_arn: str,
    output_path: str,
    kms_key_id: str | None,
    label_category_config_uri: str | None,
    template_uri: str,
    work_team_arn: str | None,
    pre_annotation_arn: str | None,
    post_annotation_arn: str | None,
    workforce: Mapping[str, object],
) -> LabelingJobRequest:
    """The part of the request that the deployment determines; ``workforce`` holds what the crowd adds.

    ``work_team_arn`` is left open (absent) for the self-hosted engine.
    """
    human_task_config = {
        "WorkteamArn": work_team_arn,
        "UiConfig": {"UiTemplateS3Uri": template_uri},
        "PreHumanTaskLambdaArn": pre_annotation_arn,
        "AnnotationConsolidationConfig": {"AnnotationConsolidationLambdaArn": post_annotation_arn},
    }
    deployed = without_blanks(
        {
            "RoleArn": role_arn,
            "OutputConfig": {"S3OutputPath": output_path, "KmsKeyId": kms_key_id},
            "LabelCategoryConfigS3Uri": label_category_config_uri,
            "HumanTaskConfig": human_task_config,
        }
    )
    return merge_parts(deployed, workforce)


def job_part(job_name: str, manifest_uri: str) -> LabelingJobRequest:
    """The part of the request that one job adds."""
    return {
        "LabelingJobName": job_name,
        "InputConfig": {"DataSource": {"S3DataSource": {"ManifestS3Uri": manifest_uri}}},
    }


def merge_parts(*parts: Mapping[str, object]) -> LabelingJobRequest:
    """Joins parts of a request into one, objects into objects; later parts win."""
    return _request(_merged(*parts))


def without_blanks(part: Mapping[str, object]) -> dict[str, object]:
    """Drops what was left open, at every depth: the service refuses nulls and empty structures."""
    cleaned = {key: without_blanks(value) if isinstance(value, Mapping) else value for key, value in part.items()}
    return {key: value for key, value in cleaned.items() if value not in (None, {}, [])}


def _merged(*parts: Mapping[str, object]) -> dict[str, object]:
    merged: dict[str, object] = {}
    for part in parts:
        for key, value in part.items():
            earlier = merged.get(key)
            if isinstance(earlier, Mapping) and isinstance(value, Mapping):
                merged[key] = _merged(earlier, value)
            else:
                merged[key] = value
    return merged


def _request(content: dict[str, object]) -> LabelingJobRequest:
    # Types of JSON objects cannot be walked through by name: what went in as a request comes out as one.
    return cast(LabelingJobRequest, content)
