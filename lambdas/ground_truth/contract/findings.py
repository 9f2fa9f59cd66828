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
    """What one check found, as ``fact``; ``where`` says in which line, file or resource, ``fix`` what to do."""

    check: Check
    level: Level
    fact: str
    where: str = ""
    fix: str = ""

    def as_json(self) -> dict[str, str]:
        """The finding for machines."""
        return {
            "check": self.check.id,
            "level": str(self.level),
            "where": self.where,
            "found": self.fact,
            "fix": self.fix,
        }


def ok(check: Check, *, fact: str, where: str = "") -> Finding:
    """Nothing to do."""
    return Finding(check=check, level=Level.OK, fact=fact, where=where)


def warning(check: Check, *, fact: str, fix: str, where: str = "") -> Finding:
    """What costs money or quality."""
    return Finding(check=check, level=Level.WARNING, fact=fact, where=where, fix=fix)


def problem(check: Check, *, fact: str, fix: str, where: str = "") -> Finding:
    """What stops a job."""
    return Finding(check=check, level=Level.PROBLEM, fact=fact, where=where, fix=fix)


def in_line(number: int) -> str:
    """Where a finding of one line of a file is."""
    return f"line {number}"
