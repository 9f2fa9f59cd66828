"""Granted actions that the end-to-end run does not use, each with the reason it is granted all the same."""

_WORKFORCE = "the user's setup demands that the role can set up Cognito workers; manage_workforce=False leaves it out"
_SERVICE = "only Ground Truth itself does this while a job runs (contract section 3.3)"
_LOG = "Lambda does this itself on AWS; the emulator keeps logs without asking for the right"

_WORKFLOW = "the emulator starts functions, executions and listings itself, without asking for the role's rights"

_OF_WORKFLOWS = {
    "lambda:InvokeFunction": _WORKFLOW,
    **{
        f"logs:{action}": "Step Functions sets up the workflow's log with these; the emulator keeps none"
        for action in (
            "CreateLogDelivery",
            "GetLogDelivery",
            "UpdateLogDelivery",
            "DeleteLogDelivery",
            "ListLogDeliveries",
            "PutResourcePolicy",
            "DescribeResourcePolicies",
            "DescribeLogGroups",
        )
    },
    **{
        f"xray:{action}": "Step Functions traces the workflow with these; the emulator traces nothing"
        for action in ("PutTraceSegments", "PutTelemetryRecords", "GetSamplingRules", "GetSamplingTargets")
    },
}

_OF_MAPS = {
    "states:StartExecution": _WORKFLOW,
    **{f"states:{action}": _WORKFLOW for action in ("DescribeExecution", "StopExecution", "RedriveExecution")},
    **{
        f"s3:{action}": "a Distributed Map writes the results of its batches; the emulator leaves them out"
        for action in ("PutObject", "GetObject", "ListMultipartUploadParts", "AbortMultipartUpload")
    },
}

UNUSED: dict[str, dict[str, str]] = {
    "ExecutionRole": {
        "cognito-idp:CreateGroup": _WORKFORCE,
        "cognito-idp:CreateUserPool": _WORKFORCE,
        "cognito-idp:CreateUserPoolDomain": _WORKFORCE,
        "cognito-idp:AdminCreateUser": _WORKFORCE,
        "cognito-idp:CreateUserPoolClient": _WORKFORCE,
        "cognito-idp:AdminAddUserToGroup": _WORKFORCE,
        "cognito-idp:DescribeUserPoolClient": _WORKFORCE,
        "cognito-idp:DescribeUserPool": _WORKFORCE,
        "cognito-idp:UpdateUserPool": _WORKFORCE,
        "s3:ListBucket": _SERVICE,
        "s3:GetBucketLocation": _SERVICE,
        "s3:AbortMultipartUpload": _SERVICE,
        "logs:CreateLogGroup": _SERVICE,
        "logs:CreateLogStream": _SERVICE,
        "logs:DescribeLogStreams": _SERVICE,
        "logs:PutLogEvents": _SERVICE,
        "cloudwatch:PutMetricData": _SERVICE,
    },
    "PrepareImagesRole": {"logs:CreateLogStream": _LOG, "logs:PutLogEvents": _LOG},
    "AssembleDatasetRole": {"logs:CreateLogStream": _LOG, "logs:PutLogEvents": _LOG},
    "MarkerRole": {"states:StartExecution": _WORKFLOW},
    "PreparationWorkflowRole": _OF_WORKFLOWS | _OF_MAPS | {"s3:ListBucket": _WORKFLOW},
    "EngineWorkflowRole": _OF_WORKFLOWS | _OF_MAPS | {"s3:GetObject": _WORKFLOW},
    "RunWorkflowRole": {"logs:CreateLogStream": _LOG, "logs:PutLogEvents": _LOG},
    "WorkflowRole": _OF_WORKFLOWS
    | {
        "sns:Publish": _WORKFLOW,
        "states:StartExecution": _WORKFLOW,
        "states:DescribeExecution": _WORKFLOW,
        "states:StopExecution": "a labeling that is stopped stops its job",
        **{
            f"events:{action}": "Step Functions keeps a rule to hear of the engine's end; the emulator none"
            for action in ("PutTargets", "PutRule", "DescribeRule")
        },
    },
    "RunJobRole": {"logs:CreateLogStream": _LOG, "logs:PutLogEvents": _LOG},
    "WorkerApiRole": {"logs:CreateLogStream": _LOG, "logs:PutLogEvents": _LOG},
    "PreAnnotationRole": {"logs:CreateLogStream": _LOG, "logs:PutLogEvents": _LOG},
    "PostAnnotationRole": {"logs:CreateLogStream": _LOG, "logs:PutLogEvents": _LOG},
}
