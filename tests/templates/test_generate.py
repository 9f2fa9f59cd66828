"""Generated templates, rendered as Ground Truth does with what our pre-annotation hook gives."""

import html
import json
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ground_truth.contract.errors import ContractError
from ground_truth.contract.task_types import TASK_TYPES
from ground_truth.tasks.examples import example_input
from ground_truth.tasks.instructions import Example, Instructions, Question
from ground_truth.tasks.reviews import LabelAdjustment, LabelVerification
from ground_truth.tasks.task import (
    BoundingBox,
    ImageClassification,
    LabelingTask,
    MultiLabelClassification,
    SemanticSegmentation,
)
from ground_truth.templates.check import check_template
from ground_truth.templates.elements import CROWD_ELEMENTS
from ground_truth.templates.generate import PARTS, generate_template
from ground_truth.templates.liquid import render
from tests.tasks.valid_tasks import is_label

HOSTILE = 'say "hi" & <b>{{ task.input }} {% if %}</b> it\'s'
RULES = Instructions(
    what_to_label=HOSTILE,
    good_examples=(Example(image="good one.png", text=HOSTILE), Example(image="https://x.example/a.png", text="b")),
    bad_examples=(Example(image="bad.png", text="Too wide."),),
    questions=(Question(question="Is a bus a car?", answer=HOSTILE),),
)
LABELS = ["car", HOSTILE]
BOXES = BoundingBox("task", labels=LABELS, instructions=RULES)
MASKS = SemanticSegmentation("task", labels=LABELS, instructions=RULES)
TASKS = [
    BOXES,
    ImageClassification("task", labels=LABELS, instructions=RULES),
    MultiLabelClassification("task", labels=LABELS, instructions=RULES),
    MASKS,
    LabelVerification("check", of=BOXES, labels=["good", HOSTILE], instructions=RULES),
    LabelVerification("check", of=MASKS, labels=["good", HOSTILE], instructions=RULES),
    LabelAdjustment("fix", of=BOXES, instructions=RULES),
    LabelAdjustment("fix", of=MASKS, instructions=RULES),
]
each_type = pytest.mark.parametrize("task", TASKS, ids=lambda task: task.type.key)


def page_of(task: LabelingTask, *, media: str = "https://media.example", media_is_public: bool = True) -> str:
    given = example_input(task, instruction_media=media)
    return render(generate_template(task, media_is_public=media_is_public), given, lambda uri: f"https://signed/{uri}")


