"""The functions that run before and after people work on an object."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_assets as s3_assets
from constructs import Construct

from cdk_ground_truth import grants
from cdk_ground_truth._acknowledge import acknowledge
from cdk_ground_truth._assets import lambdas_folder
from cdk_ground_truth.function_settings import FunctionSettings
from cdk_ground_truth.imaging_layer import ImagingLayer
from cdk_ground_truth.training_bucket import OUTPUT_PREFIX
from ground_truth.built_in_functions import ACCOUNTS
from ground_truth.errors import ContractError, is_unresolved
from ground_truth.task_types import SEMANTIC_SEGMENTATION, TaskType

# AWS's managed execution policy may call functions with this in their name (contract section 3.3).
_NAME_PART = "LabelingFunction"


class Hook(Enum):
    """Where a hook comes from, if it is not a function of your own."""

    OURS = "ours"
    BUILT_IN = "built-in"
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class AnnotationHooks:
    """Chooses the hooks of a task: ours, AWS's built-in ones for the type and region, none, or a function.

    Without a pre-annotation hook the manifest line itself is the template's ``task.input``; without a
    post-annotation hook answers are not consolidated (contract sections 5.4 and 6.5).
    """

    pre_annotation: lambda_.IFunction | Hook = Hook.OURS
    post_annotation: lambda_.IFunction | Hook = Hook.OURS

    @staticmethod
    def built_in() -> "AnnotationHooks":
        """AWS's own functions on both sides."""
        return AnnotationHooks(pre_annotation=Hook.BUILT_IN, post_annotation=Hook.BUILT_IN)


