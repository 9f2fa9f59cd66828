"""Nothing that a template, a job or a worker sends reaches further than it should."""

import json
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import expect

from tests.browser.portal import PORTAL

JOB = "#/jobs/Yard"
# Each attempt notes its name if it worked, but for those that cannot tell: of them the other origin knows.
HOSTILE = """<crowd-form><input name="worked" aria-label="Worked" value="none"></crowd-form>
<script>
  const worked = [];
  const attempt = async (name, act) => { try { await act(); worked.push(name) } catch { /* refused */ } };
  const loads = (tag, address, how = 'src') => new Promise((done, fail) => {
    const one = document.createElement(tag);
    one.onload = done; one.onerror = fail; one[how] = address; if (tag === 'link') one.rel = 'stylesheet';
    document.head.append(one);
    setTimeout(fail, 1000);
  });
  const other = '%(other)s', page = '%(page)s', api = '%(api)s';
  document.addEventListener('all-crowd-elements-ready', async () => {
    await Promise.all([
      attempt('parent', () => parent.document.title),
      attempt('top', () => top.document.title),
      attempt('parent storage', () => parent.sessionStorage.length),
      attempt('storage', () => sessionStorage.length + localStorage.length),
      attempt('cookies', () => document.cookie),
      attempt('database', () => new Promise((done, fail) => { const one = indexedDB.open('a'); one.onsuccess = done; one.onerror = fail })),
      attempt('fetch page', () => fetch(page + '/config.json')),
      attempt('fetch api', () => fetch(api + '/api/jobs')),
      attempt('fetch other', () => fetch(other + '/fetch', { mode: 'no-cors' })),
      attempt('beacon', () => { navigator.sendBeacon(other + '/beacon'); throw 0 }),
      attempt('socket', () => new Promise((done, fail) => { const one = new WebSocket(other.replace('http', 'ws')); one.onopen = done; one.onerror = fail })),
      attempt('events', () => new Promise((done, fail) => { const one = new EventSource(other); one.onopen = done; one.onerror = fail })),
      attempt('image', () => loads('img', other + '/image.png')),
      attempt('sound', () => { new Audio(other + '/sound.wav').load(); throw 0 }),
      attempt('script', () => loads('script', other + '/script.js')),
      attempt('page module', () => import(page + '/page/session.js')),
      attempt('style', () => loads('link', other + '/style.css', 'href')),
      attempt('frame', () => loads('iframe', other + '/frame.html').then(() => { throw 0 })),
      attempt('page in a frame', () => loads('iframe', page + '/').then(() => document.querySelector('iframe').contentWindow.document.title)),
      attempt('eval', () => eval('1')),
      attempt('worker', () => new Promise((done, fail) => { const one = new Worker(URL.createObjectURL(new Blob(['postMessage(1)']))); one.onmessage = done; one.onerror = fail })),
      attempt('popup', () => { if (!open(other + '/popup')) throw 0 }),
      attempt('top navigation', () => { top.location = other + '/top' }),
      attempt('base', () => { const one = document.createElement('base'); one.href = other; document.head.append(one); if (document.baseURI.startsWith(other)) return; throw 0 }),
    ]);
    document.querySelector('[name=worked]').value = worked.join() || 'nothing';
    document.body.dataset.tried = 'yes';
    // Lies to the page, and everything it says may be a lie.
    for (const message of [null, 1, { type: 'frame-draft' }, { type: 'frame-draft', value: [] }, { type: 'unheard' }, { type: 'constructor' },
      { type: 'crowd-submit', answer: 'text' }, { type: 'crowd-submit', answer: [1] }, { type: 'crowd-submit', answer: { a: 1n } }]) parent.postMessage(message, '*');
  });
</script>"""  # noqa: E501


@pytest.fixture
def other():
    """An origin that is none of ours, with one `page`; `asked` are the paths that reached it."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            server.asked.append(self.path)
            self.send_response(200)
            self.send_header("Access-Control-Allow-Origin", "*")
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(server.page.encode())

        do_POST = do_GET

        def log_message(self, format: str, *args: object) -> None:
            """`asked` tells."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.asked, server.page = [], ""
    server.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_a_hostile_template_reaches_neither_the_page_nor_the_token_nor_any_other_place(portal, worker, other) -> None:
    portal.account.put("page.html", HOSTILE % {"other": other.url, "page": portal.url, "api": portal.cloud_url})
    portal.begin(objects=1)
    ada = worker(hash=JOB)
    frame = ada.frame
    frame.wait_for_selector("[data-tried]")
    # Reading cookies of a page without an origin throws, so that this list is all there is.
    assert frame.evaluate("document.querySelector('[name=worked]').value") == "nothing"
    assert other.asked == []
    expect(ada.notice).to_contain_text("gave no answer that can be read")
    expect(ada.page.get_by_role("heading", name="Find pallets")).to_be_visible()
    assert portal.answers() == []
    ada.submit()
    assert ada.answers(1) == [{"worked": "nothing"}]
    ada.errors.clear()


