"""The ``ground-truth`` command: one module per subcommand, named after it."""

import importlib

import click

from ground_truth_cli.terminal.errors import DEBUG, PlainErrors

# Loaded when called: what one command needs, such as boto3, the others need not wait for.
COMMANDS = (
    "consolidate",
    "doctor",
    "estimate",
    "export",
    "list",
    "manifest",
    "portal",
    "prepare",
    "preview",
    "report",
    "request",
    "results",
    "retry",
    "start",
    "status",
    "stop",
    "template",
    "workers",
)

# List is a word of Python's.
_FUNCTIONS = {"list": "list_jobs"}


class Commands(PlainErrors):
    """The subcommands, each in the module of its name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, as the help lists them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Loads a command; None if there is none of the name."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"ground_truth_cli.commands.{cmd_name}")
        command: click.Command = getattr(module, _FUNCTIONS.get(cmd_name, cmd_name))
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="cdk-ground-truth")
@click.option(f"--{DEBUG}", is_flag=True, help="Show where an error comes from.")
def main(debug: bool) -> None:
    """Have images labeled by people: prepare photos, check, estimate and request labeling jobs, and merge answers."""
