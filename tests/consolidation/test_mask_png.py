"""PNGs of masks: workers' are read by their colours, ours are written with class indexes."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from ground_truth.consolidation import mask_png
from ground_truth.consolidation.mask_png import color_code, read_worker_mask, write_mask
from ground_truth.contract.errors import InputError


def square(low, high, index=1, size=40):
    mask = np.zeros((size, size), np.uint8)
    mask[low:high, low:high] = index
    return mask


def worker_png(mask, colors, mode="RGBA"):
    pixels = np.zeros((*mask.shape, 4), np.uint8)
    for index, color in colors.items():
        pixels[mask == index] = (*bytes.fromhex(color[1:]), 255)
    stream = io.BytesIO()
    Image.fromarray(pixels).convert(mode).save(stream, "PNG")
    return base64.b64encode(stream.getvalue()).decode()


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_a_workers_png_is_read_by_its_colours(mode):
    mask = square(3, 9)
    mask[20:, :] = 2
    png = worker_png(mask, {1: "#2ca02c", 2: "#1f77b4"}, mode)
    colors = {"road": "#2ca02c", "kerb": "#1f77b4"}
    assert np.array_equal(read_worker_mask(png, colors, ["road", "kerb"]), mask)


def test_an_indexed_png_has_the_class_as_value_and_its_colour_in_the_palette():
    mask = square(3, 9, 2)
    image = Image.open(io.BytesIO(write_mask(mask, {0: "#ffffff", 2: "#1f77b4"})))
    assert image.mode == "P"
    assert np.array_equal(np.asarray(image), mask)
    assert image.convert("RGB").getpixel((4, 4)) == (0x1F, 0x77, 0xB4)
    assert image.convert("RGB").getpixel((0, 0)) == (255, 255, 255)


@pytest.mark.parametrize("png", ["", "no base64!", base64.b64encode(b"GIF89a").decode(), b"\x89PNG"])
def test_fails_for_what_is_no_png(png):
    with pytest.raises(InputError, match="should be a PNG"):
        read_worker_mask(png, {}, [])


def test_fails_for_a_png_that_ends_early():
    png = base64.b64decode(worker_png(square(3, 9), {1: "#2ca02c"}))
    with pytest.raises(InputError, match="should be a PNG"):
        read_worker_mask(png[: len(png) // 2], {}, [])


def test_fails_for_a_huge_png_before_it_is_decompressed(monkeypatch):
    monkeypatch.setattr(mask_png, "MOST_MASK_PIXELS", 100)
    with pytest.raises(InputError, match="at most 100 pixels, got 40 x 40: scale the image down"):
        read_worker_mask(worker_png(square(3, 9), {1: "#2ca02c"}), {}, [])


@pytest.mark.parametrize("color", ["red", "#12", "#-12345", ""])
def test_fails_for_a_broken_colour(color):
    png = worker_png(square(3, 9), {1: "#2ca02c"})
    with pytest.raises(InputError, match="use six hex digits"):
        read_worker_mask(png, {"road": color}, ["road"])


def test_each_label_has_its_place_in_the_list_as_class():
    mask = np.array([[0, 1, 2, 3]], np.uint8)
    colors = {1: "#010203", 2: "#030201", 3: "#0102ff"}
    named = {"c": "#0102ff", "a": "#010203", "b": "#030201"}
    assert read_worker_mask(worker_png(mask, colors), named, ["a", "b", "c"]).tolist() == [[0, 1, 2, 3]]
    assert read_worker_mask(worker_png(mask, colors), {"c": "#0102ff"}, ["a", "b", "c"]).tolist() == [[0, 0, 0, 3]]


def test_what_is_fully_transparent_is_background_whatever_its_colour():
    pixels = np.array([[[1, 2, 3, 0], [1, 2, 3, 1], [1, 2, 3, 255]]], np.uint8)
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    assert read_worker_mask(stream.getvalue(), {"a": "#010203"}, ["a"]).tolist() == [[0, 1, 1]]


def test_a_data_address_is_read_like_its_base64():
    png = worker_png(square(3, 9), {1: "#2ca02c"})
    read = read_worker_mask(f"data:image/png;base64,{png}", {"a": "#2ca02c"}, ["a"])
    assert np.array_equal(read, square(3, 9))


def test_a_png_of_as_many_pixels_as_are_allowed_is_read(monkeypatch):
    monkeypatch.setattr(mask_png, "MOST_MASK_PIXELS", 1600)
    assert read_worker_mask(worker_png(square(3, 9), {1: "#2ca02c"}), {}, []).shape == (40, 40)
    monkeypatch.setattr(mask_png, "MOST_MASK_PIXELS", 1599)
    with pytest.raises(InputError, match="at most 1599 pixels"):
        read_worker_mask(worker_png(square(3, 9), {1: "#2ca02c"}), {}, [])


def test_the_palette_has_every_colour_at_its_class():
    mask = np.array([[0, 1, 3]], np.uint8)
    image = Image.open(io.BytesIO(write_mask(mask, {0: "#ffffff", 1: "#010203", 3: "#a0b0c0"})))
    assert image.getpalette() == [255, 255, 255, 1, 2, 3, 0, 0, 0, 0xA0, 0xB0, 0xC0]
    assert [image.convert("RGB").getpixel((x, 0)) for x in range(3)] == [
        (255, 255, 255), (1, 2, 3), (0xA0, 0xB0, 0xC0)
    ]  # fmt: skip


def test_codes_of_colours():
    assert color_code("#010203") == 0x010203
    assert color_code("ffffff") == 0xFFFFFF
    assert color_code("#000000") == 0
    for broken in ("#1", "#1234567", "#00000g", "-00001"):
        with pytest.raises(InputError, match=f"got '{broken}'"):
            color_code(broken)


def test_tens_of_millions_of_pixels_are_allowed():
    assert mask_png.MOST_MASK_PIXELS == 80_000_000
