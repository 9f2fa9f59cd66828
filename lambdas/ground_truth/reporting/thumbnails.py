"""Small copies of images, read from S3 or from a folder; one that cannot be had is told with the reason."""

import base64
import io
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from PIL import Image, ImageOps

from ground_truth.aws.s3 import split_uri
from ground_truth.contract.errors import InputError
from ground_truth.images.limits import MOST_BYTES, MOST_PIXELS

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

SIDE = 640
_QUALITY = 72
_FORMATS = ("JPEG", "PNG", "WEBP")
# Pictures as wide as this beside their height are cut by no one; more than that is a mistake or a trap.
_MOST_RATIO = 8
# How far the shape may differ from that of the label, which is rounded to pixels.
_SAME_SHAPE = 0.02


class Thumbnail(NamedTuple):
    """A picture to draw on; ``image`` is a data: address, empty for a plain canvas, and then ``missing`` says why."""

    width: int
    height: int
    image: str = ""
    missing: str = ""


class Missing(InputError):
    """An image that cannot be had, and why in words."""


@dataclass
class Thumbnails:
    """Makes small copies; ``folder`` holds the images by file name, by default they are read where they are said to be.

    ``client`` reads S3. A bucket that refuses once is not asked again.
    """

    client: "S3Client"
    folder: str | None = None
    refused: dict[str, str] = field(default_factory=dict)

    def make(self, uri: str, size: tuple[int, int] | None, overlay: bytes | None = None) -> Thumbnail:
        """A small copy of an image with a mask over it, or a plain canvas of its ``size``, if that is known."""
        try:
            return _small(self._read(uri), size, overlay)
        except Missing as missing:
            return _canvas(size, str(missing))

    def _read(self, uri: str) -> bytes:
        if self.folder is None:
            if not uri.startswith("s3://"):
                raise Missing("its address is not in S3")
            return self._read_s3(uri)
        if self.folder.startswith("s3://"):
            return self._read_s3(f"{self.folder.rstrip('/')}/{PurePosixPath(uri).name}")
        return _first_file(_places(Path(self.folder), uri))

    def _read_s3(self, uri: str) -> bytes:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            bucket, key = split_uri(uri)
        except InputError as error:
            raise Missing("its address is not in S3") from error
        if bucket in self.refused:
            raise Missing(self.refused[bucket])
        try:
            content: bytes = self.client.get_object(Bucket=bucket, Key=key)["Body"].read(MOST_BYTES + 1)
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            if code in ("NoSuchKey", "404"):
                raise Missing("it is not in S3 any more") from error
            self.refused[bucket] = f"S3 refuses it ({code}): have read access, or give a folder with --images"
            raise Missing(self.refused[bucket]) from error
        except BotoCoreError as error:
            self.refused[bucket] = "S3 cannot be reached: sign in to AWS, or give a folder with --images"
            raise Missing(self.refused[bucket]) from error
        return _not_too_long(content)


def _places(folder: Path, uri: str) -> Iterator[Path]:
    """Where an image may lie in a folder: with as many of its own folders before it as there are."""
    parts = re.sub(r"^\w+://[^/]*/", "", uri).split("/")
    # An address must not lead out of the folder.
    parts = [part for part in parts if part.strip(". ") and "\0" not in part and "\\" not in part]
    for start in range(max(len(parts) - 10, 0), len(parts)):
        yield folder.joinpath(*parts[start:])


def _first_file(paths: Iterator[Path]) -> bytes:
    for path in paths:
        # Names come from the manifest: what no file can be called is not there either.
        with suppress(OSError, ValueError), path.open("rb") as file:
            return _not_too_long(file.read(MOST_BYTES + 1))
    raise Missing("it is not in the folder of --images")


def _not_too_long(content: bytes) -> bytes:
    if len(content) > MOST_BYTES:
        raise Missing(f"it has more than {MOST_BYTES // 1_000_000} MB")
    return content


def _small(content: bytes, size: tuple[int, int] | None, overlay: bytes | None) -> Thumbnail:
    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise Missing("it has too many pixels")
            image.draft("RGB", (2 * SIDE, 2 * SIDE))
            image.thumbnail((2 * SIDE, 2 * SIDE))
            # Workers saw it as browsers show it: turned as the camera said.
            upright = ImageOps.exif_transpose(image).convert("RGB")
    except (OSError, SyntaxError, ValueError, EOFError, MemoryError, Image.DecompressionBombError) as error:
        raise Missing("it cannot be decoded") from error
    small = upright.resize(_fit(upright.size))
    if size and abs(small.width / small.height - size[0] / size[1]) > _SAME_SHAPE * size[0] / size[1]:
        raise Missing("the picture found has another shape than the labeled one")
    if overlay:
        _lay_over(small, overlay)
    stream = io.BytesIO()
    small.save(stream, "WEBP", quality=_QUALITY)
    return Thumbnail(*small.size, f"data:image/webp;base64,{base64.b64encode(stream.getvalue()).decode()}")


def _lay_over(picture: Image.Image, mask: bytes) -> None:
    """Shows a mask's areas in its own colours, with the picture through them."""
    with Image.open(io.BytesIO(mask), formats=["PNG"]) as image:
        classes = image.resize(picture.size, Image.Resampling.NEAREST)
    # Where the mask has a class at all; 0 is the background.
    shape = Image.frombytes("L", classes.size, classes.tobytes()).point([0] + [150] * 255)
    picture.paste(classes.convert("RGB"), (0, 0), shape)


def _canvas(size: tuple[int, int] | None, missing: str) -> Thumbnail:
    return Thumbnail(*_fit(size or (4, 3)), missing=missing)


def _fit(size: tuple[int, int]) -> tuple[int, int]:
    """The size in which a picture is shown, at least a strip of it whatever its shape."""
    width, height = (max(side, 1) for side in size)
    ratio = min(max(width / height, 1 / _MOST_RATIO), _MOST_RATIO)
    return (SIDE, round(SIDE / ratio)) if ratio >= 1 else (round(SIDE * ratio), SIDE)
