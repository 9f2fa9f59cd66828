"""The state machine of a labeling job on the self-hosted engine, as Amazon States Language."""

from cdk_ground_truth._state_machines import RETRY, invoke
from ground_truth.contract.json_types import Json, JsonObject

# What is wrong with a request stays wrong.
_WRONG: list[Json] = ["ContractError", "ManifestError", "JobExists"]
_FAIL: list[Json] = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Mark as failed"}]


def engine_definition(*, run_function: str, max_concurrency: int) -> JsonObject:
    """The definition; it takes ``{"request": {...}}``, a CreateLabelingJob request.

    It ends with the job's name, its status and the address of its output manifest.
    """
    states: JsonObject = {
        "Plan": {
            **invoke(run_function, {"step": "plan", "request.$": "$.request"}),
            "Retry": [{"ErrorEquals": _WRONG, "MaxAttempts": 0}, *RETRY],
            "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Refuse"}],
            "OutputPath": "$.Payload",
            "Next": "Open every object",
        },
        "Open every object": {
            **_for_every_batch(run_function, "open", "Open a batch", "Opened", max_concurrency),
            "Next": "Wait for the workers",
        },
        "Wait for the workers": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
            "Parameters": {
                "FunctionName": run_function,
                "Payload": {"step": "wait", "job.$": "$.job", "token.$": "$$.Task.Token"},
            },
            "TimeoutSecondsPath": "$.seconds",
            # Time that ran out is no mistake: what was answered until then is consolidated.
            "Retry": [{"ErrorEquals": ["States.Timeout"], "MaxAttempts": 0}, *RETRY],
            "Catch": [{"ErrorEquals": ["States.Timeout"], "ResultPath": "$.expired", "Next": "Consolidate"}, *_FAIL],
            "ResultPath": "$.woken",
            "Next": "Consolidate",
        },
        "Consolidate": {
            **_for_every_batch(run_function, "consolidate", "Consolidate a batch", "Consolidated", max_concurrency),
            "Next": "Assemble",
        },
        "Assemble": {
            **invoke(run_function, {"step": "assemble", "state.$": "$"}),
            "Retry": RETRY,
            "Catch": _FAIL,
            "OutputPath": "$.Payload",
            "Next": "Assembled?",
        },
        "Assembled?": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.done", "BooleanEquals": True, "Next": "Ended"}],
            "Default": "Assemble",
        },
        "Ended": {"Type": "Succeed"},
        "Refuse": {
            **invoke(run_function, {"step": "refuse", "request.$": "$.request", "error.$": "$.error"}),
            "Retry": RETRY,
            "ResultPath": "$.told",
            "Next": "Failed",
        },
        "Mark as failed": {
            **invoke(run_function, {"step": "fail", "job.$": "$.job", "error.$": "$.error"}),
            "Retry": RETRY,
            "ResultPath": "$.told",
            "Next": "Failed",
        },
        "Failed": {"Type": "Fail", "ErrorPath": "$.error.Error", "CausePath": "$.error.Cause"},
    }
    return {"Comment": "Has the objects of a labeling job labeled", "StartAt": "Plan", "States": states}


def _for_every_batch(run_function: str, step: str, state_name: str, label: str, max_concurrency: int) -> JsonObject:
    """A Distributed Map over the list of batches that the plan wrote.

    ``state_name`` names the state inside it: the service wants names that are unique in the whole state machine.
    """
    payload: JsonObject = {"step": step, "job.$": "$.job", "batch.$": "$.batch"}
    return {
        "Type": "Map",
        "Label": label,
        "ItemReader": {
            "Resource": "arn:aws:states:::s3:getObject",
            "ReaderConfig": {"InputType": "JSON"},
            "Parameters": {"Bucket.$": "$.bucket", "Key.$": "$.batches"},
        },
        "ItemSelector": {"job.$": "$.job", "batch.$": "$$.Map.Item.Value"},
        "MaxConcurrency": max_concurrency,
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": state_name,
            "States": {
                state_name: {
                    **invoke(run_function, payload),
                    "OutputPath": "$.Payload",
                    "Retry": RETRY,
                    "End": True,
                }
            },
        },
        # Without it the service would gather the results of all batches in one text, which has a limit.
        "ResultWriter": {
            "Resource": "arn:aws:states:::s3:putObject",
            "Parameters": {"Bucket.$": "$.bucket", "Prefix.$": "$.results"},
        },
        "ResultPath": f"$.{step}",
        "Catch": _FAIL,
    }
