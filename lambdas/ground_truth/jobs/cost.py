"""What a job costs: on Ground Truth with each kind of workforce, and on the engine in your own account.

Every assumption behind a sum is listed with it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypedDict

from ground_truth.contract.backends import WorkforceKind
from ground_truth.contract.errors import ContractError
from ground_truth.contract.limits import WORKERS_PER_OBJECT
from ground_truth.contract.task_types import TaskType
from ground_truth.jobs import prices
from ground_truth.jobs.prices import ListPrices, Price


class CostItemJson(TypedDict):
    """One line of an estimate for machines."""

    name: str
    quantity: float
    usd: float
    price: str


class EstimateJson(TypedDict):
    """An estimate for machines."""

    backend: str
    workforce: str
    total_usd: float
    items: list[CostItemJson]
    assumptions: list[str]


@dataclass(frozen=True, kw_only=True)
class CostItem:
    """One line of an estimate; ``price`` says what a unit costs."""

    name: str
    quantity: float
    usd: float
    price: str


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """What a job costs, line by line, and what was assumed."""

    workforce: WorkforceKind
    items: tuple[CostItem, ...]
    assumptions: tuple[str, ...]

    @property
    def total_usd(self) -> float:
        """The sum in US dollars."""
        return sum(item.usd for item in self.items)

    def as_json(self) -> EstimateJson:
        """The estimate for machines."""
        return {
            "backend": str(self.workforce.backend),
            "workforce": str(self.workforce),
            "total_usd": round(self.total_usd, 4),
            "items": [
                {"name": item.name, "quantity": item.quantity, "usd": round(item.usd, 6), "price": item.price}
                for item in self.items
            ],
            "assumptions": list(self.assumptions),
        }


@dataclass(frozen=True, kw_only=True)
class EngineUse:
    """What the self-hosted engine uses for one object and for one answer (docs/engine.md has the counts).

    Sizes are in megabytes. A request of a worker runs in a function of 1 GB, the steps of a job in one of 3 GB; a
    batch of a hundred objects takes three state transitions to open and three to consolidate. Units of DynamoDB are
    those of an answer of half a kilobyte, index and drafts included.
    """

    image_megabytes: float = 2.0
    months_stored: float = 1.0
    requests_per_answer: int = 3
    gigabyte_seconds_per_request: float = 0.1
    gigabyte_seconds_per_object: float = 0.5
    writes_per_answer: float = 12
    reads_per_answer: float = 41
    files_read_per_answer: float = 2
    files_written_per_object: float = 1.1
    files_read_per_object: float = 0.1
    writes_per_object: float = 5
    reads_per_object: float = 2
    functions_per_object: float = 1.1
    transitions_per_object: float = 0.1

    def assumptions(self) -> Iterator[str]:
        """Yields what is assumed, in words."""
        yield (
            f"an image has {self.image_megabytes:g} MB, is stored for {self.months_stored:g} month(s), and is sent "
            "to a worker once for each answer"
        )
        yield (
            f"an answer takes {self.requests_per_answer} API requests of {self.gigabyte_seconds_per_request:g} GB-s, "
            f"{self.writes_per_answer:g} write and {self.reads_per_answer:g} read units, "
            f"{self.files_read_per_answer:g} files read"
        )
        yield (
            f"an object takes {self.gigabyte_seconds_per_object:g} GB-s, {self.functions_per_object:g} calls of "
            f"functions, {self.transitions_per_object:g} state transitions, {self.writes_per_object:g} write and "
            f"{self.reads_per_object:g} read units, {self.files_written_per_object:g} files written and "
            f"{self.files_read_per_object:g} read"
        )
        yield "free tiers, taxes, logs and alarms are left out"


def estimate_cost(
    task_type: TaskType,
    *,
    objects: int,
    workers: int,
    workforce: WorkforceKind,
    price_usd: str | None = None,
    region: str = "us-east-1",
    people: int | None = None,
    use: EngineUse = EngineUse(),
) -> Estimate:
    """Estimates what labeling so many objects costs, each by so many workers.

    ``price_usd`` is paid for an answer: to the crowd by its price list (default: the lowest of the type), to a
    vendor by your contract; your own people's wages are never included. ``people`` sign in to the self-hosted
    portal, as many as work on one object by default.
    Raises ContractError for a crowd price that is not allowed, or numbers that no job can have.
    """
    if objects < 1:
        raise ContractError("objects", objects, "at least 1", "give the number of lines of the manifest")
    if workers not in WORKERS_PER_OBJECT:
        raise ContractError("workers", workers, "from 1 to 9", "three to five workers are usual")
    if workforce is WorkforceKind.SELF_HOSTED:
        return _self_hosted(objects, workers, region, people or workers, use)
    fee = CostItem(
        name="Ground Truth fee",
        quantity=objects,
        usd=prices.object_fee(objects),
        price="; ".join(
            f"{tier.price} up to {tier.up_to:,}" if tier.up_to else f"{tier.price} beyond"
            for tier in prices.OBJECT_FEE_TIERS
        ),
    )
    paid, assumptions = _answers(task_type, objects * workers, workforce, price_usd)
    return Estimate(
        workforce=workforce,
        items=(fee, *paid),
        assumptions=(
            f"prices of {prices.AS_OF}; no other objects are labeled in the month, as the tiers are monthly",
            "every object is labeled by people, none by a model; storage and functions are left out",
            "only accounts that used Ground Truth before 2026-07-30 can run jobs",
            *_fee_notes(task_type),
            *assumptions,
        ),
    )


def _fee_notes(task_type: TaskType) -> Iterator[str]:
    if task_type.key == "custom":
        yield "a custom task is taken to bear the fee of the built-in types: UNVERIFIED"


def _answers(
    task_type: TaskType, answers: int, workforce: WorkforceKind, price_usd: str | None
) -> tuple[tuple[CostItem, ...], tuple[str, ...]]:
    if workforce is WorkforceKind.PRIVATE:
        hours = answers * task_type.seconds_per_answer / 3_600
        return (), (_wages(hours),)
    if workforce is WorkforceKind.VENDOR and price_usd is None:
        return (), ("the vendor's price is not included: give it, see its offer in the AWS Marketplace",)
    if workforce is WorkforceKind.VENDOR:
        each, name, notes = _price_of_vendor(price_usd), "vendor's answers", ("the vendor's price is yours to know",)
    else:
        lowest = f"{task_type.lowest_price / 1_000:.3f}"
        each, name = prices.check_crowd_price(price_usd or lowest, task_type.prices), "crowd's answers"
        notes = ("the public crowd closed on 2026-09-30: shown for comparison with jobs of old",)
    price = Price(usd=each, per=1, unit="answer", verified=True)
    return (CostItem(name=name, quantity=answers, usd=answers * each, price=str(price)),), notes


def _price_of_vendor(price_usd: str | None) -> float:
    try:
        return float(price_usd or "")
    except ValueError as error:
        raise ContractError("price_usd", price_usd, "a number of US dollars", "write it like 0.05") from error


def _self_hosted(objects: int, workers: int, region: str, people: int, use: EngineUse) -> Estimate:
    priced_region, table = prices.list_prices(region)
    answers = objects * workers
    items = tuple(
        CostItem(name=name, quantity=quantity, usd=quantity * price.each, price=str(price))
        for name, quantity, price in _uses(table, objects, answers, people, use)
    )
    elsewhere = f" (none are known for {region})" if priced_region != region else ""
    return Estimate(
        workforce=WorkforceKind.SELF_HOSTED,
        items=items,
        assumptions=(
            f"AWS list prices of {priced_region}{elsewhere}, {prices.AS_OF}, all UNVERIFIED",
            f"{people} people sign in to the portal",
            *use.assumptions(),
            "your people's wages are not included",
        ),
    )


def _uses(
    table: ListPrices, objects: int, answers: int, people: int, use: EngineUse
) -> Iterator[tuple[str, float, Price]]:
    """Yields what is used, how much of it, and its price."""
    gigabytes = use.image_megabytes / 1_000
    requests = answers * use.requests_per_answer
    compute = requests * use.gigabyte_seconds_per_request + objects * use.gigabyte_seconds_per_object
    yield "S3 storage", objects * gigabytes * use.months_stored, table.s3_storage
    yield "S3 writes", objects * use.files_written_per_object, table.s3_write
    reads = objects * use.files_read_per_object + answers * use.files_read_per_answer
    yield "S3 reads", reads, table.s3_read
    yield "images sent to workers (GB)", answers * gigabytes, table.data_out
    yield "Lambda compute (GB-seconds)", compute, table.lambda_compute
    yield "Lambda requests", requests + objects * use.functions_per_object, table.lambda_request
    yield (
        "DynamoDB writes",
        answers * use.writes_per_answer + objects * use.writes_per_object,
        table.dynamodb_write,
    )
    yield "DynamoDB reads", answers * use.reads_per_answer + objects * use.reads_per_object, table.dynamodb_read
    yield "Step Functions transitions", objects * use.transitions_per_object, table.state_transition
    yield "API requests", requests, table.api_request
    yield "Cognito users", people, table.monthly_user


def _wages(hours: float) -> str:
    return (
        f"your people's wages are not included: about {hours:,.0f} hours, if an answer takes as long as guessed "
        "(measure a short trial)"
    )
