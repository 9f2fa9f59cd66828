"""The state machine of a labeling, from task and manifest to report and news, as Amazon States Language."""

from cdk_ground_truth._state_machines import RETRY, invoke
from ground_truth.contract.backends import Backend
from ground_truth.contract.json_types import Json, JsonObject

# What is wrong with the input stays wrong.
_WRONG: list[Json] = ["Refused", "ContractError", "ManifestError"]
_FAIL: list[Json] = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Explain"}]


def labeling_definition(*, function: str, topic: str, engine: str | None, ground_truth: bool) -> JsonObject:
    """The definition; it takes what `ground_truth.workflow` says, and has a branch for each backend there is."""
    states: JsonObject = {
        "Check": {
            **invoke(function, {"step": "check", "given.$": "$", "started.$": "$$.Execution.StartTime"}),
            "Retry": [{"ErrorEquals": _WRONG, "MaxAttempts": 0}, *RETRY],
            "Catch": _FAIL,
            "OutputPath": "$.Payload",
            "Next": "Run every job",
        },
        "Run every job": {
            "Type": "Map",
            "ItemsPath": "$.jobs",
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "INLINE"},
                "StartAt": "Which backend?",
                "States": _backends(engine, ground_truth),
            },
            "ResultPath": "$.ran",
            "Catch": _FAIL,
            "Next": "One job a label?",
        },
        "One job a label?": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.split", "BooleanEquals": True, "Next": "Merge"}],
            "Default": "Report",
        },
        "Merge": {
            **invoke(function, {"step": "merge", "plan.$": "$"}),
            "Retry": [{"ErrorEquals": _WRONG, "MaxAttempts": 0}, *RETRY],
            "Catch": _FAIL,
            "ResultSelector": {"manifest.$": "$.Payload.manifest"},
            "ResultPath": "$.merged",
            "Next": "Report",
        },
        "Report": {
            **invoke(function, {"step": "report", "plan.$": "$"}),
            "Retry": RETRY,
            "Catch": _FAIL,
            "ResultSelector": {"message.$": "$.Payload.message", "reports.$": "$.Payload.reports"},
            "ResultPath": "$.report",
            "Next": "Notify",
        },
        "Notify": {**_publish(topic, "Labeling has ended", "$.report.message"), "Next": "Done"},
        "Done": {"Type": "Succeed"},
        "Explain": {
            **invoke(function, {"step": "explain", "name.$": "$$.Execution.Name", "error.$": "$.error"}),
            "Retry": RETRY,
            "ResultSelector": {"message.$": "$.Payload.message"},
            "ResultPath": "$.explained",
            "Next": "Notify of the failure",
        },
        "Notify of the failure": {
            **_publish(topic, "Labeling has failed", "$.explained.message"),
            "Next": "Failed",
        },
        "Failed": {"Type": "Fail", "ErrorPath": "$.error.Error", "CausePath": "$.explained.message"},
    }
    return {"Comment": "Has a dataset labeled and reports on it", "StartAt": "Check", "States": states}


def _backends(engine: str | None, ground_truth: bool) -> JsonObject:
    branches: JsonObject = {}
    if engine:
        branches["Self-hosted engine"] = {
            "Type": "Task",
            "Resource": "arn:aws:states:::states:startExecution.sync:2",
            "Parameters": {
                "StateMachineArn": engine,
                "Name.$": "$.name",
                "Input": {
                    "request.$": "$.request",
                    "AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID.$": "$$.Execution.Id",
                },
            },
            "OutputPath": "$.Output",
            "End": True,
        }
    if ground_truth:
        branches["Ground Truth"] = {
            "Type": "Task",
            # It waits for the event of the job's end.
            "Resource": "arn:aws:states:::sagemaker:createLabelingJob.sync",
            # The whole request: a field that is left out must not be there.
            "InputPath": "$.request",
            "ResultSelector": {"status.$": "$.LabelingJobStatus"},
            "End": True,
        }
    names = {"Self-hosted engine": Backend.SELF_HOSTED, "Ground Truth": Backend.GROUND_TRUTH}
    choices: list[Json] = [
        {"Variable": "$.backend", "StringEquals": names[branch], "Next": branch} for branch in branches
    ]
    return {"Which backend?": {"Type": "Choice", "Choices": choices}, **branches}


def _publish(topic: str, subject: str, message: str) -> JsonObject:
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::sns:publish",
        "Parameters": {"TopicArn": topic, "Subject": subject, "Message.$": message},
        "Retry": RETRY,
        "ResultPath": "$.notified",
    }
