"""Worker templates: Liquid in HTML, generated from a task, readable enough to be taken over by hand.

The generated page expects of ``task.input`` (contract section 10.1): ``taskObject``, the image's S3 URI;
``labels``, the label texts; ``instructionMedia``, where example pictures lie, if there are any; and, where
earlier labels are verified or adjusted, ``manifestLine`` with the labels.
"""

import html
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from ground_truth.contract import task_types
from ground_truth.tasks.instructions import Example, Instructions, Question
from ground_truth.tasks.reviews import AuditTask
from ground_truth.tasks.task import LabelingTask

CROWD_SCRIPT = "https://assets.crowd.aws/crowd-html-elements.js"

# Class maps have texts for keys, so that a box's class index is captured as a text first. The attribute stands
# in single quotes, which the filters escape as they do double ones, so that its value is plain JSON.
_BOXES = """\
    {attribute}='{before}[
      {{% for box in earlier.annotations %}}
      {{% capture class_id %}}{{{{ box.class_id }}}}{{% endcapture %}}
      {{
        "label": {{{{ earlier_metadata["class-map"][class_id] | to_json | escape }}}},
        "left": {{{{ box.left }}}},
        "top": {{{{ box.top }}}},
        "width": {{{{ box.width }}}},
        "height": {{{{ box.height }}}}
      }}{{% unless forloop.last %}},{{% endunless %}}
      {{% endfor %}}
    ]{after}'"""

_BOX_LABELS = """{"boundingBox": {"labels": [
      {% for entry in earlier_metadata["class-map"] %}
      {{ entry[1] | to_json | escape }}{% unless forloop.last %},{% endunless %}
      {% endfor %}
    ], "value": """

_MASK = """\
    {attribute}='{before}{{
      "src": "{{{{ earlier | grant_read_access }}}}",
      "labelMappings": {{
        {{% assign separator = "" %}}
        {{% for entry in earlier_metadata["internal-color-map"] %}}
        {{% unless entry[1]["class-name"] == "BACKGROUND" %}}
        {{{{ separator }}}}{{{{ entry[1]["class-name"] | to_json | escape }}}}: \
{{"color": {{{{ entry[1]["hex-color"] | to_json | escape }}}} }}
        {{% assign separator = "," %}}
        {{% endunless %}}
        {{% endfor %}}
      }}{more}
    }}{after}'"""

_MASK_LABELS = """,
      "labels": [
        {% assign separator = "" %}
        {% for entry in earlier_metadata["internal-color-map"] %}
        {% unless entry[1]["class-name"] == "BACKGROUND" %}
        {{ separator }}{{ entry[1]["class-name"] | to_json | escape }}
        {% assign separator = "," %}
        {% endunless %}
        {% endfor %}
      ]"""

# How a page shows earlier labels, by task type (contract section 10.4).
_EARLIER = {
    task_types.ADJUSTMENT_OF_BOXES: _BOXES.format(attribute="initial-value", before="", after=""),
    task_types.ADJUSTMENT_OF_MASKS: _MASK.format(attribute="initial-value", before="", more="", after=""),
    task_types.VERIFICATION_OF_BOXES: _BOXES.format(attribute="overlay", before=_BOX_LABELS, after="}}"),
    task_types.VERIFICATION_OF_MASKS: _MASK.format(
        attribute="overlay", before='{"semanticSegmentation": ', more=_MASK_LABELS, after="}"
    ),
}

_COMMENT = """\
    <worker-comment
      header="What is wrong?"
      link-text="Say what is wrong"
      placeholder="For example: the left edge is too wide"
    >
      <p>Name the label that is wrong, and say in a few words what is wrong with it.</p>
    </worker-comment>"""


def generate_template(task: LabelingTask, *, media_is_public: bool = True) -> str:
    """Writes the worker template of a task of any built-in type.

    ``media_is_public=False`` serves example pictures through ``grant_read_access``.
    """
    element = task.type.element
    instructions = task.instructions or Instructions()
    return "\n".join(
        (
            f'<script src="{CROWD_SCRIPT}"></script>',
            "",
            *_assign_earlier(task),
            "<crowd-form>",
            f"  <{element}",
            f'    name="{task.type.answer_field}"',
            '    src="{{ task.input.taskObject | grant_read_access }}"',
            f'    {task.type.labels_attribute}="{{{{ task.input.labels | to_json | escape }}}}"',
            f'    header="{_text(task.task_title)}"',
            *([_EARLIER[task.type]] if task.type.audits else []),
            "  >",
            *_short_instructions(instructions, task),
            *_full_instructions(instructions, task, media_is_public),
            *([_COMMENT] if task.type in task_types.VERIFICATIONS.values() else []),
            f"  </{element}>",
            "</crowd-form>",
            "",
        )
    )


def _assign_earlier(task: LabelingTask) -> Iterator[str]:
    if isinstance(task, AuditTask):
        attribute = task.audited_attribute
        yield f'{{% assign earlier = task.input.manifestLine["{attribute}"] %}}'
        yield f'{{% assign earlier_metadata = task.input.manifestLine["{attribute}-metadata"] %}}'
        yield ""


def _short_instructions(instructions: Instructions, task: LabelingTask) -> Iterator[str]:
    yield "    <short-instructions>"
    yield from _paragraphs(instructions.rules or (task.task_description,))
    yield "    </short-instructions>"


def _full_instructions(instructions: Instructions, task: LabelingTask, media_is_public: bool) -> Iterator[str]:
    yield f'    <full-instructions header="{_text(task.task_title)}">'
    yield from _paragraphs(instructions.rules or (task.task_description,))
    yield from _examples("Right", instructions.good_examples, media_is_public)
    yield from _examples("Wrong", instructions.bad_examples, media_is_public)
    yield from _questions(instructions.questions)
    yield "    </full-instructions>"


def _paragraphs(rules: Iterable[str]) -> Iterator[str]:
    for rule in rules:
        yield f"      <p>{_text(rule)}</p>"


def _examples(heading: str, examples: Iterable[Example], media_is_public: bool) -> Iterator[str]:
    for example in examples:
        yield f"      <h3>{heading}</h3>"
        yield f'      <p><img src="{_source(example, media_is_public)}" alt="{_text(example.text)}"></p>'
        yield f"      <p>{_text(example.text)}</p>"


def _questions(questions: Iterable[Question]) -> Iterator[str]:
    for entry in questions:
        yield f"      <h3>{_text(entry.question)}</h3>"
        yield f"      <p>{_text(entry.answer)}</p>"


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
