"""The report as one page that needs nothing else: no script, no request, every picture inside."""

from collections.abc import Iterator, Sequence

from ground_truth.jobs.cost import EstimateJson
from ground_truth.jobs.quality import ObjectRemark
from ground_truth.reporting.drawing import worker_legend
from ground_truth.reporting.hints import ONE_WORKER, has_one_worker
from ground_truth.reporting.markup import (
    bar,
    duration,
    escaped,
    histogram,
    interval,
    isolated,
    items,
    paragraph,
    section,
    table,
)
from ground_truth.reporting.pictures import Album
from ground_truth.reporting.style import PAGE_POLICY, SHEET
from ground_truth.reporting.summary import ReportSummary, WorkerSummary

_ROWS = 50
_ROWS_OF_WORKERS = 100
_CONFIDENCE = (
    "Confidence compares labels within this job only: it is no probability, and not comparable with that of other jobs."
)


def page(summary: ReportSummary, album: Album) -> str:
    """The whole page; ``summary`` is what quality.json holds."""
    title = f"Labeling job {escaped(summary['job'])}"
    parts = (
        _head(summary),
        section("What to look at", items(escaped(hint, 1_000) for hint in summary["hints"]) or _all_well()),
        section("How sure the labels are", *_confidence(summary)),
        section("Labels", _labels(summary)),
        section("Confused labels", *_confusions(summary, album)),
        section("Workers", *_workers(summary)),
        section("Least sure images", *_least_sure(album)),
        section("Time", *_time(summary)),
        section("Cost so far", *_cost(summary["cost"])),
        section("Failures and doubts", *_failures(summary)),
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{PAGE_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="referrer" content="no-referrer"><title>{title}</title><style>{SHEET}</style></head>'
        f"<body><main><h1>Labeling job {isolated(summary['job'])}</h1>{''.join(parts)}</main></body></html>\n"
    )


def _head(summary: ReportSummary) -> str:
    times, cost = summary["seconds"], summary["cost"]
    facts = {
        "images": f"{summary['objects']:,}",
        "labeled": f"{summary['labeled']:,}",
        "failed": f"{len(summary['failed']):,}",
        "not answered": f"{len(summary['unanswered']):,}",
        "answers": f"{summary['answers']:,}",
        "workers": f"{summary['workers']:,}",
        "time per answer": duration(times["median"]) if times else "not known",
        "cost so far": f"USD {cost['total_usd']:,.2f}" if cost else "none",
    }
    cells = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in facts.items())
    note = (
        f"Task type {isolated(summary['task_type'])}, label attribute {isolated(summary['label_attribute'])}. "
        "The labels shown here are merged anew from all answers of the job: every answer of a worker counts in judging "
        "the others."
    )
    return f"{paragraph(note, 'soft')}<dl class='facts'>{cells}</dl>"


def _all_well() -> str:
    return paragraph("Nothing stands out: no confused labels, no odd workers, nothing failed.")


def _confidence(summary: ReportSummary) -> Iterator[str]:
    if has_one_worker(summary):
        yield paragraph(ONE_WORKER, "note")
        return
    chart = histogram(summary["confidence"], "Number of labels by confidence")
    if chart:
        yield paragraph("How many labels (boxes, classes or masks) have which confidence, in steps of ten percent:")
        yield chart
        yield paragraph(_CONFIDENCE, "soft")


def _labels(summary: ReportSummary) -> str:
    counts = list(summary["labels"].items())
    most = max((count for _, count in counts), default=1)
    rows = [[isolated(name), f"{count:,}{bar(count / most)}"] for name, count in counts[:_ROWS]]
    guessed = paragraph(f"The order of classes is {escaped(summary['classes_are'])}.", "soft")
    return (
        table("How often each label was given", ["label", "times"], rows, total=len(counts)) + guessed if rows else ""
    )


def _confusions(summary: ReportSummary, album: Album) -> Iterator[str]:
    figures = album.confused()
    for index, confusion in enumerate(summary["confusions"][:_ROWS]):
        first, second = map(isolated, confusion["labels"])
        yield f"<h3>{first} and {second}</h3>"
        alone = len(confusion["by_one_worker"])
        yield paragraph(
            f"{confusion['share']:.0%} of the comparable pairs of answers differ between the two: "
            f"{confusion['pairs']:,} pairs in {confusion['objects']:,} images."
            + f" In {alone:,} of them one worker gave both labels to the same thing."
            * bool(alone)
        )
        if index in figures:
            yield paragraph(
                f"A letter is a worker (see Workers), 1 is {first}, 2 is {second}; dotted boxes are in no doubt."
            )
            yield _pictures(figures[index])