class HookFunction(lambda_.Function):
    """Defines one of our hooks: its own role, its own log group, and nothing it does not need."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        module: str,
        description: str,
        environment: Mapping[str, str],
        settings: FunctionSettings,
        layers: list[lambda_.ILayerVersion],
    ) -> None:
        log_group = logs.LogGroup(
            scope, f"{id}Logs", retention=settings.log_retention, removal_policy=cdk.RemovalPolicy.DESTROY
        )
        ending = f"-{id}-{_NAME_PART}"
        role = iam.Role(scope, f"{id}Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        grants.allow_writing_logs(role, log_group)
        super().__init__(
            scope,
            id,
            function_name=cdk.Names.unique_resource_name(scope, max_length=64 - len(ending), separator="-") + ending,
            description=description,
            runtime=settings.runtime,
            architecture=settings.architecture,
            memory_size=settings.memory_size,
            # Contract section 5.3: the service gives no limit of its own; AWS's tools allow hooks five minutes.
            timeout=cdk.Duration.minutes(5),
            handler=f"{module}.handler",
            code=lambda_.Code.from_asset(str(lambdas_folder()), exclude=["**/__pycache__"]),
            layers=layers,
            environment=dict(environment),
            log_group=log_group,
            role=role,
        )
        if settings.runtime != lambda_.Runtime.PYTHON_3_14:
            acknowledge(self, "AwsSolutions-L1", "the runtime was chosen to match the machine that runs it")


class TaskHooks(Construct):
    """Defines the hooks of one task, and lets the execution role call those that are not AWS's.

    ``pre_annotation`` and ``post_annotation`` are None where AWS's own function or none is used;
    ``pre_annotation_arn`` and ``post_annotation_arn`` are None only where there is none.
    Raises ContractError for a built-in hook that AWS does not have for the type or region.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        task_type: TaskType,
        choice: AnnotationHooks,
        execution_role: iam.IRole,
        training_bucket: s3.IBucket,
        label_category_config: s3_assets.Asset | None,
        instruction_media: str | None,
        settings: FunctionSettings,
    ) -> None:
        super().__init__(scope, id)
        self._task_type = task_type
        self._labels = label_category_config
        self._settings = settings
        self._environment = {"TASK_TYPE": task_type.key}
        if label_category_config:
            self._environment["LABEL_CATEGORY_CONFIG_S3_URI"] = label_category_config.s3_object_url

        self.pre_annotation: lambda_.IFunction | None = None
        self.pre_annotation_arn: str | None = None
        match choice.pre_annotation:
            case Hook.OURS:
                self.pre_annotation = self._create_pre_annotation(instruction_media)
            case Hook.BUILT_IN:
                self.pre_annotation_arn = self._built_in_arn("PRE")
            case Hook.NONE:
                pass
            case function:
                self.pre_annotation = function

        self.post_annotation: lambda_.IFunction | None = None
        self.post_annotation_arn: str | None = None
        match choice.post_annotation:
            case Hook.OURS:
                self.post_annotation = self._create_post_annotation(training_bucket)
            case Hook.BUILT_IN:
                self.post_annotation_arn = self._built_in_arn("ACS")
            case Hook.NONE:
                pass
            case function:
                # Contract section 3.3, option B: the payload lies in the output bucket.
                self.post_annotation = function
                grants.allow_reading_objects(function, training_bucket, f"{OUTPUT_PREFIX}/*")

        if self.pre_annotation:
            self.pre_annotation_arn = self.pre_annotation.function_arn
            grants.allow_invoking(execution_role, self.pre_annotation_arn)
        if self.post_annotation:
            self.post_annotation_arn = self.post_annotation.function_arn
            grants.allow_invoking(execution_role, self.post_annotation_arn)

    def _create_pre_annotation(self, instruction_media: str | None) -> lambda_.IFunction:
        media = {"INSTRUCTION_MEDIA": instruction_media} if instruction_media else {}
        function = HookFunction(
            self,
            "PreAnnotation",
            module="pre_annotation",
            description=f"Gives a worker's page one {self._task_type.key} object",
            environment=self._environment | media,
            settings=self._settings,
            layers=[],
        )
        self._allow_labels(function)
        return function

    def _create_post_annotation(self, training_bucket: s3.IBucket) -> lambda_.IFunction:
        function = HookFunction(
            self,
            "PostAnnotation",
            module="post_annotation",
            description=f"Consolidates the answers to {self._task_type.key} objects",
            environment=self._environment,
            settings=self._settings,
            layers=[ImagingLayer.of(self, self._settings)],
        )
        self._allow_labels(function)
        grants.allow_reading_objects(function, training_bucket, f"{OUTPUT_PREFIX}/*")
        if self._task_type is SEMANTIC_SEGMENTATION:
            grants.allow_writing_objects(
                function, training_bucket, f"{OUTPUT_PREFIX}/*/consolidated-annotation/output/*"
            )
        return function

    def _allow_labels(self, function: lambda_.IFunction) -> None:
        if self._labels:
            grants.allow_reading_file(function, self._labels)

    def _built_in_arn(self, prefix: str) -> str:
        if self._task_type.function_suffix is None:
            raise ContractError(
                "hooks",
                "built-in",
                f"ours, none or your own function for {self._task_type.key}",
                "AWS has no built-in function for this type",
            )
        return cdk.Stack.of(self).format_arn(
            service="lambda",
            account=self._built_in_account(),
            resource="function",
            resource_name=f"{prefix}-{self._task_type.function_suffix}",
            arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
        )

    def _built_in_account(self) -> str:
        region = cdk.Stack.of(self).region
        if is_unresolved(region):
            return _accounts_table(cdk.Stack.of(self)).find_in_map(cdk.Aws.REGION, "Account")
        if region not in ACCOUNTS:
            raise ContractError(
                "region",
                region,
                f"one of {', '.join(sorted(ACCOUNTS))}",
                "AWS publishes its built-in functions there only; choose our hooks instead",
            )
        return ACCOUNTS[region]


def _accounts_table(stack: cdk.Stack) -> cdk.CfnMapping:
    """The account of each region, for stacks that learn their region at deployment; one a stack."""
    found = stack.node.try_find_child("GroundTruthAccounts")
    if isinstance(found, cdk.CfnMapping):
        return found
    accounts = {region: {"Account": account} for region, account in ACCOUNTS.items()}
    return cdk.CfnMapping(stack, "GroundTruthAccounts", mapping=accounts)
