"""Each decision says when it was taken, whether it stands, and what else there was."""

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "decisions"
DECISIONS = sorted(FOLDER.glob("0*.md"))
HEAD = re.compile(r"# (\d+)\. (.+)\n\n- Status: (accepted|superseded by .+)\n- Date: (\d{4}-\d\d-\d\d)\n\n")


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda decision: decision.stem)
def test_a_decision_has_status_date_and_alternatives(decision: Path) -> None:
    text = decision.read_text(encoding="utf-8")
    assert HEAD.match(text)
    alternatives = text.partition("\n## Alternatives\n")[2]
    assert len(re.findall(r"^- \*\*", alternatives, re.MULTILINE)) >= 2


def test_the_index_says_of_each_decision_what_it_says_itself() -> None:
    rows = []
    for decision in DECISIONS:
        head = HEAD.match(decision.read_text(encoding="utf-8"))
        assert head
        number, title, status, date = head.groups()
        assert decision.name.startswith(f"{int(number):04}-")
        rows.append(f"| {number} | [{title}]({decision.name}) | {status} | {date} |")
    index = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| \d.*", index, re.MULTILINE) == rows
