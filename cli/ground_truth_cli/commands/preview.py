"""``ground-truth preview``: a template as workers see it, with a real manifest line."""

import json
import webbrowser
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import click

from ground_truth.contract.errors import InputError
from ground_truth.contract.json_types import JsonObject
from ground_truth.contract.label_category_config import read_labels
from ground_truth.contract.task_types import CUSTOM, TASK_TYPES, TaskType
from ground_truth.manifests.lines import read_manifest
from ground_truth.templates.parse import Page
from ground_truth_cli.local_files import read_bytes, read_text, reading
from ground_truth_cli.local_servers.preview import serve_preview
from ground_truth_cli.local_servers.preview_session import Preview

_SIGNED_SECONDS = 3600


@click.command()
@click.argument("template", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--manifest",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Manifest of which one line is shown.",
)
@click.option("--line", "number", type=click.IntRange(min=1), default=1, show_default=True, help="Which line.")
@click.option("--labels", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Label category file.")
@click.option("--label", multiple=True, help="A label, instead of a file; may be given several times.")
@click.option(
    "--images",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with the pictures that the manifest names in S3, by their file name.",
)
@click.option(
    "--instruction-pictures",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with the pictures that the instructions show.",
)
@click.option(
    "--task-type", type=click.Choice(list(TASK_TYPES)), help="Kind of task. [what the template's element is for]"
)
@click.option(
    "--pre-annotation",
    "hook",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Python file of your own pre-annotation function, handler(event, context). [ours]",
)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port on this machine. [a free one]")
@click.option("--no-browser", is_flag=True, help="Only say the address.")
@click.option("--json", "as_json", is_flag=True, help="Print the address as JSON.")
def preview(
    template: Path,
    manifest: Path,
    number: int,
    labels: Path | None,
    label: tuple[str, ...],
    images: Path | None,
    instruction_pictures: Path | None,
    task_type: str | None,
    hook: Path | None,
    port: int,
    no_browser: bool,
    as_json: bool,
) -> None:
    """Open TEMPLATE in the browser as a worker sees it, and show what becomes of the answers.

    The page is reloaded when the file is saved. Every answer counts as another worker's; from the second on
    they are merged as the post-annotation hook does. Pictures that the manifest names by a path are taken from
    beside it; those in S3 from --images, or with your credentials. Nothing leaves this machine.
    """
    shown = Preview(
        template=template,
        line=_line(manifest, number),
        folder=manifest.resolve().parent,
        labels=read_labels(read_bytes(labels)) if labels else list(label),
        task_type=TASK_TYPES[task_type] if task_type else _type_of(read_text(template)),
        sign=_signer(),
        images=images,
        media=instruction_pictures,
        hook=hook,
    )
    with serve_preview(shown, port) as server:
        address = f"http://127.0.0.1:{server.server_port}/"
        click.echo(json.dumps({"url": address}) if as_json else f"{address} shows {template}; Ctrl-C ends it.")
        if not no_browser:
            webbrowser.open(address)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            click.echo("Ended.", err=True)


def _line(manifest: Path, number: int) -> JsonObject:
    with reading(manifest), manifest.open("rb") as file:
        line = next(islice(read_manifest(file), number - 1, None), None)
    if line is None:
        raise InputError(f"'line' should be one of the lines of {manifest}, got {number}: the manifest ends before")
    return line.content


def _type_of(template: str) -> TaskType:
    """The type whose element the template has; adjustment and verification are of the same elements."""
    page = Page(template)
    return next((kind for kind in TASK_TYPES.values() if kind.element and page.named(kind.element)), CUSTOM)


def _signer() -> Callable[[str], str]:
    """Signs addresses of S3 objects; AWS's library is loaded for the first of them."""

    def sign(uri: str) -> str:
        import boto3
        from botocore.exceptions import BotoCoreError

        from ground_truth.aws.s3 import split_uri

        bucket, key = split_uri(uri)
        try:
            client = boto3.client("s3")
            return client.generate_presigned_url(
                "get_object", Params={"Bucket": bucket, "Key": key}, ExpiresIn=_SIGNED_SECONDS
            )
        except BotoCoreError as error:
            raise InputError(
                f"{uri} cannot be shown: {error}; give its folder with --images, or credentials"
            ) from error

    return sign
