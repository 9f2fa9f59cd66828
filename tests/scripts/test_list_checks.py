from ground_truth.contract.findings import Check
from scripts.list_checks import REPOSITORY, modules, page

PAGE = REPOSITORY / "docs" / "checks.md"


def test_the_page_of_checks_is_what_the_code_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m scripts.list_checks > docs/checks.md"


def test_every_check_that_is_made_is_listed() -> None:
    made = {value.id for module in modules() for value in vars(module).values() if isinstance(value, Check)}
    listed = {check.id for module in modules() for check in getattr(module, "CHECKS", ())}
    assert made <= listed
