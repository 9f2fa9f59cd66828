"""Everything a labeling job needs, in one statement."""

from collections.abc import Mapping, Sequence
from weakref import WeakKeyDictionary

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct, IConstruct

from cdk_ground_truth import _permissions
from cdk_ground_truth._existing_resources import (
    check_existing_bucket,
    check_existing_key,
    check_existing_role,
    check_kind,
)
from cdk_ground_truth._needs import TASKS_PER_ROLE, allow, allow_tasks
from cdk_ground_truth.annotation_hooks import AnnotationHooks
from cdk_ground_truth.execution_role import ExecutionRole
from cdk_ground_truth.function_settings import FunctionSettings
from cdk_ground_truth.instruction_media import InstructionMedia
from cdk_ground_truth.published_task import PublishedTask
from cdk_ground_truth.training_bucket import TrainingBucket
from cdk_ground_truth.workforce import Workforce
from ground_truth.contract.errors import ContractError, is_unresolved
from ground_truth.contract.parameters import parameter_prefix
from ground_truth.tasks.task import LabelingTask

HookChoice = AnnotationHooks | Mapping[str, AnnotationHooks] | None

# The environments of each app, as two of one name in one account and region would overwrite each other.
_ENVIRONMENTS: WeakKeyDictionary[IConstruct, set[tuple[str, str]]] = WeakKeyDictionary()


