import pytest

from ground_truth.contract.findings import Check
from scripts import list_checks
from scripts.list_checks import PACKAGES, REPOSITORY, ROOMS, modules, page

PAGE = REPOSITORY / "docs" / "checks.md"


def test_the_page_of_checks_is_what_the_code_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m scripts.list_checks > docs/checks.md"


def test_every_check_that_is_made_is_listed() -> None:
    made = {value.id for module in modules() for value in vars(module).values() if isinstance(value, Check)}
    listed = {check.id for module in modules() for check in getattr(module, "CHECKS", ())}
    assert made <= listed


def test_what_any_module_refuses_is_listed_under_the_module_s_summary() -> None:
    paths = [path for package in PACKAGES for path in (REPOSITORY / package).rglob("*.py")]
    texts = [path.read_text(encoding="utf-8") for path in paths]
    summaries = [text.split('"""')[1].split("\n")[0].rstrip(".") for text in texts if "raise ContractError(" in text]
    refused = page().split("## Values that are refused")[1]
    assert len(summaries) > 20
    assert [summary for summary in summaries if f"#### {summary.replace('``', '`')}" not in refused] == []


def test_the_rooms_stand_in_their_order_and_empty_ones_are_left_out() -> None:
    headings = [line.removeprefix("### ") for line in page().splitlines() if line.startswith("### ")]
    order = list(ROOMS.values())
    assert set(headings) < set(order)
    half = headings.index("Names and limits of the service")
    for section in (headings[:half], headings[half:]):
        assert [order.index(heading) for heading in section] == sorted(order.index(heading) for heading in section)


def test_a_room_without_a_heading_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(list_checks.ROOMS, "ground_truth.tasks")
    with pytest.raises(ValueError, match=r"ground_truth\.tasks"):
        page()
