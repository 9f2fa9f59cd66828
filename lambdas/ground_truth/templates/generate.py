"""Worker templates: Liquid in HTML, generated from a task, readable enough to be taken over by hand.

The generated page expects of ``task.input`` (contract section 10.1): ``taskObject``, the image's S3 URI;
``labels``, the label texts; ``instructionMedia``, where example pictures lie, if there are any; and, where
earlier labels are verified or adjusted, ``manifestLine`` with the labels.

Its parts are files in ``parts/``, of which ``page.liquid.html`` is the whole; what a task fills in is written
``$name``, which is nothing in Liquid. How a page shows earlier labels is a file named after the key of the task type
(contract section 10.4): class maps have texts for keys, so that a box's class index is captured as a text first, and
attributes stand in single quotes, which the filters escape as they do double ones, so that their value is plain JSON.
"""

import html
from collections.abc import Iterable, Iterator
from pathlib import Path
from string import Template
from urllib.parse import quote

from ground_truth.tasks.instructions import Example, Instructions
from ground_truth.tasks.reviews import AuditTask
from ground_truth.tasks.task import LabelingTask
from ground_truth.templates.elements import CROWD_ELEMENTS

PARTS = Path(__file__).with_name("parts")


def generate_template(task: LabelingTask, *, media_is_public: bool = True) -> str:
    """Writes the worker template of a task of any built-in type.

    ``media_is_public=False`` serves example pictures through ``grant_read_access``.
    """
    element = task.type.element or ""
    instructions = task.instructions or Instructions()
    return _part(
        "page",
        element=element,
        answer_field=task.type.answer_field or "",
        labels_attribute=CROWD_ELEMENTS[element].labels_attribute or "",
        title=_text(task.task_title),
        assignments=_part("assignments", attribute=task.audited_attribute) if isinstance(task, AuditTask) else "",
        earlier_labels=_part(task.type.key) if task.type.audits else "",
        rules="".join(_part("rule", text=_text(rule)) for rule in instructions.rules or (task.task_description,)),
        examples="".join(_examples(instructions, media_is_public)),
        questions="".join(
            _part("question", question=_text(entry.question), answer=_text(entry.answer))
            for entry in instructions.questions
        ),
        comment=_part("comment") if task.type.verifies else "",
    )


def _part(name: str, **values: str) -> str:
    return Template((PARTS / f"{name}.liquid.html").read_text(encoding="utf-8")).substitute(values)


def _examples(instructions: Instructions, media_is_public: bool) -> Iterator[str]:
    groups: Iterable[tuple[str, Iterable[Example]]] = (
        ("Right", instructions.good_examples),
        ("Wrong", instructions.bad_examples),
    )
    for heading, examples in groups:
        for example in examples:
            source = _source(example, media_is_public)
            yield _part("example", heading=heading, source=source, text=_text(example.text))


def _source(example: Example, media_is_public: bool) -> str:
    if not example.is_media:
        return _text(example.image)
    if media_is_public:
        return "{{ task.input.instructionMedia }}/" + quote(example.image)
    # The filter signs and quotes the key, so that it is given as it is.
    mark = "'" if '"' in example.image else '"'
    path = f"{mark}/{example.image}{mark}"
    return "{{ task.input.instructionMedia | append: " + path + " | grant_read_access }}"


def _text(text: str) -> str:
    """Escapes a text for HTML and for Liquid, so that neither markup nor braces in it mean anything."""
    return html.escape(text).replace("{", "&#123;").replace("}", "&#125;")
