"""Which labels the workers confuse with one another, and the images that show it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from ground_truth.consolidation.box_table import BoxTable
from ground_truth.consolidation.geometry import overlapping_pairs
from ground_truth.consolidation.votes import Ints, Votes

SAME_OBJECT_IOU = 0.5


@dataclass(frozen=True, kw_only=True)
class Confusion:
    """Two labels that are being confused.

    ``share`` is the part of the pairs of answers about objects of either label that are split
    between the two; ``objects`` are the ids of the images that show it, most split first; ``by_one``
    are those where one worker alone gave both labels to the same thing (boxes only).
    """

    labels: tuple[str, str]
    share: float
    pairs: int
    objects: tuple[str, ...]
    by_one: tuple[str, ...] = ()

    def __str__(self) -> str:
        first, second = self.labels
        return (
            f"{first!r} and {second!r} are being confused: {self.pairs} pairs of answers "
            f"({self.share:.0%}) in {len(self.objects)} images, such as {self.objects[0]}"
        )


def label_confusions(votes: Votes, *, least_share: float = 0.15, least_pairs: int = 10) -> tuple[Confusion, ...]:
    """Label pairs that workers split over in a classification, most confused first.

    Takes every pair of workers of an object: ``share`` is the number of pairs that chose one label
    each over the number that chose only from the two. Reported from a share of 0.15 and ten such
    pairs on; both are proposals. Source: the pairwise counts of Krippendorff's alpha (2011).
    """
    tally = votes.tally()
    pairs = [(first, second, tally[:, first] * tally[:, second]) for first, second in _label_pairs(len(votes.labels))]
    same = (tally * (tally - 1) // 2).sum(axis=0)
    confusions = []
    for first, second, split in pairs:
        number = int(split.sum())
        share = number / max(number + int(same[first] + same[second]), 1)
        if number >= max(least_pairs, 1) and share >= least_share:
            order = np.lexsort((np.arange(len(split)), -split))[: np.count_nonzero(split)]
            confusions.append(
                Confusion(
                    labels=(votes.labels[first], votes.labels[second]),
                    share=share,
                    pairs=number,
                    objects=tuple(votes.objects[index] for index in order),
                )
            )
    return _ranked(confusions)


def box_confusions(
    table: BoxTable,
    *,
    least_iou: float = SAME_OBJECT_IOU,
    least_share: float = 0.1,
    least_pairs: int = 2,
) -> tuple[Confusion, ...]:
    """Label pairs under which the same object was boxed, most confused first.

    Two boxes of one image are about the same object from an IoU of 0.5 on; ``share`` is the number of
    such pairs with both labels over all such pairs with only the two. A worker who boxes one thing
    twice under two labels counts like two workers who disagree, and is told apart in ``by_one``.
    Reported from a share of 0.1 and two pairs on; both are proposals.
    """
    first, second, _ = overlapping_pairs(table.edges, table.image_of, least=least_iou)
    labels = np.sort(np.stack([table.label_of[first], table.label_of[second]]), axis=0)
    alone = table.worker_of[first] == table.worker_of[second]
    image = table.image_of[first]
    size = len(table.labels)
    # A worker's own boxes under one label are two things close together, not an agreement.
    counted = (labels[0] != labels[1]) | ~alone
    number = np.bincount(labels[0, counted] * size + labels[1, counted], minlength=size * size).reshape(size, size)
    confusions = []
    for low, high in _label_pairs(size):
        split = int(number[low, high])
        share = split / max(int(number[low, low] + number[high, high]) + split, 1)
        if split >= max(least_pairs, 1) and share >= least_share:
            here = (labels[0] == low) & (labels[1] == high)
            confusions.append(
                Confusion(
                    labels=(table.labels[low], table.labels[high]),
                    share=share,
                    pairs=split,
                    objects=_by_frequency(image[here], table.images),
                    by_one=_by_frequency(image[here & alone], table.images),
                )
            )
    return _ranked(confusions)


def _label_pairs(size: int) -> Iterator[tuple[int, int]]:
    return ((low, high) for low in range(size) for high in range(low + 1, size))


def _by_frequency(images: Ints, names: tuple[str, ...]) -> tuple[str, ...]:
    count: dict[int, int] = defaultdict(int)
    for image in images.tolist():
        count[image] += 1
    return tuple(names[image] for image in sorted(count, key=lambda i: (-count[i], i)))


def _ranked(confusions: Iterable[Confusion]) -> tuple[Confusion, ...]:
    return tuple(sorted(confusions, key=lambda confusion: (-confusion.share, confusion.labels)))
