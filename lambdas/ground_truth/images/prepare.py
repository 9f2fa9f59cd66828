"""One file made ready for labeling (contract sections 2.2 and 2.3)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from ground_truth.contract.errors import InputError
from ground_truth.images import formats
from ground_truth.images.formats import ImageFormat
from ground_truth.images.jpeg import strip_jpeg
from ground_truth.images.limits import MOST_BYTES, MOST_PIXELS
from ground_truth.images.png import strip_png
from ground_truth.images.stripped import DetectionFailed, FileParts, ImageRefused, StrippedImage

# Pillow, which takes longer to load than some folders to prepare, is for pictures that must be decoded.
if TYPE_CHECKING:
    from PIL import Image

    from ground_truth.images import pixels
    from ground_truth.images.redact import Detector, PictureRegion

# Pillow opens no larger picture either.
_MOST_DECODED_PIXELS = 178_000_000
# Modes that stay what they are, and with them the profile that describes their colours.
_PROFILED = ("L", "RGB", "RGBA", "P")


@dataclass(frozen=True, kw_only=True)
class Options:
    """How files are prepared.

    Pictures over the contract's limits, or over ``max_pixels`` if that is less, are refused unless
    ``downscale``. ``keep_format`` refuses what is neither JPEG nor PNG instead of converting it.
    Raises InputError unless ``max_pixels`` is between 1 and the contract's 100 million.
    """

    keep_format: bool = False
    downscale: bool = False
    max_pixels: int = MOST_PIXELS

    def __post_init__(self) -> None:
        if not 1 <= self.max_pixels <= MOST_PIXELS:
            raise InputError(
                f"'max_pixels' should be between 1 and {MOST_PIXELS:,}, got {self.max_pixels:,}: "
                "labeling takes no larger pictures (contract section 2.3)"
            )


class Change(StrEnum):
    """What is done to a picture beyond removing metadata; the values are in the summary and the journal of a run."""

    UPRIGHTED = "uprighted"
    CONVERTED = "converted"
    DOWNSCALED = "downscaled"
    REDACTED = "redacted"


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A picture without metadata, upright and within the limits.

    ``ending`` is "jpg" or "png". ``redacted_regions`` is how many places were made unrecognizable; None where none
    were looked for. ``pieces`` one after the other are the file's ``content``.
    """

    pieces: FileParts
    ending: str
    width: int
    height: int
    changes: tuple[Change, ...] = ()
    redacted_regions: int | None = None

    @property
    def content(self) -> bytes:
        """The file in one."""
        return b"".join(self.pieces)

    @property
    def size(self) -> int:
        """The length of the file in bytes."""
        return sum(map(len, self.pieces))


@dataclass(frozen=True, kw_only=True)
class Rejected:
    """A file that cannot be used, with the reason in plain words."""

    reason: str


def prepare_image(
    content: bytes, *, name: str, options: Options | None = None, detect: "Detector | None" = None
) -> Prepared | Rejected:
    """Prepares one file: never raises for what the file contains.

    Upright JPEG and PNG pictures are not encoded again: their pixels are what they were. ``detect`` finds
    what is to be made unrecognizable.
    Raises DetectionFailed if it does not answer.
    """
    try:
        return _prepare(content, name, options or Options(), detect)
    except ImageRefused as refused:
        return Rejected(reason=str(refused))


def _prepare(content: bytes, name: str, options: Options, detect: "Detector | None") -> Prepared:
    form = formats.recognize(content, name)
    clean = _strip(content, form)
    if clean is None and options.keep_format:
        raise ImageRefused(f"of the format {form.title}, which labeling does not take and which is to be kept")
    stays = clean and clean.width * clean.height <= options.max_pixels and clean.size <= MOST_BYTES and detect is None
    if clean and stays and clean.upright:
        return _as_it_is(clean, form)
    from ground_truth.images import pixels

    with pixels.opened(content, form) as image:
        _check_size(image.width, image.height, options)
        orientation = pixels.orientation_of(image)
        if clean and stays and orientation == 1:
            return _as_it_is(clean, form)
        if clean and clean.size > MOST_BYTES and not options.downscale:
            raise _too_many_bytes(clean.size)
        return _rewrite(content, image, form, clean, orientation, options, detect)


