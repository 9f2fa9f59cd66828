"""Opens the street task in the browser, to label a rendered scene by hand. Run with `make label`."""

import json
import shutil
import sys
from pathlib import Path

from examples.street.photos import rendered_photos
from examples.street.task import PICTURES, STREET
from ground_truth.label_categories import label_category_config
from ground_truth.templates import generate_template
from ground_truth_cli.main import main

OUTPUT = Path("demo-output", "label")
SCENES = 3


def write(folder: Path) -> list[str]:
    """Writes scenes, manifest, template and labels; returns the arguments of the command that opens them."""
    shutil.rmtree(folder, ignore_errors=True)
    images = folder / "images"
    images.mkdir(parents=True)
    photos = list(rendered_photos(SCENES))
    for photo in photos:
        (images / photo.name).write_bytes(photo.content)
    lines = (json.dumps({"source-ref": f"images/{photo.name}"}) + "\n" for photo in photos)
    template, manifest, labels = folder / "page.liquid.html", folder / "input.manifest", folder / "labels.json"
    manifest.write_text("".join(lines))
    template.write_text(generate_template(STREET))
    labels.write_text(json.dumps(label_category_config(STREET.labels)))
    options = {"--manifest": manifest, "--labels": labels, "--instruction-pictures": PICTURES}
    return ["preview", str(template), *(text for pair in options.items() for text in map(str, pair))]


if __name__ == "__main__":
    main([*write(OUTPUT), *sys.argv[1:]])
