"""``ground-truth portal``: the workers' page of an environment that does not host it."""

import json
import webbrowser

import click

from ground_truth_cli.account.deployment import find_deployment
from ground_truth_cli.backends.deployed_engine import find_engine
from ground_truth_cli.local_servers.portal import serve_portal
from ground_truth_cli.local_servers.portal_origins import portal_origins


@click.command()
@click.option("--env", "environment", required=True, help="The environment, such as local.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port on this machine. [a free one]")
@click.option("--no-browser", is_flag=True, help="Only say the address.")
@click.option("--json", "as_json", is_flag=True, help="Print the address as JSON.")
def portal(environment: str, port: int, no_browser: bool, as_json: bool) -> None:
    """Open the workers' page: the hosted one, or one that is served from this machine while the command runs."""
    deployment = find_deployment(environment)
    engine = find_engine(deployment)
    if engine.portal_url:
        _tell(engine.portal_url, as_json, f"{engine.portal_url} is the workers' page of {environment}.")
        if not no_browser:
            webbrowser.open(engine.portal_url)
        return
    with serve_portal(portal_origins(deployment, engine), port) as server:
        address = f"http://127.0.0.1:{server.server_port}/"
        _tell(address, as_json, f"{address} is the workers' page of {environment}; Ctrl-C ends it.")
        if not no_browser:
            webbrowser.open(address)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            click.echo("Ended.", err=True)


def _tell(address: str, as_json: bool, words: str) -> None:
    click.echo(json.dumps({"url": address}) if as_json else words)
