"""Checks of buckets: region, CORS, ownership, public access and policy of every bucket a job touches."""

from collections.abc import Iterable, Iterator, Mapping

from botocore.exceptions import ClientError

from ground_truth.aws.s3 import split_uri
from ground_truth.contract.findings import Check, Finding, ok, problem, warning
from ground_truth_cli.account.refusals import code_of
from ground_truth_cli.doctor.policies import statements_of
from ground_truth_cli.doctor.probes import PlannedJob, probe

BUCKET_REGION = Check(
    "bucket.region",
    "Every bucket of the job lies in the job's region",
    "images, manifest and job must be in one region; otherwise the job fails or workers see no pictures",
)
CORS = Check(
    "bucket.cors",
    "Every bucket with images lets any origin GET, and exposes Access-Control-Allow-Origin",
    "without it browsers refuse the image to the worker's page, and every task of the job fails",
)
OWNERSHIP = Check(
    "bucket.ownership",
    "The bucket owns what others upload to it",
    "with ownership 'ObjectWriter' images from another account cannot be read by the execution role",
)
BUCKET_PUBLIC_ACCESS = Check(
    "bucket.public-access",
    "Images are closed to the public, and public instruction pictures are open",
    "training data needs no public access; a block on the pictures' bucket leaves workers without examples",
)
BUCKET_POLICY = Check(
    "bucket.policy",
    "No bucket policy ties reading to a network",
    "the worker's browser fetches the image with a signed address from wherever the worker is",
)
CHECKS = (BUCKET_REGION, CORS, OWNERSHIP, BUCKET_PUBLIC_ACCESS, BUCKET_POLICY)

_RULE = "GET from origin * with ExposeHeaders ['Access-Control-Allow-Origin']"
_NETWORK_KEYS = ("aws:sourceip", "aws:sourcevpc", "aws:sourcevpce", "aws:vpcsourceip")


def output_bucket(job: PlannedJob) -> str:
    """The bucket that the job writes to."""
    return split_uri(f"{job.request['OutputConfig']['S3OutputPath']}/")[0]


def check_buckets(job: PlannedJob, data_buckets: set[str]) -> Iterator[Finding]:
    """Checks the buckets of a job: those its images lie in, its output's, and the instruction pictures'."""
    for bucket in sorted(data_buckets | {output_bucket(job)}):
        yield from _region(job, bucket)
        yield from _cors(job, bucket)
        yield from _ownership(job, bucket)
        yield from _closed(job, bucket)
        yield from _policy(job, bucket)
    media = job.task.instruction_media
    if media.startswith("https://"):
        yield from _open(job, media.removeprefix("https://").partition(".s3.")[0])


@probe(BUCKET_REGION, needs="s3:ListBucket")
def _region(job: PlannedJob, bucket: str) -> Iterator[Finding]:
    job_region = job.deployment.region
    there = bucket_region(job, bucket)
    if there is None:
        yield problem(
            BUCKET_REGION, where=bucket, fact="there is no such bucket", fix="correct the name in the manifest"
        )
    elif there != job_region:
        yield problem(
            BUCKET_REGION,
            where=bucket,
            fact=f"lies in {there}, the job runs in {job_region}",
            fix=f"copy the images to a bucket in {job_region} and write its addresses into the manifest",
        )
    else:
        yield ok(BUCKET_REGION, where=bucket, fact=f"lies in {there}, as the job does")


def bucket_region(job: PlannedJob, bucket: str) -> str | None:
    """The region a bucket lies in; None if there is no such bucket.

    Raises ClientError where it cannot be told. S3 names the region even where it refuses to answer.
    """
    try:
        answer = job.deployment.aws.s3.head_bucket(Bucket=bucket)
    except ClientError as error:
        if code_of(error) in ("404", "NoSuchBucket"):
            return None
        headers = error.response.get("ResponseMetadata", {}).get("HTTPHeaders", {})
        if "x-amz-bucket-region" not in headers:
            raise
        return str(headers["x-amz-bucket-region"])
    headers = answer["ResponseMetadata"]["HTTPHeaders"]
    # Not every S3 sends the header; a bucket that answers in this region without it is in this region.
    return str(answer.get("BucketRegion") or headers.get("x-amz-bucket-region") or job.deployment.region)


