"""Ground Truth's Liquid (contract section 10.1)."""

import math
from html.parser import HTMLParser

import pytest
from liquid.exceptions import LiquidError

from ground_truth.templates import bounds
from ground_truth.templates.liquid import environment, render


def shown(template: str, **options) -> str:
    return render(template, options, lambda uri: f"https://signed.example/{uri.removeprefix('s3://')}?a=1&b=2")


@pytest.mark.parametrize(
    ("template", "page"),
    [
        ("{{ task.input.text }}", "a &lt;b&gt; &amp; &#34;c&#34;"),
        ("{{ task.input.text | escape }}", "a &lt;b&gt; &amp; &#34;c&#34;"),
        ("{{ task.input.text | skip_autoescape }}", 'a <b> & "c"'),
        ("{{ task.input.labels | to_json | escape }}", "[&#34;é&#34;, &#34;b&#34;]"),
        ("{{ task.input.labels | to_json }}", "[&#34;é&#34;, &#34;b&#34;]"),
        ("{{ task.input.labels }}", "[&#34;é&#34;, &#34;b&#34;]"),
        ("{{ task.input.line }}", "{&#34;source-ref&#34;: &#34;s3://b/k&#34;}"),
        ("{{ task.input.labels | skip_autoescape }}", '["é", "b"]'),
        ("{{ task.input.line.source-ref }}", "s3://b/k"),
        ('{{ task.input.line["source-ref"] }}', "s3://b/k"),
        ("{% for entry in task.input.line %}{{ entry[0] }}={{ entry[1] }}{% endfor %}", "source-ref=s3://b/k"),
        ("{{ task.input.labels | size }}", "2"),
        ("{{ task.input.labels | join: '+' }}", "é+b"),
        ("{{ task.input.yes }} {{ task.input.none }}", "true "),
        ("{{ task.input.absent }}{{ task.input.absent.more }}", ""),
        ("{{ task.input.absent | to_json }}", "null"),
        ("{{ task.input.line.source-ref | grant_read_access }}", "https://signed.example/b/k?a=1&amp;b=2"),
        ("{{ 'https://s3.amazonaws.com/b/k' | grant_read_access }}", "https://signed.example/b/k?a=1&amp;b=2"),
        ("{{ 'https://x.example/k' | grant_read_access }}", "https://x.example/k"),
    ],
)
def test_prints_as_ground_truth_does(template: str, page: str) -> None:
    items = {"text": 'a <b> & "c"', "labels": ["é", "b"], "line": {"source-ref": "s3://b/k"}, "yes": True, "none": None}
    assert shown(template, **items) == page


def line_of(error: LiquidError) -> int | None:
    context = error.context()
    return context[0] if context else None


@pytest.mark.parametrize(
    "template",
    ["{{ task.input.a | nofilter }}", "{% if %}", "{% include 'x' %}", "{% for i in (1..100000000) %}{% endfor %}"],
)
def test_fails_when_it_is_no_template(template: str) -> None:
    with pytest.raises(LiquidError):
        shown(template, a="")


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        ("{% for i in (1..100000000) %}{% endfor %}", "loops take more than 100,000 rounds"),
        ("{% for i in (1..999) %}{% for j in (1..999) %}{% endfor %}{% endfor %}", "more than 100,000 rounds"),
        ("{% for i in (1..90000) %}{{ task.input.text }}{% endfor %}", "the page has more than 4,000,000 bytes"),
        (
            "{% for i in (1..60) %}{% assign x = x | append: x | append: 'ab' %}{% endfor %}",
            "more than 1,000,000 bytes",
        ),
        ("{% for i in (1..60) %}{% capture x %}{{ x }}{{ x }}ab{% endcapture %}{% endfor %}", "more than"),
    ],
    ids=lambda value: value[:40],
)
def test_what_would_not_end_is_ended_and_told_by_line(template: str, reason: str, monkeypatch) -> None:
    monkeypatch.setattr(bounds, "SECONDS", math.inf)
    with pytest.raises(LiquidError, match=reason) as raised:
        shown("\n" + template, text="x" * 100_000)
    assert line_of(raised.value) == 2