def _as_it_is(clean: StrippedImage, form: ImageFormat) -> Prepared:
    ending = "png" if form is formats.PNG else "jpg"
    return Prepared(pieces=clean.pieces, ending=ending, width=clean.width, height=clean.height)


def _strip(content: bytes, form: ImageFormat) -> StrippedImage | None:
    if form is formats.JPEG:
        return strip_jpeg(content)
    return strip_png(content, most_pixels=_MOST_DECODED_PIXELS) if form is formats.PNG else None


def _check_size(width: int, height: int, options: Options) -> None:
    if width * height > _MOST_DECODED_PIXELS:
        raise ImageRefused(f"too many pixels to open safely: {width} x {height}")
    if width * height > options.max_pixels and not options.downscale:
        raise ImageRefused(
            f"too large: {width} x {height} is more than {options.max_pixels:,} pixels; downscaling was not asked for"
        )


def _too_many_bytes(size: int) -> ImageRefused:
    return ImageRefused(f"too large: {size:,} bytes are more than {MOST_BYTES:,}; downscaling was not asked for")


def _rewrite(
    content: bytes,
    image: "Image.Image",
    form: ImageFormat,
    clean: StrippedImage | None,
    orientation: int,
    options: Options,
    detect: "Detector | None",
) -> Prepared:
    """Decodes the picture once, changes what must be changed, and encodes it once."""
    from ground_truth.images import pixels
    from ground_truth.images.redact import redacted

    changes = []
    redacted_regions: int | None = None
    before = image.size[::-1] if orientation in pixels.SIDEWAYS else image.size
    if clean:
        encoding = pixels.kept_encoding(image, clean.profile, orientation)
        pixels.decode(image, options.max_pixels)
        picture = image
    else:
        image.load()
        # Some decoders turn the picture themselves while they load it.
        orientation = pixels.orientation_of(image)
        before = image.size[::-1] if orientation in pixels.SIDEWAYS else image.size
        profile = image.info.get("icc_profile") if image.mode in _PROFILED else None
        picture = pixels.for_screens(image)
        encoding = pixels.converted_encoding(picture, lossy=_is_lossy(content, form), profile=profile)
        changes.append(Change.CONVERTED)
    if orientation != 1:
        picture = pixels.upright(picture, orientation)
        changes.append(Change.UPRIGHTED)
    if detect:
        boxes = _detected(pixels.for_screens(picture), detect)
        picture = redacted(pixels.for_screens(picture) if boxes else picture, boxes)
        redacted_regions = len(boxes)
        changes.append(Change.REDACTED)
    written, picture = _written(picture, encoding, options)
    if picture.width * picture.height < before[0] * before[1]:
        changes.append(Change.DOWNSCALED)
    return Prepared(
        pieces=written,
        ending=encoding.ending,
        width=picture.width,
        height=picture.height,
        changes=tuple(changes),
        redacted_regions=redacted_regions,
    )


def _detected(picture: "Image.Image", detect: "Detector") -> "Sequence[PictureRegion]":
    try:
        return detect(picture)
    except Exception as error:
        raise DetectionFailed(f"nothing could be detected: {error}") from error


def _written(picture: "Image.Image", encoding: "pixels.Encoding", options: Options) -> tuple[FileParts, "Image.Image"]:
    """The picture within the limits of pixels and bytes, and what was written."""
    from ground_truth.images import pixels

    picture = pixels.shrunk(picture, options.max_pixels)
    while True:
        raw = pixels.encode(picture, encoding)
        # The same sieve as for every other file, so that no encoder's own marks get through.
        clean = strip_jpeg(raw) if encoding.jpeg else strip_png(raw, most_pixels=_MOST_DECODED_PIXELS)
        if clean.size <= MOST_BYTES:
            return clean.pieces, picture
        if not options.downscale:
            raise _too_many_bytes(clean.size)
        share = 0.9 * MOST_BYTES / clean.size
        picture = pixels.shrunk(picture, max(1, math.floor(picture.width * picture.height * share)))


def _is_lossy(content: bytes, form: ImageFormat) -> bool:
    if form is formats.WEBP:
        return b"VP8 " in content and b"VP8L" not in content
    return form in (formats.HEIC, formats.AVIF)
