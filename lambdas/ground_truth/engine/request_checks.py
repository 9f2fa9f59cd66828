"""What the engine does not take: what it cannot do, by name, and what the contract refuses (contract section 4)."""

from collections.abc import Mapping
from typing import cast

from ground_truth.contract import limits
from ground_truth.contract.errors import ContractError
from ground_truth.contract.request import LabelingJobRequest

# Each by the path to it in the request, with what to do instead.
_NOT_HERE = {
    ("InputConfig", "DataSource", "SnsDataSource"): "streaming jobs are Ground Truth's: list the objects in a manifest",
    ("LabelingJobAlgorithmsConfig",): "automated labeling is Ground Truth's: leave it out, people label everything",
    ("HumanTaskConfig", "UiConfig", "HumanTaskUiArn"): "text, video and 3D pages are AWS's: give UiTemplateS3Uri",
    ("HumanTaskConfig", "PublicWorkforceTaskPrice"): "the public crowd is closed: your own workers have no price here",
}
_NEEDED = (
    ("LabelAttributeName",),
    ("InputConfig", "DataSource", "S3DataSource", "ManifestS3Uri"),
    ("OutputConfig", "S3OutputPath"),
    ("HumanTaskConfig", "UiConfig", "UiTemplateS3Uri"),
    ("HumanTaskConfig", "TaskTitle"),
    ("HumanTaskConfig", "TaskDescription"),
)
_NUMBERS = {
    "NumberOfHumanWorkersPerDataObject": limits.WORKERS_PER_OBJECT,
    "TaskTimeLimitInSeconds": limits.TIME_LIMIT_SECONDS,
    "TaskAvailabilityLifetimeInSeconds": limits.AVAILABILITY_SECONDS,
    "MaxConcurrentTaskCount": limits.CONCURRENT_OBJECTS,
}
_OPTIONAL_NUMBERS = ("TaskAvailabilityLifetimeInSeconds", "MaxConcurrentTaskCount")


def check_request(request: Mapping[str, object]) -> LabelingJobRequest:
    """The CreateLabelingJob request itself.

    Raises ContractError for the first thing in it that no job can be made of.
    """
    name = request.get("LabelingJobName")
    if not isinstance(name, str) or len(name) > limits.JOB_NAME_LENGTH or not limits.NAME.fullmatch(name):
        allowed = f"1 to {limits.JOB_NAME_LENGTH} letters, digits and hyphens"
        raise ContractError("LabelingJobName", name, allowed, "choose another name")
    for path, fix in _NOT_HERE.items():
        value = _at(request, path)
        if value is not None:
            raise ContractError(".".join(path), value, "left out for the self-hosted engine", fix)
    for path in _NEEDED:
        value = _at(request, path)
        if not isinstance(value, str) or not value:
            raise ContractError(".".join(path), value, "given", "add it to the request")
    for key, allowed_numbers in _NUMBERS.items():
        value = _at(request, ("HumanTaskConfig", key))
        if value is None and key in _OPTIONAL_NUMBERS:
            continue
        if not isinstance(value, int) or value not in allowed_numbers:
            between = f"a whole number from {allowed_numbers[0]:,} to {allowed_numbers[-1]:,}"
            raise ContractError(f"HumanTaskConfig.{key}", value, between, "correct the task")
    return cast(LabelingJobRequest, request)


def _at(value: object, path: tuple[str, ...]) -> object:
    for key in path:
        if not isinstance(value, Mapping):
            return None
        value = value.get(key)
    return value
