"""Damaged files: never a crash, never a planted marker in the output, never without bounds."""

import functools
import time
import tracemalloc

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ground_truth.images.prepare import Options, Prepared, Rejected, prepare_image
from tests.cpu_time import cpu_seconds
from tests.images.samples import LOADED, MARKER, loaded_jpeg, loaded_png

SAMPLES = {name: make() for name, make in LOADED.items()} | {
    "turned.jpg": loaded_jpeg(orientation=6),
    "turned.png": loaded_png(orientation=6),
}
OPTIONS = [Options(), Options(downscale=True, max_pixels=2_000), Options(keep_format=True)]
# A picture of 96 x 64 pixels; what a damaged header may claim is held back by the limit on pixels.
MOST_BYTES = 64 * 1024 * 1024

BOUNDED = settings(max_examples=300, suppress_health_check=list(HealthCheck))


@functools.cache
def most_seconds() -> float:
    """A hundred times what all the samples take undamaged, in the processor's time."""
    return 100 * cpu_seconds(lambda: [prepare_image(content, name=name) for name, content in SAMPLES.items()])


@st.composite
def mutated(draw: st.DrawFn) -> tuple[str, bytes]:
    name = draw(st.sampled_from(sorted(SAMPLES)))
    content = bytearray(SAMPLES[name])
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(content) - 1)) if content else 0
        length = draw(st.integers(0, 40))
        match draw(st.sampled_from(["flip", "cut", "insert", "repeat", "end", "length"])):
            case "flip" if content:
                content[at] = draw(st.integers(0, 255))
            case "cut":
                del content[at : at + length]
            case "insert":
                content[at:at] = draw(st.binary(max_size=20))
            case "repeat":
                content[at:at] = content[at : at + length]
            case "end":
                del content[at:]
            case "length" if b"\xff" in content[:at]:
                start = content.rfind(b"\xff", 0, at)
                content[start + 2 : start + 4] = draw(st.binary(min_size=2, max_size=2))
    return name, bytes(content)


@BOUNDED
@given(mutated(), st.sampled_from(OPTIONS))
def test_damage_neither_crashes_nor_leaks(sample: tuple[str, bytes], options: Options) -> None:
    name, content = sample
    start = time.process_time()
    result = prepare_image(content, name=name, options=options)
    assert time.process_time() - start < most_seconds()
    assert isinstance(result, Prepared | Rejected)
    if isinstance(result, Prepared):
        assert MARKER not in result.content
    else:
        assert result.reason


@BOUNDED
@given(
    st.sampled_from([b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"II*\x00", b"BM", b""]), st.binary(max_size=400)
)
@example(b"\x89PNG\r\n\x1a\n", b"\x7f\xff\xff\xffIDAT")
@example(b"\xff\xd8\xff", b"\xda\x00\x00")
def test_noise_is_refused(start: bytes, noise: bytes) -> None:
    assert isinstance(prepare_image(start + noise, name=""), Rejected)


@settings(BOUNDED, max_examples=60)
@given(mutated())
def test_damage_costs_no_more_memory_than_the_limits_allow(sample: tuple[str, bytes]) -> None:
    name, content = sample
    tracemalloc.start()
    try:
        prepare_image(content, name=name)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < MOST_BYTES
