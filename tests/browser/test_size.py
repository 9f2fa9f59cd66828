import gzip
import re

from tests.browser.conftest import PORTAL


def test_all_elements_together_are_small_on_the_wire() -> None:
    sizes = {path.name: len(gzip.compress(path.read_bytes())) for path in (PORTAL / "crowd").glob("*.js")}
    assert sum(sizes.values()) < 50_000, sizes


def test_no_module_is_too_long_to_read() -> None:
    lines = {path.name: len(path.read_text().splitlines()) for path in (PORTAL / "crowd").glob("*.js")}
    assert max(lines.values()) <= 360, lines


def test_no_module_of_the_page_is_too_long_to_read() -> None:
    lines = {path.name: len(path.read_text().splitlines()) for path in (PORTAL / "page").glob("*.js")}
    assert max(lines.values()) <= 300, lines


def test_the_frame_loads_all_elements_at_once() -> None:
    loaded = re.findall(r'modulepreload" href="/crowd/([\w-]+\.js)"', (PORTAL / "frame.html").read_text())
    assert sorted(loaded) == sorted(path.name for path in (PORTAL / "crowd").glob("*.js"))
