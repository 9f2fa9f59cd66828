"""What the page is put together from: text, tables and charts.

Whatever a label, a worker or a file name holds comes out as text, cut to a bearable length. Charts are inline SVG,
each with its numbers in words for those who cannot see it.
"""

import html
import re
from collections.abc import Iterable, Sequence

from ground_truth.jobs.quality import ConfidenceBin

MOST_CHARACTERS = 120
_WIDTH, _HEIGHT = 400, 170
_FLOOR, _CEILING = 140, 22
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# These reorder what stands around them where nothing isolates it.
_DIRECTION = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")


def single_line(value: object, most: int = MOST_CHARACTERS) -> str:
    """A value as text on one line, without characters that show nothing or turn the line around."""
    text = str(value)
    # Cut before the rest, which would take long on what a hostile file may hold.
    cut = text[: most - 1] + "…" if len(text) > most else text
    return _DIRECTION.sub("", _CONTROL.sub("\ufffd", cut))


def escaped(value: object, most: int = MOST_CHARACTERS) -> str:
    """A value for an attribute or for an SVG text."""
    return html.escape(single_line(value, most))


def isolated(value: object, most: int = MOST_CHARACTERS) -> str:
    """A value for the page, which keeps its direction of writing to itself."""
    return f"<bdi>{escaped(value, most)}</bdi>"


def paragraph(text: str, style: str = "") -> str:
    """A paragraph of HTML."""
    return f'<p class="{style}">{text}</p>' if style else f"<p>{text}</p>"


def items(entries: Iterable[str]) -> str:
    """A list of HTML entries, empty if there are none."""
    rows = "".join(f"<li>{entry}</li>" for entry in entries)
    return f"<ul>{rows}</ul>" if rows else ""


def table(caption: str, head: Sequence[str], rows: Sequence[Sequence[str]], *, total: int = 0) -> str:
    """A table of HTML cells, the first of a row its heading; ``total`` tells of rows that are not shown."""
    note = f" The first {len(rows):,} of {total:,} are shown; quality.json has all." if total > len(rows) else ""
    heads = "".join(f'<th scope="col">{name}</th>' for name in head)
    body = "".join(
        f'<tr><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'
        for first, *cells in rows
    )
    return (
        f'<div class="wide" role="region" tabindex="0" aria-label="{html.escape(caption)}"><table>'
        f"<caption>{html.escape(caption)}{note}</caption><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def section(title: str, *parts: str) -> str:
    """A section under a heading, empty if nothing is in it."""
    content = "".join(parts)
    return f"<section><h2>{html.escape(title)}</h2>{content}</section>" if content else ""


def duration(seconds: float) -> str:
    """A time in words."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7_200 else f"{seconds / 3_600:,.1f} h"


def histogram(bins: Sequence[ConfidenceBin], title: str) -> str:
    """Bars of equal width, each with its count; ``bins`` have from, to and count."""
    most = max((entry["count"] for entry in bins), default=0)
    if not most:
        return ""
    step = _WIDTH / len(bins)
    parts = []
    for step_index, entry in enumerate(bins):
        height = (_FLOOR - _CEILING) * entry["count"] / most
        middle = (step_index + 0.5) * step
        parts.append(
            f'<rect class="bar" x="{step_index * step + 3:.1f}" y="{_FLOOR - height:.1f}" width="{step - 6:.1f}" '
            f'height="{height:.1f}"/><text x="{middle:.1f}" y="{_FLOOR - height - 5:.1f}">{entry["count"]:,}</text>'
            f'<text x="{middle:.1f}" y="{_FLOOR + 17}">{_percent(entry["from"])}</text>'
        )
    words = ", ".join(f"{_range(entry)}: {entry['count']:,}" for entry in bins if entry["count"])
    axis = f'<line class="axis" x1="0" y1="{_FLOOR}" x2="{_WIDTH}" y2="{_FLOOR}"/>'
    description = html.escape(f"{title}. {words}")
    return (
        f'<svg class="chart" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{description}">'
        f"{''.join(parts)}{axis}</svg>"
    )


def bar(share: float) -> str:
    """A bar beside a number in a table, which says the same."""
    width = 100 * min(max(share, 0), 1)
    return (
        '<svg class="meter" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="rail" width="100" height="10"/><rect class="bar" width="{width:.1f}" height="10"/></svg>'
    )


def interval(value: float, low: float | None, high: float | None) -> str:
    """A value from 0 to 1 with the bounds of what it may really be."""
    middle = 100 * min(max(value, 0), 1)
    whole = ""
    if low is not None and high is not None:
        start, end = (100 * min(max(edge, 0), 1) for edge in (low, high))
        whole = f'<rect class="bounds" x="{start:.1f}" y="3" width="{end - start:.1f}" height="4"/>'
    return (
        '<svg class="meter" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="rail" width="100" height="10"/>{whole}'
        f'<rect class="bar" x="{max(middle - 1, 0):.1f}" width="2" height="10"/></svg>'
    )


def _percent(share: float) -> str:
    return f"{share:.0%}"


def _range(entry: ConfidenceBin) -> str:
    return f"{_percent(entry['from'])} to {_percent(entry['to'])}"
