"""The page of a report: one file that needs nothing else, and runs no script."""

import html
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ground_truth.consolidators.outcome import WorkerQuality

# The page may load nothing and run nothing, whatever a label or a worker's comment says.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
_MOST_TEXT = 500
_STYLE = """
:root{color-scheme:light dark;--ink:#1b1f24;--quiet:#57606a;--paper:#fff;--panel:#f3f5f7;--line:#d0d7de;--bar:#0b5cad}
@media(prefers-color-scheme:dark){:root{--ink:#e6e9ed;--quiet:#a3adb8;--paper:#16191d;--panel:#1f242a;--line:#3a424b;
--bar:#7db8f5}}
*{box-sizing:border-box}
body{max-width:70rem;margin:0 auto;padding:1rem;
background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
h1,h2,h3{line-height:1.2;overflow-wrap:anywhere}h2{margin-top:2.5rem}
.note,figcaption,small{color:var(--quiet)}
dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(9rem,1fr));gap:.75rem;margin:0}
dl div{padding:.75rem;background:var(--panel);border-radius:8px}dt{color:var(--quiet)}dd{margin:0;font-size:1.5rem}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%}
caption{text-align:left;color:var(--quiet);padding-bottom:.5rem}
th,td{text-align:left;padding:.35rem .6rem;border-bottom:1px solid var(--line);vertical-align:top;
overflow-wrap:anywhere;min-width:4rem}th{overflow-wrap:normal}
.shown{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,20rem),1fr));gap:1rem}
figure{margin:0;padding:.5rem;background:var(--panel);border-radius:8px}
img{max-width:100%;height:auto;display:block;border-radius:4px}
figcaption{font-size:.9rem;overflow-wrap:anywhere}
rect{fill:var(--bar)}text{fill:var(--ink);font-size:12px}
"""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One object as the report shows it: ``picture`` is a data URI, ``words`` say who said what."""

    object_id: str
    name: str
    picture: str
    has_photo: bool
    words: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Report:
    """All that is on the page.

    ``quality`` is the quality report, ``seconds`` the median time of each worker, ``confused`` and ``unsure`` the
    objects that are shown: those of each confused pair, and those of the lowest confidence.
    """

    quality: Mapping[str, Any]
    workers: Sequence[WorkerQuality]
    numbers: Mapping[str, int]
    seconds: Mapping[str, float]
    confused: Sequence[Sequence[Shown]]
    unsure: Sequence[Shown]


def page_of(report: Report) -> str:
    """The HTML of a report."""
    quality = report.quality
    sections = [
        _summary(quality),
        _hints(report),
        _confidence(quality),
        _labels(quality),
        _confusions(report),
        _unsure(report),
        _workers(report),
        _failures(quality),
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Report of {html.escape(_shortened(quality['job']))}</title><style>{_STYLE}</style></head>"
        f"<body><main><h1>Report of {_text(quality['job'])}</h1>{''.join(sections)}</main></body></html>\n"
    )


def _summary(quality: Mapping[str, Any]) -> str:
    told = {
        "Objects": quality["objects"],
        "Labeled": quality["labeled"],
        "Failed": len(quality["failed"]),
        "Unanswered": len(quality["unanswered"]),
        "Answers": quality["answers"],
        "Workers": quality["workers"],
    }
    return "<dl>" + "".join(f"<div><dt>{name}</dt><dd>{value:,}</dd></div>" for name, value in told.items()) + "</dl>"


def _hints(report: Report) -> str:
    quality = report.quality
    hints = [
        f"Say in the instructions how {' and '.join(map(_text, one['labels']))} differ: workers split over them in "
        f"{one['share']:.0%} of the pairs of answers."
        for one in quality["confusions"]
    ]
    hints += [
        f"Look at what worker {report.numbers[one.worker_id] + 1} does: {_text(one.outlier)}."
        for one in report.workers
        if one.outlier
    ]
    if quality["labeled"] and quality["answers"] <= quality["labeled"]:
        hints.append("Each object has one answer: confidences are 0 and say nothing. Ask several workers to know more.")
    if quality["ambiguous"]:
        hints.append(f"Somebody should look at the ambiguous objects, listed below: {len(quality['ambiguous'])}.")
    told = "".join(f"<li>{hint}</li>" for hint in hints) or "<li>Nothing stands out.</li>"
    return f"<h2>What to do</h2><ul>{told}</ul>"


def _confidence(quality: Mapping[str, Any]) -> str:
    bins = quality["confidence"]
    most = max([one["count"] for one in bins], default=0) or 1
    bars = "".join(
        f'<rect x="{62 * index + 4}" y="{130 - 110 * one["count"] / most:.1f}" width="54" '
        f'height="{110 * one["count"] / most:.1f}"/>'
        f'<text x="{62 * index + 31}" y="{124 - 110 * one["count"] / most:.1f}" text-anchor="middle">'
        f'{one["count"]:,}</text><text x="{62 * index + 31}" y="148" text-anchor="middle">{one["from"]:.1f}</text>'
        for index, one in enumerate(bins)
    )
    told = ", ".join(f"{one['count']} from {one['from']:.1f} to {one['to']:.1f}" for one in bins)
    return (
        "<h2>Confidence</h2><p class='note'>How sure the merged labels are, part by part. Comparable within this job "
        f'only.</p><svg viewBox="0 0 624 154" role="img" aria-label="Labels by confidence: {told}">{bars}</svg>'
    )


def _labels(quality: Mapping[str, Any]) -> str:
    rows = ((_text(name), f"{count:,}") for name, count in quality["labels"].items())
    return "<h2>Labels</h2>" + _table("How often each label was given, after merging", ("Label", "Count"), rows)


def _confusions(report: Report) -> str:
    pairs = report.quality["confusions"]
    told = [
        f"<h3>{' and '.join(map(_text, one['labels']))}</h3><p>{one['pairs']:,} pairs of answers "
        f"({one['share']:.0%}) in {one['objects']:,} objects.</p>{_figures(shown)}"
        for one, shown in zip(pairs, report.confused, strict=True)
    ]
    return "<h2>Confused labels</h2>" + ("".join(told) or "<p>None.</p>")


def _unsure(report: Report) -> str:
    return f"<h2>Lowest confidence</h2>{_figures(report.unsure) or '<p>Nothing to show.</p>'}"


def _figures(shown: Iterable[Shown]) -> str:
    figures = []
    for one in shown:
        missing = "" if one.has_photo else "<br>The photo could not be read."
        words = "".join(f"<br>{_text(text)}" for text in one.words)
        alt = f"Object {one.object_id} with every worker's answer"
        figures.append(
            f'<figure><img src="{one.picture}" alt="{html.escape(alt)}"><figcaption><strong>{_text(one.name)}</strong> '
            f"(object {_text(one.object_id)}){missing}{words}</figcaption></figure>"
        )
    return f'<div class="shown">{"".join(figures)}</div>' if figures else ""


def _workers(report: Report) -> str:
    rows = (
        (
            str(report.numbers[one.worker_id] + 1),
            _text(one.worker_id),
            f"{one.answers:,}",
            _share(one.skill),
            _share(one.agreement),
            f"{report.seconds[one.worker_id]:.0f} s" if one.worker_id in report.seconds else "",
            _text(one.outlier),
        )
        for one in report.workers
    )
    head = ("No.", "Worker", "Answers", "Skill", "Agreement", "Median time", "Stands out")
    return "<h2>Workers</h2>" + _table("Everybody who answered; empty where the answers say nothing", head, rows)


def _failures(quality: Mapping[str, Any]) -> str:
    failed = [*quality["failed"], *quality["ambiguous"]]
    if not failed:
        return ""
    rows = ((_text(one["object"]), _text(one.get("image", "")), _text(one["why"])) for one in failed)
    return "<h2>Failed and ambiguous objects</h2>" + _table("With the reason", ("Object", "Image", "Why"), rows)


def _table(caption: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    titles = "".join(f'<th scope="col">{title}</th>' for title in head)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    # Wider than a phone it scrolls, by keys too.
    opening = f'<div class="wide" tabindex="0" role="region" aria-label="{caption}"><table><caption>{caption}</caption>'
    return f"{opening}<thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table></div>"


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.0%}"


def _text(value: object) -> str:
    """Any text, as text: hostile and overlong ones too. Marks of direction end where the text does."""
    return f"<bdi>{html.escape(_shortened(value))}</bdi>"


def _shortened(value: object) -> str:
    text = str(value)
    return text if len(text) <= _MOST_TEXT else f"{text[:_MOST_TEXT]}… ({len(text):,} characters)"
