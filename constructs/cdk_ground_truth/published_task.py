"""One task in the account: its files, its hooks, and the parameter by which tools find it."""

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_assets as s3_assets
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from cdk_ground_truth import _permissions
from cdk_ground_truth._task_hooks import TaskHooks
from cdk_ground_truth.annotation_hooks import AnnotationHooks
from cdk_ground_truth.function_settings import FunctionSettings
from cdk_ground_truth.instruction_media import InstructionMedia
from cdk_ground_truth.training_bucket import OUTPUT_PREFIX
from cdk_ground_truth.workforce import Workforce
from ground_truth.contract.errors import ContractError, is_unresolved
from ground_truth.contract.findings import Level
from ground_truth.contract.json_types import JsonObject
from ground_truth.contract.label_category_config import label_category_config
from ground_truth.contract.parameters import parameter_name
from ground_truth.tasks import request_parts
from ground_truth.tasks.description import TaskDescription
from ground_truth.tasks.examples import example_input
from ground_truth.tasks.task import LabelingTask
from ground_truth.templates.check import check_template
from ground_truth.templates.generate import generate_template


class PublishedTask(Construct):
    """Defines what a labeling job of one task needs; made by GroundTruthLabeling.

    Published as files are ``template``, ``label_category_config`` (None for a custom task without labels) and
    ``request``, the part of the CreateLabelingJob request that the task determines. ``parameter`` holds a
    ``ground_truth.tasks.description.TaskDescription``, and ``execution_needs`` are the permissions that the execution
    role needs for the task.
    Raises ContractError for a template that workers could not answer.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        task: LabelingTask,
        environment: str,
        training_bucket: s3.IBucket,
        execution_role: iam.IRole,
        instruction_media: InstructionMedia,
        workforce: Workforce,
        work_team_arn: str | None,
        hooks: AnnotationHooks,
        settings: FunctionSettings,
    ) -> None:
        super().__init__(scope, id)
        hooks.check(task)
        instructions = task.instructions
        uses_media = instructions is not None and instructions.uses_media
        media_uri = instruction_media.base_uri if uses_media else None
        if instructions:
            instruction_media.check(instructions)
        now, at_deployment = _split_unresolved(request_parts.task_part(task))
        self.task = task
        task_input = example_input(task, instruction_media=media_uri) if hooks.gives_our_task_input else None
        self.template = self._publish_template(instruction_media, task_input)
        self.label_category_config = self._publish_labels()
        self.request = self._publish("Request", f"{task.name}.json", _pretty(now))
        self.hooks = TaskHooks(
            self,
            "Hooks",
            environment=environment,
            task=task,
            choice=hooks,
            training_bucket=training_bucket,
            label_category_config=self.label_category_config,
            instruction_media=media_uri,
            settings=settings,
        )
        needs = self.hooks.execution_needs + _permissions.to_read_files(self.template, self.label_category_config)
        if uses_media and not instruction_media.public:
            needs += _permissions.to_read_objects(instruction_media.bucket, "*")
        self.execution_needs = needs
        key = training_bucket.encryption_key
        description = TaskDescription(
            name=task.name,
            type=task.type.key,
            workforce=workforce.kind,
            template=self.template.s3_object_url,
            label_category_config=_url(self.label_category_config),
            request=self.request.s3_object_url,
            training_bucket=training_bucket.bucket_name,
            instruction_media=instruction_media.base_uri,
            deployment=request_parts.merge_parts(
                at_deployment,
                request_parts.deployment_part(
                    role_arn=execution_role.role_arn,
                    output_path=f"s3://{training_bucket.bucket_name}/{OUTPUT_PREFIX}/",
                    kms_key_id=key.key_arn if key else None,
                    label_category_config_uri=_url(self.label_category_config),
                    template_uri=self.template.s3_object_url,
                    work_team_arn=work_team_arn,
                    pre_annotation_arn=self.hooks.pre_annotation_arn,
                    post_annotation_arn=self.hooks.post_annotation_arn,
                    workforce=workforce.request_part(),
                ),
            ),
        )
        self.parameter = ssm.StringParameter(
            self,
            "Parameter",
            parameter_name=parameter_name(environment, task.name),
            description=f"Labeling task {task.name}: where its files are and what a job of it needs",
            string_value=cdk.Stack.of(self).to_json_string(description.as_json()),
        )
        for name, text in task.warnings():
            self._warn(name, text)

    def _publish_template(self, media: InstructionMedia, task_input: JsonObject | None) -> s3_assets.Asset:
        """Publishes the template, checked with what its page will be given, where that is known."""
        if self.task.template is None:
            template = generate_template(self.task, media_is_public=media.public)
        else:
            template = Path(self.task.template).read_text(encoding="utf-8")
        for finding in check_template(template, task=self.task, task_input=task_input):
            text = f"{finding.where}: {finding.fact}" if finding.where else finding.fact
            if finding.level is Level.PROBLEM:
                raise ContractError("template", text, f"a page that workers of '{self.task.name}' can use", finding.fix)
            self._warn(finding.check.id, f"template of task '{self.task.name}': {text}: {finding.fix}")
        return self._publish("Template", f"{self.task.name}.liquid.html", template)

    def _publish_labels(self) -> s3_assets.Asset | None:
        if not self.task.labels:
            return None
        return self._publish("Labels", f"{self.task.name}.json", _pretty(label_category_config(self.task.labels)))

    def _publish(self, id: str, name: str, content: str) -> s3_assets.Asset:
        if "Token[" in content:
            raise ContractError(
                "task",
                self.task.name,
                "known at synth in its labels, title and instructions",
                "they are published as files before the deployment; give the texts themselves",
            )
        # The asset is copied into the cloud assembly at once, so the file itself need not stay.
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, name)
            path.write_text(content, encoding="utf-8")
            return s3_assets.Asset(self, id, path=str(path))

    def _warn(self, name: str, text: str) -> None:
        cdk.Annotations.of(self).add_warning_v2(f"cdk-ground-truth:{name}", text)


def _url(file: s3_assets.Asset | None) -> str | None:
    return file.s3_object_url if file else None


def _pretty(content: object) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _split_unresolved(part: Mapping[str, object]) -> tuple[dict[str, object], dict[str, object]]:
    """Splits a part of a request into what can be published now and what only the deployment fills in."""
    published: dict[str, object] = {}
    deployed: dict[str, object] = {}
    for key, value in part.items():
        if isinstance(value, Mapping):
            published[key], deployed[key] = _split_unresolved(value)
        else:
            (deployed if is_unresolved(value) else published)[key] = value
    return request_parts.without_blanks(published), request_parts.without_blanks(deployed)
