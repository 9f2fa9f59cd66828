"""Which image is meant by which file of an export."""

import csv
import io
from collections.abc import Iterable

from ground_truth.exports.selection import Selected


def image_table(images: Iterable[Selected]) -> str:
    """A table of every image's address and the name that its file needs, as two may share a name in the bucket."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("image", "file"))
    writer.writerows((image.uri, image.unique_name) for image in images)
    return text.getvalue()
