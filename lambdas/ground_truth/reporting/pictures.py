"""Which objects are shown, and how: those that show a confusion, and those whose label is least sure."""

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path

from ground_truth.contract.errors import ContractError
from ground_truth.jobs.folder import JobFolder
from ground_truth.jobs.results import JobResults
from ground_truth.manifests.labels import Box, BoxesLabel, ClassesLabel, ClassLabel, Label, MaskClass, MaskLabel
from ground_truth.manifests.manifest_line import ManifestLine
from ground_truth.manifests.output import read_label
from ground_truth.reporting.drawing import Canvas, draw_answers, draw_label
from ground_truth.reporting.drawn_answers import DrawnAnswer, answers_of, split_groups
from ground_truth.reporting.hints import has_one_worker
from ground_truth.reporting.markup import escaped, isolated, items
from ground_truth.reporting.thumbnails import Thumbnails

# Of the page's ten megabytes.
MOST_PICTURE_BYTES = 7_000_000
_TAGGED = 3
_LABELS_TOLD = 8


@dataclass
class Album:
    """Makes the report's pictures, at most ``left`` of them; ``masks`` holds those that were merged."""

    job: JobFolder
    results: JobResults
    letters: Mapping[str, str]
    thumbnails: Thumbnails
    masks: Path
    left: int
    bytes_left: int = MOST_PICTURE_BYTES
    missing: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._lines = dict(zip(self.results.object_ids, self.results.lines, strict=True))

    def confused(self) -> dict[int, list[str]]:
        """Figures for each confusion, by its place; none has more than its share of half of the room."""
        confusions = self.results.quality["confusions"]
        # In turn, so that the last confusion is seen too.
        turns = zip_longest(
            *(
                ((index, shown["object"]) for shown in confusion["shown_by"])
                for index, confusion in enumerate(confusions)
            )
        )
        queue = [entry for turn in turns for entry in turn if entry]
        figures: dict[int, list[str]] = {}
        for index, object_id in queue[: -(-self.left // 2)]:
            figures.setdefault(index, []).extend(self._confused(object_id, confusions[index]["labels"]))
        return figures

    def least_sure(self) -> list[str]:
        """Figures of the objects with the lowest confidence, none where a single worker makes them all 0."""
        if has_one_worker(self.results.quality):
            return []
        return [figure for confidence, object_id in self._ranked() for figure in self._unsure(object_id, confidence)]

    def _ranked(self) -> list[tuple[float, str]]:
        sure = ((self._confidence(object_id), object_id) for object_id in self._lines)
        return heapq.nsmallest(self.left, ((value, object_id) for value, object_id in sure if value is not None))

    def _confidence(self, object_id: str) -> float | None:
        return min(_confidences(self._label(object_id)), default=None)

    def _line(self, object_id: str) -> ManifestLine:
        return self._lines.get(object_id, ManifestLine({}))

    def _label(self, object_id: str) -> Label | None:
        try:
            return read_label(self._line(object_id), self.results.label_attribute).label
        except ContractError:
            # The report lists it among the failures.
            return None

    def _confused(self, object_id: str, pair: Sequence[str]) -> Iterator[str]:
        answers, size = answers_of(self.job, object_id, self.letters)
        canvas_and_words = self._canvas(object_id, size, None)
        if canvas_and_words:
            canvas, words = canvas_and_words
            draw_answers(canvas, answers, pair)
            yield self._figure(
                canvas, object_id, f"{words}, with the boxes of {len(answers)} workers", _sides(answers, pair)
            )

    def _unsure(self, object_id: str, confidence: float) -> Iterator[str]:
        label = self._label(object_id)
        size = (label.width, label.height) if isinstance(label, BoxesLabel) else None
        answers, answer_size = answers_of(self.job, object_id, self.letters)
        mask = self.masks / f"{object_id}.png" if isinstance(label, MaskLabel) else None
        canvas_and_words = self._canvas(object_id, size or answer_size, mask)
        if canvas_and_words:
            canvas, words = canvas_and_words
            if isinstance(label, BoxesLabel):
                draw_label(canvas, label, least=_TAGGED)
            sure = (
                f"<p>Least confidence {confidence:.0%}: {isolated(', '.join(_names(label)[:_TAGGED]) or 'nothing')}</p>"
            )
            yield self._figure(canvas, object_id, f"{words}, with its label", sure + _each(answers))

    def _canvas(self, object_id: str, size: tuple[int, int] | None, mask: Path | None) -> tuple[Canvas, str] | None:
        """The object's picture to draw on, and what it is in words; None where no more pictures may be made."""
        if self.left < 1 or self.bytes_left < 0:
            return None
        self.left -= 1
        overlay = mask.read_bytes() if mask and mask.is_file() else None
        thumbnail = self.thumbnails.make(self._line(object_id).source, size, overlay)
        if thumbnail.missing:
            self.missing[object_id] = thumbnail.missing
        return Canvas(thumbnail, size or (thumbnail.width, thumbnail.height)), f"Image {object_id}"

    def _figure(self, canvas: Canvas, object_id: str, words: str, caption: str) -> str:
        name = self._line(object_id).source.rpartition("/")[2]
        missing = self.missing.get(object_id)
        why = f"<p>Picture not available: {escaped(missing)}.</p>" if missing else ""
        full_caption = f"{isolated(object_id, 40)}: {isolated(name)}{why}{caption}"
        figure = f"<figure>{canvas.svg(words)}<figcaption>{full_caption}</figcaption></figure>"
        self.bytes_left -= len(figure)
        return figure


def _sides(answers: Sequence[DrawnAnswer], pair: Sequence[str]) -> str:
    """Who gave which label of a confused pair: where there are boxes, to the things that got both."""
    pairs_given = set(_labels_given(answers, pair))
    sides = ((label, [answer.letter for answer in answers if (answer.letter, label) in pairs_given]) for label in pair)
    return items(f"{isolated(label)}: {', '.join(letters) or 'nobody'}" for label, letters in sides)


def _labels_given(answers: Sequence[DrawnAnswer], pair: Sequence[str]) -> Iterator[tuple[str, str]]:
    if any(answer.boxes for answer in answers):
        yield from ((letter, box.label) for group in split_groups(answers, pair) for letter, box in group)
    else:
        yield from ((answer.letter, label) for answer in answers for label in answer.labels if label in pair)


def _each(answers: Sequence[DrawnAnswer]) -> str:
    """What the workers said, those of one mind together."""
    minds: dict[str, list[str]] = {}
    for answer in answers:
        minds.setdefault(_counted(answer.labels), []).append(answer.letter)
    return items(f"{', '.join(letters)}: {isolated(words)}" for words, letters in minds.items())


def _counted(labels: Mapping[str, int]) -> str:
    words = [f"{count} {label}" if count > 1 else label for label, count in sorted(labels.items())[:_LABELS_TOLD]]
    return ", ".join(words) or "nothing"


def _confidences(label: Label | None) -> list[float]:
    return [entry.confidence for entry in _parts(label) if entry.confidence is not None]


def _names(label: Label | None) -> list[str]:
    """The names in a label, the least sure first."""
    ranked = sorted(_parts(label), key=lambda entry: entry.confidence or 0)
    return [f"{entry.name} {entry.confidence:.0%}" for entry in ranked if entry.confidence is not None]


def _parts(label: Label | None) -> Sequence[ClassLabel | Box | MaskClass]:
    if isinstance(label, BoxesLabel):
        return label.boxes
    if isinstance(label, ClassesLabel | MaskLabel):
        return label.classes
    return (label,) if isinstance(label, ClassLabel) else ()
