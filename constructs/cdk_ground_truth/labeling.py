"""Everything a labeling job needs, in one statement."""

from collections.abc import Mapping, Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from cdk_ground_truth import grants
from cdk_ground_truth.annotation_hooks import AnnotationHooks
from cdk_ground_truth.execution_role import ExecutionRole
from cdk_ground_truth.function_settings import FunctionSettings
from cdk_ground_truth.given_bucket import check_given_bucket
from cdk_ground_truth.instruction_media import InstructionMedia
from cdk_ground_truth.published_task import PublishedTask
from cdk_ground_truth.training_bucket import TrainingBucket
from cdk_ground_truth.workforce import Workforce
from ground_truth.errors import ContractError
from ground_truth.tasks import LabelingTask


class GroundTruthLabeling(Construct):
    """Defines labeling tasks and all they need: buckets, role, hooks, templates and parameters.

    Every part is a public member, and every part can be given: it then gets the grants it needs and nothing
    is created in its place. ``environment`` is the name under which tools find the tasks; the stack's name
    by default. Without ``workforce`` the self-hosted engine's workers work. ``hooks`` are for all tasks, or
    by task name; ours by default. Data is retained when the stack is deleted, unless ``removal_policy`` says
    otherwise. ``acl_access``, ``encryption_key`` and ``removal_policy`` shape what is created, not what is given.
    Raises ContractError for anything the labeling contract refuses.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        tasks: Sequence[LabelingTask],
        environment: str | None = None,
        workforce: Workforce | None = None,
        hooks: AnnotationHooks | Mapping[str, AnnotationHooks] | None = None,
        training_bucket: s3.IBucket | None = None,
        instruction_media: InstructionMedia | None = None,
        execution_role: iam.IRole | None = None,
        encryption_key: kms.IKey | None = None,
        acl_access: bool = True,
        removal_policy: cdk.RemovalPolicy = cdk.RemovalPolicy.RETAIN,
        function_settings: FunctionSettings | None = None,
    ) -> None:
        super().__init__(scope, id)
        workforce = workforce or Workforce.self_hosted()
        _check_tasks(tasks, workforce, hooks)
        self.environment = environment or cdk.Stack.of(self).stack_name
        self.workforce = workforce
        self.training_bucket: s3.IBucket = training_bucket or TrainingBucket(
            self,
            "TrainingBucket",
            acl_access=acl_access,
            encryption_key=encryption_key,
            removal_policy=removal_policy,
        )
        if training_bucket:
            check_given_bucket(self, training_bucket)
        self.instruction_media = instruction_media or InstructionMedia(
            self, "InstructionMedia", removal_policy=removal_policy
        )
        self.execution_role: iam.IRole = execution_role or ExecutionRole(
            self, "ExecutionRole", user_pool=workforce.user_pool
        )
        if execution_role:
            grants.allow_logs_and_metrics(execution_role)
        grants.allow_training_data(self.execution_role, self.training_bucket)
        self.work_team_arn, self.work_team = workforce.work_team(self)
        for name, text in workforce.warnings():
            cdk.Annotations.of(self).add_warning_v2(f"cdk-ground-truth:{name}", text)
        self.tasks = {
            task.name: PublishedTask(
                self,
                task.name,
                task=task,
                parameter_name=f"{self.parameter_prefix}/tasks/{task.name}",
                training_bucket=self.training_bucket,
                execution_role=self.execution_role,
                instruction_media=self.instruction_media,
                work_team_arn=self.work_team_arn,
                workforce_part=workforce.request_part(),
                hooks=_hooks_of(task, hooks),
                settings=function_settings or FunctionSettings(),
            )
            for task in tasks
        }

    @property
    def parameter_prefix(self) -> str:
        """The path under which tools find the tasks in the parameter store."""
        return f"/ground-truth/{self.environment}"

    @property
    def portal_url(self) -> str | None:
        """Where workers sign in, if this construct created the workforce."""
        return self.work_team.portal_url if self.work_team else None

    def grant_start(self, operator: iam.IGrantable) -> None:
        """Lets an operator find the tasks, write manifests, start, watch and stop jobs, and read results."""
        grants.allow_starting(operator, self.execution_role)
        grants.allow_operating(operator, self.training_bucket)
        for task in self.tasks.values():
            task.grant_read(operator)


def _check_tasks(
    tasks: Sequence[LabelingTask],
    workforce: Workforce,
    hooks: AnnotationHooks | Mapping[str, AnnotationHooks] | None,
) -> None:
    names = [task.name for task in tasks]
    # Job names are compared without case, and jobs are named after their task.
    if not names or len({name.lower() for name in names}) < len(names):
        raise ContractError("tasks", names, "one task or more, with different names", "rename or add tasks")
    unknown = sorted(set(hooks) - set(names)) if isinstance(hooks, Mapping) else []
    if unknown:
        raise ContractError("hooks", unknown, f"named after tasks: {names}", "correct the task's name")
    for task in tasks:
        workforce.check(task)


def _hooks_of(task: LabelingTask, hooks: AnnotationHooks | Mapping[str, AnnotationHooks] | None) -> AnnotationHooks:
    chosen = hooks.get(task.name) if isinstance(hooks, Mapping) else hooks
    return chosen or AnnotationHooks()
