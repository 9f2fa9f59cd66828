"""Checks of rights: what the execution role may do, who may assume it, and what the caller may start.

The role is asked for exactly the actions that the contract demands (section 3.3), on the job's own resources.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from ground_truth.aws.s3 import split_uri
from ground_truth.contract.findings import Check, Finding, ok, problem, warning
from ground_truth_cli.account.refusals import code_of
from ground_truth_cli.doctor.keys import find_keys
from ground_truth_cli.doctor.policies import statements_of
from ground_truth_cli.doctor.probes import PlannedJob, probe

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

TRUST = Check(
    "role.trust",
    "The execution role exists and lets SageMaker assume it",
    "a job whose role cannot be assumed is refused at once",
)
PERMISSIONS = Check(
    "role.permissions",
    "The execution role may read images, call the hooks, and write labels, logs and metrics",
    "a missing right makes the job fail within minutes, or leaves workers with broken images; asked of the role's "
    "own policies and permissions boundary (bucket policies are not simulated)",
)
CALLER = Check(
    "caller.permissions",
    "Whoever starts the job may create it, tag it and pass the role to SageMaker",
    "starting needs iam:PassRole besides sagemaker:CreateLabelingJob, which is often forgotten",
)
CHECKS = (TRUST, PERMISSIONS, CALLER)

_SERVICE = "sagemaker.amazonaws.com"
_READING = ("s3:GetObject",)
_WRITING = ("s3:PutObject", "s3:AbortMultipartUpload")
_BUCKET = ("s3:ListBucket", "s3:GetBucketLocation")
# The simulator takes no wildcards: these are the families that the contract names, written out.
_KEY = (
    "kms:Encrypt",
    "kms:Decrypt",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:DescribeKey",
)


@dataclass(frozen=True, kw_only=True)
class Demand:
    """Actions that the role must be allowed on one resource; ``stops`` tells whether a job fails without them."""

    actions: Sequence[str]
    resource: str
    stops: bool = True


def check_role(
    job: PlannedJob, data_buckets: set[str], manifest_uri: str | None, image_keys: Iterable[str]
) -> Iterator[Finding]:
    """Checks the execution role on the job's resources, and the caller where Ground Truth is started."""
    yield from _trust(job, job.role_arn)
    yield from _permissions(job, job.role_arn, list(demands(job, data_buckets, manifest_uri, image_keys)))
    if not job.is_self_hosted:
        yield from _caller(job, "you")


def demands(
    job: PlannedJob, data_buckets: set[str], manifest_uri: str | None, image_keys: Iterable[str]
) -> Iterator[Demand]:
    """Yields what the role must be allowed for this job."""
    deployment, request = job.deployment, job.request
    partition, account = job.role_arn.split(":")[1], job.role_arn.split(":")[4]
    s3 = f"arn:{partition}:s3:::"
    output, prefix = split_uri(f"{request['OutputConfig']['S3OutputPath'].rstrip('/')}/any")
    for bucket in sorted(data_buckets | {output}):
        yield Demand(actions=_BUCKET, resource=f"{s3}{bucket}")
    yield Demand(actions=(*_READING, *_WRITING), resource=f"{s3}{output}/{prefix}")
    for bucket in sorted(data_buckets):
        yield Demand(actions=_READING, resource=f"{s3}{bucket}/any")
        # The documentation lists these for input too, though nothing is known to be written there.
        yield Demand(actions=_WRITING, resource=f"{s3}{bucket}/any", stops=False)
    for uri in (job.task.template, job.task.label_category_config, manifest_uri):
        if uri:
            yield Demand(actions=_READING, resource=f"{s3}{'/'.join(split_uri(uri))}")
    for arn in job.hooks.values():
        yield Demand(actions=("lambda:InvokeFunction",), resource=arn)
    for key in _key_arns(job, find_keys(job, data_buckets | {output}, image_keys)):
        yield Demand(actions=_KEY, resource=key)
    group = f"arn:{partition}:logs:{deployment.region}:{account}:log-group:/aws/sagemaker/LabelingJobs"
    yield Demand(actions=("logs:CreateLogGroup", "logs:DescribeLogStreams"), resource=group, stops=False)
    stream = f"{group}:log-stream:any"
    yield Demand(actions=("logs:CreateLogStream", "logs:PutLogEvents"), resource=stream, stops=False)
    yield Demand(actions=("cloudwatch:PutMetricData",), resource="*", stops=False)


