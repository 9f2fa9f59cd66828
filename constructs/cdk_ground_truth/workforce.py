"""Who works: our engine's workers, a private team, a vendor's, or the former public crowd."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

import aws_cdk as cdk
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_sns as sns
from constructs import Construct

from cdk_ground_truth.private_work_team import PrivateWorkTeam
from ground_truth.contract import limits
from ground_truth.contract.aws_functions import PUBLIC_WORK_TEAM_ACCOUNT
from ground_truth.contract.backends import WorkforceKind
from ground_truth.contract.errors import ContractError, is_unresolved
from ground_truth.contract.json_types import JsonObject
from ground_truth.tasks.task import LabelingTask

_WORK_TEAM_ARN = re.compile(
    r"arn:aws[a-z-]*:sagemaker:(?P<region>[a-z0-9-]+):\d{12}:workteam/(?P<crowd>[a-z]+)-crowd/.+"
)


@dataclass(frozen=True, kw_only=True)
class Workforce:
    """Chooses who works on the tasks; made by one of its static methods."""

    kind: WorkforceKind
    work_team_arn: str | None = None
    user_pool: cognito.IUserPool | None = None
    user_pool_client: cognito.IUserPoolClient | None = None
    creates_workforce: bool = False
    notification_topic: sns.ITopic | None = None
    price_usd: str | None = None
    content_classifiers: tuple[str, ...] = ()

    @staticmethod
    def self_hosted() -> "Workforce":
        """Workers of the engine in your own account; needs no Ground Truth. The request names no work team."""
        return Workforce(kind=WorkforceKind.SELF_HOSTED)

    @staticmethod
    def private(
        *,
        work_team_arn: str | None = None,
        user_pool: cognito.IUserPool | None = None,
        user_pool_client: cognito.IUserPoolClient | None = None,
        create_workforce: bool = False,
        notification_topic: sns.ITopic | None = None,
    ) -> "Workforce":
        """Your own people, in one of three ways.

        ``work_team_arn`` takes an existing team. ``user_pool`` with ``user_pool_client`` makes a new team in
        the workforce that exists with them. ``create_workforce`` makes the workforce too, with its pool,
        domain and client: only where the account has none in the region, as there can be just one.
        ``notification_topic`` tells subscribers of new work; not for an existing team, which has its own.
        Raises ContractError unless exactly one way is chosen.
        """
        joins = user_pool is not None and user_pool_client is not None
        chosen = [work_team_arn is not None, joins, create_workforce]
        if sum(chosen) != 1 or (user_pool is None) != (user_pool_client is None):
            raise ContractError(
                "workforce",
                {"work_team_arn": work_team_arn, "joins a pool": joins, "create_workforce": create_workforce},
                "exactly one of work_team_arn, user_pool with user_pool_client, or create_workforce=True",
                "an account has one workforce a region; create it once and join it from then on",
            )
        if work_team_arn and notification_topic:
            raise ContractError(
                "notification_topic", "a topic", "left out for an existing team", "set it where the team is made"
            )
        return Workforce(
            kind=WorkforceKind.PRIVATE,
            work_team_arn=work_team_arn,
            user_pool=user_pool,
            user_pool_client=user_pool_client,
            creates_workforce=create_workforce,
            notification_topic=notification_topic,
        )

    @staticmethod
    def vendor(work_team_arn: str) -> "Workforce":
        """A vendor subscribed to in the AWS Marketplace console, by the ARN of its work team."""
        return Workforce(kind=WorkforceKind.VENDOR, work_team_arn=work_team_arn)

    @staticmethod
    def mechanical_turk(
        *,
        price_usd: str,
        free_of_personally_identifiable_information: bool,
        free_of_adult_content: bool = False,
    ) -> "Workforce":
        """The former public crowd, closed since 2026-09-30; for requests to be kept or replayed.

        ``price_usd`` is paid for each answer, such as "0.036". That the images are free of personal
        information is your statement and is never made for you.
        Raises ContractError if the statement is not made.
        """
        if free_of_personally_identifiable_information is not True:
            raise ContractError(
                "free_of_personally_identifiable_information",
                free_of_personally_identifiable_information,
                "True, stated by you",
                "images with personal information may not be shown to the public crowd; use another workforce",
            )
        adult = ("FreeOfAdultContent",) if free_of_adult_content else ()
        return Workforce(
            kind=WorkforceKind.MECHANICAL_TURK,
            price_usd=price_usd,
            content_classifiers=("FreeOfPersonallyIdentifiableInformation", *adult),
        )

    def __post_init__(self) -> None:
        if self.work_team_arn is None or is_unresolved(self.work_team_arn):
            return
        match = _WORK_TEAM_ARN.fullmatch(self.work_team_arn)
        if match is None or match["crowd"] != self.kind:
            raise ContractError(
                "work_team_arn",
                self.work_team_arn,
                f"like arn:aws:sagemaker:REGION:ACCOUNT:workteam/{self.kind}-crowd/NAME",
                "copy the ARN of a work team of this kind from the SageMaker console",
            )

    def check_place(self, region: str, account: str) -> None:
        """Raises ContractError if the work team lies in another region than the jobs, or a private one elsewhere."""
        if self.work_team_arn is None or is_unresolved(self.work_team_arn):
            return
        _, _, _, there, owner, _ = self.work_team_arn.split(":", 5)
        if not is_unresolved(region) and there != region:
            raise ContractError(
                "work_team_arn", there, f"in {region}, the region of the jobs", "use a work team of this region"
            )
        if self.kind is WorkforceKind.PRIVATE and not is_unresolved(account) and owner != account:
            raise ContractError(
                "work_team_arn", owner, f"in {account}, the account of the jobs", "use a work team of this account"
            )

    def check(self, task: LabelingTask) -> None:
        """Raises ContractError where a task does not suit the workforce (contract sections 4.1 and 4.5)."""
        if self.kind is not WorkforceKind.MECHANICAL_TURK:
            return
        prices = task.type.prices
        if _tenths_of_a_cent(self.price_usd) not in prices:
            raise ContractError(
                "price_usd",
                self.price_usd,
                f"one of {', '.join(f'{price / 1_000:.3f}' for price in prices)} for {task.type.key}",
                "the crowd's price list has no values between these",
            )
        lifetime = task.task_availability_lifetime_in_seconds
        allowed = limits.PUBLIC_AVAILABILITY_SECONDS
        if lifetime is not None and not is_unresolved(lifetime) and lifetime not in allowed:
            raise ContractError(
                "task_availability_lifetime_in_seconds",
                lifetime,
                f"{allowed[0]} to {allowed[-1]} for the public crowd",
                "tasks stay with the crowd for twelve hours at most",
            )

    def warnings(self) -> Iterator[tuple[str, str]]:
        """Yields (id, text) for what to know before relying on this workforce."""
        if self.kind is WorkforceKind.MECHANICAL_TURK:
            yield (
                "mechanical-turk",
                "MECHANICAL TURK CLOSED ON 2026-09-30: no worker will ever see these tasks; use "
                "Workforce.self_hosted() instead",
            )

    def request_part(self) -> JsonObject:
        """What the workforce adds to a CreateLabelingJob request: price and content statement."""
        if self.price_usd is None:
            return {}
        cents, tenths = divmod(int(_tenths_of_a_cent(self.price_usd)), 10)
        dollars, cents = divmod(cents, 100)
        amount: JsonObject = {"Dollars": dollars, "Cents": cents, "TenthFractionsOfACent": tenths}
        return {
            "InputConfig": {"DataAttributes": {"ContentClassifiers": list(self.content_classifiers)}},
            "HumanTaskConfig": {"PublicWorkforceTaskPrice": {"AmountInUsd": amount}},
        }

    def work_team(self, scope: Construct) -> tuple[str | None, PrivateWorkTeam | None]:
        """The work team's ARN (None: left open for the engine) and the team, where it has to be created."""
        if self.kind is WorkforceKind.MECHANICAL_TURK:
            return cdk.Stack.of(scope).format_arn(
                service="sagemaker",
                account=PUBLIC_WORK_TEAM_ACCOUNT,
                resource="workteam",
                resource_name="public-crowd/default",
            ), None
        if self.creates_workforce or self.user_pool:
            team = PrivateWorkTeam(
                scope,
                "WorkTeam",
                user_pool=self.user_pool,
                user_pool_client=self.user_pool_client,
                notification_topic=self.notification_topic,
            )
            return team.work_team_arn, team
        return self.work_team_arn, None


def _tenths_of_a_cent(price_usd: str | None) -> Decimal:
    """A price in the unit of the price list; not a number where it is none."""
    try:
        return Decimal(str(price_usd)) * 1_000
    except InvalidOperation:
        return Decimal("NaN")
