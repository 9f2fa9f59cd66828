import gzip
import re
from pathlib import Path

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


def imported(module: Path) -> set[str]:
    """The names of the elements' modules that a module waits for, those behind them included."""
    result: set[str] = set()
    left = [module]
    while left:
        text = left.pop().read_text()
        names = (
            set(re.findall(r"^(?:import|export)\b[^;]*?'(?:\./|\.\./crowd/)([\w-]+\.js)'", text, re.MULTILINE)) - result
        )
        result |= names
        left += [PORTAL / "crowd" / name for name in names]
    return result


def test_the_frame_loads_all_elements_at_once_and_is_not_open_before_they_are_there() -> None:
    """What is still on its way when the page of the task is written never arrives in Firefox."""
    loaded = re.findall(r'modulepreload" href="/crowd/([\w-]+\.js)"', (PORTAL / "frame.html").read_text())
    assert sorted(loaded) == sorted(imported(PORTAL / "page" / "in-frame.js"))
    assert {*loaded, "index.js"} == {path.name for path in (PORTAL / "crowd").glob("*.js")}
