"""A picture without metadata, its pixels untouched."""

from collections.abc import Sequence
from dataclasses import dataclass

# Parts of a file in their order, most of them views of the original: a photo is large, and never copied needlessly.
Pieces = Sequence[bytes | memoryview]


@dataclass(frozen=True, kw_only=True)
class Clean:
    """A stripped file; ``width`` and ``height`` are in pixels as stored, ``profile`` is the neutral colour profile.

    ``upright`` says that nothing in the original turns it; where that is not certain, a decoder has to be asked.
    """

    pieces: Pieces
    width: int
    height: int
    profile: bytes | None
    upright: bool = False

    @property
    def size(self) -> int:
        """The length of the file in bytes."""
        return sum(map(len, self.pieces))
