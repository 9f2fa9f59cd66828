"""Every mistake in a worker template is found, with its line; what is right is not."""

import pytest

from ground_truth.contract.findings import Level
from ground_truth.contract.task_types import BOUNDING_BOX, TASK_TYPES
from ground_truth.tasks.examples import example_input_of_type
from ground_truth.tasks.reviews import LabelAdjustment
from ground_truth.tasks.task import BoundingBox
from ground_truth.templates.check import CHECKS, check_template

SCRIPT = '<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>\n'
SOURCE = 'src="{{ task.input.taskObject | grant_read_access }}"'
LABELS = 'labels="{{ task.input.labels | to_json | escape }}"'
BOX = f'<crowd-bounding-box name="boxes" {SOURCE} {LABELS}></crowd-bounding-box>'


def page(inner: str) -> str:
    return f"{SCRIPT}<crowd-form>\n{inner}\n</crowd-form>"


def found(template: str, **options) -> list[tuple[str, str, str]]:
    items = {"task_input": example_input_of_type(BOUNDING_BOX)} | options
    return [(f.check.id.removeprefix("template."), f.level.value, f.where) for f in check_template(template, **items)]


def test_a_right_template_has_no_findings() -> None:
    assert found(page(BOX), task_type=BOUNDING_BOX) == []


@pytest.mark.parametrize(
    ("template", "finding"),
    [
        (page(BOX + "{% if %}{% endif %}"), ("syntax", "problem", "line 3")),
        (page(BOX + "\n{% nosuchtag %}"), ("syntax", "problem", "line 4")),
        (page(BOX + "\n{{ task.input.taskObject "), ("syntax", "problem", "line 4")),
        (page(BOX + "\n{% for label in task.input.labels %}"), ("syntax", "problem", "line 5")),
        (page(BOX + "\n\n{{ task.input.taskObject | grant_access }}"), ("filter", "problem", "line 5")),
        (page(BOX + "\n{% include 'other' %}"), ("include", "problem", "line 4")),
        (page(BOX + "\n{{ 7 | divided_by: 0 }}"), ("rendering", "problem", "line 4")),
        (page(BOX + "\n{{ task.input.image }}"), ("undefined", "warning", "line 4")),
        (page(BOX + "\n{{ image }}"), ("undefined", "warning", "line 4")),
        (SCRIPT + "<p>{{ task.input.labels }}</p>", ("crowd-form", "problem", "")),
        (page("") + BOX, ("outside-form", "warning", "line 4")),
        (
            page(f'<crowd-entity-annotation name="a" {LABELS}></crowd-entity-annotation>'),
            ("outside-form", "problem", "line 3"),
        ),
        (page(BOX + "\n<crowd-boundingbox></crowd-boundingbox>"), ("element", "problem", "line 4")),
        (page(BOX.replace(' name="boxes"', "")), ("name", "problem", "line 3")),
        (page(BOX + '\n<crowd-input name=""></crowd-input>'), ("name", "warning", "line 4")),
        (page(BOX.replace(LABELS, "labels=\"['car']\"")), ("labels", "warning", "line 3")),
        (page(BOX.replace(LABELS, "")), ("labels", "warning", "line 3")),
        (page(BOX.replace(" | grant_read_access", "")), ("grant_read_access", "warning", "line 3")),
        (page(BOX + "\n<img src='{{ task.input.taskObject }}'>"), ("grant_read_access", "warning", "line 4")),
        (page(BOX).removeprefix(SCRIPT), ("crowd-script", "warning", "")),
        (page(BOX + '\n<script src="https://cdn.example/d3.js"></script>'), ("foreign-script", "warning", "line 4")),
        (page(BOX + "x" * 128_000), ("length", "problem", "")),
    ],
    ids=lambda value: f"{value[0]} {value[2]}" if isinstance(value, tuple) else "",
)
def test_a_mistake_is_found_where_it_is(template: str, finding) -> None:
    assert found(template) == [finding]


def test_the_element_of_the_type_is_expected() -> None:
    own = page(BOX.replace("crowd-bounding-box", "crowd-polygon"))
    assert found(own, task_type=BOUNDING_BOX) == [("expected-element", "warning", "")]
    assert found(own) == []


