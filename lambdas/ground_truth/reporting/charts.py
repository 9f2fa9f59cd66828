"""Charts as inline SVG, each with its numbers in words for those who cannot see it."""

import html
from collections.abc import Mapping, Sequence
from typing import Any

_WIDTH, _HEIGHT = 400, 170
_FLOOR, _CEILING = 140, 22


def histogram(bins: Sequence[Mapping[str, Any]], title: str) -> str:
    """Bars of equal width, each with its count; ``bins`` have from, to and count."""
    most = max((entry["count"] for entry in bins), default=0)
    if not most:
        return ""
    step = _WIDTH / len(bins)
    parts = []
    for place, entry in enumerate(bins):
        height = (_FLOOR - _CEILING) * entry["count"] / most
        middle = (place + 0.5) * step
        parts.append(
            f'<rect class="bar" x="{place * step + 3:.1f}" y="{_FLOOR - height:.1f}" width="{step - 6:.1f}" '
            f'height="{height:.1f}"/><text x="{middle:.1f}" y="{_FLOOR - height - 5:.1f}">{entry["count"]:,}</text>'
            f'<text x="{middle:.1f}" y="{_FLOOR + 17}">{_percent(entry["from"])}</text>'
        )
    words = ", ".join(f"{_range(entry)}: {entry['count']:,}" for entry in bins if entry["count"])
    axis = f'<line class="axis" x1="0" y1="{_FLOOR}" x2="{_WIDTH}" y2="{_FLOOR}"/>'
    told = html.escape(f"{title}. {words}")
    return (
        f'<svg class="chart" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{told}">'
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
    place = 100 * min(max(value, 0), 1)
    whole = ""
    if low is not None and high is not None:
        start, end = (100 * min(max(edge, 0), 1) for edge in (low, high))
        whole = f'<rect class="bounds" x="{start:.1f}" y="3" width="{end - start:.1f}" height="4"/>'
    return (
        '<svg class="meter" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="rail" width="100" height="10"/>{whole}'
        f'<rect class="bar" x="{max(place - 1, 0):.1f}" width="2" height="10"/></svg>'
    )


def _percent(share: float) -> str:
    return f"{share:.0%}"


def _range(entry: Mapping[str, Any]) -> str:
    return f"{_percent(entry['from'])} to {_percent(entry['to'])}"
