import html
import json

import pytest
from liquid import Environment

from ground_truth.instructions import Example, Instructions
from ground_truth.task_input import task_input
from ground_truth.tasks import BoundingBox, ImageClassification, MultiLabelClassification, SemanticSegmentation
from ground_truth.templates import check_template, generate_template

HOSTILE = 'say "hi" & <b>{{ task.input }} {% if %}</b>'
RULES = Instructions(
    what_to_label=HOSTILE,
    good_examples=(Example(image="good one.png", text=HOSTILE), Example(image="https://x.example/a.png", text="b")),
)
TASKS = [
    kind("task", labels=["car", HOSTILE], instructions=RULES)
    for kind in (BoundingBox, ImageClassification, MultiLabelClassification, SemanticSegmentation)
]


def render(template: str, labels: list[str], media: str) -> str:
    environment = Environment(autoescape=True)
    environment.filters["to_json"] = json.dumps
    environment.filters["grant_read_access"] = lambda uri: f"https://signed/{uri}"
    given = task_input({"source-ref": "s3://images/a.jpg"}, labels=labels, instruction_media=media)
    return environment.from_string(template).render(task={"input": given})


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.type.key)
def test_every_type_s_template_renders_with_what_our_hook_gives(task) -> None:
    page = render(generate_template(task), list(task.labels), "https://media.example")
    assert f"<{task.type.element}" in page
    assert 'src="https://signed/s3://images/a.jpg"' in page
    assert html.escape(json.dumps(list(task.labels))).replace("&#x27;", "&#39;").replace("&quot;", "&#34;") in page


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.type.key)
def test_texts_are_shown_and_never_interpreted(task) -> None:
    page = render(generate_template(task), ["car", "bus"], "https://media.example")
    assert "<b>" not in page
    assert html.unescape(page).count(HOSTILE) >= 3


def test_public_pictures_are_shown_by_their_address() -> None:
    page = render(generate_template(TASKS[0]), ["car"], "https://media.example")
    assert '<img src="https://media.example/good%20one.png"' in page
    assert '<img src="https://x.example/a.png"' in page


@pytest.mark.parametrize("name", ["it's.png", 'say "hi".png', "plain.png"])
def test_private_pictures_are_signed_under_their_very_name(name: str) -> None:
    task = BoundingBox(
        "task", labels=["car"], instructions=Instructions(good_examples=(Example(image=name, text="a"),))
    )
    page = render(generate_template(task, media_is_public=False), ["car"], "s3://media")
    assert f"https://signed/s3://media/{name}" in html.unescape(page)


def test_generated_templates_pass_their_own_check() -> None:
    assert [list(check_template(generate_template(task))) for task in TASKS] == [[], [], [], []]
