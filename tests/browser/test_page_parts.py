"""The elements that show something and give no answer."""

import pytest


def test_full_instructions_open_and_close(work) -> None:
    worker = work(
        '<crowd-form><crowd-classifier name="c" categories="[1]"><short-instructions>In short</short-instructions>'
        '<full-instructions header="The rules">At length</full-instructions></crowd-classifier></crowd-form>'
    )
    assert worker.page.get_by_text("In short").is_visible()
    assert not worker.page.get_by_text("At length").is_visible()
    worker.page.get_by_role("button", name="View full instructions").click()
    assert worker.page.get_by_role("dialog", name="The rules").get_by_role("heading").is_visible()
    assert worker.page.get_by_text("At length").is_visible()
    worker.press("Escape")
    assert not worker.page.get_by_text("At length").is_visible()


def test_instructions_show_their_regions(work) -> None:
    worker = work(
        '<crowd-instructions link-text="Read me" link-type="button"><short-summary>Summary</short-summary>'
        "<detailed-instructions>Details"
        "</detailed-instructions><positive-example>Like this</positive-example>"
        "<negative-example>Not like this</negative-example>"
        "</crowd-instructions>"
    )
    worker.page.get_by_role("button", name="Read me").click()
    for text in ("Summary", "Details", "Good example", "Like this", "Bad example", "Not like this"):
        assert worker.page.get_by_text(text, exact=True).is_visible()
    worker.page.get_by_role("button", name="Close").click()
    assert not worker.page.get_by_text("Details").is_visible()


def test_a_modal_is_opened_by_its_link_and_by_script(work) -> None:
    worker = work('<crowd-modal link-text="More"><p>Inside</p></crowd-modal>')
    worker.page.get_by_role("button", name="More").click()
    assert worker.page.get_by_text("Inside").is_visible()
    worker.page.evaluate("document.querySelector('crowd-modal').close()")
    assert not worker.page.get_by_text("Inside").is_visible()
    worker.page.evaluate("document.querySelector('crowd-modal').open()")
    assert worker.page.get_by_text("Inside").is_visible()


def test_tabs_show_one_panel_at_a_time_and_hear_arrows(work) -> None:
    worker = work(
        '<crowd-tabs><crowd-tab header="One">First</crowd-tab><crowd-tab header="Two">Second</crowd-tab></crowd-tabs>'
    )
    assert worker.page.get_by_text("First").is_visible()
    worker.page.get_by_role("tab", name="One").focus()
    worker.press("ArrowRight")
    assert worker.page.get_by_text("Second").is_visible()
    assert not worker.page.get_by_text("First").is_visible()


@pytest.mark.parametrize("kind", ["info", "success", "warning", "error"])
def test_alerts_can_be_dismissed(work, kind: str) -> None:
    worker = work(f'<crowd-alert type="{kind}" dismissible>Careful</crowd-alert>')
    assert worker.page.get_by_text("Careful").is_visible()
    worker.page.get_by_role("button", name="Dismiss").click()
    assert worker.page.get_by_text("Careful").count() == 0


def test_cards_badges_toasts_and_buttons_show_their_texts(work) -> None:
    worker = work(
        '<crowd-card heading="Head"><p>Body</p></crowd-card>'
        '<p id="p">x</p><crowd-badge for="p" label="12"></crowd-badge>'
        '<crowd-toast text="Saved" opened></crowd-toast><crowd-fab label="Add" icon="add"></crowd-fab>'
        '<crowd-icon-button icon="search"></crowd-icon-button><crowd-button icon="check">Fine</crowd-button>'
    )
    for text in ("Head", "Body", "12", "Saved"):
        assert worker.page.get_by_text(text, exact=True).is_visible()
    for name in ("Add", "search", "Fine"):
        assert worker.page.get_by_role("button", name=name).is_visible()


def test_links_lead_nowhere_but_to_addresses(work) -> None:
    worker = work(
        '<crowd-button href="javascript:alert(1)">Bad</crowd-button>'
        '<crowd-button href="/photo.png" target="_blank">Good</crowd-button>'
    )
    assert worker.page.get_by_role("link").count() == 1
    assert worker.page.get_by_role("link", name="Good").get_attribute("href") == "/photo.png"


def test_a_disabled_or_loading_button_does_nothing(work) -> None:
    worker = work(
        '<crowd-form><input name="a" value="b">'
        '<crowd-button form-action="submit" loading>Go</crowd-button></crowd-form>'
    )
    worker.page.evaluate("document.querySelector('crowd-button').click()")
    worker.page.wait_for_timeout(50)
    assert worker.answer is None


@pytest.mark.parametrize("element", ["crowd-entity-annotation", "crowd-2d-skeleton", "crowd-never-heard-of"])
def test_an_unknown_element_says_so_even_if_it_comes_late(work, element: str) -> None:
    assert (
        f"<{element}>"
        in work(f"<crowd-form><{element}></{element}></crowd-form>").page.get_by_role("alert").inner_text()
    )
    worker = work("<crowd-form></crowd-form>")
    worker.page.evaluate(f"document.querySelector('form').append(document.createElement('{element}'))")
    assert f"<{element}>" in worker.page.get_by_role("alert").inner_text()


@pytest.mark.parametrize(
    ("template", "scheme"), [("<p>x</p>", "light dark"), ("<style>p { color: black }</style><p>x</p>", "light")]
)
def test_only_templates_without_colours_turn_dark(work, template: str, scheme: str) -> None:
    assert work(template).page.evaluate("document.documentElement.style.colorScheme") == scheme