class Elements(HTMLParser):
    """What a browser makes of a page: the elements with their attributes, and all text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.attributes: dict[str, dict[str, str]] = {}
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes[tag] = {name: value or "" for name, value in attrs}

    def handle_data(self, data: str) -> None:
        self.text += data


@each_type
def test_every_type_s_template_renders_with_what_our_hook_gives(task) -> None:
    element = Elements(page_of(task)).attributes[task.type.element]
    assert element["src"] == "https://signed/s3://images/example.jpg"
    assert element["name"] == task.type.answer_field
    assert element["header"] == task.task_title
    assert json.loads(element[CROWD_ELEMENTS[task.type.element].labels_attribute]) == list(task.labels)


@each_type
def test_texts_are_shown_and_never_interpreted(task) -> None:
    page = Elements(page_of(task))
    assert "b" not in page.attributes
    assert page.text.count(HOSTILE) == 4


@each_type
def test_generated_templates_pass_every_check(task) -> None:
    given = example_input(task, instruction_media="https://media.example")
    assert list(check_template(generate_template(task), task=task, task_input=given)) == []


BOXES_SHOWN = [
    {"label": "car", "left": 0, "top": 5, "width": 15, "height": 10},
    {"label": HOSTILE, "left": 20, "top": 5, "width": 15, "height": 10},
]
MASK_SHOWN = {
    "src": "https://signed/s3://images/example-mask.png",
    "labelMappings": {"car": {"color": "#000001"}, HOSTILE: {"color": "#000002"}},
}


@pytest.mark.parametrize(
    ("task", "attribute", "value"),
    [
        (TASKS[4], "overlay", {"boundingBox": {"labels": LABELS, "value": BOXES_SHOWN}}),
        (TASKS[5], "overlay", {"semanticSegmentation": {**MASK_SHOWN, "labels": LABELS}}),
        (TASKS[6], "initial-value", BOXES_SHOWN),
        (TASKS[7], "initial-value", MASK_SHOWN),
    ],
    ids=lambda value: value.type.key if isinstance(value, LabelingTask) else "",
)
def test_earlier_labels_are_shown(task, attribute: str, value) -> None:
    """Contract section 10.4; the attribute is plain JSON, whatever the labels are called."""
    assert json.loads(Elements(page_of(task)).attributes[task.type.element][attribute]) == value


def test_an_image_without_boxes_is_shown_as_such() -> None:
    given = example_input(TASKS[6])
    line = given["manifestLine"]
    line["task"]["annotations"], line["task-metadata"]["class-map"] = [], {}
    page = render(generate_template(TASKS[6]), given, str)
    assert json.loads(Elements(page).attributes["crowd-bounding-box"]["initial-value"]) == []


def test_workers_may_say_what_is_wrong() -> None:
    assert "worker-comment" in Elements(page_of(TASKS[4])).attributes
    assert "worker-comment" not in Elements(page_of(TASKS[6])).attributes


def test_questions_are_answered_in_the_full_instructions() -> None:
    page = page_of(BOXES)
    assert page.index("<full-instructions") < page.index("<h3>Is a bus a car?</h3>")


def test_public_pictures_are_shown_by_their_address() -> None:
    page = page_of(BOXES)
    assert '<img src="https://media.example/good%20one.png"' in page
    assert '<img src="https://x.example/a.png"' in page


@pytest.mark.parametrize("name", ["it's.png", 'say "hi".png', "plain.png", "50%.png", "back\\slash.png"])
def test_private_pictures_are_signed_under_their_very_name(name: str) -> None:
    task = BoundingBox(
        "task", labels=["car"], instructions=Instructions(good_examples=(Example(image=name, text="a"),))
    )
    page = page_of(task, media="s3://media", media_is_public=False)
    assert f"https://signed/s3://media/{name}" in html.unescape(page)


@pytest.mark.parametrize("name", ["{{ a }}.png", "a%}.png", 'it\'s "a".png', "two\nlines.png"])
def test_fails_when_a_template_cannot_name_a_picture(name: str) -> None:
    with pytest.raises(ContractError, match="'image' should be without braces, control characters and quotes"):
        Example(image=name, text="a")


# Surrogates are no text, and HTML itself rewrites control characters and line ends.
TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=60)


@given(TEXTS)
def test_any_text_is_shown_as_it_is(text: str) -> None:
    task = BoundingBox("task", labels=["x"], instructions=Instructions(what_to_label="rule " + text + "."))
    assert f"rule {text}." in Elements(page_of(task)).text


@given(st.lists(TEXTS.map(str.strip).filter(is_label), min_size=1, max_size=5, unique=True))
def test_any_label_reaches_the_worker_as_it_is(labels: list[str]) -> None:
    for task in (BoundingBox("task", labels=labels), LabelAdjustment("fix", of=BoundingBox("task", labels=labels))):
        element = Elements(page_of(task)).attributes["crowd-bounding-box"]
        assert json.loads(element["labels"]) == labels
    assert [entry["label"] for entry in json.loads(element["initial-value"])] == labels


def test_every_type_that_shows_earlier_labels_has_its_part_of_the_page_and_no_part_is_left_over() -> None:
    parts = {path.name.removesuffix(".liquid.html") for path in PARTS.iterdir()}
    shown = {task_type.key for task_type in TASK_TYPES.values() if task_type.audits}
    assert parts == shown | {"page", "assignments", "rule", "example", "question", "comment"}


def test_dollars_of_a_task_are_its_own() -> None:
    task = BoundingBox("task", labels=["car"], task_title="$5 for ${title}")
    assert Elements(page_of(task)).attributes["crowd-bounding-box"]["header"] == "$5 for ${title}"
