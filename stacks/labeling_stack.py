"""The stack of one environment."""

from collections.abc import Sequence

import aws_cdk as cdk
from constructs import Construct

from cdk_ground_truth import (
    DatasetPreparation,
    GroundTruthLabeling,
    InstructionMedia,
    LabelingMonitoring,
    LabelingTask,
    LabelingWorkflow,
    SelfHostedEngine,
)
from stacks.environments import Environment


class LabelingStack(cdk.Stack):
    """Composes the labeling of one environment and gives out what people paste."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        environment: Environment,
        tasks: Sequence[LabelingTask],
        instruction_pictures: str,
    ) -> None:
        super().__init__(
            scope,
            id,
            description=f"Image labeling by people, environment {environment.name}",
            env=cdk.Environment(account=environment.account, region=environment.region),
            termination_protection=environment.termination_protection,
            tags=environment.tags,
            synthesizer=cdk.CliCredentialsStackSynthesizer() if environment.cli_credentials else None,
        )
        media = InstructionMedia(
            self,
            "InstructionMedia",
            content=instruction_pictures,
            deploy_content=environment.deploy_content,
            removal_policy=environment.removal_policy,
        )
        self.labeling = GroundTruthLabeling(
            self,
            "Labeling",
            tasks=tasks,
            environment=environment.name,
            instruction_media=media,
            removal_policy=environment.removal_policy,
            function_settings=environment.functions,
        )
        self.engine = SelfHostedEngine(
            self,
            "Engine",
            labeling=self.labeling,
            host_portal=environment.host_portal,
            removal_policy=environment.removal_policy,
            function_settings=environment.functions,
        )
        self.workflow = LabelingWorkflow(
            self,
            "Workflow",
            labeling=self.labeling,
            engine=self.engine,
            function_settings=environment.functions,
        )
        self.preparation = DatasetPreparation(
            self,
            "Preparation",
            training_bucket=self.labeling.training_bucket,
            environment=environment.name,
            removal_policy=environment.removal_policy,
            function_settings=environment.functions,
        )
        monitoring = LabelingMonitoring(self, "Monitoring", labeling=self.labeling) if environment.alarms else None
        outputs = {
            "TrainingBucketName": self.labeling.training_bucket.bucket_name,
            "InstructionMediaBucketName": media.bucket.bucket_name,
            "RawBucketName": self.preparation.raw_bucket.bucket_name,
            "PreparationArn": self.preparation.state_machine.state_machine_arn,
            "WorkflowArn": self.workflow.state_machine.state_machine_arn,
            "NewsTopicArn": self.workflow.topic.topic_arn,
            "EngineArn": self.engine.state_machine.state_machine_arn,
            "WorkerApiUrl": self.engine.api.url,
            "UserPoolId": self.engine.user_pool.user_pool_id,
            "ExecutionRoleArn": self.labeling.execution_role.role_arn,
            "ParameterPrefix": self.labeling.parameter_prefix,
            "WorkerPortalUrl": self.engine.portal.url if self.engine.portal else self.labeling.portal_url,
            "AlarmTopicArn": monitoring.topic.topic_arn if monitoring else None,
        }
        for name, value in outputs.items():
            if value:
                cdk.CfnOutput(self, name, value=value)
