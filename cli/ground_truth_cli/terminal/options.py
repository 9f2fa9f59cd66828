"""Options that several commands have, the same in each."""

from collections.abc import Callable
from enum import StrEnum
from typing import Generic, ParamSpec, TypeVar

import click

from ground_truth.contract.backends import Backend

_P = ParamSpec("_P")
_R = TypeVar("_R")
Member = TypeVar("Member", bound=StrEnum)


class MemberOf(click.Choice[str], Generic[Member]):
    """Chooses a member of an enumeration by its value; click itself would take the names."""

    def __init__(self, enumeration: type[Member]) -> None:
        super().__init__([str(member) for member in enumeration])
        self._enumeration = enumeration

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> Member:
        """The member of that value."""
        return self._enumeration(super().convert(str(value), param, ctx))


of_environment = click.option("--env", "environment", required=True, help="The environment, such as dev.")
of_named_job = click.option("--env", "environment", help="The environment of a job that is given by its name.")
on_backend = click.option("--backend", type=MemberOf(Backend), help="Look there only; by default at both.")
for_programs = click.option("--json", "as_json", is_flag=True, help="Print for programs.")


def of_one_job(command: Callable[_P, _R]) -> Callable[_P, _R]:
    """Gives a command what names a job: ``JOB``, ``--env``, ``--backend``; and ``--json``."""
    for option in (for_programs, on_backend, of_environment, click.argument("name", metavar="JOB")):
        command = option(command)
    return command
