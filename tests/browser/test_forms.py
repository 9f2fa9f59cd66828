import pytest


def form(inside: str, script: str = "") -> str:
    return f"<crowd-form>{inside}</crowd-form><script>{script}</script>"


def test_every_kind_of_field_is_part_of_the_answer(work) -> None:
    worker = work(
        form("""
        <crowd-input name="color" label="Colour"></crowd-input>
        <crowd-input name="empty" label="Empty"></crowd-input>
        <crowd-text-area name="notes" label="Notes"></crowd-text-area>
        <crowd-checkbox name="seen" value="bird">Bird</crowd-checkbox>
        <crowd-checkbox name="seen" value="nest" checked>Nest</crowd-checkbox>
        <crowd-checkbox name="sure">Sure</crowd-checkbox>
        <crowd-radio-group>
          <crowd-radio-button name="size" value="small">Small</crowd-radio-button>
          <crowd-radio-button name="size" value="large">Large</crowd-radio-button>
        </crowd-radio-group>
        <crowd-toggle-button name="night" value="yes">Night</crowd-toggle-button>
        <crowd-slider name="age" min="0" max="10" value="3" pin>Age</crowd-slider>
        <input name="plain" value="p"><input type="hidden" name="id" value="7">
        <input type="checkbox" name="box" value="v" checked>
        <textarea name="area">t</textarea><select name="choice"><option>a<option selected>b</select>
        <select name="several" multiple><option selected>a<option selected>b</select>
        <fieldset name="set"><output name="o">1</output></fieldset><button name="b" value="1" type="button">b</button>
        <crowd-input name="off" label="Off" disabled value="x"></crowd-input>
        <fieldset disabled><crowd-input name="outer" label="Outer" value="x"></crowd-input></fieldset>
        """)
    )
    page = worker.page
    page.get_by_label("Colour").fill("green <b>")
    page.get_by_label("Notes").fill("two\nlines")
    page.get_by_role("checkbox", name="Bird").check()
    page.get_by_role("radio", name="Large").check()
    page.get_by_role("radio", name="Small").check()
    page.get_by_role("switch", name="Night").check()
    page.get_by_role("slider", name="Age").press("ArrowRight")
    assert worker.submit() == {
        "color": "green <b>",
        "notes": "two\nlines",
        "seen": {"bird": True, "nest": True},
        "sure": {"on": False},
        "size": {"small": True, "large": False},
        "night": {"yes": True},
        "age": 4,
        "plain": "p",
        "id": "7",
        "box": {"v": True},
        "area": "t",
        "choice": "b",
        "several": ["a", "b"],
    }


def test_fields_are_filled_by_keyboard_alone(work) -> None:
    worker = work(
        form("""
        <crowd-input name="text" label="Text"></crowd-input><crowd-checkbox name="check">Check</crowd-checkbox>
        <crowd-radio-group><crowd-radio-button name="r" value="a">a</crowd-radio-button>
        <crowd-radio-button name="r" value="b">b</crowd-radio-button>
        <crowd-radio-button name="r" value="c">c</crowd-radio-button>
        </crowd-radio-group><crowd-toggle-button name="toggle">Toggle</crowd-toggle-button>
        <crowd-slider name="slider" max="9">Slider</crowd-slider>
        <crowd-text-area name="area" label="Area"></crowd-text-area>""")
    )
    worker.press("Tab", "h", "i", "Tab", "Space", "Tab", "ArrowDown", "ArrowDown", "ArrowDown", "ArrowUp")
    worker.press("Tab", "Space", "Tab", "ArrowRight", "ArrowRight", "Tab", "o", "k", "Tab", "Enter")
    worker.page.wait_for_function("window.answers")
    assert worker.answer == {
        "text": "hi",
        "check": {"on": True},
        "r": {"a": False, "b": False, "c": True},
        "toggle": {"on": True},
        "slider": 2,
        "area": "ok",
    }


@pytest.mark.parametrize(
    ("field", "act"),
    [
        (
            "<crowd-input name='f' label='Field' required></crowd-input>",
            lambda page: page.get_by_label("Field").fill("x"),
        ),
        (
            "<crowd-text-area name='f' label='Field' required></crowd-text-area>",
            lambda page: page.get_by_label("Field").fill("x"),
        ),
        (
            "<crowd-checkbox name='f' required>Field</crowd-checkbox>",
            lambda page: page.get_by_role("checkbox", name="Field").check(),
        ),
        (
            "<crowd-toggle-button name='f' required>Field</crowd-toggle-button>",
            lambda page: page.get_by_role("switch", name="Field").check(),
        ),
        (
            "<crowd-input name='f' label='Field' type='email' value='no'></crowd-input>",
            lambda page: page.get_by_label("Field").fill("a@b.c"),
        ),
        (
            "<crowd-input name='f' label='Field' type='number' max='5' value='9'></crowd-input>",
            lambda page: page.get_by_label("Field").fill("4"),
        ),
        ("<input name='f' aria-label='Field' required>", lambda page: page.get_by_label("Field").fill("x")),
    ],
)
def test_nothing_is_submitted_before_a_field_is_right(work, field: str, act) -> None:
    worker = work(form(field))
    assert worker.submit() is None
    act(worker.page)
    assert "f" in worker.submit()


def test_an_error_is_shown_below_its_field_and_goes_away(work) -> None:
    worker = work(form("<crowd-input name='f' label='Field' required error-message='Say which'></crowd-input>"))
    worker.submit()
    assert worker.page.get_by_text("Say which").is_visible()
    worker.page.get_by_label("Field").fill("x")
    assert not worker.page.get_by_text("Say which").is_visible()


