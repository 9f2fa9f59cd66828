"""What stands in a worker template: elements by line, read without rendering, so that every branch is seen."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser

_COMMENT = re.compile(r"\{%-?\s*comment\b.*?\bendcomment\s*-?%\}", re.DOTALL)
_LIQUID = re.compile(r"\{\{-?(.*?)-?\}\}|\{%-?(.*?)-?%\}", re.DOTALL)
# A character of no script stands for a piece of Liquid, so that quotes in it do not end an attribute.
_MARK = re.compile("\ue000(\\d+)\ue001")
_ASSIGNMENT = re.compile(r"\s*assign\s+([\w-]+)\s*=(.*)", re.DOTALL)
_CAPTURE = re.compile(r"\{%-?\s*capture\s+([\w-]+)\s*-?%\}(.*?)\{%-?\s*endcapture", re.DOTALL)
_ROOT = re.compile(r"\s*([\w-]+)")
_DEFINED = re.compile(r"""customElements\.define\(\s*["']([\w-]+)["']""")


@dataclass(frozen=True, kw_only=True)
class Element:
    """One element: ``attributes`` are as written, ``line`` counts from 1."""

    tag: str
    attributes: dict[str, str]
    line: int
    in_form: bool


class Page(HTMLParser):
    """Reads a template; ``defined`` are the elements that its own scripts define."""

    def __init__(self, template: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self.script = ""
        self._pieces: list[str] = []
        self._forms = 0
        self._in_script = False
        readable = _COMMENT.sub(_blank, template)
        self._assigned = dict(_assignments(readable))
        self.feed(_LIQUID.sub(self._mark, readable))
        self.close()
        self.defined = set(_DEFINED.findall(self.script))

    def named(self, tag: str) -> list[Element]:
        """The elements of a tag."""
        return [element for element in self.elements if element.tag == tag]

    def expressions(self, value: str) -> Iterator[str]:
        """The Liquid in an attribute's value, with what was assigned to its variables before."""
        for number in _MARK.findall(value):
            yield self._traced(self._pieces[int(number)])

    def text(self, value: str) -> str:
        """An attribute's value as written, Liquid included."""
        return _MARK.sub(lambda match: "{{" + self._pieces[int(match[1])] + "}}", value)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notes an element."""
        attributes = {name: value or "" for name, value in attrs}
        line = self.getpos()[0]
        self.elements.append(Element(tag=tag, attributes=attributes, line=line, in_form=self._forms > 0))
        self._forms += tag == "crowd-form"
        self._in_script = tag == "script"

    def handle_endtag(self, tag: str) -> None:
        """Notes the end of a form."""
        self._forms -= tag == "crowd-form" and self._forms > 0
        self._in_script = False

    def handle_data(self, data: str) -> None:
        """Gathers the page's own scripts."""
        self.script += data if self._in_script else ""

    def _mark(self, match: re.Match[str]) -> str:
        self._pieces.append(match[1] or match[2] or "")
        return f"\ue000{len(self._pieces) - 1}\ue001" + "\n" * match[0].count("\n")

    def _traced(self, expression: str) -> str:
        for _ in self._assigned:
            root = _ROOT.match(expression)
            if root is None or root[1] not in self._assigned:
                break
            expression = self._assigned[root[1]] + expression[root.end() :]
        return expression


def _assignments(template: str) -> Iterator[tuple[str, str]]:
    for match in _LIQUID.finditer(template):
        assignment = _ASSIGNMENT.fullmatch(match[2] or "")
        if assignment:
            yield assignment[1], assignment[2]
    for name, content in _CAPTURE.findall(template):
        yield name, " ".join(match[1] or "" for match in _LIQUID.finditer(content))


def _blank(match: re.Match[str]) -> str:
    return "\n" * match[0].count("\n")
