"""What labeling costs, in US dollars: one dated table, nothing else in the project states a price (contract 13).

AWS's pages could not be read when this was written, so that most prices are from general knowledge: they are
marked UNVERIFIED, and whoever shows a price shows the mark.
"""

from dataclasses import dataclass

from ground_truth.contract.errors import ContractError

AS_OF = "2026-11"


@dataclass(frozen=True, kw_only=True)
class Price:
    """A price in US dollars for ``per`` units of something; ``verified`` tells whether a source was read."""

    usd: float
    per: int
    unit: str
    verified: bool = False

    @property
    def each(self) -> float:
        """The price of one unit."""
        return self.usd / self.per

    def __str__(self) -> str:
        per = f"{self.per:,} {self.unit}s" if self.per > 1 else self.unit
        return f"USD {self.usd:g} per {per}" + " UNVERIFIED" * (not self.verified)


@dataclass(frozen=True, kw_only=True)
class Tier:
    """A price for the objects of a month up to ``up_to``; None is without end."""

    up_to: int | None
    price: Price


@dataclass(frozen=True, kw_only=True)
class ListPrices:
    """AWS's list prices in a region for what the self-hosted engine uses; free tiers are not taken off."""

    s3_storage: Price
    s3_write: Price
    s3_read: Price
    data_out: Price
    lambda_compute: Price
    lambda_request: Price
    dynamodb_write: Price
    dynamodb_read: Price
    state_transition: Price
    api_request: Price
    monthly_user: Price


# The first tier is in AWS's own notebooks; the others are from general knowledge.
OBJECT_FEE_TIERS = (
    Tier(up_to=50_000, price=Price(usd=0.08, per=1, unit="object", verified=True)),
    Tier(up_to=1_000_000, price=Price(usd=0.04, per=1, unit="object")),
    Tier(up_to=None, price=Price(usd=0.02, per=1, unit="object")),
)

LIST_PRICES = {
    "us-east-1": ListPrices(
        s3_storage=Price(usd=0.023, per=1, unit="GB-month"),
        s3_write=Price(usd=0.005, per=1_000, unit="request"),
        s3_read=Price(usd=0.0004, per=1_000, unit="request"),
        data_out=Price(usd=0.09, per=1, unit="GB"),
        lambda_compute=Price(usd=13.3334, per=1_000_000, unit="GB-second"),
        lambda_request=Price(usd=0.20, per=1_000_000, unit="request"),
        dynamodb_write=Price(usd=0.625, per=1_000_000, unit="unit"),
        dynamodb_read=Price(usd=0.125, per=1_000_000, unit="unit"),
        state_transition=Price(usd=0.025, per=1_000, unit="transition"),
        api_request=Price(usd=1.00, per=1_000_000, unit="request"),
        monthly_user=Price(usd=0.015, per=1, unit="user"),
    ),
    "eu-west-1": ListPrices(
        s3_storage=Price(usd=0.023, per=1, unit="GB-month"),
        s3_write=Price(usd=0.005, per=1_000, unit="request"),
        s3_read=Price(usd=0.0004, per=1_000, unit="request"),
        data_out=Price(usd=0.09, per=1, unit="GB"),
        lambda_compute=Price(usd=13.3334, per=1_000_000, unit="GB-second"),
        lambda_request=Price(usd=0.20, per=1_000_000, unit="request"),
        dynamodb_write=Price(usd=0.705, per=1_000_000, unit="unit"),
        dynamodb_read=Price(usd=0.1415, per=1_000_000, unit="unit"),
        state_transition=Price(usd=0.025, per=1_000, unit="transition"),
        api_request=Price(usd=1.11, per=1_000_000, unit="request"),
        monthly_user=Price(usd=0.015, per=1, unit="user"),
    ),
}


def list_prices(region: str) -> tuple[str, ListPrices]:
    """The list prices of a region, and the region they are of: us-east-1 where the table has none."""
    priced_region = region if region in LIST_PRICES else "us-east-1"
    return priced_region, LIST_PRICES[priced_region]


def object_fee(objects: int) -> float:
    """Ground Truth's fee for the first so many objects of a month."""
    fee, charged = 0.0, 0
    for tier in OBJECT_FEE_TIERS:
        upper = objects if tier.up_to is None else min(objects, tier.up_to)
        fee += max(upper - charged, 0) * tier.price.each
        charged = max(upper, charged)
    return fee


def check_crowd_price(price_usd: str | None, allowed: tuple[int, ...]) -> float:
    """The public crowd's price for an answer; ``allowed`` is in tenths of a US cent (contract 4.5).

    Raises ContractError for a price that is not in the list.
    """
    named = {f"{price / 1_000:.3f}": price / 1_000 for price in allowed}
    try:
        price = f"{float(price_usd or 'nan'):.6f}"
    except ValueError:
        price = ""
    allowed_price = {f"{value:.6f}": value for value in named.values()}.get(price)
    if allowed_price is None:
        raise ContractError(
            "price_usd", price_usd, f"one of {', '.join(named)}", "the crowd's price list has no values between these"
        )
    return allowed_price
