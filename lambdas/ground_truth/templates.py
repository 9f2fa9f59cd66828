"""Worker templates: Liquid in HTML, generated from a task, readable enough to be taken over by hand.

The generated page expects of ``task.input`` (contract section 10.1): ``taskObject``, the image's S3 URI;
``labels``, the label texts; ``instructionMedia``, where example pictures lie, if there are any.
"""

import html
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from ground_truth import limits, task_types
from ground_truth.errors import ContractError
from ground_truth.instructions import Example, Instructions
from ground_truth.tasks import LabelingTask

CROWD_SCRIPT = "https://assets.crowd.aws/crowd-html-elements.js"

_LABELS_ATTRIBUTE = {
    task_types.IMAGE_CLASSIFICATION: "categories",
    task_types.MULTI_LABEL_CLASSIFICATION: "categories",
}


def generate_template(task: LabelingTask, *, media_is_public: bool = True) -> str:
    """Writes the worker template of a task of any built-in type.

    ``media_is_public=False`` serves example pictures through ``grant_read_access``.
    """
    element = task.type.element
    labels = _LABELS_ATTRIBUTE.get(task.type, "labels")
    instructions = task.instructions or Instructions()
    return "\n".join(
        (
            f'<script src="{CROWD_SCRIPT}"></script>',
            "",
            "<crowd-form>",
            f"  <{element}",
            f'    name="{task.type.answer_field}"',
            '    src="{{ task.input.taskObject | grant_read_access }}"',
            f'    {labels}="{{{{ task.input.labels | to_json | escape }}}}"',
            f'    header="{_text(task.task_title)}"',
            "  >",
            *_short_instructions(instructions, task),
            *_full_instructions(instructions, task, media_is_public),
            f"  </{element}>",
            "</crowd-form>",
            "",
        )
    )


def check_template(template: str) -> Iterator[tuple[str, str]]:
    """Yields (id, text) for what will likely break a worker template; nothing if it looks right.

    Raises ContractError if it is longer than the service renders (contract section 5.3).
    """
    if len(template) > limits.TEMPLATE_CHARACTERS:
        raise ContractError(
            "template",
            len(template),
            f"at most {limits.TEMPLATE_CHARACTERS} characters",
            "shorten the template",
        )
    if "<crowd-form" not in template:
        yield "crowd-form", "the template has no <crowd-form>: nothing would be submitted"
    if "task.input" in template and "grant_read_access" not in template:
        yield (
            "grant_read_access",
            "the template never uses grant_read_access: images in a private bucket will not load; "
            'write src="{{ task.input.taskObject | grant_read_access }}"',
        )


def _short_instructions(instructions: Instructions, task: LabelingTask) -> Iterator[str]:
    yield "    <short-instructions>"
    yield from _paragraphs(instructions.rules or (task.task_description,))
    yield "    </short-instructions>"


def _full_instructions(instructions: Instructions, task: LabelingTask, media_is_public: bool) -> Iterator[str]:
    yield f'    <full-instructions header="{_text(task.task_title)}">'
    yield from _paragraphs(instructions.rules or (task.task_description,))
    yield from _examples("Right", instructions.good_examples, media_is_public)
    yield from _examples("Wrong", instructions.bad_examples, media_is_public)
    yield "    </full-instructions>"


def _paragraphs(rules: Iterable[str]) -> Iterator[str]:
    for rule in rules:
        yield f"      <p>{_text(rule)}</p>"


def _examples(heading: str, examples: Iterable[Example], media_is_public: bool) -> Iterator[str]:
    for example in examples:
        yield f"      <h3>{heading}</h3>"
        yield f'      <p><img src="{_source(example, media_is_public)}" alt="{_text(example.text)}"></p>'
        yield f"      <p>{_text(example.text)}</p>"


def _source(example: Example, media_is_public: bool) -> str:
    if not example.is_media:
        return _text(example.image)
    if media_is_public:
        return "{{ task.input.instructionMedia }}/" + quote(example.image)
    # The filter signs and quotes the key, so that it is given as it is.
    quotes = "'" if '"' in example.image else '"'
    return f"{{{{ task.input.instructionMedia | append: {quotes}/{example.image}{quotes} | grant_read_access }}}}"


def _text(text: str) -> str:
    """Escapes a text for HTML and for Liquid, so that neither markup nor braces in it mean anything."""
    return html.escape(text).replace("{", "&#123;").replace("}", "&#125;")
