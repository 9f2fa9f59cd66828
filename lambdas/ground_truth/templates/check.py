"""Checks any worker template, of ours or of the user, before a worker meets it (contract section 10).

Needs python-liquid, so that the functions in Lambda cannot import it.
"""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from liquid import BoundTemplate, Environment, Undefined
from liquid.exceptions import LiquidError

from ground_truth.contract import limits
from ground_truth.contract.errors import is_unresolved
from ground_truth.contract.findings import Check, Finding, in_line, problem, warning
from ground_truth.contract.task_types import CUSTOM, TaskType
from ground_truth.tasks.reviews import AuditTask
from ground_truth.tasks.task import LabelingTask
from ground_truth.templates import liquid, page_checks
from ground_truth.templates.page_checks import PageCheck
from ground_truth.templates.parse import Page

LENGTH = Check("template.length", "The template is no longer than the service renders.", "The job would fail.")
SYNTAX = Check("template.syntax", "The template parses as Liquid.", "No page could be rendered.")
FILTER = Check(
    "template.filter",
    "Every filter is one of Liquid or of Ground Truth.",
    "Rendering stops at a filter that does not exist.",
)
INCLUDE = Check("template.include", "The template includes no other.", "There is no place to take one from.")
RENDERING = Check(
    "template.rendering",
    "The template renders with what the pre-annotation hook gives it.",
    "Each task would show an error instead of a page.",
)
UNDEFINED = Check(
    "template.undefined",
    "Every variable printed is in what the pre-annotation hook gives.",
    "What is not there is empty: no image, no labels.",
)
AUDITED = Check(
    "template.audited-attribute",
    "A page that verifies or adjusts names the earlier labels' attribute.",
    "Workers would not see the labels that they are to judge.",
)

CHECKS = (LENGTH, SYNTAX, FILTER, INCLUDE, RENDERING, UNDEFINED, *page_checks.CHECKS, AUDITED)

# A manifest line may have any keys; only the job's own manifest can say whether one is missing.
_OPEN = "task.input.manifestLine"


def check_template(
    template: str,
    *,
    task_type: TaskType = CUSTOM,
    task: LabelingTask | None = None,
    task_input: Mapping[str, Any] | None = None,
) -> Iterator[Finding]:
    """Yields what is wrong with a template, by line; nothing if all is well.

    ``task`` is whose template it is, if that is known; else ``task_type`` says of what kind. ``task_input``
    is what the pre-annotation hook gives for an object; left out, as where the hook is the user's own, it is
    not rendered.
    """
    check = _TemplateCheck(
        template=template, task_type=task.type if task else task_type, task=task, task_input=task_input
    )
    yield from check.run()


@dataclass(frozen=True, kw_only=True)
class _TemplateCheck:
    template: str
    task_type: TaskType
    task: LabelingTask | None
    task_input: Mapping[str, Any] | None

    def run(self) -> Iterator[Finding]:
        yield from self._length()
        yield from self._liquid()
        yield from PageCheck(page=Page(self.template), task_type=self.task_type).run()
        yield from self._audited()

    def _length(self) -> Iterator[Finding]:
        length = len(self.template)
        if length > limits.TEMPLATE_CHARACTERS:
            yield problem(
                LENGTH,
                fact=f"the template has {length} characters, at most {limits.TEMPLATE_CHARACTERS} are rendered",
                fix="shorten it; load scripts and styles from files",
            )

    def _liquid(self) -> Iterator[Finding]:
        missing: dict[str, int] = {}
        environment = liquid.environment(lambda uri: "https://example.com/granted", _listening(missing))
        try:
            parsed = environment.from_string(self.template)
        except LiquidError as error:
            yield self._liquid_problem(SYNTAX, error)
            return
        unknown = list(self._vocabulary(environment, parsed))
        yield from unknown
        if unknown or self.task_input is None:
            return
        try:
            parsed.render(**liquid.page_variables(self.task_input))
        except LiquidError as error:
            yield self._liquid_problem(RENDERING, error)
            return
        for name, index in missing.items():
            if not name.startswith(_OPEN):
                given = ", ".join(f"task.input.{key}" for key in self.task_input)
                yield warning(
                    UNDEFINED,
                    fact=f"{name} is not what the pre-annotation hook gives",
                    fix=f"there are {given}; give it a default where it is optional",
                    where=in_line(self._line(index)),
                )

    def _vocabulary(self, environment: Environment, parsed: BoundTemplate) -> Iterator[Finding]:
        analysis = parsed.analyze(include_partials=False)
        for name, spans in analysis.filters.items():
            if name not in environment.filters:
                near = difflib.get_close_matches(name, environment.filters, n=1)
                fix = f"did you mean {near[0]}?" if near else "use a filter of Liquid"
                for span in spans:
                    yield problem(
                        FILTER, fact=f"there is no filter '{name}'", fix=fix, where=in_line(self._line(span.index))
                    )
        for name in ("include", "render"):
            for span in analysis.tags.get(name, ()):
                yield problem(
                    INCLUDE,
                    fact=f"'{name}' takes in another template",
                    fix="copy it in",
                    where=in_line(self._line(span.index)),
                )

    def _liquid_problem(self, check: Check, error: LiquidError) -> Finding:
        index = error.token.start_index if error.token else -1
        # Where the end of the template is the mistake, the parser names no place.
        line = self._line(index if index >= 0 else len(self.template))
        return problem(
            check, fact=str(error.message), fix="correct the Liquid in this line, or before it", where=in_line(line)
        )

    def _line(self, index: int) -> int:
        return self.template.count("\n", 0, index) + 1

    def _audited(self) -> Iterator[Finding]:
        attribute = self.task.audited_attribute if isinstance(self.task, AuditTask) else ""
        if not is_unresolved(attribute) and attribute not in self.template:
            yield problem(
                AUDITED,
                fact=f"the template does not show the earlier labels, '{attribute}'",
                fix=f'read them from task.input.manifestLine["{attribute}"]',
            )


def _listening(missing: dict[str, int]) -> type[Undefined]:
    """A kind of undefined variable that notes its name and place when it is printed or looped over."""

    class Listening(Undefined):
        def __str__(self) -> str:
            name = str(self.hint or self.name).removesuffix(" is undefined").strip("'")
            missing.setdefault(name, self.token.start_index if self.token else 0)
            return ""

    return Listening