@probe(CORS, needs="s3:GetBucketCORS")
def _cors(job: PlannedJob, bucket: str) -> Iterator[Finding]:
    fix = f"allow {_RULE} (aws s3api put-bucket-cors)"
    try:
        rules = job.deployment.aws.s3.get_bucket_cors(Bucket=bucket)["CORSRules"]
    except ClientError as error:
        if code_of(error) != "NoSuchCORSConfiguration":
            raise
        yield problem(CORS, where=bucket, fact="has no CORS rule: browsers will not load its images", fix=fix)
        return
    reading = [rule for rule in rules if "GET" in rule["AllowedMethods"]]
    for_all = [rule for rule in reading if "*" in rule["AllowedOrigins"]]
    if not for_all:
        origins = sorted({origin for rule in reading for origin in rule["AllowedOrigins"]})
        yield problem(CORS, where=bucket, fact=f"its CORS rules let only {origins} GET images", fix=fix)
    elif not any("access-control-allow-origin" in _lower(rule.get("ExposeHeaders", ())) for rule in for_all):
        yield warning(CORS, where=bucket, fact="its CORS rule does not expose Access-Control-Allow-Origin", fix=fix)
    else:
        yield ok(CORS, where=bucket, fact=f"allows {_RULE}")


@probe(OWNERSHIP, needs="s3:GetBucketOwnershipControls")
def _ownership(job: PlannedJob, bucket: str) -> Iterator[Finding]:
    try:
        answer = job.deployment.aws.s3.get_bucket_ownership_controls(Bucket=bucket)
        ownership = answer["OwnershipControls"]["Rules"][0]["ObjectOwnership"]
    except ClientError as error:
        if code_of(error) != "OwnershipControlsNotFoundError":
            raise
        ownership = "ObjectWriter"
    if ownership == "ObjectWriter":
        yield warning(
            OWNERSHIP,
            where=bucket,
            fact="objects belong to whoever uploads them (ObjectWriter)",
            fix="set ownership to BucketOwnerEnforced, or BucketOwnerPreferred where ACLs are used",
        )
    else:
        yield ok(OWNERSHIP, where=bucket, fact=f"owns its objects ({ownership})")


@probe(BUCKET_PUBLIC_ACCESS, needs="s3:GetBucketPublicAccessBlock")
def _closed(job: PlannedJob, bucket: str) -> Iterator[Finding]:
    settings = _public_access_block(job, bucket)
    if not (settings.get("BlockPublicPolicy") and settings.get("RestrictPublicBuckets")):
        yield warning(
            BUCKET_PUBLIC_ACCESS,
            where=bucket,
            fact="a policy could open its images to the public",
            fix="turn on BlockPublicPolicy and RestrictPublicBuckets: workers get signed addresses and need neither",
        )
    else:
        acls = "" if settings.get("IgnorePublicAcls") else "; ACLs stay possible"
        yield ok(BUCKET_PUBLIC_ACCESS, where=bucket, fact=f"blocks public policies{acls}")


@probe(BUCKET_PUBLIC_ACCESS, needs="s3:GetBucketPublicAccessBlock")
def _open(job: PlannedJob, bucket: str) -> Iterator[Finding]:
    settings = _public_access_block(job, bucket)
    hindering = [name for name in ("BlockPublicPolicy", "RestrictPublicBuckets") if settings.get(name)]
    if hindering:
        yield problem(
            BUCKET_PUBLIC_ACCESS,
            where=bucket,
            fact=f"is to show instruction pictures to everybody, but {' and '.join(hindering)} forbids it",
            fix="deploy the stack again, or use InstructionMedia(public=False)",
        )
    else:
        yield ok(BUCKET_PUBLIC_ACCESS, where=bucket, fact="may show its instruction pictures to everybody")


def _public_access_block(job: PlannedJob, bucket: str) -> Mapping[str, bool]:
    try:
        answer = job.deployment.aws.s3.get_public_access_block(Bucket=bucket)
    except ClientError as error:
        if code_of(error) != "NoSuchPublicAccessBlockConfiguration":
            raise
        return {}
    return {name: bool(value) for name, value in answer["PublicAccessBlockConfiguration"].items()}


@probe(BUCKET_POLICY, needs="s3:GetBucketPolicy")
def _policy(job: PlannedJob, bucket: str) -> Iterator[Finding]:
    try:
        policy = job.deployment.aws.s3.get_bucket_policy(Bucket=bucket)["Policy"]
    except ClientError as error:
        if code_of(error) != "NoSuchBucketPolicy":
            raise
        yield ok(BUCKET_POLICY, where=bucket, fact="has no policy")
        return
    keys = sorted({key for statement in statements_of(policy) for key in statement.condition_keys()})
    tied = [key for key in keys if key.lower() in _NETWORK_KEYS]
    if tied:
        yield warning(
            BUCKET_POLICY,
            where=bucket,
            fact=f"its policy asks for {', '.join(tied)}: workers elsewhere will see no images",
            fix="let s3:GetObject of signed addresses through, or restrict the work team's network to the same one",
        )
    else:
        yield ok(BUCKET_POLICY, where=bucket, fact="its policy does not depend on the worker's network")


def _lower(texts: Iterable[str]) -> list[str]:
    return [text.lower() for text in texts]
