"""The ``ground-truth`` command: one module per subcommand, registered here."""

import click

from ground_truth_cli.consolidate import consolidate
from ground_truth_cli.doctor import doctor
from ground_truth_cli.errors import PlainErrors
from ground_truth_cli.estimate import estimate
from ground_truth_cli.manifest import manifest
from ground_truth_cli.prepare import prepare
from ground_truth_cli.request import request
from ground_truth_cli.template import template


@click.group(cls=PlainErrors, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="cdk-ground-truth")
def main() -> None:
    """Have images labeled by people: prepare photos, check, estimate and request labeling jobs, and merge answers."""


main.add_command(consolidate)
main.add_command(doctor)
main.add_command(estimate)
main.add_command(request)
main.add_command(manifest)
main.add_command(prepare)
main.add_command(template)
