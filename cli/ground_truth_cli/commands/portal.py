"""``ground-truth portal``: the workers' page of an environment that does not host it."""

import json
import webbrowser
from urllib.parse import urlsplit

import click
from botocore.config import Config

from ground_truth.engine.description import EngineDescription
from ground_truth_cli.account.deployment import Deployment, find_deployment
from ground_truth_cli.backends.deployed_engine import find_engine
from ground_truth_cli.local_servers.portal import Behind, serve


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
    with serve(behind(deployment, engine), port) as server:
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


def behind(deployment: Deployment, engine: EngineDescription) -> Behind:
    """What the page of an environment needs from this machine."""
    # Signed as the worker API signs.
    config = Config(
        signature_version="s3v4", s3={"addressing_style": "virtual", "us_east_1_regional_endpoint": "regional"}
    )
    s3 = deployment.client("s3", config=config)

    def address(bucket: str) -> str:
        signed: str = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "any"})
        return signed.partition("/any?")[0]

    tasks = deployment.tasks.values()
    media = {task.instruction_media: address(_bucket_of(task.instruction_media)) for task in tasks}
    buckets = {address(task.training_bucket) for task in tasks} | set(media.values())
    return Behind(
        api_url=engine.api_url,
        cognito_url=deployment.client("cognito-idp").meta.endpoint_url,
        client=engine.client,
        files=tuple(sorted({"{0.scheme}://{0.netloc}".format(urlsplit(bucket)) for bucket in buckets})),
        renamed={public: here for public, here in media.items() if public.startswith("https://") and public != here},
    )


def _bucket_of(media: str) -> str:
    """The bucket of instruction media, given as S3 URI or by its public address."""
    place = urlsplit(media)
    return place.netloc if place.scheme == "s3" else place.netloc.partition(".s3")[0]
