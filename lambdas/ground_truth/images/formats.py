"""What a file is, by its first bytes, and whether its name says so."""

from dataclasses import dataclass
from pathlib import PurePosixPath

from ground_truth.images import jpeg, png
from ground_truth.images.stripped import ImageRefused


@dataclass(frozen=True, kw_only=True)
class ImageFormat:
    """A kind of image file; ``pillow`` is what Pillow calls it, ``endings`` those its files may have."""

    title: str
    pillow: tuple[str, ...]
    endings: tuple[str, ...]


JPEG = ImageFormat(title="JPEG", pillow=("JPEG", "MPO"), endings=(".jpg", ".jpeg", ".jpe", ".jfif"))
PNG = ImageFormat(title="PNG", pillow=("PNG",), endings=(".png", ".apng"))
WEBP = ImageFormat(title="WebP", pillow=("WEBP",), endings=(".webp",))
TIFF = ImageFormat(title="TIFF", pillow=("TIFF",), endings=(".tif", ".tiff"))
BMP = ImageFormat(title="BMP", pillow=("BMP", "DIB"), endings=(".bmp", ".dib"))
GIF = ImageFormat(title="GIF", pillow=("GIF",), endings=(".gif",))
HEIC = ImageFormat(title="HEIC", pillow=("HEIF",), endings=(".heic", ".heif", ".hif"))
AVIF = ImageFormat(title="AVIF", pillow=("AVIF",), endings=(".avif",))

_SIGNATURES = (
    (0, jpeg.JPEG_SIGNATURE, JPEG),
    (0, png.PNG_SIGNATURE, PNG),
    (8, b"WEBP", WEBP),
    (0, b"II*\x00", TIFF),
    (0, b"MM\x00*", TIFF),
    (0, b"II+\x00", TIFF),
    (0, b"MM\x00+", TIFF),
    (0, b"BM", BMP),
    (0, b"GIF87a", GIF),
    (0, b"GIF89a", GIF),
    (4, b"ftypavif", AVIF),
    *((4, b"ftyp" + brand, HEIC) for brand in (b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1")),
)


def recognize(content: bytes, name: str) -> ImageFormat:
    """Finds a file's format by its content.

    Raises ImageRefused for an empty file, for one that is no image known here, and for one whose name ends like
    another kind of file. A name without an ending is taken as it is.
    """
    if not content:
        raise ImageRefused("empty: the file has no bytes")
    form = next((form for at, start, form in _SIGNATURES if content[at : at + len(start)] == start), None)
    if form is None:
        raise ImageRefused("not an image of a kind that can be prepared")
    ending = PurePosixPath(name).suffix.lower()
    if ending and ending not in form.endings:
        raise ImageRefused(f"wrongly named: it ends in {ending} but is a {form.title} file")
    return form