def test_a_page_that_adjusts_names_the_earlier_labels() -> None:
    task = LabelAdjustment("fix", of=BoundingBox("street-boxes", labels=["kerb"]))
    assert found(page(BOX), task=task) == [("audited-attribute", "problem", "")]
    showing = page(BOX + '{{ task.input.manifestLine["street-boxes"].annotations }}')
    assert found(showing, task=task) == []


def test_a_near_miss_is_named() -> None:
    (entry,) = check_template(page("<crowd-poligon></crowd-poligon>"))
    assert entry.fix == "did you mean <crowd-polygon>?"
    (other,) = check_template(page("{{ task.input.a | to_jsn }}"))
    assert other.fix == "did you mean to_json?"


@pytest.mark.parametrize(
    "inner",
    [
        "{% assign url = task.input.taskObject | grant_read_access %}<img src='{{ url }}'>",
        "{% capture url %}{{ task.input.taskObject | grant_read_access }}{% endcapture %}<img src='{{ url }}'>",
        "{% comment %}<crowd-nothing>{{ task.input.nothing | nofilter }}{% endcomment %}",
        "{% if task.input.optional %}{{ task.input.optional | default: 'none' }}{% endif %}",
        "{{ task.input.optional | default: 'none' }}",
        "{{ task.input.manifestLine.camera }}",
        '{% if task.input.manifestLine[\'a\'] == "b" %}<p title="{{ task.input.labels[0] }}">{% endif %}',
        "<img src='https://x.example/logo.png'>",
        "<img src='{{ task.input.instructionMedia }}/good.png'>",
        "<script>customElements.define('crowd-own', class extends HTMLElement {})</script><crowd-own></crowd-own>",
        "<crowd-polygon name='p'></crowd-polygon><script>document.querySelector('crowd-polygon').labels = []</script>",
        "<crowd-card><crowd-button>Help</crowd-button></crowd-card><input name='free'>",
    ],
)
def test_what_is_right_is_not_complained_of(inner: str) -> None:
    assert found(page(BOX + inner)) == []


def test_a_script_from_elsewhere_may_define_elements() -> None:
    template = page(BOX + '<crowd-own></crowd-own><script src="https://cdn.example/own.js"></script>')
    assert found(template) == [("element", "warning", "line 3"), ("foreign-script", "warning", "line 3")]


def test_the_element_with_a_form_of_its_own_needs_no_other() -> None:
    assert found(f'{SCRIPT}<crowd-entity-annotation name="a" {LABELS}></crowd-entity-annotation>') == []


def test_a_page_made_by_script_is_not_second_guessed() -> None:
    assert found(SCRIPT + "<script>document.write('<crowd-form></crowd-form>')</script>") == []


def test_variables_of_a_hook_of_the_user_are_unknown() -> None:
    assert found(page(BOX + "{{ task.input.anything }}"), task_input=None) == []


def test_lines_are_counted_across_pieces_of_liquid_that_span_lines() -> None:
    template = page(BOX + "\n{% if\n task.input.labels\n%}\n<crowd-nothing></crowd-nothing>{% endif %}")
    assert found(template) == [("element", "problem", "line 7")]


def test_every_branch_is_looked_at() -> None:
    template = page(BOX + "{% if task.input.never %}<crowd-nothing></crowd-nothing>{% endif %}")
    assert found(template) == [("element", "problem", "line 3")]


@pytest.mark.parametrize("key", TASK_TYPES)
def test_every_type_has_an_example_to_render_with(key: str) -> None:
    assert example_input_of_type(TASK_TYPES[key])["taskObject"].startswith("s3://")


def test_every_check_has_an_id_a_meaning_and_a_reason() -> None:
    assert len({check.id for check in CHECKS}) == len(CHECKS)
    assert all(check.id.startswith("template.") and check.meaning and check.why for check in CHECKS)


def test_every_finding_says_what_to_do() -> None:
    worst = "<crowd-boundingbox><crowd-polygon src='{{ task.input.a }}'></crowd-polygon>{{ a | b }}"
    for finding in check_template(worst, task_type=BOUNDING_BOX):
        assert finding.check in CHECKS
        assert finding.level in (Level.WARNING, Level.PROBLEM)
        assert finding.fix
