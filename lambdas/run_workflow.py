"""What the labeling workflow does between the services: checks, merges, reports, explains."""

import functools
import os
from collections.abc import Callable
from datetime import datetime
from typing import TypedDict

import boto3
from botocore.exceptions import ClientError

from ground_truth.aws.s3 import Files
from ground_truth.contract.backends import Backend
from ground_truth.contract.json_types import Json
from ground_truth.contract.parameters import parameter_name
from ground_truth.tasks.description import TaskDescription
from ground_truth.workflow.outcome import LabelingReport, explain_labeling, merge_jobs, report_jobs
from ground_truth.workflow.plan import LabelingPlan, WorkflowServices, plan_labeling
from ground_truth.workflow.start import Refused


class WorkflowStep(TypedDict, total=False):
    """One step, by its name; each has the parts that it needs. ``started`` is an ISO time."""

    step: str
    given: dict[str, Json]
    started: str
    plan: LabelingPlan
    error: dict[str, str]
    name: str


def handler(event: WorkflowStep, context: object) -> object:
    """Does the step that the event names; each may be done again."""
    return _STEPS[event["step"]](event)


def _check(event: WorkflowStep) -> LabelingPlan:
    return plan_labeling(event["given"], datetime.fromisoformat(event["started"]), _services())


def _merge(event: WorkflowStep) -> dict[str, str]:
    return merge_jobs(event["plan"], _services())


def _report(event: WorkflowStep) -> LabelingReport:
    return report_jobs(event["plan"], _services(), boto3.client("s3"))


def _explain(event: WorkflowStep) -> dict[str, str]:
    return explain_labeling(event["error"], event["name"])


_STEPS: dict[str, Callable[[WorkflowStep], object]] = {
    "check": _check,
    "merge": _merge,
    "report": _report,
    "explain": _explain,
}


@functools.cache
def _services() -> WorkflowServices:
    return WorkflowServices(
        find_task=_find_task,
        files=Files(),
        backends=[Backend(name) for name in os.environ["BACKENDS"].split(",")],
        region=os.environ["AWS_REGION"],
    )


def _find_task(name: str) -> TaskDescription:
    environment = os.environ["ENVIRONMENT"]
    try:
        parameter = boto3.client("ssm").get_parameter(Name=parameter_name(environment, name))
    except ClientError as error:
        if error.response["Error"]["Code"] != "ParameterNotFound":
            raise
        raise Refused(f"environment {environment!r} has no task {name!r}: deploy it, or correct 'task'") from error
    return TaskDescription.read(parameter["Parameter"]["Value"])
