"""Errors in plain words: what people can put right is a sentence, and everything else says that it is our mistake."""

import errno
import sys
import traceback

import click

from ground_truth.contract.errors import GroundTruthError

DEBUG = "debug"


class PlainErrors(click.Group):
    """A command group whose commands end with a sentence and status 1 when something is wrong.

    Errors of our own tree and AWS's say what they have to say. Any other is a mistake of the program, and the sentence
    says so and how to report it. With ``--debug`` every error shows where it comes from, too.
    """

    def invoke(self, ctx: click.Context) -> object:
        """Runs the command; an error becomes one line."""
        try:
            return super().invoke(ctx)
        except (click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            if isinstance(error, OSError) and error.errno == errno.EPIPE:
                # Whoever read the output has read enough, which click ends without a word.
                raise
            if ctx.params.get(DEBUG):
                traceback.print_exception(error)
            if isinstance(error, click.ClickException):
                raise
            raise click.ClickException(_sentence(error)) from error


def _sentence(error: Exception) -> str:
    if isinstance(error, (GroundTruthError, *_aws_errors())):
        return str(error)
    name = type(error).__name__
    return (
        f"this is a mistake of the program, not yours ({name}: {error}): please report it as an issue of "
        "cdk-ground-truth, with what the same command prints as 'ground-truth --debug ...'"
    )


def _aws_errors() -> tuple[type[Exception], ...]:
    # AWS can have refused something only if its library is loaded; loading it takes longer than some commands.
    botocore, boto3 = sys.modules.get("botocore.exceptions"), sys.modules.get("boto3.exceptions")
    return (
        *((botocore.BotoCoreError, botocore.ClientError) if botocore else ()),
        *((boto3.Boto3Error,) if boto3 else ()),
    )
