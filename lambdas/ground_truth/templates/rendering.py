"""A worker's page: a template rendered for one data object, as a whole document that needs nothing of AWS's.

Needs python-liquid, so that hooks cannot import it.
"""

import html
import re
from collections.abc import Mapping
from typing import Any

from liquid.exceptions import LiquidError

from ground_truth.contract import limits
from ground_truth.contract.errors import InputError
from ground_truth.contract.json_text import json_length
from ground_truth.templates import liquid
from ground_truth.templates.liquid import GrantReadAccess

# AWS's script and its later versions, which only AWS may serve (contract section 10.1).
_AWS_SCRIPT = re.compile(
    r"<script\b[^<>]*\bsrc\s*=\s*[\"']?https?://assets\.crowd\.aws/crowd-html-elements[^<>]*>\s*</script\s*>",
    re.IGNORECASE,
)
_AWS_STYLE = re.compile(r"<link\b[^<>]*https?://assets\.crowd\.aws/[^<>]*>", re.IGNORECASE)
_TITLE = re.compile(r"<title\b", re.IGNORECASE)
_HTML_TAG = re.compile(r"<html\b(?P<attributes>[^<>]*)>", re.IGNORECASE)
_DOCTYPE = re.compile(r"^\s*<!doctype\b[^<>]*>", re.IGNORECASE)
_LANGUAGE = re.compile(r"(?:^|\s)lang\s*=", re.IGNORECASE)


class TemplateError(InputError):
    """A template that cannot be rendered; ``line`` is where, counted from 1, or 0 if it is no line's fault."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(f"line {line}: {message}" if line else message)
        self.message = message
        self.line = line


def render_page(
    template: str,
    task_input: Mapping[str, Any],
    grant_read_access: GrantReadAccess,
    *,
    title: str,
    crowd_url: str = "/crowd/index.js",
) -> str:
    """Renders a template and completes it: doctype, language, title, and our elements in the place of AWS's.

    ``title`` is the task's, for a template without one of its own. ``crowd_url`` is where the elements lie.
    Raises TemplateError for Liquid that does not parse, for a filter that does not exist, and for a template or an
    input longer than Ground Truth renders (contract section 5.3).
    """
    _check_length("template", len(template), limits.TEMPLATE_CHARACTERS)
    _check_length("task input", json_length(task_input), limits.TASK_INPUT_CHARACTERS)
    try:
        page = liquid.render(template, task_input, grant_read_access)
    except LiquidError as error:
        raise TemplateError(str(error.message), _line_of(error, template)) from error
    return _completed(page, title, crowd_url)


def _check_length(what: str, length: int, most: int) -> None:
    if length > most:
        raise TemplateError(f"the {what} has {length:,} characters, at most {most:,} are rendered: shorten it")


def _line_of(error: LiquidError, template: str) -> int:
    index = error.token.start_index if error.token else -1
    # Where the end of the template is the mistake, the parser names no place.
    return template.count("\n", 0, index if index >= 0 else len(template)) + 1


def _completed(page: str, title: str, crowd_url: str) -> str:
    body = _AWS_STYLE.sub("", _AWS_SCRIPT.sub("", page))
    head = "" if _TITLE.search(body) else f"<title>{html.escape(title)}</title>"
    head += f'<script type="module" src="{html.escape(crowd_url)}"></script>'
    body = _DOCTYPE.sub("", body)
    tag = _HTML_TAG.search(body)
    if tag is None:
        return f'<!doctype html><html lang="en"><head><meta charset="utf-8">{head}</head>\n{body}'
    # The browser opens the head for what stands right behind the html tag, so that a head of the template joins it.
    language = "" if _LANGUAGE.search(tag["attributes"]) else ' lang="en"'
    opening = f"<html{language}{tag['attributes']}>"
    return f"<!doctype html>{body[: tag.start()]}{opening}{head}{body[tag.end() :]}"
