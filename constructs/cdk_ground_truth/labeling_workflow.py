"""A labeling as one workflow, whoever labels."""

import dataclasses
from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from cdk_ground_truth import _permissions
from cdk_ground_truth._function import LambdaFunction
from cdk_ground_truth._labeling_definition import labeling_states
from cdk_ground_truth._needs import Need, allow_tasks
from cdk_ground_truth._state_machines import create_state_machine, executions_of, grant_run
from cdk_ground_truth.function_settings import FunctionSettings
from cdk_ground_truth.imaging_layer import ImagingLayer
from cdk_ground_truth.labeling import GroundTruthLabeling
from cdk_ground_truth.self_hosted_engine import SelfHostedEngine
from cdk_ground_truth.training_bucket import OUTPUT_PREFIX
from ground_truth.contract.backends import Backend, WorkforceKind
from ground_truth.contract.errors import ContractError
from ground_truth.contract.job_paths import REPORT
from ground_truth.contract.parameters import workflow_parameter

# A report reads every answer of a job.
_MEMORY = 3_008


class LabelingWorkflow(Construct):
    """Defines the workflow of a labeling: check, run, report, notify.

    Start ``state_machine`` with ``{"task": "street", "manifest": "s3://..."}`` (more in `ground_truth.workflow`).
    Jobs run on ``engine``, or on Ground Truth where the labeling has a workforce of Ground Truth's; with both
    the input's ``backend`` chooses. What cannot be labeled fails in the first state. Reports lie beside the job, in
    ``report/``. ``topic`` hears of every end; one is created where none is given: subscribe to it.
    Raises ContractError where there is no backend at all.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        labeling: GroundTruthLabeling,
        engine: SelfHostedEngine | None = None,
        topic: sns.ITopic | None = None,
        function_settings: FunctionSettings | None = None,
    ) -> None:
        super().__init__(scope, id)
        ground_truth = labeling.workforce.kind is not WorkforceKind.SELF_HOSTED
        if engine is None and not ground_truth:
            raise ContractError(
                "engine", None, "given for a labeling of the self-hosted engine", "write engine=SelfHostedEngine(...)"
            )
        self._labeling = labeling
        self._settings = function_settings or FunctionSettings()
        self.topic: sns.ITopic = topic or sns.Topic(self, "News", enforce_ssl=True)
        backends = [
            name for name, there in ((Backend.SELF_HOSTED, engine), (Backend.GROUND_TRUTH, ground_truth)) if there
        ]
        self.function = self._create_function(backends)
        self.state_machine = create_state_machine(
            self,
            name=f"{labeling.environment}-labeling-workflow",
            comment="Has a dataset labeled and reports on it",
            states=labeling_states(
                self,
                function=self.function,
                topic=self.topic,
                engine=engine.state_machine if engine else None,
                ground_truth=ground_truth,
            ),
            needs=_to_run_ground_truth(labeling.execution_role) if ground_truth else [],
            wildcards=[
                f"{self.function.function_arn}:*",
                *([f"{executions_of(engine.state_machine)}*"] if engine else []),
            ],
            log_retention=self._settings.log_retention,
        )
        self.parameter = ssm.StringParameter(
            self,
            "Parameter",
            parameter_name=workflow_parameter(labeling.environment),
            description="The labeling workflow: what labels a dataset and reports on it",
            string_value=cdk.Stack.of(self).to_json_string(
                {"version": 1, "state_machine": self.state_machine.state_machine_arn}
            ),
        )

    def grant_start(self, operator: iam.IGrantable) -> None:
        """Lets an operator start labelings and follow them."""
        grant_run(self.state_machine, operator)
        need = Need(actions=["ssm:GetParameter"], resources=[self.parameter.parameter_arn])
        operator.grant_principal.add_to_principal_policy(need.statement())

    def _create_function(self, backends: Sequence[Backend]) -> LambdaFunction:
        labeling, stack = self._labeling, cdk.Stack.of(self)
        bucket = labeling.training_bucket
        tasks = stack.format_arn(
            service="ssm",
            resource="parameter",
            resource_name=f"{labeling.parameter_prefix.removeprefix('/')}/tasks/*",
        )
        function = LambdaFunction(
            self,
            "RunWorkflow",
            function_name=f"{labeling.environment}-run-workflow",
            module="run_workflow",
            description="Checks what is to be labeled and reports on what was",
            environment={"ENVIRONMENT": labeling.environment, "BACKENDS": ",".join(backends)},
            needs=[
                Need(
                    actions=["ssm:GetParameter"],
                    resources=[tasks],
                    why_wildcard="the task is named when the workflow is started",
                ),
                *_permissions.to_read_objects(bucket, "*"),
                *_permissions.to_list_objects(bucket, f"{OUTPUT_PREFIX}/*"),
                *_permissions.to_write_objects(bucket, f"{OUTPUT_PREFIX}/*/{REPORT}/*"),
                *_permissions.to_write_objects(bucket, f"{OUTPUT_PREFIX}/*/manifests/output/*"),
            ],
            settings=dataclasses.replace(self._settings, memory_size=max(_MEMORY, self._settings.memory_size)),
            layers=[ImagingLayer.of(self, self._settings)],
            timeout=cdk.Duration.minutes(15),
        )
        assert function.role
        needs = [
            _permissions.to_read_files(task.request, task.label_category_config) for task in labeling.tasks.values()
        ]
        allow_tasks(Construct(self, "RunWorkflowTasks"), function.role, needs)
        return function


def _to_run_ground_truth(role: iam.IRole) -> list[Need]:
    """What AWS's own page names for a job that is waited for (Step Functions guide, connect-sagemaker)."""
    stack = cdk.Stack.of(role)
    jobs = stack.format_arn(service="sagemaker", resource="labeling-job", resource_name="*")
    rules = stack.format_arn(service="events", resource="rule", resource_name="StepFunctionsGetEventsForSageMaker*")
    actions = ["CreateLabelingJob", "DescribeLabelingJob", "StopLabelingJob", "AddTags", "ListTags"]
    return [
        Need(
            actions=[f"sagemaker:{action}" for action in actions],
            resources=[jobs],
            why_wildcard="jobs are named when the workflow is started",
        ),
        Need(
            actions=["iam:PassRole"],
            resources=[role.role_arn],
            conditions={"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
        ),
        Need(
            actions=["events:PutTargets", "events:PutRule", "events:DescribeRule"],
            resources=[rules],
            why_wildcard="the service keeps the rule; the page names those of other jobs, all with this beginning",
        ),
    ]
