"""What becomes of one file: turned, converted, shrunk, made unrecognizable, or refused with a reason."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageOps
from PIL.JpegImagePlugin import JpegImageFile

from ground_truth.contract.errors import InputError
from ground_truth.images import prepare
from ground_truth.images.dataset import image_name
from ground_truth.images.prepare import Change, Options, Prepared, Rejected, prepare_image
from ground_truth.images.redact import PictureRegion
from tests.images.samples import chunk, jpeg_bytes, loaded_jpeg, loaded_png, picture, png_bytes
from tests.images.test_metadata import pixels, prepared


def saved(image: Image.Image, form: str, **options: object) -> bytes:
    target = io.BytesIO()
    image.save(target, form, **options)
    return target.getvalue()


def reason(content: bytes, name: str, options: Options | None = None) -> str:
    result = prepare_image(content, name=name, options=options)
    assert isinstance(result, Rejected), result
    return result.reason


def difference(entry: Image.Image, other: Image.Image) -> float:
    assert entry.size == other.size
    assert entry.mode == other.mode
    return float(np.abs(np.asarray(entry, dtype=float) - np.asarray(other, dtype=float)).mean())


# ---- upright


@pytest.mark.parametrize("orientation", range(2, 9))
@pytest.mark.parametrize("mode", ["RGB", "L", "P", "RGBA", "1", "LA"])
def test_a_turned_png_is_the_reference_transposition_pixel_by_pixel(orientation: int, mode: str) -> None:
    content = loaded_png(picture(mode=mode), orientation=orientation)
    result = prepared(content, "a.png")
    expected = ImageOps.exif_transpose(pixels(content))
    assert pixels(result.content).tobytes() == expected.tobytes()
    assert (result.width, result.height) == expected.size
    assert result.changes == (Change.UPRIGHTED,)


@pytest.mark.parametrize("orientation", range(2, 9))
@pytest.mark.parametrize("options", [{}, {"subsampling": 0}, {"subsampling": 1}, {"progressive": True}])
def test_a_turned_jpeg_is_the_reference_transposition_as_near_as_its_own_quality(
    orientation: int, options: dict[str, object]
) -> None:
    content = loaded_jpeg(picture(320, 208), orientation=orientation, **options)
    result = prepared(content, "a.jpg")
    expected = ImageOps.exif_transpose(pixels(content))
    # Saving the same pixels anew with the same settings is the most that can be asked for.
    assert difference(pixels(result.content), expected) < 0.6
    assert "exif" not in pixels(result.content).info


def quantization(jpeg: bytes) -> dict[int, list[int]]:
    image = Image.open(io.BytesIO(jpeg))
    assert isinstance(image, JpegImageFile)
    return image.quantization


@pytest.mark.parametrize("orientation", [3, 6])
def test_a_turned_jpeg_keeps_its_quality(orientation: int) -> None:
    content = jpeg_bytes(picture(160, 80), quality=77, exif=_exif(orientation))
    before, after = quantization(content), quantization(prepared(content, "a.jpg").content)
    expected = {n: [t[8 * (i % 8) + i // 8] for i in range(64)] if orientation == 6 else t for n, t in before.items()}
    assert list(after[0]) == list(expected[0])
    assert list(after[1]) == list(expected[1])


def _exif(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif.tobytes()


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_an_orientation_that_does_not_exist_turns_nothing(orientation: int) -> None:
    assert prepared(jpeg_bytes(exif=_exif(orientation)), "a.jpg").changes == ()


def test_a_turned_webp_and_tiff_come_out_upright() -> None:
    for form, name in (("WEBP", "a.webp"), ("TIFF", "a.tif")):
        options = {"lossless": True} if form == "WEBP" else {}
        result = prepared(saved(picture(), form, exif=_exif(6), **options), name)
        assert difference(pixels(result.content), picture().transpose(Image.Transpose.ROTATE_270)) == 0


# ---- other formats


@pytest.mark.parametrize(
    ("form", "name", "options", "ending"),
    [
        ("WEBP", "a.webp", {"lossless": True}, "png"),
        ("WEBP", "a.webp", {"quality": 90}, "jpg"),
        ("TIFF", "a.tiff", {"compression": "tiff_lzw"}, "png"),
        ("TIFF", "a.tif", {}, "png"),
        ("BMP", "a.bmp", {}, "png"),
        ("GIF", "a.gif", {}, "png"),
        ("AVIF", "a.avif", {}, "jpg"),
    ],
)
def test_other_formats_become_what_labeling_takes(form: str, name: str, options: dict, ending: str) -> None:
    content = saved(picture(), form, **options)
    result = prepared(content, name)
    assert result.ending == ending
    assert result.changes[0] is Change.CONVERTED
    shown = Image.open(io.BytesIO(content)).convert("RGB")
    assert difference(pixels(result.content).convert("RGB"), shown) < (1.5 if ending == "jpg" else 1e-9)
    assert "which is to be kept" in reason(content, name, Options(keep_format=True))


def test_the_first_frame_of_an_animation_is_the_picture() -> None:
    frames = [picture(), ImageOps.invert(picture())]
    content = saved(frames[0], "GIF", save_all=True, append_images=frames[1:])
    first = Image.open(io.BytesIO(content)).convert("RGB")
    assert difference(pixels(prepared(content, "a.gif").content).convert("RGB"), first) == 0


def test_transparency_survives_a_conversion() -> None:
    image = picture(mode="RGBA")
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    result = pixels(prepared(saved(image, "WEBP", lossless=True, exact=True), "a.webp").content)
    assert difference(result, image) == 0


def test_colours_for_print_become_colours_for_screens() -> None:
    assert pixels(prepared(saved(picture(mode="CMYK"), "TIFF"), "a.tif").content).mode == "RGB"


def test_measured_values_are_refused_with_what_to_do() -> None:
    assert "scale them" in reason(saved(picture(mode="F"), "TIFF"), "a.tif")


def test_a_heic_file_without_its_plugin_says_what_to_install(monkeypatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pillow_heif", None)
    content = b"\x00\x00\x00\x18ftypheic" + bytes(100)
    assert "pip install pillow-heif" in reason(content, "a.heic")


# ---- limits


def test_a_picture_over_the_limit_is_refused_or_shrunk() -> None:
    content = loaded_jpeg(picture(400, 200))
    options = Options(max_pixels=20_000)
    assert reason(content, "a.jpg", options).startswith("too large: 400 x 200 is more than 20,000 pixels")
    result = prepared(content, "a.jpg", Options(max_pixels=20_000, downscale=True))
    assert (result.width, result.height) == (200, 100) == pixels(result.content).size
    assert result.changes == (Change.DOWNSCALED,)


def test_a_turned_picture_is_shrunk_in_its_own_proportions() -> None:
    content = loaded_jpeg(picture(400, 200), orientation=6)
    result = prepared(content, "a.jpg", Options(max_pixels=20_000, downscale=True))
    assert (result.width, result.height) == (100, 200)


def test_a_file_over_the_limit_of_bytes_is_refused_or_shrunk(monkeypatch) -> None:
    monkeypatch.setattr(prepare, "MOST_BYTES", 4_000)
    content = jpeg_bytes(Image.effect_noise((200, 100), 80).convert("RGB"))
    assert reason(content, "a.jpg").startswith("too large: ")
    result = prepared(content, "a.jpg", Options(downscale=True))
    assert len(result.content) <= 4_000
    assert result.changes[-1] is Change.DOWNSCALED
    assert result.width * result.height < 200 * 100


def test_metadata_does_not_count_against_the_limit(monkeypatch) -> None:
    monkeypatch.setattr(prepare, "MOST_BYTES", 5_000)
    assert prepared(jpeg_bytes() + bytes(100_000), "motion.jpg").changes == ()


@pytest.mark.parametrize("wanted", [0, 100_000_001])
def test_limits_that_labeling_does_not_take_are_refused(wanted: int) -> None:
    with pytest.raises(InputError, match="'max_pixels' should be between 1 and 100,000,000"):
        Options(max_pixels=wanted)


# ---- refused


def bomb() -> bytes:
    header = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 0, 0, 0, 0)
    rows = zlib.compress(bytes(1_000_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def overfull() -> bytes:
    """A small picture whose packed data unpack to far more than its pixels."""
    header = struct.pack(">IIBBBBB", 10, 10, 8, 0, 0, 0, 0)
    rows = zlib.compress(bytes(200_000_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def crumbs() -> bytes:
    """Very many pieces, none of which is anything."""
    return png_bytes()[:33] + 300_000 * chunk(b"IDAT", b"") + png_bytes()[33:]


def jpeg_crumbs() -> bytes:
    """Very many tables before the picture."""
    content = jpeg_bytes()
    return content[:2] + 20_000 * (b"\xff\xdd\x00\x04\x00\x00") + content[2:]


def jpeg_bomb() -> bytes:
    content = bytearray(jpeg_bytes())
    at = content.find(b"\xff\xc0")
    content[at + 5 : at + 9] = b"\xff\xff\xff\xff"
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "name", "expected"),
    [
        (b"", "a.jpg", "empty"),
        (b"hello", "a.jpg", "not an image"),
        (b"<html>" * 100, "a.png", "not an image"),
        (b"%PDF-1.7", "a.pdf", "not an image"),
        (png_bytes(), "a.jpg", "wrongly named: it ends in .jpg but is a PNG file"),
        (jpeg_bytes(), "a.txt", "wrongly named: it ends in .txt but is a JPEG file"),
        (jpeg_bytes()[:-2], "a.jpg", "truncated"),
        (jpeg_bytes()[: len(jpeg_bytes()) // 2], "a.jpg", "truncated"),
        (jpeg_bytes()[:300], "a.jpg", "truncated"),
        (b"\xff\xd8\xff", "a.jpg", "truncated"),
        (png_bytes()[:-12], "a.png", "truncated"),
        (png_bytes()[: len(png_bytes()) // 2], "a.png", "truncated"),
        (png_bytes()[:20], "a.png", "truncated"),
        (png_bytes().replace(b"IDAT", b"IDAU"), "a.png", "broken"),
        (bomb(), "a.png", "too many pixels to open safely: 50000 x 50000"),
        (overfull(), "a.png", "broken: it holds more data than its picture has pixels"),
        (crumbs(), "a.png", "broken: it consists of crumbs"),
        (jpeg_crumbs(), "a.jpg", "broken: it consists of crumbs"),
        (jpeg_bomb(), "a.jpg", "too many pixels to open safely"),
        (saved(picture(), "WEBP")[:60], "a.webp", "broken"),
        (saved(picture(), "TIFF")[:400], "a.tif", "broken"),
        (saved(picture(), "GIF")[:100], "a.gif", "broken"),
        (saved(picture(), "BMP")[:100], "a.bmp", "broken"),
    ],
)
def test_unusable_files_are_refused_with_the_reason(content: bytes, name: str, expected: str) -> None:
    assert reason(content, name).startswith(expected)


def test_a_name_without_an_ending_is_no_reason() -> None:
    prepared(jpeg_bytes(), "IMG_0001")


# ---- redaction


def test_the_pixels_of_a_box_are_gone_and_the_others_stay() -> None:
    noise = Image.effect_noise((200, 100), 90).convert("RGB")
    boxes = [
        PictureRegion(left=0.25, top=0.2, width=0.25, height=0.4),
        PictureRegion(left=0.9, top=0.9, width=0.5, height=0.5),
    ]
    result = prepare_image(png_bytes(noise), name="a.png", detect=lambda image: boxes)
    assert isinstance(result, Prepared)
    assert (result.changes, result.redacted_regions) == ((Change.REDACTED,), 2)
    before, after = np.asarray(noise, dtype=float), np.asarray(pixels(result.content), dtype=float)
    inside, outside = (slice(20, 60), slice(50, 100)), (slice(70, 100), slice(0, 150))
    assert after[inside].std() < 0.2 * before[inside].std()
    assert (after[outside] == before[outside]).all()


def test_the_detector_sees_the_picture_upright() -> None:
    items = []
    content = loaded_jpeg(picture(80, 40), orientation=6)

    def detect(image: Image.Image) -> list[PictureRegion]:
        items.append(image.size)
        return []

    prepare_image(content, name="a.jpg", detect=detect)
    assert items == [(40, 80)]


def test_a_detector_that_finds_nothing_says_so() -> None:
    result = prepare_image(jpeg_bytes(), name="a.jpg", detect=lambda image: [])
    assert isinstance(result, Prepared)
    assert (result.changes, result.redacted_regions) == ((Change.REDACTED,), 0)


# ---- names


def test_a_name_follows_from_key_and_content_alone() -> None:
    assert image_name(b"key", [b"content"], "jpg") == image_name(b"key", [b"content"], "jpg")
    assert image_name(b"key", [b"content"], "jpg") != image_name(b"other", [b"content"], "jpg")
    assert image_name(b"key", [b"content"], "jpg") != image_name(b"key", [b"other"], "jpg")
    assert len(image_name(b"key", [b"content"], "png")) == 32 + len(".png")


def test_copies_that_differ_in_metadata_only_get_one_name() -> None:
    plain, loaded = prepared(jpeg_bytes(), "a.jpg"), prepared(loaded_jpeg(), "b.jpg")
    stripped = prepared(jpeg_bytes() + b"trailer", "c.jpg")
    assert plain.content == stripped.content
    assert loaded.content != plain.content, "its colour profile is part of the picture"
