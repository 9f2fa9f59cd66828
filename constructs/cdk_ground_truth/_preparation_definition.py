"""The state machine that prepares a dataset, as Amazon States Language."""

from cdk_ground_truth._state_machines import RETRY
from ground_truth.contract.json_types import JsonObject
from ground_truth.images.dataset import BATCH_PARTS, COMPLETE, UPLOADS


def preparation_definition(
    *,
    raw_bucket: str,
    prepare_function: str,
    assemble_function: str,
    batch_size: int,
    max_concurrency: int,
    tolerated_failure_percentage: int,
) -> JsonObject:
    """The definition; it takes ``{"key": "uploads/<dataset>/_COMPLETE"}``.

    The service itself lists the dataset's objects and counts the batches that fail.
    """
    states: JsonObject = {
        "Whole dataset?": {
            "Type": "Choice",
            "Choices": [
                {"Variable": "$.key", "StringMatches": f"{UPLOADS}/*/*/{COMPLETE}", "Next": "Part of a dataset"}
            ],
            "Default": "Name the run",
        },
        "Part of a dataset": {"Type": "Succeed", "Comment": "only a marker right below the dataset starts a run"},
        "Name the run": {
            "Type": "Pass",
            "Parameters": {
                "dataset.$": "States.ArrayGetItem(States.StringSplit($.key, '/'), 1)",
                "run.$": "$$.Execution.Name",
                "started.$": "$$.Execution.StartTime",
            },
            "Next": "Prepare every file",
        },
        "Prepare every file": {
            "Type": "Map",
            "Label": "Files",
            "ItemReader": {
                "Resource": "arn:aws:states:::s3:listObjectsV2",
                "Parameters": {
                    "Bucket": raw_bucket,
                    "Prefix.$": f"States.Format('{UPLOADS}/{{}}/', $.dataset)",
                },
            },
            "ItemSelector": {"key.$": "$$.Map.Item.Value.Key", "dataset.$": "$.dataset", "run.$": "$.run"},
            "ItemBatcher": {"MaxItemsPerBatch": batch_size},
            "MaxConcurrency": max_concurrency,
            "ToleratedFailurePercentage": tolerated_failure_percentage,
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                "StartAt": "Prepare a batch",
                "States": {
                    "Prepare a batch": {
                        "Type": "Task",
                        "Resource": "arn:aws:states:::lambda:invoke",
                        "Parameters": {"FunctionName": prepare_function, "Payload.$": "$"},
                        "OutputPath": "$.Payload",
                        "Retry": RETRY,
                        "End": True,
                    }
                },
            },
            # Without it the service would gather the results of all batches in one text, which has a limit.
            "ResultWriter": {
                "Resource": "arn:aws:states:::s3:putObject",
                "Parameters": {
                    "Bucket": raw_bucket,
                    "Prefix.$": f"States.Format('{BATCH_PARTS}/{{}}/results', $.dataset)",
                },
            },
            "ResultPath": "$.results",
            "Next": "Forget the results",
        },
        "Forget the results": {
            "Type": "Pass",
            "Parameters": {"dataset.$": "$.dataset", "run.$": "$.run", "started.$": "$.started"},
            "Next": "Assemble",
        },
        "Assemble": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName": assemble_function, "Payload.$": "$"},
            "OutputPath": "$.Payload",
            "Retry": RETRY,
            "Next": "Assembled?",
        },
        "Assembled?": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.done", "BooleanEquals": True, "Next": "Prepared"}],
            "Default": "Assemble",
        },
        "Prepared": {"Type": "Succeed"},
    }
    return {"Comment": "Prepares a dataset for labeling", "StartAt": "Whole dataset?", "States": states}