def test_characters_outside_the_allowed_pattern_cannot_be_typed(work) -> None:
    worker = work(form("<crowd-input name='f' label='Field' auto-validate allowed-pattern='[0-9]'></crowd-input>"))
    worker.page.get_by_label("Field").press_sequentially("a1b2")
    assert worker.submit() == {"f": "12"}


def test_text_areas_count_and_grow(work) -> None:
    worker = work(
        form(
            "<crowd-text-area name='f' label='Field' rows='2' max-rows='4' char-counter max-length='20'>"
            "</crowd-text-area>"
        )
    )
    worker.page.get_by_label("Field").fill("1\n2\n3\n4\n5")
    assert worker.page.get_by_text("9 of 20 characters").is_visible()
    assert worker.page.get_by_label("Field").evaluate("one => one.rows") == 4


def test_an_editable_slider_takes_numbers(work) -> None:
    worker = work(form("<crowd-slider name='f' min='0' max='50' editable>Weight</crowd-slider>"))
    worker.page.get_by_role("spinbutton").fill("17")
    worker.page.get_by_role("spinbutton").press("Tab")
    assert worker.submit() == {"f": 17}


def test_reset_brings_back_what_the_template_gave(work) -> None:
    worker = work(
        form("""<crowd-input name="i" label="I" value="was"></crowd-input>
        <crowd-checkbox name="c" checked>C</crowd-checkbox>
        <crowd-slider name="s" value="4">S</crowd-slider><crowd-button form-action="reset">Again</crowd-button>""")
    )
    before = worker.submit()
    worker.page.get_by_label("I").fill("is")
    worker.page.get_by_role("checkbox", name="C").uncheck()
    worker.page.get_by_role("slider", name="S").fill("9")
    assert worker.submit() != before
    worker.page.get_by_text("Again").click()
    assert worker.submit() == before


def test_a_template_may_prevent_submission_and_submit_itself(work) -> None:
    worker = work(
        form(
            "<crowd-input name='f' label='Field'></crowd-input>",
            """const form = document.querySelector('crowd-form'); let tries = 0
            form.onsubmit = event => { tries++ || event.preventDefault() }""",
        )
    )
    worker.page.get_by_label("Field").fill("x")
    assert worker.submit() is None
    worker.page.evaluate("form.submit()")
    assert worker.answer == {"f": "x"}


def test_properties_set_before_and_after_are_heard(work) -> None:
    worker = work(
        form(
            "<crowd-input name='f' label='Field'></crowd-input>"
            "<crowd-button id='b' form-action='submit'>Go</crowd-button>",
            """document.querySelector('crowd-input').value = 'early'; window.changes = 0
            document.querySelector('crowd-input').addEventListener('change', () => changes++)
            document.querySelector('#b').disabled = true""",
        )
    )
    assert worker.page.evaluate("document.querySelector('crowd-input').value") == "early"
    assert worker.page.get_by_role("button", name="Go").is_disabled()
    worker.page.evaluate("document.querySelector('#b').disabled = false")
    worker.page.get_by_label("Field").fill("late")
    assert worker.submit() == {"f": "late"}
    assert worker.page.evaluate("changes") == 1


def test_nested_forms_are_one(work) -> None:
    script = (
        "const inner = document.createElement('form'); inner.innerHTML = '<input name=in value=1>';"
        "document.querySelector('crowd-form').prepend(inner)"
    )
    assert work(form("<input name='out' value='2'>", script)).submit() == {"in": "1", "out": "2"}


def test_a_submit_button_is_added_only_if_there_is_none(work) -> None:
    assert work(form("<p>x</p>")).page.locator("crowd-button").count() == 1
    assert (
        work(form("<crowd-button form-action='submit'>Send</crowd-button>")).page.locator("crowd-button").count() == 1
    )


def test_a_sandboxed_frame_of_no_origin_can_answer(work, site) -> None:
    site.files[
        "/inner.html"
    ] = b"""<!doctype html><html lang=en><title>t</title><script type=module src=/crowd/index.js></script>
    <crowd-form><crowd-bounding-box name=out src=/photo.png labels="['a']"></crowd-bounding-box></crowd-form>"""
    worker = work(
        """<script>addEventListener('message', event =>
        (window.messages ??= []).push([event.origin, event.data]))</script>
        <iframe title=task sandbox="allow-scripts allow-forms" src="/inner.html" width=900 height=700></iframe>"""
    )
    frame = worker.page.frame_locator("iframe")
    frame.get_by_role("radio", name="a").click()
    worker.press("n", "Control+Enter")
    worker.page.wait_for_function("window.messages")
    ((origin, data),) = worker.page.evaluate("messages")
    assert origin == "null"
    assert data["type"] == "crowd-submit"
    assert data["answer"]["out"]["inputImageProperties"] == {"height": 400, "width": 640}


def test_a_draft_of_every_field_is_taken_up_again(work) -> None:
    fields = """<crowd-input name="i" label="I"></crowd-input><crowd-checkbox name="c" value="v">C</crowd-checkbox>
    <crowd-radio-button name="r" value="a">a</crowd-radio-button>
    <crowd-radio-button name="r" value="b">b</crowd-radio-button>
    <crowd-slider name="s">S</crowd-slider><input type="radio" name="n" value="1">
    <select name="m" multiple><option>x<option>y</select>"""
    draft = {"i": "t", "c": {"v": True}, "r": {"a": False, "b": True}, "s": 9, "n": {"1": True}, "m": ["y"]}
    worker = work(form(fields))
    worker.page.evaluate("draft => { document.querySelector('crowd-form').value = draft }", draft)
    assert worker.submit() == draft
