"""Alarms on what makes objects fail silently."""

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as cloudwatch_actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from constructs import Construct

from cdk_ground_truth.labeling import GroundTruthLabeling


class LabelingMonitoring(Construct):
    """Defines an alarm on the errors of every hook of a labeling, told to ``topic``.

    A hook that raises shows in Ground Truth only as a job that failed with a general message
    (contract section 5.3); its alarm names the task. A topic is created where none is given: subscribe to it.
    """

    def __init__(
        self, scope: Construct, id: str, *, labeling: GroundTruthLabeling, topic: sns.ITopic | None = None
    ) -> None:
        super().__init__(scope, id)
        self.topic: sns.ITopic = topic or sns.Topic(self, "Alarms", enforce_ssl=True)
        self._allow_alarms()
        self.alarms = [
            self._alarm(name, hook, function)
            for name, task in labeling.tasks.items()
            for hook, function in (("Pre", task.hooks.pre_annotation), ("Post", task.hooks.post_annotation))
            if function
        ]

    def _allow_alarms(self) -> None:
        """A topic with any policy of its own lets alarms in only if the policy says so."""
        stack = cdk.Stack.of(self)
        alarms = stack.format_arn(
            service="cloudwatch",
            resource="alarm",
            resource_name="*",
            arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
        )
        self.topic.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                actions=["sns:Publish"],
                resources=[self.topic.topic_arn],
                conditions={
                    "ArnLike": {"aws:SourceArn": alarms},
                    "StringEquals": {"aws:SourceAccount": stack.account},
                },
            )
        )

    def _alarm(self, task_name: str, hook: str, function: lambda_.IFunction) -> cloudwatch.Alarm:
        alarm = cloudwatch.Alarm(
            self,
            f"{task_name}-{hook}Annotation",
            metric=function.metric_errors(period=cdk.Duration.minutes(5)),
            threshold=1,
            evaluation_periods=1,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            alarm_description=f"the {hook.lower()}-annotation hook of the task {task_name} raised: see its log",
        )
        alarm.add_alarm_action(cloudwatch_actions.SnsAction(self.topic))
        return alarm
