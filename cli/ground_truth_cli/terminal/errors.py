"""Errors in plain words: people see a sentence, never a stack trace."""

import sys
from typing import Any

import click

from ground_truth.contract.errors import GroundTruthError


class PlainErrors(click.Group):
    """A command group whose commands end with a sentence and status 1 when something is wrong."""

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command; what it refuses or AWS refuses becomes one line."""
        try:
            return super().invoke(ctx)
        except _told_in_plain_words() as error:
            raise click.ClickException(str(error)) from error


def _told_in_plain_words() -> tuple[type[Exception], ...]:
    # AWS can have refused something only if its library is loaded; loading it takes longer than some commands.
    aws = sys.modules.get("botocore.exceptions")
    ours = (GroundTruthError, ValueError, OSError)
    return (*ours, aws.BotoCoreError, aws.ClientError) if aws else ours
