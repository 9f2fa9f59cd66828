"""Alarms on what makes objects fail silently."""

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as cloudwatch_actions
from aws_cdk import aws_sns as sns
from constructs import Construct

from cdk_ground_truth.labeling import GroundTruthLabeling


class LabelingMonitoring(Construct):
    """Defines an alarm on the errors of every hook of a labeling, sent to ``topic``.

    A hook that raises shows in Ground Truth only as a job that failed with a general message
    (contract section 5.3); its alarm names the function.
    """

    def __init__(self, scope: Construct, id: str, *, labeling: GroundTruthLabeling) -> None:
        super().__init__(scope, id)
        self.topic = sns.Topic(self, "Alarms", enforce_ssl=True)
        action = cloudwatch_actions.SnsAction(self.topic)
        self.alarms = []
        for name, task in labeling.tasks.items():
            for function in (task.hooks.pre_annotation, task.hooks.post_annotation):
                if function:
                    alarm = cloudwatch.Alarm(
                        self,
                        f"{name}{function.node.id}",
                        metric=function.metric_errors(period=cdk.Duration.minutes(5)),
                        threshold=1,
                        evaluation_periods=1,
                        treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
                        alarm_description=f"a hook of the labeling task {name} raised: see its log",
                    )
                    alarm.add_alarm_action(action)
                    self.alarms.append(alarm)
