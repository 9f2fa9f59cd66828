from pathlib import Path

from scripts.list_checks import REPOSITORY, modules, page

PAGE = REPOSITORY / "docs" / "checks.md"


def test_the_page_of_checks_is_what_the_code_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m scripts.list_checks > docs/checks.md"


def test_every_check_that_is_made_is_listed() -> None:
    sources = [Path(module.__file__ or "") for module in modules()]
    made = sum(source.read_text().count(" = Check(\n") for source in sources)
    listed = [check for module in modules() for check in getattr(module, "CHECKS", ())]
    assert made == len(listed) == len({check.id for check in listed})
