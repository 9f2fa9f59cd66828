import pytest

from tests.browser.worker import Worker


@pytest.fixture(scope="module")
def reader(context, site):
    worker = Worker(context.new_page(), site)
    worker.open("<p>")
    yield lambda text: worker.page.evaluate(
        """async text => {
        try { return (await import('/crowd/lenient.js')).parse(text) } catch (error) { return error.name } }""",
        text,
    )
    worker.page.close()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('["Cat", "Dog"]', ["Cat", "Dog"]),
        ("['Cat','Dog',]", ["Cat", "Dog"]),
        ("{ text: 'None of the above' }", {"text": "None of the above"}),
        ("[{label: 'a', left: 1.5, top: -2e1,},]", [{"label": "a", "left": 1.5, "top": -20}]),
        ("// first\n{ polylines: [ /* none */ ] } // last", {"polylines": []}),
        ("[true, false, null]", [True, False, None]),
        (r"'it\'s \u00e9 \"x\"\n'", 'it\'s é "x"\n'),
        ("[cat, dog-2]", ["cat", "dog-2"]),
        ("['a // b', '/* c */']", ["a // b", "/* c */"]),
        ("['\\u202eabc', '<b>', '{{ x }}']", ["\u202eabc", "<b>", "{{ x }}"]),
        ("alert(1)", "alert"),
        ("['unclosed", "SyntaxError"),
        ("[1, 2", "SyntaxError"),
        ("{ a 1 }", "SyntaxError"),
        ("[" * 3, "SyntaxError"),
    ],
)
def test_attributes_are_read_as_templates_write_them(reader, text: str, value: object) -> None:
    assert reader(text) == value


def test_dangerous_keys_are_ordinary(reader) -> None:
    assert reader("{ constructor: 1, toString: 2 }") == {"constructor": 1, "toString": 2}


def test_a_value_that_cannot_be_read_is_said_on_the_page(work) -> None:
    worker = work("<crowd-form><crowd-classifier name='out' categories=\"['a', \"></crowd-classifier></crowd-form>")
    assert "categories" in worker.page.get_by_role("alert").inner_text()
    assert worker.errors.pop()
