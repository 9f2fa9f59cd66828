"""What is left of a picture without metadata, its pixels untouched; or why it is not used."""

from collections.abc import Sequence
from dataclasses import dataclass

from ground_truth.contract.errors import InputError, ServiceError

# Parts of a file in their order, most of them views of the original: a photo is large, and never copied needlessly.
FileParts = Sequence[bytes | memoryview]


@dataclass(frozen=True, kw_only=True)
class StrippedImage:
    """A stripped file; ``width`` and ``height`` are in pixels as stored, ``profile`` is the neutral colour profile.

    ``upright`` says that nothing in the original turns it; where that is not certain, a decoder has to be asked.
    """

    pieces: FileParts
    width: int
    height: int
    profile: bytes | None
    upright: bool = False

    @property
    def size(self) -> int:
        """The length of the file in bytes."""
        return sum(map(len, self.pieces))


class ImageRefused(InputError):
    """A file that is left out; the text tells its owner why, in plain words."""


class DetectionFailed(ServiceError):
    """A detector that did not answer: no file is at fault, and none may be used as if it had."""
