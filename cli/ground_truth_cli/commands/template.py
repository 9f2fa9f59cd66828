"""``ground-truth template``: worker templates."""

from pathlib import Path

import click

from ground_truth.contract.task_types import CUSTOM, TASK_TYPES
from ground_truth.tasks.examples import example_input_of_type
from ground_truth.templates.check import check_template
from ground_truth_cli.local_files import read_text
from ground_truth_cli.terminal.findings import print_findings


@click.group()
def template() -> None:
    """Worker templates: what people see."""


@template.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--task-type",
    type=click.Choice(list(TASK_TYPES)),
    default=CUSTOM.key,
    show_default=True,
    help="The kind of task that the template is for.",
)
@click.option("--json", "as_json", is_flag=True, help="Print findings for machines.")
def check(file: Path, task_type: str, as_json: bool) -> None:
    """Checks a template before a worker meets it, and renders it for an example object."""
    chosen = TASK_TYPES[task_type]
    text = read_text(file)
    print_findings(check_template(text, task_type=chosen, task_input=example_input_of_type(chosen)), as_json=as_json)
