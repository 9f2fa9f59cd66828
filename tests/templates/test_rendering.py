from pathlib import Path

import pytest

from ground_truth.contract.json_text import json_length
from ground_truth.contract.limits import TASK_INPUT_CHARACTERS, TEMPLATE_CHARACTERS
from ground_truth.tasks.examples import example_input
from ground_truth.tasks.task import BoundingBox, ImageClassification, MultiLabelClassification, SemanticSegmentation
from ground_truth.templates.generate import generate_template
from ground_truth.templates.rendering import TemplateError, render_page
from tests.cpu_time import growth

SCRIPT = '<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>'
OURS = '<script type="module" src="/crowd/index.js"></script>'
TEMPLATES = sorted((Path(__file__).parents[1] / "browser" / "templates").glob("*.html"))


def page_of(template: str, *, title: str = "Street", **options: object) -> str:
    return render_page(template, options, lambda uri: f"https://signed.example/{uri}?a=1&b=2", title=title)


def test_our_elements_stand_in_the_place_of_aws_s() -> None:
    page = page_of(SCRIPT + "<crowd-form></crowd-form>")
    assert "assets.crowd.aws" not in page
    assert page.count(OURS) == 1


@pytest.mark.parametrize(
    "script",
    [
        "<script src='https://assets.crowd.aws/crowd-html-elements.js'></script>",
        '<SCRIPT type="text/javascript" src = "https://assets.crowd.aws/crowd-html-elements.js" >\n</SCRIPT >',
        '<script src="https://assets.crowd.aws/crowd-html-elements-v2.js"></script>',
        '<link rel="stylesheet" href="https://assets.crowd.aws/css/crowd-html-elements-v2.css">',
        "",
    ],
)
def test_however_the_script_is_written(script: str) -> None:
    page = page_of(script + "<crowd-form></crowd-form>")
    assert "assets.crowd.aws" not in page
    assert page.count(OURS) == 1


@pytest.mark.parametrize(
    "part", ["<script ", "<link ", "<html ", "<!doctype ", '<script src="https://assets.crowd.aws/']
)
def test_markup_that_never_ends_is_rendered_as_fast_as_any(part: str) -> None:
    def render(characters: int) -> None:
        page_of(part * (characters // len(part)))

    times = growth(render, TEMPLATE_CHARACTERS // 16, TEMPLATE_CHARACTERS)
    assert times < 64, "searching takes time by the square"


def test_scripts_of_the_template_s_own_stay() -> None:
    own = '<script src="https://cdn.example/x.js"></script><script>let a = 1</script>'
    assert own in page_of(SCRIPT + own)


def test_a_page_gets_language_and_title() -> None:
    page = page_of("<p>Hi</p>", title="Cars & <b>trucks</b>")
    assert page.startswith('<!doctype html><html lang="en">')
    assert "<title>Cars &amp; &lt;b&gt;trucks&lt;/b&gt;</title>" in page


def test_a_document_of_its_own_keeps_what_it_says() -> None:
    page = page_of('<!DOCTYPE html>\n<html lang="de" class="x"><head><title>Eigen</title></head><body>Ja</body></html>')
    assert page.count("<html") == page.count("<title") == page.lower().count("<!doctype") == 1
    assert 'lang="de"' in page
    assert page.index(OURS) < page.index("<body>")


@pytest.mark.parametrize(
    ("template", "line"),
    [
        ("<p>\n{{ task.input.a | nofilter }}\n</p>", 2),
        ("a\nb\n{% if %}", 3),
        ("\n{% include 'x' %}", 2),
        ("{% for i in (1..2) %}\n\n", 3),
        ("\n\n{% for i in (1..100000000) %}{% endfor %}", 3),
    ],
)
def test_what_is_no_template_is_told_with_its_line(template: str, line: int) -> None:
    with pytest.raises(TemplateError) as raised:
        page_of(template, a="")
    assert raised.value.line == line
    assert str(raised.value).startswith(f"line {line}: ")


def test_a_filter_that_does_not_exist_is_named() -> None:
    with pytest.raises(TemplateError, match="nofilter"):
        page_of("{{ task.input.a | nofilter }}")


def test_fails_for_more_characters_than_ground_truth_renders() -> None:
    with pytest.raises(TemplateError, match="the template has 128,001 characters"):
        page_of("x" * (TEMPLATE_CHARACTERS + 1))
    with pytest.raises(TemplateError, match="the task input has"):
        page_of("x", text="x" * TASK_INPUT_CHARACTERS)


def test_an_input_in_any_script_is_counted_by_its_characters() -> None:
    spare = TASK_INPUT_CHARACTERS - json_length({"text": ""})
    assert page_of("x", text="駅" * spare)
    with pytest.raises(TemplateError, match="the task input has 128,001 characters"):
        page_of("x", text="😀" * (spare + 1))


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ task.input.secret }}{% raw %}",
    "\u202eevil\u202c \u05d0\u05d1",
    "</title></script><b>",
    "x" * 10_000,
]


@pytest.mark.parametrize("text", HOSTILE)
def test_data_stays_text_wherever_it_is_printed(text: str) -> None:
    template = '<p title="{{ task.input.a }}">{{ task.input.a }}</p>{{ task.input.list }}{{ task.input.a | to_json }}'
    page = page_of(template, a=text, list=[text], secret="told", title=text)
    assert "told" not in page
    for markup in ("<script>alert", "<img", "<b>"):
        assert markup not in page


@pytest.mark.parametrize("kind", [BoundingBox, ImageClassification, MultiLabelClassification, SemanticSegmentation])
def test_every_template_of_ours_renders(kind) -> None:
    task = kind("street", labels=["car", "bus"])
    page = render_page(generate_template(task), example_input(task), lambda uri: uri, title=task.name)
    assert "{{" not in page
    assert page.count(OURS) == 1


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_every_template_that_the_elements_are_tested_with_renders(path: Path) -> None:
    line = {"source-ref": "s3://b/k.png"}
    assert OURS in page_of(path.read_text(), taskObject="s3://b/k.png", labels=["car", "bus"], manifestLine=line)
