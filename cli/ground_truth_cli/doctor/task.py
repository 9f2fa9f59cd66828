"""Checks of what the task is published with: its files, its hooks, and its worker page."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from html import unescape

from botocore.exceptions import ClientError

from ground_truth.aws.s3 import split_uri
from ground_truth.contract import aws_functions
from ground_truth.contract.errors import GroundTruthError, InputError, ServiceError
from ground_truth.contract.findings import Check, Finding, Level, ok, problem, warning
from ground_truth.contract.label_category_config import read_labels
from ground_truth.contract.task_types import CUSTOM, TASK_TYPES
from ground_truth.tasks.input import task_input
from ground_truth.templates.check import check_template
from ground_truth.templates.liquid import render
from ground_truth_cli.account.refusals import code_of
from ground_truth_cli.doctor.probes import PlannedJob, could_not_look, probe

FILES = Check(
    "task.files",
    "The template, the label categories and the request of the task are where its parameter says",
    "a job is refused or fails at once when one of them is gone",
)
TASK_LABELS = Check(
    "task.labels",
    "The label category file can be read and has labels",
    "workers would see a page without labels",
)
HOOKS = Check(
    "task.hooks",
    "The pre- and post-annotation functions exist, in the job's region, and can be called",
    "a job of a missing function is refused; one that cannot run fails its objects one by one",
)
PAGE = Check(
    "task.page",
    "The template renders with the first line of the manifest, and shows its image",
    "a variable that is spelled differently from what the pre-annotation function gives renders as nothing",
)
CHECKS = (FILES, TASK_LABELS, HOOKS, PAGE)

# How the names of this project's own functions end.
_OURS = "-pre-annotation-LabelingFunction"

Line = Mapping[str, object]


def check_task(job: PlannedJob, first_line: Line | None, *, invoke: bool) -> Iterator[Finding]:
    """Checks what the task is published with; the page only where a manifest line is given.

    ``invoke`` calls the pre-annotation function for the page; otherwise its part is played here.
    """
    for uri in (job.task.template, job.task.request):
        yield from _file(job, uri)
    if job.task.label_category_config:
        yield from _labels(job, job.task.label_category_config)
    for name, arn in job.hooks.items():
        yield from _hook(job, arn, name)
    if first_line:
        yield from _page(job, job.task.template, first_line, invoke)


@probe(FILES, needs="s3:GetObject")
def _file(job: PlannedJob, uri: str) -> Iterator[Finding]:
    bucket, key = split_uri(uri)
    try:
        job.deployment.aws.s3.head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if code_of(error) not in ("404", "NoSuchKey", "NoSuchBucket"):
            raise
        yield problem(FILES, where=uri, fact="is not there", fix="deploy the stack again")
        return
    yield ok(FILES, where=uri, fact="is there")


@probe(TASK_LABELS, needs="s3:GetObject")
def _labels(job: PlannedJob, uri: str) -> Iterator[Finding]:
    try:
        labels = read_labels(read(job, uri))
    except ClientError as error:
        if code_of(error) not in ("NoSuchKey", "NoSuchBucket"):
            raise
        yield problem(FILES, where=uri, fact="is not there", fix="deploy the stack again")
        return
    except InputError as error:
        yield problem(TASK_LABELS, where=uri, fact=str(error), fix="deploy the stack again")
        return
    if labels:
        yield ok(TASK_LABELS, where=uri, fact=f"has {len(labels)} labels")
    else:
        yield problem(TASK_LABELS, where=uri, fact="has no labels", fix="give the task labels and deploy again")


@probe(HOOKS, needs="lambda:GetFunction")
def _hook(job: PlannedJob, arn: str, name: str) -> Iterator[Finding]:
    region, account = arn.split(":")[3:5]
    if region != job.deployment.region:
        yield problem(
            HOOKS,
            where=arn,
            fact=f"the {name} function is in {region}, the job runs in {job.deployment.region}",
            fix="use a function of the job's region",
        )
    elif account != job.role_arn.split(":")[4]:
        yield _foreign(arn, name, account, region)
    else:
        yield _own(job, arn, name)


def _foreign(arn: str, name: str, account: str, region: str) -> Finding:
    published = aws_functions.ACCOUNTS.get(region)
    if account == published:
        return ok(HOOKS, where=arn, fact=f"the {name} function is Ground Truth's own in {region}")
    return problem(
        HOOKS,
        where=arn,
        fact=f"the {name} function is of account {account}; Ground Truth's own are of "
        f"{published or 'no account in this region'}",
        fix="use functions of your own account, or Ground Truth's of this region",
    )


def _own(job: PlannedJob, arn: str, name: str) -> Finding:
    try:
        settings = job.deployment.aws.functions.get_function(FunctionName=arn)["Configuration"]
    except ClientError as error:
        if code_of(error) != "ResourceNotFoundException":
            raise
        return problem(HOOKS, where=arn, fact=f"the {name} function is not there", fix="deploy the stack again")
    state = settings.get("State", "Active")
    # An idle function wakes up with its first call.
    if state not in ("Active", "Inactive") or settings.get("LastUpdateStatus") == "Failed":
        reason = settings.get("StateReason") or settings.get("LastUpdateStatusReason") or "no reason given"
        return problem(
            HOOKS, where=arn, fact=f"the {name} function cannot run ({state}: {reason})", fix="deploy the stack again"
        )
    return ok(HOOKS, where=arn, fact=f"the {name} function is there, with {settings.get('Timeout')} seconds to answer")


@probe(PAGE, needs="s3:GetObject (and lambda:InvokeFunction for --invoke)")
def _page(job: PlannedJob, uri: str, line: Line, invoke: bool) -> Iterator[Finding]:
    template = read(job, uri).decode()
    ours = job.hooks.get("pre-annotation", _OURS).endswith(_OURS)
    try:
        page_input = _invoked(job, line) if invoke else _played(job, line) if ours else None
    except GroundTruthError as error:
        yield problem(PAGE, where=uri, fact=str(error), fix="correct the function or the manifest")
        return
    task_type = TASK_TYPES.get(job.task.type, CUSTOM)
    flaws = list(check_template(template, task_type=task_type, task_input=page_input))
    for flaw in flaws:
        yield replace(flaw, where=f"{uri} {flaw.where}".strip())
    if any(flaw.level is Level.PROBLEM for flaw in flaws):
        return
    if page_input is None:
        yield could_not_look(
            PAGE,
            where=uri,
            reason="what your own function gives is not known",
            fix="look with --invoke, which calls it",
        )
        return
    # An address stands in for itself, so that it can be found in the page.
    page = unescape(render(template, page_input, str))
    image = str(line.get("source-ref", ""))
    if image not in page:
        yield warning(
            PAGE, where=uri, fact=f"renders, but {image} is nowhere in it", fix="show {{ task.input.taskObject }}"
        )
    else:
        how = "as the pre-annotation function gives it" if invoke else "without calling the function"
        yield ok(PAGE, where=uri, fact=f"renders with the first line of the manifest, {how}")


def _played(job: PlannedJob, line: Line) -> dict[str, object]:
    """What our own pre-annotation function would return; without any, the page is given the line itself."""
    if "pre-annotation" not in job.hooks:
        return dict(line)
    categories = job.task.label_category_config
    labels = read_labels(read(job, categories)) if categories else []
    return task_input(line, labels=labels, instruction_media=job.task.instruction_media)


def _invoked(job: PlannedJob, line: Line) -> dict[str, object]:
    """What the job's pre-annotation function returns. Raises ServiceError where it breaks the contract (5.2)."""
    arn = job.hooks.get("pre-annotation")
    if arn is None:
        return dict(line)
    event = {"version": "2018-10-16", "labelingJobArn": "ground-truth doctor", "dataObject": dict(line)}
    answer = job.deployment.aws.functions.invoke(FunctionName=arn, Payload=json.dumps(event).encode())
    returned: object = json.loads(answer["Payload"].read())
    if "FunctionError" in answer:
        reason = returned.get("errorMessage", returned) if isinstance(returned, dict) else returned
        raise ServiceError(f"the pre-annotation function failed: {reason}")
    if not isinstance(returned, dict) or not isinstance(returned.get("taskInput"), dict):
        raise ServiceError("the pre-annotation function should return {'taskInput': {...}}, got " + str(returned)[:200])
    return dict(returned["taskInput"])


def read(job: PlannedJob, uri: str) -> bytes:
    """An object's bytes."""
    bucket, key = split_uri(uri)
    return job.deployment.aws.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
