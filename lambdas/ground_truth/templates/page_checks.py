"""Checks what a worker page consists of: form, elements, names, labels, sources and scripts."""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

from ground_truth.contract.findings import Check, Finding, in_line, problem, warning
from ground_truth.contract.task_types import TaskType
from ground_truth.templates.elements import CROWD_ELEMENTS, CrowdElement
from ground_truth.templates.parse import Element, Page

FORM = Check(
    "template.crowd-form", "There is a <crowd-form>.", "Without it there is no submit button and no answer is sent."
)
OUTSIDE = Check(
    "template.outside-form",
    "Every element that answers is inside <crowd-form>, but for <crowd-entity-annotation>, which has its own.",
    "Answers from outside the form are not sent.",
)
ELEMENT = Check(
    "template.element",
    "Every crowd-* element is one that exists.",
    "Browsers show nothing for an element they do not know.",
)
EXPECTED = Check(
    "template.expected-element",
    "The template has the element of its task type.",
    "Answers of another shape cannot be consolidated.",
)
NAME = Check("template.name", "Every element that answers has a name.", "Answers are sent by name only.")
LABELS = Check(
    "template.labels",
    "Labels are taken from task.input.",
    "Labels written into the page part from those of the job, and unknown labels are refused later.",
)
ACCESS = Check(
    "template.grant_read_access",
    "Every source from task.input passes grant_read_access.",
    "Images in a private bucket do not load otherwise.",
)
SCRIPT = Check(
    "template.crowd-script",
    "The script of the crowd elements is loaded.",
    "No crowd-* element works without it.",
)
FOREIGN_SCRIPT = Check(
    "template.foreign-script",
    "No script comes from elsewhere.",
    "It sees every image and answer, and the page breaks when its server does.",
)
CHECKS = (FORM, OUTSIDE, ELEMENT, EXPECTED, NAME, LABELS, ACCESS, SCRIPT, FOREIGN_SCRIPT)

_CROWD_HOST = "https://assets.crowd.aws/"
_SOURCES = ("src", "href", "data-src", "poster")


@dataclass(frozen=True, kw_only=True)
class PageCheck:
    """The checks of one page; ``task_type`` is whose element is expected."""

    page: Page
    task_type: TaskType

    def run(self) -> Iterator[Finding]:
        """Yields what is wrong, check by check."""
        yield from self._form()
        yield from self._elements()
        yield from self._expected_element()
        yield from self._sources()
        yield from self._scripts()

    def _form(self) -> Iterator[Finding]:
        own_form = any(_known(element).has_own_form for element in self.page.elements)
        if not self.page.named("crowd-form") and "crowd-form" not in self.page.script and not own_form:
            yield problem(
                FORM, fact="the template has no <crowd-form>: nothing would be submitted", fix="wrap the page in it"
            )

    def _elements(self) -> Iterator[Finding]:
        has_form = bool(self.page.named("crowd-form"))
        # A script from elsewhere may define elements that nobody here knows.
        say = warning if self._foreign_scripts else problem
        for element in self.page.elements:
            if element.tag.startswith("crowd-") and element.tag not in CROWD_ELEMENTS.keys() | self.page.defined:
                near = difflib.get_close_matches(element.tag, CROWD_ELEMENTS, n=1)
                fix = f"did you mean <{near[0]}>?" if near else "use an element that the documentation lists"
                fact = f"there is no element <{element.tag}>"
                yield say(ELEMENT, fact=fact, fix=fix, where=in_line(element.line))
            known = _known(element)
            if known.answers:
                yield from self._answering(element, known, has_form)

    def _answering(self, element: Element, known: CrowdElement, has_form: bool) -> Iterator[Finding]:
        if not element.attributes.get("name"):
            yield (problem if known.is_annotator else warning)(
                NAME,
                fact=f"<{element.tag}> has no name: its answer is not sent",
                fix='write name="…"',
                where=in_line(element.line),
            )
        if known.has_own_form and element.in_form:
            yield problem(
                OUTSIDE,
                fact=f"<{element.tag}> is inside <crowd-form>",
                fix="take it out: it has a form of its own",
                where=in_line(element.line),
            )
        if has_form and not known.has_own_form and not element.in_form:
            yield warning(
                OUTSIDE,
                fact=f"<{element.tag}> is outside <crowd-form>",
                fix="move it inside",
                where=in_line(element.line),
            )
        if known.labels_attribute:
            yield from self._labels(element, known.labels_attribute)

    def _labels(self, element: Element, attribute: str) -> Iterator[Finding]:
        value = element.attributes.get(attribute)
        by_script = value is None and self.page.script.strip()
        if by_script or any("task.input" in expression for expression in self.page.expressions(value or "")):
            return
        yield warning(
            LABELS,
            fact=f"the {attribute} of <{element.tag}> are not taken from task.input",
            fix=f'write {attribute}="{{{{ task.input.labels | to_json | escape }}}}"',
            where=in_line(element.line),
        )

    def _expected_element(self) -> Iterator[Finding]:
        expected = self.task_type.element
        if expected and not self.page.named(expected) and expected not in self.page.script:
            yield warning(
                EXPECTED,
                fact=f"the template has no <{expected}>, which is the element of {self.task_type.key}",
                fix="use it, or make it a custom task",
            )

    def _sources(self) -> Iterator[Finding]:
        for element in self.page.elements:
            for attribute in _SOURCES:
                value = element.attributes.get(attribute, "")
                if any(
                    "task.input" in expression
                    # Our own media may be public, and then come as an https address.
                    and "task.input.instructionMedia" not in expression
                    and "grant_read_access" not in expression
                    for expression in self.page.expressions(value)
                ):
                    yield warning(
                        ACCESS,
                        fact=f"the {attribute} of <{element.tag}> never uses grant_read_access: "
                        "images in a private bucket will not load",
                        fix=f'write {attribute}="{{{{ task.input.taskObject | grant_read_access }}}}"',
                        where=in_line(element.line),
                    )

    def _scripts(self) -> Iterator[Finding]:
        uses_crowd = any(element.tag.startswith("crowd-") for element in self.page.elements)
        if uses_crowd and len(self._foreign_scripts) == len(self._loaded_scripts):
            yield warning(
                SCRIPT,
                fact="the script of the crowd elements is not loaded",
                fix=f'write <script src="{_CROWD_HOST}crowd-html-elements.js"></script> at the top',
            )
        for script in self._foreign_scripts:
            yield warning(
                FOREIGN_SCRIPT,
                fact=f"a script comes from elsewhere: {self.page.text(script.attributes['src'])}",
                fix="write the script into the template",
                where=in_line(script.line),
            )

    @property
    def _loaded_scripts(self) -> list[Element]:
        return [element for element in self.page.named("script") if "src" in element.attributes]

    @property
    def _foreign_scripts(self) -> list[Element]:
        return [script for script in self._loaded_scripts if not script.attributes["src"].startswith(_CROWD_HOST)]


def _known(element: Element) -> CrowdElement:
    return CROWD_ELEMENTS.get(element.tag, CrowdElement(tag=element.tag))