@pytest.mark.parametrize(
    "template",
    [
        "{% for i in (1..90000) %}{% endfor %}" * 3_000,
        "{% for i in (1..90000) %}" + "{% assign a = 1 %}" * 6_000 + "{% endfor %}",
        "{% tablerow i in (1..90000) %}" + "{% assign a = 1 %}" * 6_000 + "{% endtablerow %}",
    ],
    ids=lambda template: template[:40],
)
def test_what_takes_too_long_is_ended_and_told_by_line(template: str, monkeypatch) -> None:
    monkeypatch.setattr(bounds, "SECONDS", 0.2)
    with pytest.raises(LiquidError, match=r"is not done after 0\.2 seconds") as raised:
        shown("\n" + template)
    assert line_of(raised.value) == 2


def test_the_longest_input_is_shown_several_times() -> None:
    assert len(shown("{{ task.input.text }}" * 5, text="<" * 128_000)) == 5 * 4 * 128_000


@pytest.mark.parametrize(
    "template", ["{{ task.input.map | compact: 1 }}", "{{ '1e400' | floor }}", "{{ 's3://none/' | grant_read_access }}"]
)
def test_what_a_filter_cannot_do_is_told_with_its_place(template: str) -> None:
    def refuse(uri: str) -> str:
        raise ValueError(f"{uri} has no key")

    with pytest.raises(LiquidError) as raised:
        render("\n" + template, {"map": {"a": 1}}, refuse)
    assert line_of(raised.value) == 2


def nested(depth: int) -> list[object]:
    items: list[object] = []
    for _ in range(depth):
        items = [items]
    return items


def test_input_as_deep_as_anybody_nests_it_is_shown() -> None:
    assert shown("{{ task.input.nested }}", nested=nested(100)) == "[" * 101 + "]" * 101


# Python reads input that it cannot print; how deep differs from version to version.
@pytest.mark.parametrize("depth", range(200, 1_000, 50))
def test_input_nested_too_deeply_is_refused_by_liquid(depth: int) -> None:
    try:
        assert shown("{{ task.input.nested }}", nested=nested(depth)).startswith("[[")
    except LiquidError as error:
        assert "deep" in str(error) or "recursion" in str(error)


HOSTILE = {
    "tags": "<img src=x onerror=alert(1)><script>alert(1)</script></crowd-form>",
    "quotes": "\" onload=\"alert(1)' onload='alert(1)",
    "liquid": "{{ 7 | times: 7 }}{% for i in (1..9) %}x{% endfor %}{% raw %}{{",
    "right to left": "\u202egnp.exe\u2066 \u05e9\u05dc\u05d5\u05dd\u2069",
    "control": "a\x01b\x7f\u2028\ufeff",
    "entity": "&lt;b&gt; &#60;script&#62;",
    "long": "<b>\u00e4" * 2_500,
    "script": "</script><script>alert(1)</script><!--",
}


class Seen(HTMLParser):
    """What a browser makes of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("output", ["{{ task.input.text }}", "{{ task.input.text | escape }}"])
def test_whatever_the_data_says_is_text(text: str, output: str) -> None:
    observed = Seen(shown(f"<p>{output}</p>", text=text))
    assert (observed.tags, observed.text) == (["p"], text)


@pytest.mark.parametrize("quote", "'\"")
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("form", ["text", "key", "list"])
def test_whatever_the_data_says_stays_in_its_attribute(text: str, quote: str, form: str) -> None:
    value = {"text": text, "key": {text: 1}, "list": [text]}[form]
    observed = Seen(shown(f"<p title={quote}{{{{ task.input.value }}}}{quote}>", value=value))
    assert (observed.tags, [name for name, _ in observed.attributes]) == (["p"], ["title"])


# What is marked safe on purpose is not escaped.
@pytest.mark.parametrize("name", sorted(set(environment(str).filters) - {"safe", "skip_autoescape"}))
def test_no_filter_lets_markup_of_the_data_through(name: str) -> None:
    hostile = HOSTILE["tags"]
    for value in (hostile, [hostile], {"a": hostile}, "PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==", "%3Cscript%3E"):
        for arguments in ("", ": task.input.value", ": task.input.value, task.input.value", ": 1"):
            try:
                page = shown(f"{{{{ task.input.value | {name}{arguments} }}}}", value=value)
            except LiquidError:
                continue
            assert set(Seen(page).tags) <= {"br"}, f"{name}{arguments}: {page}"