def test_what_a_hostile_template_tries_would_work_without_the_frame(portal, browser, other) -> None:
    """So that the test above can fail."""
    tried = HOSTILE % {"other": other.url, "page": portal.url, "api": portal.cloud_url}
    tried = tried.replace("top.location = other + '/top'", "throw 0")
    tried += "<script>document.dispatchEvent(new Event('all-crowd-elements-ready'))</script>"
    other.page = tried
    page = browser.new_page()
    # A sound that does not come keeps a page from being loaded.
    page.goto(f"{other.url}/control", wait_until="domcontentloaded")
    page.wait_for_selector("[data-tried]")
    worked = set(page.evaluate("document.querySelector('[name=worked]').value").split(","))
    assert worked >= {"parent", "top", "storage", "cookies", "eval", "worker"}
    assert {"/fetch", "/beacon", "/image.png", "/sound.wav", "/style.css", "/script.js", "/frame.html"} <= set(
        other.asked
    )
    page.close()


LEAVES = {
    "by address": "location = '{}/gone?secret'",
    "by form": "document.write(`<form id=one action='{}/gone'></form>`); one.submit()",
    "by refresh": "document.write(`<meta http-equiv=refresh content='0;url={}/gone?secret'>`)",
}


@pytest.mark.parametrize("way", LEAVES.values(), ids=LEAVES)
def test_a_frame_that_goes_elsewhere_gets_there_neither(portal, worker, other, way: str) -> None:
    portal.account.put("page.html", f"<crowd-form></crowd-form><script>{way.format(other.url)}</script>")
    portal.begin(objects=1)
    ada = worker(hash=JOB)
    ada.page.wait_for_timeout(1000)
    assert other.asked == []
    ada.page.locator("header a").click()
    expect(ada.page.get_by_role("article")).to_have_count(1)
    ada.errors.clear()


def test_only_the_task_in_hand_can_be_answered(portal, worker) -> None:
    """What is fetched ahead is not seen yet, and must not answer by itself."""
    portal.account.put(
        "page.html",
        "<crowd-form><input name='a' aria-label='A' value='1'></crowd-form><script>"
        "setTimeout(() => parent.postMessage({ type: 'crowd-submit', answer: { by: 'itself' } }, '*'), 1500)</script>",
    )
    portal.begin(objects=3)
    ada = worker(hash=JOB)
    ada.ready()
    ada.page.wait_for_selector("iframe.unseen", state="attached")
    ada.submit()
    ada.page.wait_for_timeout(800)
    assert ada.answers(1) == [{"a": "1"}]


def test_the_page_itself_lets_nothing_in(portal, worker, other) -> None:
    portal.begin()
    ada = worker()
    expect(ada.page.get_by_role("article")).to_have_count(1)
    blocked = ada.page.evaluate(
        """async other => {
          const blocked = [];
          document.addEventListener('securitypolicyviolation', event => blocked.push(event.effectiveDirective));
          const add = (tag, set) => document.head.append(Object.assign(document.createElement(tag), set));
          add('img', { src: other + '/a.png' });
          add('link', { rel: 'stylesheet', href: other + '/a.css' });
          add('iframe', { src: other + '/a.html' });
          document.body.setAttribute('style', 'color: red');
          try { document.body.innerHTML = '<b>x</b>' } catch (error) { blocked.push(error.name) }
          try { add('script', { textContent: 'window.ran = true' }) } catch (error) { blocked.push(error.name) }
          await fetch(other).catch(() => {});
          await new Promise(done => setTimeout(done, 200));
          return [...blocked, window.ran];
        }""",
        other.url,
    )
    assert {"img-src", "style-src-elem", "frame-src", "style-src-attr", "connect-src", "TypeError"} <= set(blocked)
    assert blocked[-1] is None
    assert other.asked == []
    ada.errors.clear()


