"""How the doctor looks: every look yields findings, and one that AWS refuses becomes a warning."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec

from botocore.exceptions import BotoCoreError, ClientError

from ground_truth.contract.backends import WorkforceKind
from ground_truth.contract.findings import Check, Finding, warning
from ground_truth.contract.request import LabelingJobRequest
from ground_truth.tasks.description import TaskDescription
from ground_truth_cli.account.deployment import Deployment
from ground_truth_cli.account.refusals import is_refusal, message_of

_P = ParamSpec("_P")


@dataclass(frozen=True, kw_only=True)
class PlannedJob:
    """What the doctor examines: a task of a deployment, and the request a job of it would make."""

    deployment: Deployment
    task: TaskDescription
    request: LabelingJobRequest

    @property
    def role_arn(self) -> str:
        """The execution role of the job."""
        return str(self.request["RoleArn"])

    @property
    def is_self_hosted(self) -> bool:
        """Whether the engine in the account does the work, so that no Ground Truth is needed."""
        return self.task.workforce is WorkforceKind.SELF_HOSTED

    @property
    def hooks(self) -> dict[str, str]:
        """The ARNs of the functions that the job calls, by what they do; without those it does not have."""
        config = self.request["HumanTaskConfig"]
        functions = {
            "pre-annotation": config.get("PreHumanTaskLambdaArn"),
            "post-annotation": config.get("AnnotationConsolidationConfig", {}).get("AnnotationConsolidationLambdaArn"),
        }
        return {name: arn for name, arn in functions.items() if arn}


# What a look at something named (a bucket, a key, a role ...) is: it is given the name to look at.
Probe = Callable[Concatenate[PlannedJob, str, _P], Iterator[Finding]]


def probe(check: Check, *, needs: str) -> Callable[[Probe[_P]], Probe[_P]]:
    """Makes a look safe: what AWS refuses to show is a warning, never a crash and never an "ok".

    ``needs`` is the permission that the look needs.
    """

    def decorate(function: Probe[_P]) -> Probe[_P]:
        @wraps(function)
        def guarded(job: PlannedJob, where: str, /, *args: _P.args, **kwargs: _P.kwargs) -> Iterator[Finding]:
            try:
                yield from function(job, where, *args, **kwargs)
            except ClientError as error:
                if is_refusal(error):
                    yield could_not_look(
                        check,
                        where=where,
                        reason=f"you lack {needs}",
                        fix=f"have {needs} granted to you, then run again",
                    )
                else:
                    yield could_not_look(
                        check, where=where, reason=message_of(error), fix="look at it in the AWS console"
                    )
            except BotoCoreError as error:
                yield could_not_look(
                    check, where=where, reason=str(error), fix="try again; look at it in the AWS console"
                )

        return guarded

    return decorate


def could_not_look(check: Check, *, where: str, reason: str, fix: str) -> Finding:
    """A warning that the look could not be taken."""
    return warning(check, where=where, fact=f"could not look at {check.id}: {reason}", fix=fix)
