"""Prints findings: one line each for people, one JSON object for machines."""

import json
from collections.abc import Iterable

import click

from ground_truth.contract.findings import Finding, Level

_MARKS = {
    Level.OK: click.style("ok     ", fg="green"),
    Level.WARNING: click.style("warning", fg="yellow"),
    Level.PROBLEM: click.style("problem", fg="red"),
}


def print_findings(findings: Iterable[Finding], *, as_json: bool) -> None:
    """Prints findings as they come and exits with status 1 if one is a problem."""
    reported = []
    for finding in findings:
        reported.append(finding)
        if not as_json:
            where = f"{finding.where}: " if finding.where else ""
            click.echo(f"{_MARKS[finding.level]}  {where}{finding.fact}")
            if finding.fix and finding.level is not Level.OK:
                click.echo(f"         -> {finding.fix}")
    if as_json:
        click.echo(json.dumps([finding.as_json() for finding in reported], indent=2, ensure_ascii=False))
    if any(finding.level is Level.PROBLEM for finding in reported):
        raise SystemExit(1)
