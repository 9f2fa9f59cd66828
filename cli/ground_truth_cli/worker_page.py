"""Renders a worker template as the worker's page would be, with Ground Truth's own filters (contract section 10.1)."""

import html
import json
from collections.abc import Mapping
from typing import Any

from liquid import Environment, Markup, Undefined
from liquid.exceptions import LiquidError


class PageError(ValueError):
    """A template that cannot be rendered; the text says where."""


def render_page(template: str, task_input: Mapping[str, Any]) -> tuple[str, list[str]]:
    """Renders a template and returns the page and the names in it that the task input does not have.

    Raises PageError where the template is not Liquid.
    """
    unknown: dict[str, None] = {}

    class Noted(Undefined):
        """Shows nothing, as in the service, and is noted; asking whether it is there is fine."""

        def __str__(self) -> str:
            unknown.setdefault((self.hint or self.name).removesuffix(" is undefined"))
            return ""

    environment = Environment(autoescape=True, undefined=Noted)
    environment.add_filter("to_json", lambda value: json.dumps(value, ensure_ascii=False, default=str))
    environment.add_filter("grant_read_access", str)
    environment.add_filter("skip_autoescape", lambda value: Markup(str(value)))
    environment.add_filter("escape", lambda value: Markup(html.escape(str(value))))
    try:
        page = environment.from_string(template).render(task={"input": dict(task_input)})
    except LiquidError as error:
        raise PageError(f"the template cannot be rendered: {error.message}{_place(error)}") from error
    return page, list(unknown)


def _place(error: LiquidError) -> str:
    if error.token is None or error.token.start_index < 0:
        return ""
    return f" (line {error.token.source.count(chr(10), 0, error.token.start_index) + 1})"
