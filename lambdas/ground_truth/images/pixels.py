"""Pixels in and out: Pillow decodes and encodes, and every error of it becomes a reason."""

import contextlib
import importlib
import io
import math
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypedDict

from PIL import Image, ImageCms, ImageOps

from ground_truth.images.formats import HEIC, ImageFormat
from ground_truth.images.stripped import DetectionFailed, ImageRefused

_ORIENTATION = 0x0112
_CONVERTED_QUALITY = 95
# Pillow's numbers for the sampling factors of the components; any other keeps all colour, which is 0.
_HALF, _QUARTER = ((2, 1), (1, 1), (1, 1)), ((2, 2), (1, 1), (1, 1))
_SUBSAMPLING: dict[tuple[tuple[int, ...], ...], int] = {_HALF: 1, _QUARTER: 2}
# Orientations that swap width and height.
SIDEWAYS = (5, 6, 7, 8)


class JpegSettings(TypedDict, total=False):
    """What Pillow is told about a JPEG file; what is not named is as Pillow does it."""

    qtables: list[list[int]]
    subsampling: int
    quality: int


@dataclass(frozen=True, kw_only=True)
class Encoding:
    """How to write a picture: as JPEG with these settings, or as PNG; ``profile`` is its colour profile."""

    jpeg: JpegSettings | None = None
    profile: bytes | None = field(default=None, repr=False)

    @property
    def ending(self) -> str:
        """The ending of such a file."""
        return "jpg" if self.jpeg else "png"


@contextlib.contextmanager
def opened(content: bytes, form: ImageFormat) -> Iterator[Image.Image]:
    """Opens a picture without decoding it.

    Raises ImageRefused, here and for whatever goes wrong while it is used: a decoder fed with damaged files fails
    in any way, and none may stop a run.
    """
    _add_plugin(form)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(content), formats=form.pillow) as image:
                yield image
    except (ImageRefused, DetectionFailed):
        raise
    except Image.DecompressionBombError as error:
        raise ImageRefused("too many pixels to open safely: a decompression bomb") from error
    except MemoryError as error:
        raise ImageRefused("too large for this machine's memory") from error
    except Exception as error:
        raise ImageRefused(f"broken: it cannot be decoded ({str(error) or type(error).__name__})") from error


def orientation_of(image: Image.Image) -> int:
    """How the picture is to be turned, 1 to 8 as EXIF counts; from wherever the file says so, 1 if nowhere."""
    try:
        orientation = image.getexif().get(_ORIENTATION, 1)
    except Exception:
        # Unreadable metadata turns no picture in any viewer.
        return 1
    return orientation if orientation in range(1, 9) else 1


def decode(image: Image.Image, most_pixels: int) -> None:
    """Decodes a picture; a JPEG that is far larger than wanted is decoded to a fraction of its size at once."""
    factor = math.sqrt(most_pixels / (image.width * image.height))
    if factor < 1:
        image.draft(None, (int(image.width * factor), int(image.height * factor)))
    image.load()


def kept_encoding(image: Image.Image, profile: bytes | None, orientation: int) -> Encoding:
    """The encoding of a JPEG or PNG file itself, so that writing it again loses as little as can be."""
    tables: dict[int, Sequence[int]] | None = getattr(image, "quantization", None)
    if not tables:
        return Encoding(profile=profile)
    sideways = orientation in SIDEWAYS
    layers: Sequence[tuple[int, int, int, int]] = getattr(image, "layer", [])
    qtables = [_turned(tables[number]) if sideways else list(tables[number]) for *_, number in layers]
    sampling = tuple(layer[1:3] for layer in layers)
    # Half colour lies the other way after a turn, which Pillow cannot write: then all of it is kept.
    subsampling = _SUBSAMPLING.get(sampling, 0) if not sideways or sampling == _QUARTER else 0
    return Encoding(jpeg={"qtables": qtables, "subsampling": subsampling}, profile=profile)


def converted_encoding(image: Image.Image, *, lossy: bool, profile: bytes | None) -> Encoding:
    """The encoding of a picture from another format: JPEG if that was lossy and has no transparency, else PNG."""
    if lossy and image.mode in ("L", "RGB"):
        return Encoding(jpeg={"quality": _CONVERTED_QUALITY, "subsampling": 0}, profile=profile)
    return Encoding(profile=profile)


def for_screens(image: Image.Image) -> Image.Image:
    """The first frame in a mode that JPEG or PNG files and browsers share.

    Raises ImageRefused for pictures of measured values, whose brightness no screen defines.
    """
    if image.mode in ("F", "I"):
        raise ImageRefused("of measured values, not colours: scale them to 8 or 16 bits first")
    if image.mode.startswith("I;16"):
        return image.convert("I;16")
    if image.mode in ("L", "RGB", "RGBA"):
        return image
    if image.mode in ("1", "La", "LA", "PA", "RGBa"):
        return image.convert("L" if image.mode == "1" else "RGBA")
    if image.mode == "P":
        return image.convert("RGBA" if "transparency" in image.info else "RGB")
    return _to_rgb(image)


def upright(image: Image.Image, orientation: int) -> Image.Image:
    """The picture as its viewers see it."""
    turns = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_270,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_90,
    }
    return image.transpose(turns[orientation]) if orientation in turns else image


def shrunk(image: Image.Image, most_pixels: int) -> Image.Image:
    """The picture in the same proportions with at most so many pixels; never larger than it was."""
    factor = math.sqrt(most_pixels / (image.width * image.height))
    if factor >= 1:
        return image
    if image.mode == "P":
        image = for_screens(image)
    size = max(1, int(image.width * factor)), max(1, int(image.height * factor))
    return ImageOps.contain(image, size, Image.Resampling.LANCZOS)


def encode(image: Image.Image, encoding: Encoding) -> bytes:
    """Writes a picture; of what Pillow remembers of the original only transparency and profile go along."""
    remembered, image.info = image.info, {}
    transparency = {name: value for name, value in remembered.items() if name == "transparency"}
    target = io.BytesIO()
    try:
        if encoding.jpeg:
            image.save(target, "JPEG", icc_profile=encoding.profile, **encoding.jpeg)
        else:
            image.save(target, "PNG", icc_profile=encoding.profile, **transparency)
    finally:
        image.info = remembered
    return target.getvalue()


def _turned(table: Sequence[int]) -> list[int]:
    return [table[8 * column + row] for row in range(8) for column in range(8)]


def _to_rgb(image: Image.Image) -> Image.Image:
    profile = image.info.pop("icc_profile", None)
    if image.mode == "CMYK" and profile:
        with contextlib.suppress(ImageCms.PyCMSError, OSError):
            standard = ImageCms.createProfile("sRGB")
            turned = ImageCms.profileToProfile(image, io.BytesIO(profile), standard, outputMode="RGB")
            if turned is not None:
                return turned
    return image.convert("RGB")


def _add_plugin(form: ImageFormat) -> None:
    if form is not HEIC or "HEIF" in Image.OPEN:
        return
    try:
        importlib.import_module("pillow_heif").register_heif_opener()
    except ImportError as error:
        raise ImageRefused("of the format HEIC, for which nothing is installed: pip install pillow-heif") from error
