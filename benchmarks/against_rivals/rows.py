"""The lines of the table."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the table; ``ours`` meets a target when it is on its right side, None was not measured."""

    measure: str
    ours: float | None
    floor: float
    aim: float
    rival: float | None
    rival_name: str
    least: bool = True
    strict: bool = False

    def meets(self, target: float) -> bool:
        """Whether ours is at least, above or at most the target."""
        if self.ours is None:
            return False
        if self.strict:
            return self.ours > target
        return self.ours >= target if self.least else self.ours <= target
