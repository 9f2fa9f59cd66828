"""The state machine of a labeling, from task and manifest to report and news."""

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from cdk_ground_truth._state_machines import again, at, call
from ground_truth.contract.backends import Backend

# What is wrong with the input stays wrong.
_FINAL = ("Refused", "ContractError", "ManifestError")
# Of a request to Ground Truth: the service checks a definition for what CreateLabelingJob cannot do without.
_FIELDS = (
    "LabelingJobName",
    "LabelAttributeName",
    "InputConfig",
    "OutputConfig",
    "RoleArn",
    "StoppingConditions",
    "HumanTaskConfig",
    "Tags",
)
_CATEGORIES = "LabelCategoryConfigS3Uri"


def labeling_states(
    scope: Construct,
    *,
    function: lambda_.IFunction,
    topic: sns.ITopic,
    engine: sfn.IStateMachine | None,
    ground_truth: bool,
) -> sfn.IChainable:
    """Defines the states; they take what ``ground_truth.workflow`` says, with a branch for each backend there is."""
    states = Construct(scope, "States")
    explain = call(
        states,
        "Explain",
        function,
        {"step": "explain", "name": at("$$.Execution.Name"), "error": at("$.error")},
        result_selector={"message": at("$.Payload.message")},
        result_path="$.explained",
    )
    explain.next(_publish(states, "Notify of the failure", topic, "Labeling has failed", "$.explained.message")).next(
        sfn.Fail(states, "Failed", error_path="$.error.Error", cause_path="$.explained.message")
    )

    check = call(
        states,
        "Check",
        function,
        {"step": "check", "given": at("$"), "started": at("$$.Execution.StartTime")},
        output_path="$.Payload",
        final_errors=_FINAL,
    )
    run = sfn.Map(states, "Run every job", items_path="$.jobs", result_path="$.ran")
    run.item_processor(_backends(states, engine, ground_truth))
    merge = call(
        states,
        "Merge",
        function,
        {"step": "merge", "plan": at("$")},
        result_selector={"manifest": at("$.Payload.manifest")},
        result_path="$.merged",
        final_errors=_FINAL,
    )
    report = call(
        states,
        "Report",
        function,
        {"step": "report", "plan": at("$")},
        result_selector={"message": at("$.Payload.message"), "reports": at("$.Payload.reports")},
        result_path="$.report",
    )
    for state in (check, run, merge, report):
        state.add_catch(explain, errors=["States.ALL"], result_path="$.error")
    notify = _publish(states, "Notify", topic, "Labeling has ended", "$.report.message")
    report.next(notify).next(sfn.Succeed(states, "Done"))
    split = sfn.Choice(states, "One job a label?")
    split.when(sfn.Condition.boolean_equals("$.split", True), merge.next(report))
    split.otherwise(report)
    return sfn.Chain.start(check).next(run).next(split)


def _backends(scope: Construct, engine: sfn.IStateMachine | None, ground_truth: bool) -> sfn.IChainable:
    backend = sfn.Choice(scope, "Which backend?")
    if engine:
        backend.when(
            sfn.Condition.string_equals("$.backend", Backend.SELF_HOSTED),
            tasks.StepFunctionsStartExecution(
                scope,
                "Self-hosted engine",
                state_machine=engine,
                integration_pattern=sfn.IntegrationPattern.RUN_JOB,
                name=at("$.name"),
                input=sfn.TaskInput.from_object(
                    {
                        "request": at("$.request"),
                        "AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID": at("$$.Execution.Id"),
                    }
                ),
                output_path="$.Output",
            ),
        )
    if ground_truth:
        with_categories = sfn.Condition.and_(
            sfn.Condition.string_equals("$.backend", Backend.GROUND_TRUTH),
            sfn.Condition.is_present(f"$.request.{_CATEGORIES}"),
        )
        backend.when(with_categories, _create_labeling_job(scope, "Ground Truth", [*_FIELDS, _CATEGORIES]))
        backend.when(
            sfn.Condition.string_equals("$.backend", Backend.GROUND_TRUTH),
            _create_labeling_job(scope, "Ground Truth without label categories", _FIELDS),
        )
    return backend


def _create_labeling_job(scope: Construct, name: str, fields: Sequence[str]) -> sfn.CustomState:
    """A state that waits for the end of a job on Ground Truth; the CDK has no state of its own for it.

    Every field is named, as the service refuses a definition that lacks those CreateLabelingJob requires; the
    request has them all, the optional ones with values that ask for nothing.
    """
    return sfn.CustomState(
        scope,
        name,
        state_json={
            "Type": "Task",
            "Resource": f"arn:{cdk.Aws.PARTITION}:states:::sagemaker:createLabelingJob.sync",
            "Parameters": {f"{field}.$": f"$.request.{field}" for field in fields},
            "ResultSelector": {"status.$": "$.LabelingJobStatus"},
        },
    )


def _publish(scope: Construct, name: str, topic: sns.ITopic, subject: str, message: str) -> tasks.SnsPublish:
    state = tasks.SnsPublish(
        scope,
        name,
        topic=topic,
        subject=subject,
        message=sfn.TaskInput.from_json_path_at(message),
        result_path="$.notified",
    )
    again(state)
    return state