def _key_arns(job: PlannedJob, keys: Iterable[str]) -> Iterator[str]:
    kms = job.deployment.aws.kms
    for key in keys:
        try:
            metadata = kms.describe_key(KeyId=key)["KeyMetadata"]
        except (ClientError, BotoCoreError):
            # The checks of keys tell of it.
            continue
        # The service uses its own keys by rights that no role's policy shows.
        if metadata.get("KeyManager") != "AWS":
            yield metadata["Arn"]


@probe(TRUST, needs="iam:GetRole")
def _trust(job: PlannedJob, role_arn: str) -> Iterator[Finding]:
    try:
        role = job.deployment.aws.iam.get_role(RoleName=role_arn.rpartition("/")[2])["Role"]
    except ClientError as error:
        if code_of(error) != "NoSuchEntity":
            raise
        yield problem(TRUST, where=role_arn, fact="there is no such role", fix="deploy the stack again")
        return
    trusted = [
        service
        for statement in statements_of(role["AssumeRolePolicyDocument"])
        if statement.allows
        for service in statement.principals("Service")
    ]
    if _SERVICE in trusted:
        yield ok(TRUST, where=role_arn, fact="lets SageMaker assume it")
    else:
        yield problem(
            TRUST,
            where=role_arn,
            fact=f"lets {trusted or 'no service'} assume it, not SageMaker",
            fix=f"add {_SERVICE} to the principals of its trust policy",
        )


@probe(PERMISSIONS, needs="iam:SimulatePrincipalPolicy")
def _permissions(job: PlannedJob, role_arn: str, demanded: Sequence[Demand]) -> Iterator[Finding]:
    iam = job.deployment.aws.iam
    granted = list(demanded)
    for demand in demanded:
        missing = _denied(iam, role_arn, demand.actions, demand.resource)
        if not missing:
            continue
        say = problem if demand.stops else warning
        yield say(
            PERMISSIONS,
            where=role_arn,
            fact=f"may not {', '.join(missing)} on {demand.resource}",
            fix="add it to the role's policy, or take away what forbids it (a permissions boundary, an explicit deny)",
        )
        granted.remove(demand)
    actions = sum(len(demand.actions) for demand in granted)
    if actions:
        yield ok(
            PERMISSIONS,
            where=role_arn,
            fact=f"has {actions} of the rights that a job needs, on {len(granted)} resources",
        )


@probe(CALLER, needs="iam:SimulatePrincipalPolicy")
def _caller(job: PlannedJob, where: str) -> Iterator[Finding]:
    deployment = job.deployment
    iam = deployment.aws.iam
    caller = deployment.caller["Arn"]
    if caller.endswith(":root"):
        yield ok(CALLER, where=where, fact="are the account's root, which may do everything")
        return
    principal = _principal(iam, caller)
    role = job.role_arn
    partition, account = role.split(":")[1], role.split(":")[4]
    job_arn = f"arn:{partition}:sagemaker:{deployment.region}:{account}:labeling-job/{job.task.name.lower()}-any"
    missing = _denied(iam, principal, ("sagemaker:CreateLabelingJob", "sagemaker:AddTags"), job_arn)
    missing += _denied(iam, principal, ("iam:PassRole",), role, {"iam:PassedToService": _SERVICE})
    if missing:
        yield problem(
            CALLER,
            where=where,
            fact=f"({principal}) may not {', '.join(missing)}",
            fix="have the stack's grant_start() give it to you",
        )
    else:
        yield ok(CALLER, where=where, fact=f"({principal}) may start jobs with the execution role")


def _principal(iam: "IAMClient", caller: str) -> str:
    """The role or user behind a session: the simulator does not know sessions."""
    if ":assumed-role/" not in caller:
        return caller
    # The session's ARN lacks the path of its role, so that the role itself is asked.
    return iam.get_role(RoleName=caller.split("/")[1])["Role"]["Arn"]


def _denied(
    iam: "IAMClient", principal: str, actions: Iterable[str], resource: str, context: dict[str, str] | None = None
) -> list[str]:
    """The actions that a principal is not allowed on a resource."""
    answer = iam.simulate_principal_policy(
        PolicySourceArn=principal,
        ActionNames=list(actions),
        ResourceArns=[resource],
        ContextEntries=[
            {"ContextKeyName": key, "ContextKeyType": "string", "ContextKeyValues": [value]}
            for key, value in (context or {}).items()
        ],
    )
    return [result["EvalActionName"] for result in answer["EvaluationResults"] if result["EvalDecision"] != "allowed"]
