import base64
import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from ground_truth.consolidation import mask_png
from ground_truth.consolidation.mask_png import read_worker_mask, write_mask
from ground_truth.consolidation.masks import MaskAnswer, consolidate_masks, label_color


def square(low, high, index=1, size=40):
    mask = np.zeros((size, size), np.uint8)
    mask[low:high, low:high] = index
    return mask


def answers(*masks):
    return [MaskAnswer(worker_id=f"w{i}", mask=mask) for i, mask in enumerate(masks)]


def test_most_workers_decide_each_pixel():
    found = consolidate_masks(answers(square(10, 20), square(10, 30), square(10, 30)))
    assert found.mask[25, 25] == 1
    assert found.mask[5, 5] == 0
    assert 0.6 < found.confidence < 1.0


def test_classes_compete_for_each_pixel():
    found = consolidate_masks(answers(square(5, 35, 2), square(5, 35, 2), square(5, 35, 3)))
    assert set(np.unique(found.mask)) == {0, 2}


def test_a_lone_pixel_is_smoothed_away():
    speck = square(10, 30)
    speck[2, 2] = 1
    assert consolidate_masks(answers(speck, speck, square(10, 30))).mask[2, 2] == 0


def test_one_mask_comes_back_as_it_is_with_confidence_zero():
    mask = square(3, 9)
    found = consolidate_masks(answers(mask))
    assert np.array_equal(found.mask, mask)
    assert (found.confidence, found.ambiguous) == (0.0, 0.0)


def test_a_mask_far_from_the_others_has_no_weight():
    good = [square(10, 30)] * 2
    far = [np.zeros((40, 40), np.uint8), square(34, 40)]
    found = consolidate_masks(answers(*good, square(10, 30), *far))
    assert found.mask[20, 20] == 1
    assert found.agreement["w0"] > 0.9
    assert found.agreement["w3"] == 0.0
    assert found.class_confidence[1] > 0.9


def test_empty_masks_agree_on_background():
    found = consolidate_masks(answers(*[np.zeros((4, 4), np.uint8)] * 3))
    assert not found.mask.any()
    assert found.confidence == pytest.approx(1.0)


def test_a_mask_of_another_size_is_dropped_with_the_reason():
    found = consolidate_masks(answers(square(3, 9), square(3, 9), square(3, 9, size=20)))
    assert found.dropped == {"w2": "mask is (20, 20), most are (40, 40) (height, width)"}


def test_the_last_answer_of_a_worker_counts():
    early = MaskAnswer(worker_id="u", mask=square(0, 9), submitted="2026-11-23T10:00")
    late = MaskAnswer(worker_id="u", mask=square(20, 30), submitted="2026-11-23T11:00")
    assert np.array_equal(consolidate_masks([late, early]).mask, late.mask)


def test_fails_without_a_mask():
    with pytest.raises(ValueError, match="at least one mask, got none"):
        consolidate_masks([])


def test_labels_without_a_colour_take_that_of_the_palette():
    labels = [f"label-{i}" for i in range(30)]
    assert [label_color(i, labels, {}) for i in (0, 1, 2)] == ["#ffffff", "#2ca02c", "#1f77b4"]
    assert label_color(21, labels, {}) == label_color(1, labels, {})


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
    with pytest.raises(ValueError, match="should be a PNG"):
        read_worker_mask(png, {}, [])


def test_fails_for_a_png_that_ends_early():
    png = base64.b64decode(worker_png(square(3, 9), {1: "#2ca02c"}))
    with pytest.raises(ValueError, match="should be a PNG"):
        read_worker_mask(png[: len(png) // 2], {}, [])


def test_fails_for_a_huge_png_before_it_is_decompressed(monkeypatch):
    monkeypatch.setattr(mask_png, "MOST_MASK_PIXELS", 100)
    with pytest.raises(ValueError, match="at most 100 pixels, got 40 x 40: scale the image down"):
        read_worker_mask(worker_png(square(3, 9), {1: "#2ca02c"}), {}, [])


@pytest.mark.parametrize("color", ["red", "#12", "#-12345", ""])
def test_fails_for_a_broken_colour(color):
    png = worker_png(square(3, 9), {1: "#2ca02c"})
    with pytest.raises(ValueError, match="use six hex digits"):
        read_worker_mask(png, {"road": color}, ["road"])


MASKS = st.lists(
    st.lists(st.integers(0, 2), min_size=30, max_size=30).map(lambda values: np.array(values, np.uint8).reshape(5, 6)),
    min_size=1,
    max_size=5,
)


@settings(max_examples=60)
@given(MASKS, st.randoms(use_true_random=False))
def test_order_and_names_of_the_workers_do_not_matter(masks, random):
    shuffled = random.sample(masks, len(masks))
    one, other = consolidate_masks(answers(*masks)), consolidate_masks(answers(*shuffled))
    assert np.array_equal(one.mask, other.mask)
    assert one.confidence == pytest.approx(other.confidence, abs=1e-5)


@settings(max_examples=40)
@given(MASKS.filter(lambda masks: len(masks) > 1))
def test_every_mask_given_twice_gives_the_same_mask(masks):
    one, other = consolidate_masks(answers(*masks)), consolidate_masks(answers(*masks, *masks))
    assert np.array_equal(one.mask, other.mask)
