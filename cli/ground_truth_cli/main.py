"""The ``ground-truth`` command: one module per subcommand, registered here."""

import click

from ground_truth_cli.errors import PlainErrors
from ground_truth_cli.manifest import manifest
from ground_truth_cli.prepare import prepare
from ground_truth_cli.template import template


@click.group(cls=PlainErrors, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="cdk-ground-truth")
def main() -> None:
    """Have images labeled by people: prepare, check, start, watch and merge labeling jobs."""


main.add_command(manifest)
main.add_command(prepare)
main.add_command(template)
