"""Draws boxes over a thumbnail as SVG: what a worker drew differs by colour, by pattern and by letter."""

from collections.abc import Sequence

from ground_truth.consolidation.box_table import DrawnBox
from ground_truth.manifests.labels import BoxesLabel
from ground_truth.reporting.drawn_answers import MOST_BOXES, DrawnAnswer, split_groups
from ground_truth.reporting.markup import escaped
from ground_truth.reporting.thumbnails import Thumbnail

# Told apart by colour-blind people too (Okabe and Ito).
WORKER_COLORS = ("#56b4e9", "#e69f00", "#009e73", "#f0e442", "#cc79a7", "#d55e00")
WORKER_PATTERNS = ("", "12 5", "3 4", "16 4 3 4", "7 7")
_TAG_HEIGHT = 25
_CHARACTER = 12.5
_LABEL_CHARACTERS = 18


class Canvas:
    """A thumbnail and what is drawn on it, in pixels of the image that it shows."""

    def __init__(self, thumbnail: Thumbnail, size: tuple[int, int]) -> None:
        self._thumbnail = thumbnail
        self._scale = (thumbnail.width / size[0], thumbnail.height / size[1])
        self._frames: list[str] = []
        self._tags: list[str] = []

    def svg(self, words: str) -> str:
        """The picture; ``words`` tell what is on it."""
        width, height, image, _ = self._thumbnail
        ground = (
            f'<image href="{image}" width="{width}" height="{height}"/>'
            if image
            else f'<text class="missing" x="{width / 2}" y="{height / 2}">no picture</text>'
        )
        return (
            f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{escaped(words, 300)}">'
            f"{ground}{''.join(self._frames)}{''.join(self._tags)}</svg>"
        )

    def frame(self, box: DrawnBox, color: str, pattern: str) -> None:
        """A frame with a dark edge, to be seen on any ground."""
        attributes = self._attributes(box)
        dashes = f' stroke-dasharray="{pattern}"' if pattern else ""
        self._frames.append(
            f'<rect class="halo" {attributes}/><rect class="frame" {attributes} stroke="{color}"{dashes}/>'
        )

    def thin(self, box: DrawnBox) -> None:
        """A frame that is there but not meant."""
        self._frames.append(f'<rect class="other" {self._attributes(box)}/>')

    def tag(self, box: DrawnBox, text: str, color: str, position: int = 0) -> None:
        """A text at the upper left corner of a box, the ``position``-th of several that are about as long."""
        width = _CHARACTER * len(text) + 8
        x, y, _, _ = self._edges(box)
        left = max(min(x + position * (width + 2), self._thumbnail.width - width), 0)
        top = y - _TAG_HEIGHT if y > _TAG_HEIGHT else min(y, self._thumbnail.height - _TAG_HEIGHT)
        self._tags.append(
            f'<rect x="{left:.0f}" y="{top:.0f}" width="{width:.0f}" height="{_TAG_HEIGHT}" rx="3" fill="#1b1f24" '
            f'stroke="{color}" stroke-width="2"/><text x="{left + 5:.0f}" y="{top + 19:.0f}">{escaped(text)}</text>'
        )

    def _edges(self, box: DrawnBox) -> tuple[float, float, float, float]:
        """Left, top, right and bottom in the thumbnail, at most its edges."""
        wide, high = self._scale
        width, height = self._thumbnail.width, self._thumbnail.height
        across = [min(max(edge * wide, 0), width) for edge in (box.left, box.left + box.width)]
        down = [min(max(edge * high, 0), height) for edge in (box.top, box.top + box.height)]
        return across[0], down[0], across[1], down[1]

    def _attributes(self, box: DrawnBox) -> str:
        left, top, right, bottom = self._edges(box)
        return f'x="{left:.1f}" y="{top:.1f}" width="{max(right - left, 1):.1f}" height="{max(bottom - top, 1):.1f}"'


def worker_style(letter: str) -> tuple[str, str]:
    """Colour and pattern of a worker: no two of thirty have both."""
    number = 0
    for character in letter:
        number = number * 26 + ord(character) - ord("A") + 1
    return WORKER_COLORS[number % len(WORKER_COLORS)], WORKER_PATTERNS[number % len(WORKER_PATTERNS)]


def worker_legend(letter: str) -> str:
    """A worker's letter, colour and pattern, as they are in the pictures."""
    color, pattern = worker_style(letter)
    dashes = f' stroke-dasharray="{pattern}"' if pattern else ""
    return (
        f'<svg class="key" viewBox="0 0 90 30" role="img" aria-label="{letter}"><text x="8" y="21">{letter}</text>'
        f'<line x1="36" y1="15" x2="84" y2="15" stroke="{color}" stroke-width="4"{dashes}/></svg>'
    )


def draw_answers(canvas: Canvas, answers: Sequence[DrawnAnswer], pair: Sequence[str]) -> None:
    """Every worker's boxes; those about a thing with both labels of the confused ``pair`` are tagged."""
    groups = split_groups(answers, pair)
    tagged = {id(box) for group in groups for _, box in group}
    for answer in answers:
        for box in answer.boxes:
            if id(box) not in tagged:
                canvas.thin(box)
    for group in groups:
        corner = DrawnBox("", min(box.left for _, box in group), min(box.top for _, box in group), 0, 0)
        for position, (letter, box) in enumerate(group):
            color, pattern = worker_style(letter)
            canvas.frame(box, color, pattern)
            canvas.tag(corner, f"{letter}{pair.index(box.label) + 1}", color, position)


def draw_label(canvas: Canvas, label: BoxesLabel, *, least: int) -> None:
    """The merged boxes; the ``least`` sure ones are tagged with label and confidence."""
    ranked = sorted(label.boxes[:MOST_BOXES], key=lambda box: box.confidence or 0)
    for rank, box in enumerate(ranked):
        drawn = DrawnBox(box.name, box.left, box.top, box.width, box.height)
        if rank >= least:
            canvas.thin(drawn)
            continue
        color = WORKER_COLORS[box.class_id % len(WORKER_COLORS)]
        canvas.frame(drawn, color, "")
        canvas.tag(drawn, f"{_short(box.name)} {box.confidence or 0:.0%}", color)


def _short(text: str) -> str:
    return text if len(text) <= _LABEL_CHARACTERS else text[: _LABEL_CHARACTERS - 1] + "…"
