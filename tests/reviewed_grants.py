"""Granted actions that the end-to-end run does not use, each with the reason it is granted all the same."""

_WORKFORCE = "the user's setup demands that the role can set up Cognito workers; manage_workforce=False leaves it out"
_SERVICE = "only Ground Truth itself does this while a job runs (contract section 3.3)"
_LOG = "Lambda does this itself on AWS; the emulator keeps logs without asking for the right"

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
    "PreAnnotationRole": {"logs:CreateLogStream": _LOG, "logs:PutLogEvents": _LOG},
    "PostAnnotationRole": {"logs:CreateLogStream": _LOG, "logs:PutLogEvents": _LOG},
}
