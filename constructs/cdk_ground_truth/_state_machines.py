"""State machines as this project runs them: states of the CDK's own, logged and traced, allowed what they do."""

from collections.abc import Mapping, Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from cdk_ground_truth import _permissions
from cdk_ground_truth._acknowledge import acknowledge_wildcards
from cdk_ground_truth._needs import Need

_RESULT_WRITER = "@aws-cdk/aws-stepfunctions:useDistributedMapResultWriterV2"
# Refused before it ran: doing it again later changes nothing, and in a busy account later is minutes away.
_NOT_RUN = [
    "Lambda.TooManyRequestsException",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
]


def at(path: str) -> str:
    """The value at a path of the state's input, as the CDK writes it."""
    return sfn.JsonPath.string_at(path)


def call(
    scope: Construct,
    name: str,
    function: lambda_.IFunction,
    payload: Mapping[str, object] | None = None,
    *,
    output_path: str | None = None,
    result_path: str | None = None,
    result_selector: Mapping[str, object] | None = None,
    final_errors: Sequence[str] = (),
) -> tasks.LambdaInvoke:
    """Defines a state that calls a function, with its whole input where no ``payload`` is given.

    What stumbles is done again; ``final_errors`` are not.
    """
    state = tasks.LambdaInvoke(
        scope,
        name,
        lambda_function=function,
        payload=sfn.TaskInput.from_object(dict(payload)) if payload else None,
        output_path=output_path,
        result_path=result_path,
        result_selector=dict(result_selector) if result_selector else None,
        retry_on_service_exceptions=False,
    )
    again(state, final_errors=final_errors)
    return state


def again(state: sfn.TaskStateBase, *, final_errors: Sequence[str] = ()) -> None:
    """Has a state done again: for minutes what was refused before it ran, three times what stumbled.

    Each step that is done again writes the same.
    """
    if final_errors:
        state.add_retry(errors=list(final_errors), max_attempts=0)
    state.add_retry(
        errors=_NOT_RUN,
        interval=cdk.Duration.seconds(2),
        max_attempts=8,
        backoff_rate=2,
        max_delay=cdk.Duration.seconds(60),
        jitter_strategy=sfn.JitterType.FULL,
    )
    state.add_retry(
        errors=["States.ALL"],
        interval=cdk.Duration.seconds(2),
        max_attempts=3,
        backoff_rate=2,
        jitter_strategy=sfn.JitterType.FULL,
    )


class ListedBatches(sfn.S3JsonItemReader):
    """Reads the items of a map from a JSON file: ``key`` is where its name stands, ``readable`` what it may match."""

    def __init__(self, *, bucket: s3.IBucket, key: str, readable: str) -> None:
        super().__init__(bucket=bucket, key=at(key))
        self._needs = _permissions.to_read_objects(bucket, readable)

    def provide_policy_statements(self) -> list[iam.PolicyStatement]:
        """Reading these files and no others, where the CDK would allow the whole bucket."""
        return [need.statement() for need in self._needs]


class ListedObjects(sfn.S3ObjectsItemReader):
    """Lists the items of a map below a prefix: ``prefix`` is what tells it, all below ``folder`` may be listed."""

    def __init__(self, *, bucket: s3.IBucket, prefix: str, folder: str) -> None:
        super().__init__(bucket=bucket, prefix=at(prefix))
        self._needs = _permissions.to_list_objects(bucket, f"{folder}/*")

    def provide_policy_statements(self) -> list[iam.PolicyStatement]:
        """Listing this folder and no other, where the CDK would allow the whole bucket."""
        return [need.statement() for need in self._needs]


class Results(sfn.ResultWriterV2):
    """Writes the results of a map's batches: ``prefix`` is where it stands, ``writable`` what keys may match.

    Without it the service would gather the results of all batches in one text, which has a limit.
    """

    def __init__(self, *, bucket: s3.IBucket, prefix: str, writable: str) -> None:
        super().__init__(bucket=bucket, prefix=prefix)
        self._needs = _to_write_results(bucket, writable)

    def provide_policy_statements(self) -> list[iam.PolicyStatement]:
        """Writing these files and no others, where the CDK would allow the whole bucket."""
        return [need.statement() for need in self._needs]


