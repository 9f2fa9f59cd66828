"""Checks of what the task is published with: its files, its hooks, and its worker page."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from html import unescape
from typing import Any

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
from ground_truth_cli.doctor.probes import Examined, look, not_looked

FILES = Check(
    "task.files",
    "The template, the label categories and the request of the task are where its parameter says",
    "a job is refused or fails at once when one of them is gone",
)
LABELS = Check(
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
CHECKS = (FILES, LABELS, HOOKS, PAGE)

# How the names of this project's own functions end.
_OURS = "-pre-annotation-LabelingFunction"

Line = Mapping[str, Any]


def check_task(examined: Examined, first_line: Line | None, *, invoke: bool) -> Iterator[Finding]:
    """Checks what the task is published with; the page only where a manifest line is given.

    ``invoke`` calls the pre-annotation function for the page; otherwise its part is played here.
    """
    for uri in (examined.task.template, examined.task.request):
        yield from _file(examined, uri)
    if examined.task.label_category_config:
        yield from _labels(examined, examined.task.label_category_config)
    for name, arn in examined.hooks.items():
        yield from _hook(examined, arn, name)
    if first_line:
        yield from _page(examined, examined.task.template, first_line, invoke)


@look(FILES, needs="s3:GetObject")
def _file(examined: Examined, uri: str) -> Iterator[Finding]:
    bucket, key = split_uri(uri)
    try:
        examined.deployment.client("s3").head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if code_of(error) not in ("404", "NoSuchKey", "NoSuchBucket"):
            raise
        yield problem(FILES, where=uri, fact="is not there", fix="deploy the stack again")
        return
    yield ok(FILES, where=uri, fact="is there")


@look(LABELS, needs="s3:GetObject")
def _labels(examined: Examined, uri: str) -> Iterator[Finding]:
    try:
        labels = read_labels(read(examined, uri))
    except ClientError as error:
        if code_of(error) not in ("NoSuchKey", "NoSuchBucket"):
            raise
        yield problem(FILES, where=uri, fact="is not there", fix="deploy the stack again")
        return
    except InputError as error:
        yield problem(LABELS, where=uri, fact=str(error), fix="deploy the stack again")
        return
    if labels:
        yield ok(LABELS, where=uri, fact=f"has {len(labels)} labels")
    else:
        yield problem(LABELS, where=uri, fact="has no labels", fix="give the task labels and deploy again")


@look(HOOKS, needs="lambda:GetFunction")
def _hook(examined: Examined, arn: str, name: str) -> Iterator[Finding]:
    region, account = arn.split(":")[3:5]
    if region != examined.deployment.region:
        yield problem(
            HOOKS,
            where=arn,
            fact=f"the {name} function is in {region}, the job runs in {examined.deployment.region}",
            fix="use a function of the job's region",
        )
    elif account != examined.role_arn.split(":")[4]:
        yield _foreign(arn, name, account, region)
    else:
        yield _own(examined, arn, name)


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


def _own(examined: Examined, arn: str, name: str) -> Finding:
    try:
        settings = examined.deployment.client("lambda").get_function(FunctionName=arn)["Configuration"]
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


@look(PAGE, needs="s3:GetObject (and lambda:InvokeFunction for --invoke)")
def _page(examined: Examined, uri: str, line: Line, invoke: bool) -> Iterator[Finding]:
    template = read(examined, uri).decode()
    ours = examined.hooks.get("pre-annotation", _OURS).endswith(_OURS)
    try:
        given = _invoked(examined, line) if invoke else _played(examined, line) if ours else None
    except GroundTruthError as error:
        yield problem(PAGE, where=uri, fact=str(error), fix="correct the function or the manifest")
        return
    task_type = TASK_TYPES.get(examined.task.type, CUSTOM)
    flaws = list(check_template(template, task_type=task_type, task_input=given))
    for flaw in flaws:
        yield replace(flaw, where=f"{uri} {flaw.where}".strip())
    if any(flaw.level is Level.PROBLEM for flaw in flaws):
        return
    if given is None:
        yield not_looked(
            PAGE,
            where=uri,
            reason="what your own function gives is not known",
            fix="look with --invoke, which calls it",
        )
        return
    # An address stands in for itself, so that it can be found in the page.
    page = unescape(render(template, given, str))
    image = str(line.get("source-ref", ""))
    if image not in page:
        yield warning(
            PAGE, where=uri, fact=f"renders, but {image} is nowhere in it", fix="show {{ task.input.taskObject }}"
        )
    else:
        how = "as the pre-annotation function gives it" if invoke else "without calling the function"
        yield ok(PAGE, where=uri, fact=f"renders with the first line of the manifest, {how}")


def _played(examined: Examined, line: Line) -> dict[str, Any]:
    """What our own pre-annotation function would return; without any, the page is given the line itself."""
    if "pre-annotation" not in examined.hooks:
        return dict(line)
    categories = examined.task.label_category_config
    labels = read_labels(read(examined, categories)) if categories else []
    return task_input(line, labels=labels, instruction_media=examined.task.instruction_media)


def _invoked(examined: Examined, line: Line) -> dict[str, Any]:
    """What the job's pre-annotation function returns. Raises ServiceError where it breaks the contract (5.2)."""
    arn = examined.hooks.get("pre-annotation")
    if arn is None:
        return dict(line)
    event = {"version": "2018-10-16", "labelingJobArn": "ground-truth doctor", "dataObject": dict(line)}
    answer = examined.deployment.client("lambda").invoke(FunctionName=arn, Payload=json.dumps(event).encode())
    returned = json.loads(answer["Payload"].read())
    if "FunctionError" in answer:
        raise ServiceError(f"the pre-annotation function failed: {returned.get('errorMessage', returned)}")
    if not isinstance(returned, dict) or not isinstance(returned.get("taskInput"), dict):
        raise ServiceError("the pre-annotation function should return {'taskInput': {...}}, got " + str(returned)[:200])
    given: dict[str, Any] = returned["taskInput"]
    return given


def read(examined: Examined, uri: str) -> bytes:
    """An object's bytes."""
    bucket, key = split_uri(uri)
    content: bytes = examined.deployment.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    return content
