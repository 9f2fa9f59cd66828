"""What each worker said of one object, read again for the few objects that are shown."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite

from ground_truth.answers.batch import AnnotatedObject, Answer, ObjectError
from ground_truth.answers.worker_responses import latest, read_response, seen_labels
from ground_truth.consolidation.box_table import DrawnBox
from ground_truth.consolidation.confusion import SAME_OBJECT_IOU
from ground_truth.contract.errors import ReadError
from ground_truth.jobs.folder import JobFolder

# More in one picture cannot be told apart.
MOST_BOXES = 200


@dataclass(frozen=True, kw_only=True)
class DrawnAnswer:
    """A worker's answer: the boxes, and how often each label was given. ``letter`` is the worker's in the report."""

    letter: str
    boxes: Sequence[DrawnBox] = ()
    labels: Mapping[str, int] = field(default_factory=dict)


def answers_of(
    job: JobFolder, object_id: str, letters: Mapping[str, str]
) -> tuple[list[DrawnAnswer], tuple[int, int] | None]:
    """What the workers said of an object, in the order of their letters, and the image's size if they told it."""
    answers: list[Answer] = []
    for name in job.responses.get(object_id, ()):
        try:
            answers += read_response(job.root.read(name))
        except (ReadError, ObjectError):
            # The report lists the files that cannot be read.
            continue
    try:
        labeled = latest(object_id, answers)
    except ObjectError:
        return [], None
    drawn_answers = [_drawn_answer(answer, letters) for answer in labeled.answers]
    sizes = [size for answer in labeled.answers if (size := _size(answer))]
    return sorted(drawn_answers, key=lambda drawn: (len(drawn.letter), drawn.letter)), sizes[0] if sizes else None


def split_groups(drawn_answers: Sequence[DrawnAnswer], pair: Sequence[str]) -> list[list[tuple[str, DrawnBox]]]:
    """The boxes, each with its worker's letter, of every thing that has boxes with both labels of a confused pair."""
    groups: list[list[tuple[str, DrawnBox]]] = []
    for drawn in drawn_answers:
        for box in (box for box in drawn.boxes if box.label in pair):
            group = next((group for group in groups if _iou(group[0][1], box) >= SAME_OBJECT_IOU), None)
            if group is None:
                groups.append([(drawn.letter, box)])
            else:
                group.append((drawn.letter, box))
    return [group for group in groups if len({box.label for _, box in group}) > 1]


def _iou(first: DrawnBox, second: DrawnBox) -> float:
    """Intersection over union."""
    across = min(first.left + first.width, second.left + second.width) - max(first.left, second.left)
    down = min(first.top + first.height, second.top + second.height) - max(first.top, second.top)
    shared = max(across, 0) * max(down, 0)
    union = first.width * first.height + second.width * second.height - shared
    return shared / union if union > 0 else 0


def letters_of(workers: Sequence[str]) -> dict[str, str]:
    """A short name for each worker: A to Z, then AA and so on."""
    return {worker: _letters(number) for number, worker in enumerate(workers)}


def _letters(number: int) -> str:
    prefix, last = divmod(number, 26)
    return (_letters(prefix - 1) if prefix else "") + chr(ord("A") + last)


def _drawn_answer(answer: Answer, letters: Mapping[str, str]) -> DrawnAnswer:
    boxes = list(_boxes(answer.content))
    alone = AnnotatedObject(dataset_object_id="", answers=(answer,))
    labels = Counter(box.label for box in boxes) or Counter(sorted(seen_labels(alone)))
    return DrawnAnswer(letter=letters.get(answer.worker_id, "?"), boxes=boxes[:MOST_BOXES], labels=dict(labels))


def _parts(content: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    return (part for part in content.values() if isinstance(part, Mapping))


def _boxes(content: Mapping[str, object]) -> Iterator[DrawnBox]:
    for part in _parts(content):
        boxes = part.get("boundingBoxes")
        for box in boxes if isinstance(boxes, list) else ():
            try:
                sides = [float(box[side]) for side in ("left", "top", "width", "height")]
                label = str(box["label"])
            except (KeyError, TypeError, ValueError, OverflowError):
                continue
            if all(map(isfinite, sides)):
                yield DrawnBox(label, *sides)


def _size(answer: Answer) -> tuple[int, int] | None:
    for part in _parts(answer.content):
        size = part.get("inputImageProperties")
        if isinstance(size, Mapping):
            width, height = size.get("width"), size.get("height")
            if isinstance(width, int) and isinstance(height, int) and width > 0 and height > 0:
                return width, height
    return None
