"""Ground Truth's Liquid (contract section 10.1)."""

import pytest
from liquid.exceptions import LiquidError

from ground_truth.liquid import render


def shown(template: str, **given) -> str:
    return render(template, given, lambda uri: f"https://signed.example/{uri.removeprefix('s3://')}?a=1&b=2")


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
    given = {"text": 'a <b> & "c"', "labels": ["é", "b"], "line": {"source-ref": "s3://b/k"}, "yes": True, "none": None}
    assert shown(template, **given) == page


@pytest.mark.parametrize(
    "template",
    ["{{ task.input.a | nofilter }}", "{% if %}", "{% include 'x' %}", "{% for i in (1..100000000) %}{% endfor %}"],
)
def test_fails_when_it_is_no_template(template: str) -> None:
    with pytest.raises(LiquidError):
        shown(template, a="")
