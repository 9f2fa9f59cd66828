"""What comes out of a consolidation: labels of objects, what was learned of workers, and which labels are confused."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeVar

from ground_truth.answers.batch import AnnotatedObject, Answer, ObjectError
from ground_truth.consolidation.counts import StoredCounts
from ground_truth.contract.errors import InputError
from ground_truth.contract.json_types import Json

if TYPE_CHECKING:
    # Loads numpy, which passing answers through does not need.
    from ground_truth.consolidation.confusion import Confusion

T = TypeVar("T")

ReadObjects = Iterable[tuple[str, AnnotatedObject | ObjectError]]
"""Each object as (id, object) or (id, what is wrong with it)."""
WriteFile = Callable[[str, bytes], str]
"""Stores the PNG of an object, given by id, and returns what the label is then: where it lies."""


@dataclass(frozen=True, kw_only=True)
class Consolidated:
    """The label of one object, and ``details``, the metadata peculiar to its type (contract section 7).

    ``names`` are the classes in the label, one each time a class is in it, and ``confidences`` those of its
    parts; ``ambiguous`` says in words why somebody should look at the object, and is empty if nobody need.
    """

    label: Json
    details: Mapping[str, Json] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    confidences: tuple[float, ...] = ()
    ambiguous: str = ""


@dataclass(frozen=True, kw_only=True)
class WorkerQuality:
    """What the answers say about one worker; None where they say nothing.

    ``skill`` and the bounds of its 95 % interval are from 0 to 1, ``agreement`` is that with the other workers
    of the same objects; ``outlier`` is the reason why the worker stands out, empty for all others.
    """

    worker_id: str
    answers: int
    skill: float | None = None
    low: float | None = None
    high: float | None = None
    agreement: float | None = None
    outlier: str = ""


@dataclass(frozen=True, kw_only=True)
class Consolidation:
    """Objects consolidated together, in the order in which they came.

    ``counts`` is what their answers teach about workers, to be stored for other batches. ``workers`` and
    ``confusions`` are worked out when called: a whole job asks for them, a batch does not.
    """

    outcomes: Mapping[str, Consolidated | ObjectError]
    counts: StoredCounts = field(default_factory=dict)
    workers: Callable[[], list[WorkerQuality]] = list
    confusions: Callable[[], tuple[Confusion, ...]] = tuple

    @property
    def labeled(self) -> dict[str, Consolidated]:
        """The objects that have a label."""
        return {name: outcome for name, outcome in self.outcomes.items() if isinstance(outcome, Consolidated)}

    @property
    def failed(self) -> dict[str, ObjectError]:
        """The objects that have none, each with the reason."""
        return {name: outcome for name, outcome in self.outcomes.items() if isinstance(outcome, ObjectError)}


class Consolidator(Protocol):
    """Consolidates a batch or a whole job of one task type.

    ``labels`` are in the order of class indexes, ``history`` the merged counts of the job's other batches.
    An object that cannot be consolidated has an ObjectError for an outcome and harms no other.
    """

    def __call__(
        self, objects: ReadObjects, labels: Sequence[str], *, history: StoredCounts, write_file: WriteFile
    ) -> Consolidation:
        """Consolidates the objects."""


def read_each(objects: ReadObjects, read: Callable[[AnnotatedObject], T]) -> Iterator[tuple[str, T | ObjectError]]:
    """Reads each object's answers, as (id, what was read) or (id, what is wrong with it)."""
    return ((object_id, _read(labeled, read)) for object_id, labeled in objects)


def _read(labeled: AnnotatedObject | ObjectError, read: Callable[[AnnotatedObject], T]) -> T | ObjectError:
    if isinstance(labeled, ObjectError):
        return labeled
    try:
        return read(labeled)
    except ObjectError as error:
        return error
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError, InputError) as error:
        # Answers are whatever a template or a worker sent; what no check expected still fails one object only.
        return ObjectError(f"an answer is not of the task's shape: {error!r}")


def known_label(label: object, labels: Sequence[str], answer: Answer) -> str:
    """The label, if the task has it. Raises ObjectError if not."""
    if label not in labels:
        raise ObjectError(
            f"worker {answer.worker_id} answered with the unknown label {label!r}; the task has {list(labels)}"
        )
    return str(label)
