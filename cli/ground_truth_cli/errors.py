"""Errors in plain words: people see a sentence, never a stack trace."""

from typing import Any

import click
from botocore.exceptions import BotoCoreError, ClientError


class PlainErrors(click.Group):
    """A command group whose commands end with a sentence and status 1 when something is wrong."""

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command; what it refuses or AWS refuses becomes one line."""
        try:
            return super().invoke(ctx)
        except (ValueError, OSError, BotoCoreError, ClientError) as error:
            raise click.ClickException(str(error)) from error
