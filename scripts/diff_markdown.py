"""Differences of environments as the Markdown of a pull request comment, readable in a terminal too."""

import re
from collections import defaultdict
from collections.abc import Mapping
from typing import TypeAlias

from ground_truth.contract.json_types import JsonObject
from scripts.template_diff import Difference, compare

# The templates of one environment by file name; None where there is no such environment.
Templates: TypeAlias = Mapping[str, JsonObject] | None


def render(base_name: str, environments: Mapping[str, tuple[Templates, Templates]]) -> str:
    """Writes the report on environments, given the templates of each before and after.

    Environments with the same differences share a section.
    """
    environments_of = defaultdict(list)
    for name, (before, after) in environments.items():
        environments_of[_body(before, after)].append(code_span(name))
    parts = [f"## Synth diff against {code_span(base_name)}\n"]
    parts += [f"### {', '.join(names)}\n\n{body}" for body, names in environments_of.items()]
    return "\n".join(parts)


def cut(markdown: str, longest: int) -> str:
    """Leaves out the end of a text that is too long, after a whole line, and says so."""
    if len(markdown) <= longest:
        return markdown
    note = "\n**The rest is left out here for its length: run `make diff` to see it.**\n"
    beginning = markdown[: max(0, longest - 2 * len(note))].rpartition("\n")[0]
    fences = re.findall(r"^`{3,}", beginning, flags=re.MULTILINE)
    closing = f"\n{fences[-1]}" if len(fences) % 2 else ""
    return f"{beginning}{closing}\n{note}"


def code_span(text: str) -> str:
    """Quotes a text as code, whatever backticks it has."""
    fence = "`" * (_longest_run(text) + 1)
    space = " " if "`" in text else ""
    return f"{fence}{space}{text}{space}{fence}"


def _body(before: Templates, after: Templates) -> str:
    difference = _compare_all(before or {}, after or {})
    sections = {
        "Security-relevant": difference.security,
        "Replaced or removed resources (data!)": difference.data,
        "Other changes": difference.others,
    }
    blocks = [f"**{title}**\n\n{_block(lines)}\n" for title, lines in sections.items() if lines]
    if before is None:
        blocks.insert(0, "New environment.\n")
    if after is None:
        blocks.insert(0, "Environment no longer there; what is deployed of it stays until destroyed.\n")
    return "\n".join(blocks) or "no difference\n"


def _compare_all(before: Mapping[str, JsonObject], after: Mapping[str, JsonObject]) -> Difference:
    """Compares template by template, and names them if there are several."""
    total = Difference()
    names = sorted(before.keys() | after.keys())
    for name in names:
        difference = compare(before.get(name, {}), after.get(name, {}))
        heading = [f"# {name}"] if len(names) > 1 else []
        for lines, new in (
            (total.security, difference.security),
            (total.data, difference.data),
            (total.others, difference.others),
        ):
            lines.extend(heading + new if new else [])
    return total


def _block(lines: list[str]) -> str:
    fence = "`" * max(3, _longest_run("\n".join(lines)) + 1)
    return "\n".join([f"{fence}diff", *lines, fence])


def _longest_run(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)
