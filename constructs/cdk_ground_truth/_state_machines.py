"""State machines as this project runs them: with a role of their own, logged and traced."""

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_stepfunctions as stepfunctions
from constructs import Construct

from cdk_ground_truth import _permissions
from cdk_ground_truth._needs import Need, allow
from ground_truth.contract.json_types import Json, JsonObject

# Whatever a function or S3 stumbles over once; each step that is done again writes the same.
RETRY: list[Json] = [
    {
        "ErrorEquals": ["States.ALL"],
        "IntervalSeconds": 2,
        "MaxAttempts": 3,
        "BackoffRate": 2,
        "JitterStrategy": "FULL",
    }
]


def invoke(function: str, payload: JsonObject) -> JsonObject:
    """The part of a state that calls a function; what it answers is under ``Payload``."""
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": function, "Payload": payload},
    }


def create_workflow(
    scope: Construct,
    *,
    name: str,
    definition: JsonObject,
    needs: Sequence[Need],
    log_retention: logs.RetentionDays,
) -> stepfunctions.CfnStateMachine:
    """Defines a state machine with its role and its log; it may do what it needs.

    The log says what failed, never on what: names of files and answers tell.
    """
    stack = cdk.Stack.of(scope)
    role = iam.Role(scope, "WorkflowRole", assumed_by=iam.ServicePrincipal("states.amazonaws.com"))
    log = logs.LogGroup(
        scope,
        "WorkflowLogs",
        log_group_name=f"/aws/vendedlogs/states/{name}",
        retention=log_retention,
        removal_policy=cdk.RemovalPolicy.DESTROY,
    )
    allow(scope, "WorkflowPermissions", role, [*needs, *_to_trace()])
    machine = stepfunctions.CfnStateMachine(
        scope,
        "Workflow",
        state_machine_name=name,
        role_arn=role.role_arn,
        definition_string=stack.to_json_string(definition),
        logging_configuration=stepfunctions.CfnStateMachine.LoggingConfigurationProperty(
            level="ALL",
            include_execution_data=False,
            destinations=[
                stepfunctions.CfnStateMachine.LogDestinationProperty(
                    cloud_watch_logs_log_group=stepfunctions.CfnStateMachine.CloudWatchLogsLogGroupProperty(
                        log_group_arn=log.log_group_arn
                    )
                )
            ],
        ),
        tracing_configuration=stepfunctions.CfnStateMachine.TracingConfigurationProperty(enabled=True),
    )
    machine.node.add_dependency(scope.node.find_child("WorkflowPermissions"))
    return machine


def workflow_arn(stack: cdk.Stack, name: str) -> str:
    """The ARN of a state machine that is named before it is there: its role and its functions come first."""
    return stack.format_arn(
        service="states",
        resource="stateMachine",
        resource_name=name,
        arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
    )


def to_map(stack: cdk.Stack, name: str) -> list[Need]:
    """What a Distributed Map needs: it runs its batches as executions of the state machine itself."""
    executions = [
        stack.format_arn(
            service="states",
            resource="execution",
            resource_name=f"{name}{ending}",
            arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
        )
        for ending in (":*", "/*")
    ]
    return [
        Need(actions=["states:StartExecution"], resources=[workflow_arn(stack, name)]),
        Need(
            actions=["states:DescribeExecution", "states:StopExecution", "states:RedriveExecution"],
            resources=executions,
            why_wildcard="the service names the executions of the batches",
        ),
    ]


def to_write_results(bucket: s3.IBucket, keys: str) -> list[Need]:
    """What a Distributed Map needs to write the results of its batches."""
    actions = ["s3:GetObject", "s3:ListMultipartUploadParts", "s3:AbortMultipartUpload"]
    key = bucket.encryption_key
    return [
        *_permissions.to_write_objects(bucket, keys),
        Need(actions=actions, resources=[bucket.arn_for_objects(keys)], why_wildcard="results are named by the run"),
        *([Need(actions=["kms:Decrypt"], resources=[key.key_arn])] if key else []),
    ]


def to_run(stack: cdk.Stack, machine: stepfunctions.CfnStateMachine) -> list[Need]:
    """Starting a workflow, following it, and going on where it failed."""
    name = machine.attr_name
    executions, runs = (
        stack.format_arn(
            service="states",
            resource=kind,
            resource_name=f"{name}{ending}",
            arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
        )
        for kind, ending in (("execution", ":*"), ("mapRun", "/*"))
    )
    return [
        Need(actions=["states:StartExecution"], resources=[machine.ref]),
        Need(
            actions=["states:DescribeExecution", "states:ListMapRuns", "states:RedriveExecution"],
            resources=[executions],
        ),
        Need(actions=["states:DescribeMapRun"], resources=[runs]),
    ]


def _to_trace() -> list[Need]:
    """Writing the workflow's log and traces; none of these actions has a resource."""
    log = ["CreateLogDelivery", "GetLogDelivery", "UpdateLogDelivery", "DeleteLogDelivery", "ListLogDeliveries"]
    log += ["PutResourcePolicy", "DescribeResourcePolicies", "DescribeLogGroups"]
    trace = ["PutTraceSegments", "PutTelemetryRecords", "GetSamplingRules", "GetSamplingTargets"]
    actions = [*(f"logs:{action}" for action in log), *(f"xray:{action}" for action in trace)]
    return [Need(actions=actions, resources=["*"], why_wildcard="the actions have no resource")]
