"""What a check is and what it finds; the modules that check list their checks as ``CHECKS``."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad a finding is: a problem stops a job, a warning costs money or quality."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True)
class Check:
    """One thing that is checked: a stable id, what it means, and why it matters."""

    id: str
    meaning: str
    why: str


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What one check found; ``where`` says in which line, file or resource, ``fix`` what to do."""

    check: Check
    level: Level
    found: str
    where: str = ""
    fix: str = ""

    def as_json(self) -> dict[str, str]:
        """The finding for machines."""
        return {
            "check": self.check.id,
            "level": str(self.level),
            "where": self.where,
            "found": self.found,
            "fix": self.fix,
        }


def problem(check: Check, found: str, fix: str, line: int | None = None) -> Finding:
    """What stops a job, in a line of a file."""
    return _in_line(Level.PROBLEM, check, found, fix, line)


def warning(check: Check, found: str, fix: str, line: int | None = None) -> Finding:
    """What costs money or quality, in a line of a file."""
    return _in_line(Level.WARNING, check, found, fix, line)


def _in_line(level: Level, check: Check, found: str, fix: str, line: int | None) -> Finding:
    return Finding(check=check, level=level, found=found, where=f"line {line}" if line else "", fix=fix)
