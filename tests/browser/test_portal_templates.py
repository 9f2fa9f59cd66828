"""A template shares the global scope with the page's own scripts: no name of its own stops them."""

import pytest

from tests.browser.portal import TEMPLATE

JOB = "#/jobs/Yard"
MASK = """<crowd-semantic-segmentation name="mask" labels="['floor']"
  src="{{ task.input.taskObject | grant_read_access }}"></crowd-semantic-segmentation>"""
# What a browser has under its own names, and a script may take for its own all the same.
NAMES = (
    "parent",
    "self",
    "name",
    "status",
    "length",
    "event",
    "origin",
    "screen",
    "history",
    "performance",
    "frames",
    "opener",
    "closed",
    "external",
    "scroll",
    "open",
    "close",
    "stop",
    "find",
    "print",
    "form",
    "save",
    "tell",
    "page",
    "stage",
    "texts",
    "sheet",
)
# These keep their meaning where a script writes over them, but a declaration hides them.
HIDDEN = ("fetch", "devicePixelRatio", "customElement", "matchMedia", "getComputedStyle")


@pytest.mark.parametrize(
    "declared",
    [
        "".join(f"let {name} = {{}};" for name in NAMES + HIDDEN),
        "".join(f"const {name} = document.body;" for name in NAMES + HIDDEN),
        "".join(f"class {name} {{}}" for name in NAMES + HIDDEN),
        "".join(f"var {name} = {{}};" for name in NAMES),
        "".join(f"function {name}() {{}}" for name in NAMES),
        "".join(f"window.{name} = undefined;" for name in NAMES),
    ],
    ids=lambda declared: declared.split()[0].partition(".")[0],
)
def test_names_of_a_template_that_are_the_browser_s_too_harm_nothing(portal, worker, declared: str) -> None:
    page = TEMPLATE.replace("</crowd-form>", f"{MASK}</crowd-form><script>{declared}</script>")
    portal.account.put("page.html", page)
    portal.begin(objects=2)
    ada = worker(hash=JOB)
    for count in (1, 2):
        ada.answer("pallet", "by its own names")
        answer = ada.answers(count)[0]
        assert (answer["kind"], answer["remark"]) == ({"label": "pallet"}, "by its own names")
        assert answer["mask"]["inputImageProperties"] == {"width": 640, "height": 400}
