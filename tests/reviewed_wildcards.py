"""Every wildcard that a policy of this project may hold, each with the reason it cannot be narrower.

A line is (part of the construct's logical id, action, part of the resource, reason). A statement with a
wildcard that no line covers fails the tests; so does a line that no statement needs any more.
"""

# The CDK's copying function: its policy is the CDK's, and it exists only where pictures are deployed.
_COPYING = "CustomCDKBucketDeployment"
_COPIES = "the CDK's own function copies pictures and the page from the assets bucket"

REVIEWED: list[tuple[str, str, str, str]] = [
    ("ExecutionRole", "s3:GetObject", "TrainingBucket", "images and manifests are named by the user"),
    ("ExecutionRole", "s3:PutObject", "TrainingBucket", "results are named after jobs to come"),
    ("ExecutionRole", "s3:AbortMultipartUpload", "TrainingBucket", "results are named after jobs to come"),
    ("ExecutionRole", "cloudwatch:PutMetricData", "*", "the action knows no resource"),
    ("ExecutionRole", "cognito-idp:CreateUserPool", "*", "a pool to be created has no ARN yet"),
    *(
        ("ExecutionRole", f"cognito-idp:{action}", "userpool/*", "the pool of the account's workforce is not known")
        for action in (
            "CreateGroup",
            "CreateUserPoolDomain",
            "AdminCreateUser",
            "CreateUserPoolClient",
            "AdminAddUserToGroup",
            "DescribeUserPoolClient",
            "DescribeUserPool",
            "UpdateUserPool",
        )
    ),
    *(
        ("ExecutionRole", f"logs:{action}", ":log-stream:*", "streams are named after jobs")
        for action in ("CreateLogGroup", "CreateLogStream", "DescribeLogStreams", "PutLogEvents")
    ),
    ("PostAnnotationPermissions", "s3:GetObject", "/labeling-jobs/*", "payloads are named after jobs to come"),
    (
        "PostAnnotationPermissions",
        "s3:PutObject",
        "/consolidated-annotation/worker-skill/*",
        "what is learned of workers is kept by job and batch to come",
    ),
    ("RunJobPermissions", "s3:GetObject", "TrainingBucket", "manifests, categories and answers are named by the user"),
    ("RunJobPermissions", "s3:PutObject", "/labeling-jobs/*", "results are named after jobs to come"),
    ("WorkerApiPermissions", "s3:GetObject", "TrainingBucket", "pages show images that the user named"),
    ("WorkerApiPermissions", "s3:PutObject", "/engine/answers/*", "long answers are kept by job and worker"),
    (
        "EngineWorkflowRoleDefaultPolicy",
        "s3:GetObject",
        "/engine/batches.json",
        "the list of batches lies with its job",
    ),
    ("RunWorkflowPermissions", "ssm:GetParameter", "/tasks/*", "the task is named when a labeling is started"),
    ("RunWorkflowPermissions", "s3:GetObject", "TrainingBucket", "manifests, answers and images are the user's"),
    ("RunWorkflowPermissions", "s3:PutObject", "/report/*", "reports lie beside jobs to come"),
    ("RunWorkflowPermissions", "s3:PutObject", "/manifests/output/*", "merged manifests are named after jobs to come"),
    *(
        (role, f"states:{action}", place, "the service names the executions of a map's batches")
        for role in ("EngineWorkflowDistributedMapPolicy", "PreparationWorkflowDistributedMapPolicy")
        for action, place in (("DescribeExecution", ":*"), ("StopExecution", ":*"), ("RedriveExecution", ":*"))
    ),
    *(
        ("WorkflowRoleDefaultPolicy", f"states:{action}", "*", "executions are named after jobs to come")
        for action in ("DescribeExecution", "StopExecution")
    ),
    *(
        ("WorkflowRoleDefaultPolicy", "lambda:InvokeFunction", function, "the CDK lets states call any version of it")
        for function in ("RunJob", "RunWorkflow", "PrepareImages", "AssembleDataset")
    ),
    ("PrepareImagesPermissions", "s3:GetObject", "/uploads/*", "originals are named by the user"),
    ("PrepareImagesPermissions", "s3:PutObject", "/images/*", "pictures are named after their content"),
    ("PrepareImagesPermissions", "s3:PutObject", "/parts/*", "parts are named after runs to come"),
    ("AssembleDatasetPermissions", "s3:GetObject", "/parts/*", "parts are named after runs to come"),
    ("AssembleDatasetPermissions", "s3:PutObject", "/datasets/*", "datasets are named by the user"),
    ("AssembleDatasetPermissions", "s3:PutObject", "/mappings/*", "datasets are named by the user"),
    *(
        ("WorkflowRoleDefaultPolicy", f"s3:{action}", place, "a Distributed Map names the results of its batches")
        for place in ("/parts/*", "/engine/results/*")
        for action in ("PutObject", "GetObject", "ListMultipartUploadParts", "AbortMultipartUpload")
    ),
    *(
        (
            "WorkflowRoleDefaultPolicy",
            f"logs:{action}",
            "*",
            "Step Functions sets up logs with these; they know no resource",
        )
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
    ),
    *(
        ("WorkflowRoleDefaultPolicy", f"xray:{action}", "*", "tracing knows no resource, says its documentation")
        for action in ("PutTraceSegments", "PutTelemetryRecords", "GetSamplingRules", "GetSamplingTargets")
    ),
    ("EnginePortalBucketPolicy", "s3:GetObject", "EnginePortalBucket", "CloudFront reads every file of the page"),
    *(
        ("EnginePortalBucketPolicy", action, "EnginePortalBucket", "the CDK's own function empties it before it goes")
        for action in ("s3:GetBucket*", "s3:List*", "s3:DeleteObject*", "s3:PutBucketPolicy")
    ),
    ("InstructionMediaBucketPolicy", "s3:GetObject", "InstructionMediaBucket", "every picture is public by intent"),
    *((_COPYING, action, "cdk-hnb659fds-assets", _COPIES) for action in ("s3:GetBucket*", "s3:GetObject*", "s3:List*")),
    *(
        (_COPYING, action, bucket, _COPIES)
        for bucket in ("InstructionMediaBucket", "EnginePortalBucket")
        for action in (
            "s3:GetObject*",
            "s3:GetBucket*",
            "s3:List*",
            "s3:DeleteObject*",
            "s3:PutObject",
            "s3:PutObjectLegalHold",
            "s3:PutObjectRetention",
            "s3:PutObjectTagging",
            "s3:PutObjectVersionTagging",
            "s3:Abort*",
        )
    ),
]