def test_no_page_may_show_the_portal_in_a_frame(portal, browser, other) -> None:
    other.page = f"<iframe src='{portal.url}/'></iframe>"
    page = browser.new_page()
    with page.expect_console_message(lambda message: "frame-ancestors 'none'" in message.text):
        page.goto(f"{other.url}/")
    assert page.frames[1].url.startswith("chrome-error:")
    page.close()


def test_every_file_of_the_page_has_its_headers(portal) -> None:
    headers = json.loads((PORTAL / "headers.json").read_text())
    for pattern, options in headers.items():
        assert options["X-Content-Type-Options"] == "nosniff", pattern
        assert options["Strict-Transport-Security"], pattern
    assert "unsafe" not in portal.headers("/index.html")["Content-Security-Policy"]
    assert portal.headers("/frame.html")["Content-Security-Policy"].startswith("sandbox allow-scripts allow-forms ")
    assert "allow-same-origin" not in json.dumps(headers) + (PORTAL / "page" / "task-frame.js").read_text()
    for path in ("/crowd/index.js", "/page/in-frame.js"):
        assert portal.headers(path)["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Origin" not in portal.headers("/page/session.js")


NASTY = {
    "markup": "<img src=x onerror=alert(1)><script>alert(1)</script><b>bold</b>",
    "liquid": "{{ task.input }}{% assign a = 1 %}",
    "right to left": "\u202eevil\u202c שלום عليكم",
    "long": "x" * 10_000,
    "strange": "\u0000\u0007 a\u0301\u0301\u0301\u0301 🏳️‍🌈 '\"`&amp;</title></script>".replace("\u0000", ""),
}


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
def test_titles_and_descriptions_are_shown_as_text_whatever_is_in_them(portal, worker, text: str) -> None:
    with portal.lock:
        portal.begin(objects=1)
        store, job = portal.account.store, portal.account.store.jobs.get("Yard")
        config = {**job.request["HumanTaskConfig"], "TaskTitle": text, "TaskDescription": text}
        portal.api()._store = Renamed(store, config)
    ada = worker()
    expect(ada.page.get_by_role("article").get_by_role("heading")).to_have_text(text.strip())
    width = "document.documentElement.scrollWidth <= innerWidth"
    ada.page.set_viewport_size({"width": 360, "height": 740})
    assert ada.page.evaluate(width)
    ada.page.get_by_role("link", name="Start").click()
    ada.ready()
    expect(ada.page.locator("h1")).to_have_text(text.strip())
    assert ada.page.evaluate(width)
    assert ada.page.locator("main :is(img, script, b)").count() == 0


class Renamed:
    """A store whose job has another title, which Ground Truth's rules for requests would not let in."""

    def __init__(self, store, config) -> None:
        self._store, self._config = store, config
        self.jobs = self

    def __getattr__(self, name: str):
        return getattr(self._store, name)

    def get(self, name: str):
        return self._renamed(self._store.jobs.get(name))

    def newest_first(self):
        return [self._renamed(job) for job in self._store.jobs.newest_first()]

    def counts(self, job, *, exactly: bool = True):
        return self._store.jobs.counts(job, exactly=exactly)

    def _renamed(self, job):
        return replace(job, request={**job.request, "HumanTaskConfig": self._config})


LABELS = ["<script>alert(1)</script>", "{{ x }}", "\u202eabc", "y" * 10_000]


def test_labels_are_shown_as_text_whatever_is_in_them(portal, worker) -> None:
    portal.account.put(
        "page.html",
        "<crowd-form><crowd-classifier name='kind' categories=\"{{ task.input.labels | to_json }}\" header='Kind'>"
        "</crowd-classifier></crowd-form>",
    )
    from tests.engine.labeling_account import PRE

    portal.account.functions[PRE] = lambda event: {"taskInput": {"labels": LABELS}, "isHumanAnnotationRequired": True}
    portal.begin(objects=1)
    ada = worker(hash=JOB)
    ada.page.set_viewport_size({"width": 360, "height": 740})
    frame = ada.ready()
    assert frame.evaluate("document.querySelector('crowd-classifier').labels") == LABELS
    assert frame.evaluate("document.documentElement.scrollWidth <= innerWidth")
    frame.get_by_role("radio").first.click()
    ada.submit()
    assert ada.answers(1) == [{"kind": {"label": LABELS[0]}}]
