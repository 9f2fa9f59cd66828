"""Nothing that tells of owner, place, time or device gets through; exiftool is the judge."""

import io
from pathlib import Path

import pytest
from PIL import Image

from ground_truth.images.prepare import Options, Prepared, prepare_image
from tests.images.exiftool import tags, telling
from tests.images.samples import LOADED, MARKER, loaded_jpeg, loaded_png, picture

TURNED = [f"turned-{number}.{ending}" for ending in ("jpg", "png") for number in range(2, 9)]


def sample(name: str) -> bytes:
    if name in LOADED:
        return LOADED[name]()
    orientation = int(name[7])
    return loaded_jpeg(orientation=orientation) if name.endswith("jpg") else loaded_png(orientation=orientation)


def prepared(content: bytes, name: str, options: Options | None = None) -> Prepared:
    result = prepare_image(content, name=name, options=options)
    assert isinstance(result, Prepared), result
    return result


def pixels(content: bytes) -> Image.Image:
    with Image.open(io.BytesIO(content)) as image:
        image.load()
        return image


@pytest.mark.parametrize("name", [*LOADED, *TURNED])
def test_exiftool_finds_nothing_but_structure(name: str, tmp_path: Path) -> None:
    before, after = tmp_path / f"before-{name}", tmp_path / f"after-{name}"
    before.write_bytes(sample(name))
    assert len(telling(before)) > 15, "the sample itself has to tell something"
    after.write_bytes(prepared(sample(name), name).content)
    assert telling(after) == {}


@pytest.mark.parametrize("name", [*LOADED, *TURNED])
def test_no_planted_marker_is_left(name: str) -> None:
    content = prepared(sample(name), name).content
    assert MARKER not in content
    assert MARKER.decode().encode("utf-16-le") not in content
    assert "PLAN".encode("utf-16-be") not in content


@pytest.mark.parametrize("name", LOADED)
def test_the_pixels_of_an_upright_picture_are_what_they_were(name: str) -> None:
    before, after = pixels(sample(name)), pixels(prepared(sample(name), name).content)
    assert after.mode == before.mode
    assert after.tobytes() == before.tobytes()
    assert after.getpalette() == before.getpalette()


@pytest.mark.parametrize("name", LOADED)
def test_preparing_a_prepared_picture_changes_nothing(name: str) -> None:
    once = prepared(sample(name), name)
    again = prepared(once.content, name)
    assert again.content == once.content


def test_the_samples_carry_every_kind(tmp_path: Path) -> None:
    file = tmp_path / "loaded.jpg"
    file.write_bytes(loaded_jpeg())
    groups = {name.partition(":")[0] for name in tags(file)}
    assert {"IFD0", "ExifIFD", "GPS", "IFD1", "XMP-dc", "IPTC", "ICC-header", "MPF0"} <= groups


def test_the_profile_keeps_its_colours(tmp_path: Path) -> None:
    before, after = pixels(loaded_jpeg()), pixels(prepared(loaded_jpeg(), "a.jpg").content)
    from PIL import ImageCms

    wide = ImageCms.createProfile("LAB")
    for image in (before, after):
        assert image.info["icc_profile"]
    entry, other = (
        ImageCms.profileToProfile(picture(), io.BytesIO(image.info["icc_profile"]), wide, outputMode="LAB")
        for image in (before, after)
    )
    assert entry is not None and other is not None
    assert entry.tobytes() == other.tobytes()
