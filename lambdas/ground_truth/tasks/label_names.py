"""What label names give away: labels that are easily confused, and labels that need no people."""

import re
from collections.abc import Iterator, Sequence

from ground_truth.tasks.coco_classes import COCO_CLASSES

_WORD = re.compile(r"[^\W_]+")
_SMALL_WORDS = frozenset(
    ("a", "an", "and", "at", "by", "for", "from", "in", "no", "not", "of", "on", "or", "other", "the", "to", "with")
)


def shared_words(labels: Sequence[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yields (word, labels) for each word that several labels have: workers take one for the other."""
    words = {label: tuple(dict.fromkeys(_words(label))) for label in labels}
    for word in dict.fromkeys(word for label in labels for word in words[label]):
        having = tuple(label for label in labels if word in words[label])
        if len(having) > 1 and word not in _SMALL_WORDS:
            yield word, having


def coco_labels(labels: Sequence[str]) -> tuple[str, ...]:
    """The labels that name a COCO class, in any case, in the singular or the plural."""
    return tuple(label for label in labels if not COCO_CLASSES.isdisjoint(_singulars(" ".join(_words(label)))))


def _words(label: str) -> list[str]:
    return _WORD.findall(label.casefold())


def _singulars(name: str) -> set[str]:
    """What a name may be the plural of, and the name itself."""
    return {name, name.removesuffix("s"), name.removesuffix("es"), name.replace("people", "person")}