def _workers(summary: ReportSummary) -> Iterator[str]:
    times = summary["seconds"].get("workers", {})
    # Those to look at come first.
    ranked = sorted(summary["by_worker"], key=_to_look_at)
    rows = [
        [
            worker_legend(worker["letter"]),
            isolated(worker["worker"]),
            f"{worker['answers']:,}",
            _skill(worker),
            "" if worker["agreement"] is None else f"{worker['agreement']:.0%}{bar(worker['agreement'])}",
            duration(times[worker["worker"]]["median"]) if worker["worker"] in times else "not known",
            f"<strong>stands out</strong>: {isolated(worker['outlier'], 300)}" if worker["outlier"] else "",
        ]
        for worker in ranked[:_ROWS_OF_WORKERS]
    ]
    if rows:
        yield paragraph(
            "Skill says how well a worker's answers go with the merged labels, the pale bar how sure that is; "
            "agreement how well they go with those of the other workers. Few answers say little."
        )
        head = ["sign", "worker", "answers", "skill", "agreement", "usual time", "note"]
        yield table("Workers, those to look at first", head, rows, total=len(ranked))


def _to_look_at(worker: WorkerSummary) -> tuple[bool, bool, float]:
    return not worker["outlier"], worker["skill"] is None, worker["skill"] or 0.0


def _skill(worker: WorkerSummary) -> str:
    if worker["skill"] is None:
        return ""
    return f"{worker['skill']:.0%}{interval(worker['skill'], worker['skill_low'], worker['skill_high'])}"


def _least_sure(album: Album) -> Iterator[str]:
    figures = album.least_sure()
    if figures:
        yield paragraph("The merged label of each image; what is least sure in it is named, dotted boxes are surer.")
        yield _pictures(figures)
    if album.missing:
        yield paragraph(
            f"{len(album.missing)} pictures could not be had, so that boxes are drawn on a plain ground: give the "
            "folder of the images with --images.",
            "note",
        )


def _pictures(figures: Sequence[str]) -> str:
    return f'<div class="pictures">{"".join(figures)}</div>'


def _time(summary: ReportSummary) -> Iterator[str]:
    times = summary["seconds"]
    if not times:
        yield paragraph("The answers do not say how long they took.")
        return
    median, low, high, total = map(duration, (times["median"], times["low"], times["high"], times["total"]))
    yield paragraph(
        f"Half of the answers took less than {median}; one in ten less than {low}, and one in ten more than {high}. "
        f"Together the {times['answers']:,} answers whose time is known took {total}."
    )


def _cost(cost: EstimateJson | None) -> Iterator[str]:
    if not cost:
        return
    rows = [
        [escaped(item["name"]), f"{item['quantity']:,.0f}", f"{item['usd']:,.4f}", escaped(item["price"], 300)]
        for item in cost["items"]
    ]
    yield paragraph(
        f"About USD {cost['total_usd']:,.2f} with the workforce “{escaped(cost['workforce'])}”, by list prices."
    )
    yield table("What the cost is made of", ["item", "quantity", "USD", "price"], rows)
    yield items(escaped(assumption, 500) for assumption in cost["assumptions"])


def _failures(summary: ReportSummary) -> Iterator[str]:
    files = [(entry["object"], entry["file"], entry["why"]) for entry in summary["unreadable_files"]]
    for title, doubts in (
        ("Images that failed", _with_images(summary["failed"])),
        ("Files of answers that cannot be read", files),
        ("Images that could nearly as well have another label", _with_images(summary["ambiguous"])),
    ):
        rows = [
            [isolated(object_id, 40), isolated(where), isolated(why, 300)] for object_id, where, why in doubts[:_ROWS]
        ]
        if rows:
            yield table(f"{title} ({len(doubts):,})", ["image", "where", "why"], rows, total=len(doubts))
    if summary["unanswered"]:
        yield paragraph(f"{len(summary['unanswered']):,} images have no answer yet; quality.json names them.")


def _with_images(remarks: Sequence[ObjectRemark]) -> list[tuple[str, str, str]]:
    return [(remark["object"], remark.get("image", ""), remark["why"]) for remark in remarks]
