"""Signing in at the portal: by Cognito's pages with PKCE, by password where there are none, renewed, and ended."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.portal_worker import PortalWorker

TOKENS = "JSON.parse(sessionStorage.getItem('labeling/signed-in'))"


@pytest.fixture
def hosted(portal):
    """The portal with Cognito's own pages."""
    portal.sign_in = {"domainUrl": portal.cloud_url, "clientId": "page"}
    portal.begin()
    return portal


def sign_in(ada: PortalWorker) -> None:
    ada.page.get_by_role("button", name="Sign in").click()
    expect(ada.page.get_by_role("button", name="Sign out")).to_be_visible()


def test_a_worker_signs_in_by_code_and_comes_back_to_where_he_was(hosted, worker) -> None:
    ada = worker(None, hash="#/jobs/Yard")
    sign_in(ada)
    ada.ready()
    assert ada.page.url == f"{hosted.url}/#/jobs/Yard", "the code is gone from the address"
    assert hosted.cognito.asked == ["/oauth2/authorize", "/oauth2/token"]
    assert hosted.cognito.codes == {}, "the code was spent, with the verifier that fits its challenge"


def test_the_request_for_a_code_says_all_that_is_needed(hosted, worker) -> None:
    ada = worker(None)
    with ada.page.expect_request("**/oauth2/authorize**") as requests_made:
        sign_in(ada)
    items = {name: value for name, [value] in parse_qs(urlsplit(requests_made.value.url).query).items()}
    assert len(items.pop("state")) == len(items.pop("code_challenge")) == 43
    assert items == {
        "client_id": "page",
        "response_type": "code",
        "redirect_uri": f"{hosted.url}/",
        "scope": "openid",
        "code_challenge_method": "S256",
    }


@pytest.mark.parametrize("query", ["code=stolen&state=foreign", "code=stolen", "error=access_denied&state=foreign"])
def test_a_code_that_this_page_did_not_ask_for_is_not_used(hosted, worker, query: str) -> None:
    ada = worker(None, hash=f"?{query}")
    expect(ada.page.get_by_role("alert")).to_contain_text("This sign-in was begun in another place")
    assert "/oauth2/token" not in hosted.cognito.asked
    assert ada.page.url == f"{hosted.url}/"
    sign_in(ada)


def test_a_code_whose_verifier_does_not_fit_is_refused(hosted, worker) -> None:
    """What the fake checks, so that the tests above mean something."""
    ada = worker(None)
    ada.page.add_init_script(
        "if (location.search.includes('code=')) { const begun = JSON.parse(sessionStorage['labeling/signing-in']);"
        " sessionStorage['labeling/signing-in'] = JSON.stringify({ ...begun, verifier: 'another' }) }"
    )
    ada.page.get_by_role("button", name="Sign in").click()
    expect(ada.page.get_by_role("alert")).to_have_text("Signing in did not work: invalid_grant")
    ada.errors.clear()


def test_tokens_lie_in_the_tab_alone(hosted, worker) -> None:
    ada = worker(None)
    sign_in(ada)
    assert ada.page.evaluate("Object.keys(localStorage)") == []
    assert ada.page.evaluate("document.cookie") == ""
    [identity] = hosted.cognito.given
    assert identity in ada.page.evaluate("JSON.stringify(sessionStorage)")


def test_a_token_is_renewed_before_it_ends_and_when_it_is_refused(hosted, worker) -> None:
    ada = worker(None)
    sign_in(ada)
    expect(ada.page.get_by_role("article")).to_have_count(1)
    ada.page.evaluate(f"void (sessionStorage['labeling/signed-in'] = JSON.stringify({{ ...{TOKENS}, until: 0 }}))")
    ada.page.reload()
    expect(ada.page.get_by_role("article")).to_have_count(1)
    assert len(hosted.cognito.given) == 2
    hosted.refused.update(hosted.cognito.given)
    ada.page.reload()
    expect(ada.page.get_by_role("article")).to_have_count(1)
    assert len(hosted.cognito.given) == 3
    assert ada.page.evaluate(f"{TOKENS}.refresh") == "refresh-ada"
    ada.errors.clear()


def test_signing_out_ends_the_tokens_here_and_there(hosted, worker) -> None:
    ada = worker(None)
    sign_in(ada)
    ada.page.get_by_role("button", name="Sign out").click()
    expect(ada.page.get_by_role("button", name="Sign in")).to_be_visible()
    assert hosted.cognito.asked[-2:] == ["/oauth2/revoke", "/logout"]
    assert hosted.cognito.revoked == ["refresh-ada"]
    assert ada.page.evaluate("sessionStorage.length") == 0


def test_a_worker_signs_in_by_password_where_there_are_no_pages(portal, worker) -> None:
    portal.begin()
    ada = worker(None)
    ada.page.get_by_label("User name").fill("ada")
    ada.page.get_by_label("Password").fill("wrong")
    ada.page.get_by_role("button", name="Sign in").click()
    expect(ada.page.get_by_role("alert")).to_have_text("Signing in did not work: Incorrect username or password.")
    ada.page.get_by_label("Password").fill("correct horse")
    sign_in(ada)
    expect(ada.page.get_by_role("article")).to_have_count(1)
    ada.page.get_by_role("button", name="Sign out").click()
    expect(ada.page.get_by_label("User name")).to_be_visible()
    ada.errors.clear()


def test_a_first_password_is_exchanged_for_an_own_one(portal, worker) -> None:
    portal.cognito.first_passwords.add("ada")
    ada = worker(None)
    ada.page.get_by_label("User name").fill("ada")
    ada.page.get_by_label("Password").fill("correct horse")
    ada.page.get_by_role("button", name="Sign in").click()
    expect(ada.page.get_by_text("Your first password was for one use.")).to_be_visible()
    ada.page.get_by_label("New password").fill("battery staple")
    sign_in(ada)
    assert portal.cognito.passwords["ada"] == "battery staple"


def test_a_page_that_is_not_set_up_says_so(portal, worker) -> None:
    portal.sign_in = None
    ada = worker(None)
    expect(ada.page.get_by_role("alert")).to_contain_text("This page is not set up yet")
    assert json.dumps(ada.errors)
    ada.errors.clear()
