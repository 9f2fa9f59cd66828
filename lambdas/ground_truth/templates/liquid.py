"""Liquid as Ground Truth speaks it (contract section 10.1); needs python-liquid, which hooks do not carry.

Every output is escaped for HTML. Objects and lists print as JSON. Beside the standard filters there are
``grant_read_access``, ``to_json`` and ``skip_autoescape``. Texts written in a template itself are taken as
HTML that its author meant, where Ground Truth escapes them too. Every rendering comes to an end
(`liquid_bounds`).
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from liquid import DictLoader, Undefined
from liquid.exceptions import LiquidError
from markupsafe import Markup, escape

from ground_truth.templates.bounds import BoundedEnvironment

GrantReadAccess = Callable[[str], str]

_S3_PREFIXES = ("s3://", "https://s3.amazonaws.com/")


def environment(grant_read_access: GrantReadAccess, undefined: type[Undefined] = Undefined) -> BoundedEnvironment:
    """Makes a python-liquid environment; ``grant_read_access`` turns an S3 URI into a URL a browser can load.

    Other URLs pass the filter as they are. Templates cannot include others.
    """
    made = BoundedEnvironment(autoescape=True, undefined=undefined, loader=DictLoader({}))
    made.add_filter("grant_read_access", _Granting(grant_read_access))
    made.add_filter("to_json", _to_json)
    made.add_filter("skip_autoescape", lambda value: Markup(str(value)))
    return made


def render(template: str, task_input: Mapping[str, Any], grant_read_access: GrantReadAccess) -> str:
    """Renders the page of one data object; what ``task_input`` lacks is empty.

    Raises liquid.exceptions.LiquidError for a template that is none or that does not come to an end.
    """
    page: str = environment(grant_read_access).from_string(template).render(**page_variables(task_input))
    return page


def page_variables(task_input: Mapping[str, Any]) -> dict[str, Any]:
    """What a template can name: ``task.input`` and all below it.

    Raises liquid.exceptions.LiquidError for input that is nested too deeply.
    """
    try:
        return {"task": _printable({"input": task_input})}
    except RecursionError as error:
        raise LiquidError("the task input is nested too deeply to be shown", token=None) from error


class _Object(dict[str, Any]):
    """A JSON object that prints as JSON, where python-liquid would print Python."""

    def __str__(self) -> str:
        return json.dumps(self, ensure_ascii=False)

    def __html__(self) -> str:
        return escape(str(self))


class _List(list[Any]):
    """A JSON list that prints as JSON, where python-liquid would join its items."""

    def __str__(self) -> str:
        return json.dumps(self, ensure_ascii=False)

    def __html__(self) -> str:
        return escape(str(self))


class _Granting:
    """The filter ``grant_read_access``."""

    def __init__(self, grant_read_access: GrantReadAccess) -> None:
        self._grant = grant_read_access

    def __call__(self, value: object) -> str:
        uri = str(value)
        for prefix in _S3_PREFIXES:
            if uri.startswith(prefix):
                return self._grant("s3://" + uri.removeprefix(prefix))
        return uri


def _to_json(value: object) -> str:
    # Printing an undefined variable lets it say so where a check listens.
    return json.dumps(str(value) or None if isinstance(value, Undefined) else value, ensure_ascii=False)


def _printable(value: Any) -> Any:
    if isinstance(value, Mapping):
        return _Object((key, _printable(entry)) for key, entry in value.items())
    if isinstance(value, (list, tuple)):
        return _List(_printable(entry) for entry in value)
    return value
