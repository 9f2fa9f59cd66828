"""Checks of the account: whether Ground Truth is open to it, in which region, and what it blocks."""

from collections.abc import Iterator
from itertools import chain

from botocore.config import Config
from botocore.exceptions import ClientError

from ground_truth.contract import aws_functions
from ground_truth.contract.findings import Check, Finding, ok, problem, warning
from ground_truth_cli.account.refusals import code_of, is_refusal, message_of
from ground_truth_cli.doctor.probes import PlannedJob, probe

SERVICE_ACCESS = Check(
    "account.service-access",
    "The account has labeled with Ground Truth before, or the task needs no Ground Truth",
    "Ground Truth has been closed to new customers since 2026-07-30; past jobs are the only sign of being an "
    "existing customer that can be seen (UNVERIFIED: how the service itself decides)",
)
ACCOUNT_REGION = Check(
    "account.region",
    "Ground Truth's own functions and workforces exist in the region",
    "AWS publishes them in twelve regions only; elsewhere a job is refused",
)
ACCOUNT_PUBLIC_ACCESS = Check(
    "account.public-access",
    "The account's public access block lets workers see public instruction pictures",
    "a block of the whole account overrides the bucket's own setting, and no stack can lift it",
)
CHECKS = (SERVICE_ACCESS, ACCOUNT_REGION, ACCOUNT_PUBLIC_ACCESS)

# The account is a part of the host's name here, which only AWS itself resolves: elsewhere nobody wants to wait.
_PATIENCE = Config(connect_timeout=5, retries={"total_max_attempts": 2})
_CLOSED = "Ground Truth has been closed to new customers since 2026-07-30"
_HOW_UNKNOWN = "UNVERIFIED: how AWS decides who is an existing customer is not published"
_WAY_OUT = (
    "give the tasks to the engine in your own account: workforce=Workforce.self_hosted(); "
    "if you have used Ground Truth in another account of yours, ask AWS Support"
)


def check_account(job: PlannedJob) -> Iterator[Finding]:
    """Checks the account that the deployment lies in."""
    account = job.deployment.region
    yield from _service_access(job, account)
    yield from _region(job)
    yield from _public_access(job, "the account")


@probe(SERVICE_ACCESS, needs="sagemaker:ListLabelingJobs")
def _service_access(job: PlannedJob, region: str) -> Iterator[Finding]:
    if job.is_self_hosted:
        yield ok(
            SERVICE_ACCESS,
            where=region,
            fact=f"Ground Truth is not needed: the environment's own engine serves its workers ({_CLOSED})",
        )
        return
    others = [other for other in aws_functions.ACCOUNTS if other != region]
    try:
        # Jobs cannot be deleted, so that one anywhere shows a customer of old.
        with_jobs = next((other for other in chain([region], others) if _has_jobs(job, other)), None)
    except ClientError as error:
        # What IAM refuses says so in these words; the wording for accounts that are not let in is not known.
        if "not authorized to perform" in message_of(error) or not is_refusal(error):
            raise
        yield warning(
            SERVICE_ACCESS,
            where=region,
            fact=f"AWS answers: {message_of(error)} ({_CLOSED}; {_HOW_UNKNOWN})",
            fix=_WAY_OUT,
        )
        return
    if with_jobs:
        yield ok(
            SERVICE_ACCESS, where=region, fact=f"the account has labeling jobs in {with_jobs}: an existing customer"
        )
        return
    yield warning(
        SERVICE_ACCESS,
        where=region,
        fact=f"the account has never run a labeling job in any region, and {_CLOSED}: expect CreateLabelingJob to be "
        f"refused ({_HOW_UNKNOWN})",
        fix=_WAY_OUT,
    )


def _has_jobs(job: PlannedJob, region: str) -> bool:
    sagemaker = job.deployment.aws.session.client("sagemaker", region_name=region)
    return bool(sagemaker.list_labeling_jobs(MaxResults=1)["LabelingJobSummaryList"])


def _region(job: PlannedJob) -> Iterator[Finding]:
    region = job.deployment.region
    if job.is_self_hosted:
        yield ok(ACCOUNT_REGION, where=region, fact="any region will do for the engine of this environment")
    elif region in aws_functions.ACCOUNTS:
        yield ok(ACCOUNT_REGION, where=region, fact="Ground Truth's functions and workforces exist here")
    else:
        yield problem(
            ACCOUNT_REGION,
            where=region,
            fact="Ground Truth publishes neither functions nor workforces here",
            fix=f"deploy to one of {', '.join(aws_functions.ACCOUNTS)}, or use Workforce.self_hosted()",
        )


@probe(ACCOUNT_PUBLIC_ACCESS, needs="s3:GetAccountPublicAccessBlock")
def _public_access(job: PlannedJob, where: str) -> Iterator[Finding]:
    if not job.task.instruction_media.startswith("https://"):
        yield ok(ACCOUNT_PUBLIC_ACCESS, where=where, fact="may block what it likes: instruction pictures are private")
        return
    account = job.deployment.caller["Account"]
    try:
        answer = job.deployment.aws.session.client("s3control", config=_PATIENCE).get_public_access_block(
            AccountId=account
        )
    except ClientError as error:
        if code_of(error) != "NoSuchPublicAccessBlockConfiguration":
            raise
        yield ok(ACCOUNT_PUBLIC_ACCESS, where=where, fact="blocks no public access as a whole")
        return
    settings = answer["PublicAccessBlockConfiguration"]
    hindering = [name for name in ("BlockPublicPolicy", "RestrictPublicBuckets") if settings.get(name)]
    if hindering:
        yield problem(
            ACCOUNT_PUBLIC_ACCESS,
            where=where,
            fact=f"blocks public access ({', '.join(hindering)}), so that public instruction pictures answer 403",
            fix="use InstructionMedia(public=False), or have the account's block lifted (aws s3control "
            "put-public-access-block)",
        )
    else:
        yield ok(ACCOUNT_PUBLIC_ACCESS, where=where, fact="lets public instruction pictures be seen")