class GroundTruthLabeling(Construct):
    """Defines labeling tasks and all they need: buckets, role, hooks, templates and parameters.

    Every part is a public member, and every part can be given: it then gets the grants it needs and nothing
    is created in its place.

    ``tasks`` are published one by one; ``environment`` is the name under which tools find them, the stack's
    name by default. ``workforce`` works on them: the self-hosted engine's workers by default. ``hooks`` are
    for all tasks, or by task name: ours by default. ``instruction_pictures`` is the folder that examples show
    pictures of, copied into the instruction media bucket by the deployment. ``acl_access=False`` and
    ``encryption_key`` shape the training bucket, and ``manage_workforce=False`` takes the Cognito rights from
    the execution role. Data is retained when the stack is deleted, unless ``removal_policy`` says otherwise.
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
        hooks: HookChoice = None,
        training_bucket: s3.IBucket | None = None,
        instruction_media: InstructionMedia | None = None,
        instruction_pictures: str | None = None,
        execution_role: iam.IRole | None = None,
        manage_workforce: bool = True,
        encryption_key: kms.IKey | None = None,
        acl_access: bool = True,
        removal_policy: cdk.RemovalPolicy = cdk.RemovalPolicy.RETAIN,
        function_settings: FunctionSettings | None = None,
    ) -> None:
        super().__init__(scope, id)
        for name, value, member, allowed, fix in (
            ("workforce", workforce, "request_part", "made by Workforce", "write Workforce.private(...), say"),
            ("training_bucket", training_bucket, "bucket_arn", "a bucket", "write s3.Bucket.from_bucket_name(...)"),
            ("execution_role", execution_role, "role_arn", "a role", "write iam.Role.from_role_arn(...)"),
            ("encryption_key", encryption_key, "key_arn", "a key", "write kms.Key.from_key_arn(...)"),
            ("instruction_media", instruction_media, "base_uri", "InstructionMedia", "write InstructionMedia(...)"),
        ):
            check_kind(name, value, member, allowed, fix)
        stack = cdk.Stack.of(self)
        self.environment = environment or stack.stack_name
        self.parameter_prefix = parameter_prefix(self.environment)
        self.workforce = workforce or Workforce.self_hosted()
        self.workforce.check_place(stack.region, stack.account)
        _check_tasks(tasks, self.workforce, hooks)
        self._register_environment()
        self.training_bucket = _choose_bucket(
            training_bucket, self, acl_access=acl_access, encryption_key=encryption_key, removal_policy=removal_policy
        )
        self.instruction_media = _choose_media(instruction_media, self, instruction_pictures, removal_policy)
        self.work_team_arn, self.work_team = self.workforce.work_team(self)
        pool = self.work_team.user_pool if self.work_team else None
        self.execution_role: iam.IRole
        needs = _permissions.to_label(self.training_bucket)
        if execution_role:
            check_existing_role(self, execution_role)
            self.execution_role = execution_role
            needs += _permissions.to_report(stack)
            if manage_workforce:
                needs += _permissions.to_manage_workforce(stack, pool.user_pool_arn if pool else None)
        else:
            self.execution_role = ExecutionRole(
                self, "ExecutionRole", manage_workforce=manage_workforce, user_pool=pool
            )
        allow(self, "ExecutionRolePermissions", self.execution_role, needs)
        if self.training_bucket.encryption_key:
            check_existing_key(self, self.training_bucket.encryption_key)
            _permissions.name_in_key_policy(self, self.execution_role, self.training_bucket.encryption_key)
        self.tasks = self._publish(tasks, hooks, function_settings or FunctionSettings())
        allow_tasks(self, self.execution_role, [task.execution_needs for task in self.tasks.values()])
        for name, text in self.workforce.warnings():
            cdk.Annotations.of(self).add_warning_v2(f"cdk-ground-truth:{name}", text)

    @property
    def portal_url(self) -> str | None:
        """Where workers sign in, if this construct created the workforce."""
        return self.work_team.portal_url if self.work_team else None

    def grant_start(self, operator: iam.IGrantable) -> None:
        """Lets an operator find the tasks, write manifests, start, watch and stop jobs, and read results."""
        files = [
            file for task in self.tasks.values() for file in (task.template, task.label_category_config, task.request)
        ]
        for need in (
            *_permissions.to_start_jobs(self.execution_role),
            *_permissions.to_operate(self.training_bucket),
            *_permissions.to_find_tasks(cdk.Stack.of(self), self.parameter_prefix),
            *_permissions.to_read_files(*files),
        ):
            operator.grant_principal.add_to_principal_policy(need.statement())

    def _publish(
        self, tasks: Sequence[LabelingTask], hooks: HookChoice, settings: FunctionSettings
    ) -> dict[str, PublishedTask]:
        # Below a construct of their own, so that no task's name meets the name of a part.
        scope = Construct(self, "Tasks")
        return {
            task.name: PublishedTask(
                scope,
                f"Task-{task.name}",
                task=task,
                environment=self.environment,
                training_bucket=self.training_bucket,
                execution_role=self.execution_role,
                instruction_media=self.instruction_media,
                workforce=self.workforce,
                work_team_arn=self.work_team_arn,
                hooks=_hooks_of(task, hooks),
                settings=settings,
            )
            for task in tasks
        }

    def _register_environment(self) -> None:
        environments = _ENVIRONMENTS.setdefault(self.node.root, set())
        environment = (self.environment, cdk.Stack.of(self).environment)
        if environment in environments:
            raise ContractError(
                "environment",
                self.environment,
                "used once in an account and region",
                "give each GroundTruthLabeling an environment of its own, or put the tasks into one",
            )
        environments.add(environment)


def _check_tasks(tasks: Sequence[LabelingTask], workforce: Workforce, hooks: HookChoice) -> None:
    if not isinstance(tasks, Sequence) or not all(isinstance(task, LabelingTask) for task in tasks):
        raise ContractError("tasks", tasks, "a list of tasks", "write tasks=[BoundingBox(...)]")
    chosen = list(hooks.values()) if isinstance(hooks, Mapping) else [hooks or AnnotationHooks()]
    if not all(isinstance(choice, AnnotationHooks) for choice in chosen):
        raise ContractError(
            "hooks",
            hooks,
            "AnnotationHooks, or AnnotationHooks by task name",
            "wrap your function: AnnotationHooks(post_annotation=my_function)",
        )
    names = [task.name for task in tasks]
    if any(is_unresolved(name) for name in names):
        raise ContractError("tasks", names, "named at synth", "give each task a plain name")
    # Job names are compared without case, and jobs are named after their task.
    if len(tasks) > TASKS_PER_ROLE:
        raise ContractError(
            "tasks",
            len(tasks),
            f"at most {TASKS_PER_ROLE}",
            "a role holds the permissions of no more; declare another GroundTruthLabeling with its own environment",
        )
    if not names or len({name.lower() for name in names}) < len(names):
        raise ContractError("tasks", names, "one task or more, with different names", "rename or add tasks")
    unknown = sorted(set(hooks) - set(names)) if isinstance(hooks, Mapping) else []
    if unknown:
        raise ContractError("hooks", unknown, f"named after tasks: {names}", "correct the task's name")
    for task in tasks:
        workforce.check(task)


def _choose_bucket(
    bucket: s3.IBucket | None,
    scope: Construct,
    *,
    acl_access: bool,
    encryption_key: kms.IKey | None,
    removal_policy: cdk.RemovalPolicy,
) -> s3.IBucket:
    if bucket is None:
        return TrainingBucket(
            scope,
            "TrainingBucket",
            acl_access=acl_access,
            encryption_key=encryption_key,
            removal_policy=removal_policy,
        )
    if encryption_key or not acl_access:
        raise ContractError(
            "training_bucket",
            "an existing bucket",
            "given without encryption_key and acl_access",
            "these shape a bucket that is created; set them on the bucket itself",
        )
    check_existing_bucket(scope, bucket)
    return bucket


def _choose_media(
    media: InstructionMedia | None, scope: Construct, pictures: str | None, removal_policy: cdk.RemovalPolicy
) -> InstructionMedia:
    if media is None:
        return InstructionMedia(scope, "InstructionMedia", content=pictures, removal_policy=removal_policy)
    if pictures:
        raise ContractError(
            "instruction_pictures", pictures, "left out beside instruction_media", "give content to InstructionMedia"
        )
    return media


def _hooks_of(task: LabelingTask, hooks: HookChoice) -> AnnotationHooks:
    chosen = hooks.get(task.name) if isinstance(hooks, Mapping) else hooks
    return chosen or AnnotationHooks()
