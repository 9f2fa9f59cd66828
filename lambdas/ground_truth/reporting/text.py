"""Text for the page: whatever a label, a worker or a file name holds comes out as text, cut to a bearable length."""

import html
import re
from collections.abc import Iterable, Sequence

MOST_CHARACTERS = 120
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# These reorder what stands around them where nothing isolates it.
_DIRECTION = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")


def plain(value: object, most: int = MOST_CHARACTERS) -> str:
    """A value as text on one line, without characters that show nothing or turn the line around."""
    text = str(value)
    # Cut before the rest, which would take long on what a hostile file may hold.
    cut = text[: most - 1] + "…" if len(text) > most else text
    return _DIRECTION.sub("", _CONTROL.sub("\ufffd", cut))


def escaped(value: object, most: int = MOST_CHARACTERS) -> str:
    """A value for an attribute or for an SVG text."""
    return html.escape(plain(value, most))


def shown(value: object, most: int = MOST_CHARACTERS) -> str:
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
    more = f" The first {len(rows):,} of {total:,} are shown; quality.json has all." if total > len(rows) else ""
    heads = "".join(f'<th scope="col">{name}</th>' for name in head)
    body = "".join(
        f'<tr><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in rest)}</tr>' for first, *rest in rows
    )
    return (
        f'<div class="wide" role="region" tabindex="0" aria-label="{html.escape(caption)}"><table>'
        f"<caption>{html.escape(caption)}{more}</caption><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>"
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