def create_state_machine(
    scope: Construct,
    *,
    name: str,
    comment: str,
    states: sfn.IChainable,
    needs: Sequence[Need] = (),
    wildcards: Sequence[str] = (),
    map_labels: Sequence[str] = (),
    log_retention: logs.RetentionDays,
) -> sfn.StateMachine:
    """Defines a state machine with its role and its log; its states bring what they need, ``needs`` is added.

    ``wildcards`` are resources with a wildcard that states bring, ``map_labels`` the labels of its Distributed Maps.
    The log says what failed, never on what: names of files and answers tell.
    """
    log = logs.LogGroup(
        scope,
        "WorkflowLogs",
        log_group_name=f"/aws/vendedlogs/states/{name}",
        retention=log_retention,
        removal_policy=cdk.RemovalPolicy.DESTROY,
    )
    machine = sfn.StateMachine(
        scope,
        "Workflow",
        state_machine_name=name,
        comment=comment,
        definition_body=sfn.DefinitionBody.from_chainable(states),
        logs=sfn.LogOptions(destination=log, level=sfn.LogLevel.ALL, include_execution_data=False),
        tracing_enabled=True,
    )
    for need in needs:
        machine.add_to_role_policy(need.statement())
        acknowledge_wildcards(
            machine, actions=need.actions, resources=need.resources, reason=need.why_wildcard or "see the states"
        )
    own = executions_of(machine)
    batches = [f"{own}:*", *(f"{own}/{label}:*" for label in map_labels)] if map_labels else []
    for resources, reason in (
        (["*"], "logs and traces have no resource"),
        (batches, "the service names the executions of the batches"),
        (list(wildcards), "what they name is named when jobs run"),
    ):
        acknowledge_wildcards(machine, actions=[], resources=resources, reason=reason)
    return machine


def write_results_in_maps(scope: Construct) -> None:
    """Has maps below ``scope`` write their results by the CDK's present class, whatever the app's flags say."""
    scope.node.set_context(_RESULT_WRITER, True)


def state_machine_arn(stack: cdk.Stack, name: str) -> str:
    """The ARN of a state machine that is named before it is there: its role and its functions come first."""
    return stack.format_arn(
        service="states",
        resource="stateMachine",
        resource_name=name,
        arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
    )


def executions_of(machine: sfn.StateMachine) -> str:
    """What the ARNs of a state machine's executions begin with, as the CDK writes it."""
    return cdk.Stack.of(machine).format_arn(
        service="states",
        resource="execution",
        resource_name=cdk.Fn.select(6, cdk.Fn.split(":", machine.state_machine_arn)),
        arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
    )


def grant_run(machine: sfn.StateMachine, operator: iam.IGrantable) -> None:
    """Lets an operator start a state machine, follow it, and go on where it failed."""
    machine.grant_start_execution(operator)
    machine.grant_execution(operator, "states:DescribeExecution", "states:ListMapRuns", "states:RedriveExecution")
    runs = cdk.Stack.of(machine).format_arn(
        service="states",
        resource="mapRun",
        resource_name=f"{machine.state_machine_name}/*",
        arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
    )
    need = Need(actions=["states:DescribeMapRun"], resources=[runs])
    operator.grant_principal.add_to_principal_policy(need.statement())


def _to_write_results(bucket: s3.IBucket, keys: str) -> list[Need]:
    actions = ["s3:GetObject", "s3:ListMultipartUploadParts", "s3:AbortMultipartUpload"]
    key = bucket.encryption_key
    return [
        *_permissions.to_write_objects(bucket, keys),
        Need(actions=actions, resources=[bucket.arn_for_objects(keys)], why_wildcard="results are named by the run"),
        *([Need(actions=["kms:Decrypt"], resources=[key.key_arn])] if key else []),
    ]
