import pytest

from ground_truth.contract import task_types
from ground_truth.contract.backends import WorkforceKind
from ground_truth.contract.errors import ContractError
from ground_truth.jobs import prices
from ground_truth.jobs.cost import Estimate, estimate_cost


def boxes(workforce: WorkforceKind, **options) -> Estimate:
    return estimate_cost(task_types.BOUNDING_BOX, workforce=workforce, **{"objects": 1, "workers": 5} | options)


def test_the_examples_of_aws_s_notebooks() -> None:
    assert boxes(WorkforceKind.MECHANICAL_TURK, price_usd="0.036").total_usd == pytest.approx(0.26)
    classified = estimate_cost(
        task_types.IMAGE_CLASSIFICATION,
        objects=1,
        workers=3,
        workforce=WorkforceKind.MECHANICAL_TURK,
        price_usd="0.012",
    )
    assert classified.total_usd == pytest.approx(0.116)
    assert boxes(WorkforceKind.PRIVATE).total_usd == pytest.approx(0.08)


@pytest.mark.parametrize(
    ("objects", "fee"),
    [(1, 0.08), (50_000, 4_000), (50_001, 4_000.04), (1_000_000, 42_000), (1_000_001, 42_000.02)],
)
def test_the_fee_falls_from_tier_to_tier(objects, fee) -> None:
    assert prices.object_fee(objects) == pytest.approx(fee)


@pytest.mark.parametrize("price", ["0.037", "0.012", "1.3", "much", "-0.036", "nan"])
def test_fails_when_the_crowd_s_list_has_no_such_price(price) -> None:
    with pytest.raises(ContractError, match=r"'price_usd' should be one of 0.036, 0.048"):
        boxes(WorkforceKind.MECHANICAL_TURK, price_usd=price)


def test_the_crowd_s_lowest_price_is_the_default() -> None:
    assert (
        boxes(WorkforceKind.MECHANICAL_TURK).total_usd
        == boxes(WorkforceKind.MECHANICAL_TURK, price_usd="0.036").total_usd
    )


def test_a_vendor_s_price_is_the_user_s_to_know() -> None:
    assert boxes(WorkforceKind.VENDOR, price_usd="0.05").total_usd == pytest.approx(0.08 + 5 * 0.05)
    assert any("not included" in text for text in boxes(WorkforceKind.VENDOR).assumptions)


@pytest.mark.parametrize(("objects", "workers"), [(0, 1), (1, 0), (1, 10)])
def test_fails_for_numbers_that_no_job_has(objects, workers) -> None:
    with pytest.raises(ContractError):
        boxes(WorkforceKind.PRIVATE, objects=objects, workers=workers)


@pytest.mark.parametrize("workforce", WorkforceKind)
def test_every_sum_says_what_was_assumed(workforce) -> None:
    estimate = boxes(workforce, objects=1_000)
    assert estimate.total_usd == pytest.approx(sum(item.usd for item in estimate.items))
    assert any(prices.AS_OF in text for text in estimate.assumptions)
    assert estimate.as_json()["assumptions"] == list(estimate.assumptions)


def test_every_price_that_no_source_was_read_for_is_marked() -> None:
    assert all("UNVERIFIED" in item.price for item in boxes(WorkforceKind.SELF_HOSTED).items)
    assert "UNVERIFIED" in boxes(WorkforceKind.PRIVATE).items[0].price


def test_the_engine_in_the_own_account_costs_less_than_the_fee_alone() -> None:
    assert boxes(WorkforceKind.SELF_HOSTED, objects=10_000).total_usd < prices.object_fee(10_000) / 5


def test_a_region_without_prices_takes_those_of_another_and_says_so() -> None:
    estimate = boxes(WorkforceKind.SELF_HOSTED, region="ap-south-1")
    assert "AWS list prices of us-east-1 (none are known for ap-south-1)" in estimate.assumptions[0]
    assert boxes(WorkforceKind.SELF_HOSTED, region="eu-west-1").total_usd != estimate.total_usd
