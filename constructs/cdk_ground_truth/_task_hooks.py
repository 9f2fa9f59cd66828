"""The hooks of one task in the account: functions of ours, AWS's own, or given ones."""

import hashlib
from collections.abc import Callable

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_assets as s3_assets
from constructs import Construct

from cdk_ground_truth import _permissions
from cdk_ground_truth._existing_resources import check_existing_function
from cdk_ground_truth._function import LambdaFunction
from cdk_ground_truth._needs import Need, allow
from cdk_ground_truth.annotation_hooks import AnnotationHooks, Hook
from cdk_ground_truth.function_settings import FunctionSettings
from cdk_ground_truth.imaging_layer import ImagingLayer
from cdk_ground_truth.training_bucket import OUTPUT_PREFIX
from ground_truth.contract.aws_functions import ACCOUNTS
from ground_truth.contract.errors import ContractError, is_unresolved
from ground_truth.contract.job_paths import LABEL_FILES, WORKER_SKILL
from ground_truth.contract.task_types import Output
from ground_truth.tasks.task import LabelingTask

# AWS's managed execution policy may call functions with this in their name (contract section 3.3).
_NAME_PART = "LabelingFunction"


class TaskHooks(Construct):
    """Defines the hooks of one task.

    ``pre_annotation`` and ``post_annotation`` are None where AWS's own function or none is used;
    ``pre_annotation_arn`` and ``post_annotation_arn`` are None only where there is none. ``execution_needs``
    is what the execution role needs to call them.
    Raises ContractError for a hook that the type or the region does not have, and for one of another region.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        environment: str,
        task: LabelingTask,
        choice: AnnotationHooks,
        training_bucket: s3.IBucket,
        label_category_config: s3_assets.Asset | None,
        instruction_media: str | None,
        settings: FunctionSettings,
    ) -> None:
        super().__init__(scope, id)
        self._environment = environment
        self._task = task
        self._training_bucket = training_bucket
        self._labels = label_category_config
        self._instruction_media = instruction_media
        self._settings = settings
        self.pre_annotation = self._function("pre_annotation", choice.pre_annotation, self._create_pre_annotation)
        self.post_annotation = self._function("post_annotation", choice.post_annotation, self._create_post_annotation)
        self.pre_annotation_arn = self._arn(choice.pre_annotation, self.pre_annotation, "PRE")
        self.post_annotation_arn = self._arn(choice.post_annotation, self.post_annotation, "ACS")
        if self.post_annotation and choice.post_annotation is not Hook.OURS:
            self._allow_reading_payload(self.post_annotation)

    @property
    def execution_needs(self) -> list[Need]:
        """Calling the functions of this account; AWS's own need no permission."""
        functions = (self.pre_annotation, self.post_annotation)
        return [need for function in functions if function for need in _permissions.to_invoke(function.function_arn)]

    def _function(
        self, name: str, choice: lambda_.IFunction | Hook, create: Callable[[], lambda_.IFunction]
    ) -> lambda_.IFunction | None:
        if choice is Hook.OURS:
            return create()
        if isinstance(choice, Hook):
            return None
        check_existing_function(self, name, choice)
        return choice

    def _arn(self, choice: lambda_.IFunction | Hook, function: lambda_.IFunction | None, prefix: str) -> str | None:
        if choice is Hook.BUILT_IN:
            return self._built_in_arn(prefix)
        return function.function_arn if function else None

    def _create_pre_annotation(self) -> lambda_.IFunction:
        media = {"INSTRUCTION_MEDIA": self._instruction_media} if self._instruction_media else {}
        return LambdaFunction(
            self,
            "PreAnnotation",
            function_name=self._function_name("pre-annotation"),
            module="pre_annotation",
            description=f"Gives a worker's page one object of the task {self._task.name}",
            environment=self._variables | media,
            needs=_permissions.to_read_files(self._labels),
            settings=self._settings,
            layers=[],
        )

    def _create_post_annotation(self) -> lambda_.IFunction:
        needs = _permissions.to_read_files(self._labels)
        needs += _permissions.to_read_objects(self._training_bucket, f"{OUTPUT_PREFIX}/*")
        if self._task.type.output is Output.MASK_FILE:
            masks = f"{OUTPUT_PREFIX}/*/{LABEL_FILES}/*"
            needs += _permissions.to_write_objects(self._training_bucket, masks)
        if self._task.type.learns_from_batches:
            skill = f"{OUTPUT_PREFIX}/*/{WORKER_SKILL}/*"
            needs += _permissions.to_list_objects(self._training_bucket, skill)
            needs += _permissions.to_write_objects(self._training_bucket, skill)
        return LambdaFunction(
            self,
            "PostAnnotation",
            function_name=self._function_name("post-annotation"),
            module="post_annotation",
            description=f"Consolidates the answers to the task {self._task.name}",
            environment=self._variables,
            needs=needs,
            settings=self._settings,
            layers=[ImagingLayer.of(self, self._settings)],
        )

    @property
    def _variables(self) -> dict[str, str]:
        labels = {"LABEL_CATEGORY_CONFIG_S3_URI": self._labels.s3_object_url} if self._labels else {}
        return {"TASK_TYPE": self._task.type.key} | labels

    def _function_name(self, hook: str) -> str:
        """Readable, unique in account and region as environment and task are, and known to AWS's policy."""
        # The hash tells environment "a-b" with task "c" from environment "a" with task "b-c".
        whole = f"{self._environment}/{self._task.name}"
        ending = f"-{hashlib.sha256(whole.encode()).hexdigest()[:6]}-{hook}-{_NAME_PART}"
        name = f"{self._environment}-{self._task.name}"[: 64 - len(ending)]
        return name + ending

    def _allow_reading_payload(self, function: lambda_.IFunction) -> None:
        """The payload lies in the output bucket (contract section 3.3, option B)."""
        if function.role is None:
            cdk.Annotations.of(self).add_warning_v2(
                "cdk-ground-truth:post-annotation-role",
                f"the post-annotation function of task '{self._task.name}' is imported without its role: "
                f"it needs s3:GetObject on {OUTPUT_PREFIX}/* of the training bucket",
            )
            return
        needs = _permissions.to_read_objects(self._training_bucket, f"{OUTPUT_PREFIX}/*")
        allow(self, "PayloadPermissions", function.role, needs)

    def _built_in_arn(self, prefix: str) -> str:
        return cdk.Stack.of(self).format_arn(
            service="lambda",
            account=self._built_in_account(),
            resource="function",
            resource_name=f"{prefix}-{self._task.type.function_suffix}",
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
    table = stack.node.try_find_child("GroundTruthAccounts")
    if isinstance(table, cdk.CfnMapping):
        return table
    accounts = {region: {"Account": account} for region, account in ACCOUNTS.items()}
    return cdk.CfnMapping(stack, "GroundTruthAccounts", mapping=accounts)
