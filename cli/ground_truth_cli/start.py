"""Starts the ``ground-truth`` command, or says what is missing for it."""

import sys


def main() -> None:
    """Runs the command; a wheel installed without the extra for it says so in a sentence."""
    try:
        from ground_truth_cli.main import main as command
    except ModuleNotFoundError as error:
        sys.exit(f"the ground-truth command needs '{error.name}': pip install 'cdk-ground-truth[cli]'")
    command()
