"""The functions of the engine, and what each may do."""

import dataclasses
from collections.abc import Mapping, Sequence

import aws_cdk as cdk
from constructs import Construct

from cdk_ground_truth import _permissions
from cdk_ground_truth._function import LambdaFunction
from cdk_ground_truth._needs import Need, allow_tasks
from cdk_ground_truth.function_settings import FunctionSettings
from cdk_ground_truth.imaging_layer import ImagingLayer
from cdk_ground_truth.labeling import GroundTruthLabeling
from cdk_ground_truth.rendering_layer import RenderingLayer
from cdk_ground_truth.training_bucket import OUTPUT_PREFIX
from ground_truth.contract.job_paths import LONG_ANSWERS

# A batch of masks, decoded.
_MEMORY = 3_008
_ANSWERS = f"{OUTPUT_PREFIX}/*/{LONG_ANSWERS}/*"


@dataclasses.dataclass(frozen=True, kw_only=True)
class EngineParts:
    """What both functions work with: ``variables`` name the engine's table, and ``needs`` are what using it takes."""

    labeling: GroundTruthLabeling
    variables: Mapping[str, str]
    needs: Sequence[Need]
    settings: FunctionSettings


def create_run_function(scope: Construct, parts: EngineParts) -> LambdaFunction:
    """Defines the function that the job's state machine calls."""
    labeling, settings = parts.labeling, parts.settings
    bus = cdk.Stack.of(scope).format_arn(service="events", resource="event-bus", resource_name="default")
    function = LambdaFunction(
        scope,
        "RunJob",
        function_name=f"{labeling.environment}-run-job",
        module="run_job",
        description="The steps of a labeling job: opens its objects, consolidates what workers answered",
        environment=parts.variables,
        needs=[
            *_permissions.to_read_objects(labeling.training_bucket, "*"),
            *_permissions.to_write_objects(labeling.training_bucket, f"{OUTPUT_PREFIX}/*"),
            *parts.needs,
            Need(actions=["events:PutEvents"], resources=[bus]),
        ],
        settings=dataclasses.replace(settings, memory_size=max(_MEMORY, settings.memory_size)),
        layers=[ImagingLayer.of(scope, settings)],
        timeout=cdk.Duration.minutes(15),
    )
    _allow_tasks(scope, "RunJobTasks", function, [task.execution_needs for task in labeling.tasks.values()])
    return function


def create_api_function(scope: Construct, parts: EngineParts, *, group: str) -> LambdaFunction:
    """Defines the function behind the workers' API, which lets in those who are in ``group``."""
    labeling, media = parts.labeling, parts.labeling.instruction_media
    function = LambdaFunction(
        scope,
        "WorkerApi",
        function_name=f"{labeling.environment}-worker-api",
        module="worker_api",
        description="Gives workers their objects and keeps their answers",
        environment={**parts.variables, "WORKERS_GROUP": group},
        needs=[
            # Pages show images and earlier answers by addresses that this function signs.
            *_permissions.to_read_objects(labeling.training_bucket, "*"),
            *([] if media.public else _permissions.to_read_objects(media.bucket, "*")),
            *_permissions.to_write_objects(labeling.training_bucket, _ANSWERS),
            *parts.needs,
        ],
        settings=parts.settings,
        layers=[RenderingLayer.of(scope, parts.settings)],
        # The API waits no longer.
        timeout=cdk.Duration.seconds(29),
    )
    needs = [_permissions.to_read_files(task.template) for task in labeling.tasks.values()]
    _allow_tasks(scope, "WorkerApiTasks", function, needs)
    return function


def _allow_tasks(scope: Construct, id: str, function: LambdaFunction, needs: Sequence[Sequence[Need]]) -> None:
    assert function.role
    allow_tasks(Construct(scope, id), function.role, needs)
