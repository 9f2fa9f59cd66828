"""The labeling jobs of the self-hosted engine: in its table, and as executions of its state machine."""

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from ground_truth.contract.backends import Backend
from ground_truth.contract.errors import StateError
from ground_truth.contract.labeling_job import JobDescription, JobSummary
from ground_truth.contract.request import LabelingJobRequest
from ground_truth.engine.control import stop_job
from ground_truth.engine.description import EngineDescription
from ground_truth.engine.model import NotThere, Status
from ground_truth.engine.status import describe, summarize
from ground_truth.engine.store.store import EngineStore
from ground_truth_cli.account.deployment import Deployment
from ground_truth_cli.account.refusals import NameTaken, NotAllowed, code_of, needing

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions.type_defs import DescribeExecutionOutputTypeDef

_FAILED = ("FAILED", "TIMED_OUT", "ABORTED")


class NoJobYet(StateError):
    """A request that the engine has refused, or has only just got; its name is taken."""


class EngineJobs:
    """The jobs of the engine of a deployment."""

    backend = Backend.SELF_HOSTED

    def __init__(self, deployment: Deployment, engine: EngineDescription) -> None:
        self._deployment = deployment
        self._engine = engine
        self._store = EngineStore(deployment.aws.session.resource("dynamodb").Table(engine.table))

    def describe(self, name: str) -> JobDescription:
        """What DescribeLabelingJob tells.

        Raises NotThere where there is no such job, NoJobYet for a request that is none yet.
        """
        with self._reading("look at the engine's jobs"):
            try:
                return describe(self._store, self._store.jobs.get(name), self._engine.state_machine)
            except NotThere:
                self._refuse_what_is_no_job_yet(name)
                raise

    def list(self) -> Iterator[JobSummary]:
        """The summaries of ListLabelingJobs, newest first."""
        with self._reading("list the engine's jobs"):
            for job in self._store.jobs.newest_first():
                yield summarize(self._store, job, self._engine.state_machine)

    def request(self, name: str) -> LabelingJobRequest:
        """What CreateLabelingJob would have been given."""
        return self._store.jobs.get(name).request.copy()

    def answers(self, name: str) -> int:
        """How many answers there are."""
        return self._store.jobs.counts(self._store.jobs.get(name)).answers

    def at_work(self, name: str) -> int | None:
        """How many workers have an object in hand; None where the caller may not list the workers."""
        job = self._store.jobs.get(name)
        if job.status != Status.IN_PROGRESS:
            return 0
        try:
            return len(self._store.workers.at_work(job, self._worker_ids()))
        except NotAllowed:
            return None

    def stop(self, name: str) -> None:
        """Stops a job. Raises StateError for one that has ended."""
        with needing("dynamodb:UpdateItem on the engine's table and states:SendTaskSuccess", "stop jobs of the engine"):
            stop_job(self._store, name, self._deployment.aws.step_functions)

    def start(self, request: LabelingJobRequest) -> str:
        """Starts a job; returns the ARN of its execution. Raises NameTaken for a name that is taken."""
        name = request["LabelingJobName"]
        if self._has(name):
            raise NameTaken(name)
        with needing(f"states:StartExecution on {self._engine.state_machine}", "start jobs of the engine"):
            try:
                answer = self._deployment.aws.step_functions.start_execution(
                    stateMachineArn=self._engine.state_machine, name=name, input=json.dumps({"request": request})
                )
            except ClientError as error:
                if code_of(error) != "ExecutionAlreadyExists":
                    raise
                raise NameTaken(name) from error
        return str(answer["executionArn"])

    def _has(self, name: str) -> bool:
        with self._reading("look at the engine's jobs"):
            try:
                self._store.jobs.get(name)
            except NotThere:
                return False
            return True

    def _reading(self, what: str) -> AbstractContextManager[None]:
        table = self._engine.table
        return needing(f"dynamodb:GetItem, dynamodb:BatchGetItem and dynamodb:Query on the table {table}", what)

    def _refuse_what_is_no_job_yet(self, name: str) -> None:
        """Raises NoJobYet for a request that the engine refused, or has only just got."""
        arn = f"{self._engine.state_machine.replace(':stateMachine:', ':execution:')}:{name}"
        try:
            execution = self._deployment.aws.step_functions.describe_execution(executionArn=arn)
        except ClientError:
            return
        if execution["status"] == "RUNNING":
            raise NoJobYet(f"job {name!r} is just being started: look again in a moment")
        if execution["status"] in _FAILED:
            raise NoJobYet(f"the engine refused to start job {name!r}: {_failure_of(execution)}")

    def _worker_ids(self) -> Iterator[str]:
        region = self._engine.state_machine.split(":")[3]
        pages = self._deployment.aws.cognito.get_paginator("list_users_in_group")
        with needing("cognito-idp:ListUsersInGroup", "list the workers"):
            for page in pages.paginate(UserPoolId=self._engine.user_pool, GroupName=self._engine.group):
                for user in page["Users"]:
                    subject = next(entry["Value"] for entry in user["Attributes"] if entry["Name"] == "sub")
                    yield f"private.{region}.{subject}"


def _failure_of(execution: "DescribeExecutionOutputTypeDef") -> str:
    """Why an execution failed; a function's own message, where one raised."""
    cause = execution.get("cause", "")
    try:
        return str(json.loads(cause)["errorMessage"])
    except (ValueError, KeyError, TypeError):
        return cause or str(execution.get("error", execution["status"]))
