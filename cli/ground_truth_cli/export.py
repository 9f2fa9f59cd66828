"""``ground-truth export``: a job's labels in the form that another tool reads."""

import io
import json
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

import click

from ground_truth.exports import FORMATS, exporter
from ground_truth.exports.selection import Selection, select
from ground_truth.job_folder import manifest_of
from ground_truth.label_categories import read_labels
from ground_truth.manifest import read_manifest
from ground_truth.output_manifest import label_attributes, read_output_manifest
from ground_truth_cli.job_source import content_of, folder_of


@click.command()
@click.argument("source")
@click.option("--format", "form", required=True, type=click.Choice(FORMATS), help="What to write.")
@click.option(
    "--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder for the files; a new one."
)
@click.option(
    "--min-confidence",
    type=click.FloatRange(0, 1),
    default=0.0,
    show_default=True,
    help="Drop boxes and classes below it. With one worker an object, every confidence is 0.",
)
@click.option("--label-attribute", metavar="NAME", help="Which label, where the manifest has several.")
@click.option("--labels", metavar="FILE", help="Label category file, for the classes that no image has.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def export(
    source: str,
    form: str,
    out: Path,
    min_confidence: float,
    label_attribute: str | None,
    labels: str | None,
    as_json: bool,
) -> None:
    """Write a job's labels for a training or labeling tool.

    SOURCE is the job's folder, <output path>/<job name>, or an output manifest; both in S3 or on this machine.
    Boxes can be written in every format, classes and sets of classes for labelstudio. Objects that failed or
    have no label are left out and counted.
    """
    content = _manifest(source)
    attribute = label_attribute or _only_attribute(content)
    known = read_labels(content_of(labels)) if labels else ()
    selection = select(
        read_output_manifest(io.BytesIO(content), attribute), min_confidence=min_confidence, labels=known
    )
    if not selection.images:
        raise ValueError(f"there is nothing to export under '{attribute}': {_left_out(selection)}")
    files = exporter(form)(selection.images, selection.classes)
    _write(files, out)
    summary = {
        "format": form,
        "label_attribute": attribute,
        "images": len(selection.images),
        "classes": list(selection.classes),
        "failed": selection.failed,
        "unlabeled": selection.unlabeled,
        "dropped": selection.dropped,
        "files": len(files),
        "out": str(out),
    }
    if as_json:
        click.echo(json.dumps(summary, indent=2, ensure_ascii=False))
        return
    click.echo(f"{len(selection.images)} images with {len(selection.classes)} classes written to {out}/ as {form}.")
    click.echo(f"Left out: {_left_out(selection)}.")


def _left_out(selection: Selection) -> str:
    return (
        f"{selection.failed} objects that failed, {selection.unlabeled} without a label, "
        f"{selection.dropped} boxes or classes of too little confidence"
    )


def _manifest(source: str) -> bytes:
    """The manifest that is given, or that of the job whose folder is given."""
    if source.endswith(".manifest") or Path(source).is_file():
        return content_of(source)
    found = manifest_of(folder_of(source))
    if found is None:
        raise ValueError(
            f"'source' should be a job's folder or an output manifest, got {source!r}: "
            "it has no manifests/output/output.manifest"
        )
    return found


def _only_attribute(manifest: bytes) -> str:
    attributes = {attribute for record in read_manifest(io.BytesIO(manifest)) for attribute in label_attributes(record)}
    if len(attributes) != 1:
        found = f"has {', '.join(sorted(attributes))}" if attributes else "has none"
        raise ValueError(f"the manifest should have one label, and {found}: choose with --label-attribute")
    return attributes.pop()


def _write(files: Mapping[str, str], out: Path) -> None:
    """Writes all files or none; what another export left would be taken for this one's."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ValueError(f"'out' should be a new or an empty folder, got {str(out)!r}: it has files already")
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent) as scratch:
        for name, text in files.items():
            path = Path(scratch, "export", name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        if out.is_dir():
            out.rmdir()
        shutil.move(Path(scratch, "export"), out)
