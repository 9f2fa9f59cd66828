"""A picture without metadata, its pixels untouched."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Clean:
    """A stripped file; ``width`` and ``height`` are in pixels as stored, ``profile`` is the neutral colour profile."""

    content: bytes
    width: int
    height: int
    profile: bytes | None
