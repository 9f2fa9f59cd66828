"""How long a worker waits at the portal: for the first task with nothing in the browser's cache, and for the next ones.

Run: .venv/bin/python -m benchmarks.portal [--runs 5] [--latency 0.03] [--json]
Portal, API (over an AWS in memory) and photos are served on this machine, every answer `latency` seconds late, in
Chromium. First: from the API's answer until the photo is seen and can be drawn on; at most 1 s is wanted. Next: from
the answer's arrival at the page until the next task, fetched ahead, is painted with its photo; at most 100 ms.
"""

import argparse
import io
import json
import os
import statistics
import time
from http.server import BaseHTTPRequestHandler
from typing import TypedDict

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Frame, Page, sync_playwright

import worker_api
from tests.browser.conftest import ARGUMENTS, CHROMIUM, PORTAL
from tests.browser.portal import Answer, PortalSite
from tests.browser.portal_worker import PortalWorker
from tests.engine.conftest import Engine
from tests.memory_aws import memory_aws

PHOTOS = {"1280 x 853": (1280, 853), "4000 x 3000": (4000, 3000)}
NEXT_TASKS = 4
SHOWN = "iframe:not(.unseen)"
TEMPLATE = """<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>
<crowd-form><crowd-bounding-box name="boxes" src="{{ task.input.taskObject | grant_read_access }}"
  labels="['car', 'bus', 'bicycle']" header="Draw a box around each"><short-instructions>Close to the edges.
</short-instructions></crowd-bounding-box></crowd-form>"""
# In each frame: when the annotator knows its photo, and when the browser has painted it, in milliseconds since 1970.
NOTE_WHEN_USABLE = """const timer = setInterval(() => {
  if (!document.querySelector('crowd-bounding-box')?.stage?.size) return;
  clearInterval(timer);
  window.sized = true;
  requestAnimationFrame(() => (window.usable = performance.timeOrigin + performance.now()));
}, 2)"""
ANSWERED = """() => {
  const [claim] = performance.getEntriesByType('resource').filter(entry => entry.name.includes('/claim'));
  return performance.timeOrigin + claim.responseEnd;
}"""
# From the answer's arrival to the second frame painted after the next task is to be seen.
WATCH = """() => { window.waits = []; addEventListener('message', ({ data, source, timeStamp }) => {
  if (data?.type !== 'crowd-submit') return;
  const look = () => {
    const shown = document.querySelector('iframe:not(.unseen)');
    if (!shown || shown.contentWindow === source) requestAnimationFrame(look);
    else requestAnimationFrame(() => requestAnimationFrame(() => waits.push(performance.now() - timeStamp)));
  };
  look();
}) }"""


class Waits(TypedDict):
    """The waits with one photo, in milliseconds: the median and the longest."""

    photo: str
    photo_kilobytes: int
    first_ms: list[int]
    next_ms: list[int]


class Site(PortalSite):
    """The portal, with photos from an address of their own, and a way to each server that takes its time."""

    def __init__(self, engine: Engine, latency: float, photo: bytes) -> None:
        super().__init__(engine, TEMPLATE)
        self.latency = self.slow = latency
        self.photo = photo
        self.pictures = self._server(self._picture)
        self.files = f"http://127.0.0.1:{self.pictures.server_port}"
        self.api()._signed = lambda uri, seconds: f"{self.files}/{uri.rpartition('/')[2]}"  # type: ignore[method-assign]

    def _file(self, request: BaseHTTPRequestHandler, content: bytes) -> Answer:
        time.sleep(self.latency)
        return super()._file(request, content)

    def _picture(self, request: BaseHTTPRequestHandler, content: bytes) -> Answer:
        time.sleep(self.latency)
        return 200, {"Content-Type": "image/jpeg", "Access-Control-Allow-Origin": "*"}, self.photo


def photo(size: tuple[int, int]) -> bytes:
    """A JPEG with as much in it as a photo of a street: noise, smoothed."""
    noise = np.random.default_rng(1).integers(0, 255, (size[1] // 4, size[0] // 4, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(noise).resize(size, Image.Resampling.BICUBIC).save(file, "JPEG", quality=80)
    return file.getvalue()


def frame_of(page: Page, selector: str) -> Frame:
    element = page.wait_for_selector(selector, state="attached", timeout=10_000)
    frame = element.content_frame() if element else None
    assert frame
    return frame


def measure(browser: Browser, site: Site) -> tuple[float, list[float]]:
    """The wait for the first task, and those for the next ones, in milliseconds."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.add_init_script(NOTE_WHEN_USABLE)
    worker = PortalWorker(context, site, f"worker-{time.monotonic_ns()}", hash="#/jobs/Yard", routed=False)
    page = worker.page
    frame = frame_of(page, SHOWN)
    frame.wait_for_function("() => window.usable", polling=20)
    first = frame.evaluate("usable") - page.evaluate(ANSWERED)
    page.evaluate(WATCH)
    for number in range(NEXT_TASKS):
        frame_of(page, "iframe.unseen").wait_for_function("() => window.sized", polling=20)
        frame_of(page, SHOWN).locator("crowd-button[form-action=submit]").click()
        page.wait_for_function("count => waits.length === count", arg=number + 1)
    waits: list[float] = page.evaluate("waits")
    context.close()
    return first, waits


def result_of(browser: Browser, name: str, latency: float, runs: int) -> Waits:
    content = photo(PHOTOS[name])
    with memory_aws():
        site = Site(Engine(), latency, content)
        worker_api._api = site.api  # type: ignore[assignment]
        site.begin(objects=NEXT_TASKS + 2, HumanTaskConfig={"NumberOfHumanWorkersPerDataObject": runs})
        measured = [measure(browser, site) for _ in range(runs)]
        site.close()
        site.pictures.shutdown()
        site.pictures.server_close()
    waits = [wait for _, following in measured for wait in following]
    return {
        "photo": name,
        "photo_kilobytes": len(content) // 1000,
        "first_ms": [
            round(statistics.median(first for first, _ in measured)),
            round(max(first for first, _ in measured)),
        ],
        "next_ms": [round(statistics.median(waits)), round(max(waits))],
    }


def main() -> None:
    """Measures and prints; of each wait the median and the longest."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--latency", type=float, default=0.03, help="seconds before each answer of a server")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    os.environ |= {"WORKERS_GROUP": "workers", "AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-1"}
    os.environ |= {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
    sources = [path for folder in ("page", "crowd") for path in (PORTAL / folder).glob("*.js")]
    kilobytes = sum(path.stat().st_size for path in sources) // 1000
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        results = [result_of(browser, name, arguments.latency, arguments.runs) for name in PHOTOS]
        browser.close()
    if arguments.json:
        print(json.dumps({"latency": arguments.latency, "modules_kilobytes": kilobytes, "photos": results}))
        return
    print(f"{len(sources)} modules of {kilobytes} KB together, {1000 * arguments.latency:.0f} ms to each server")
    for waits in results:
        first, following = waits["first_ms"], waits["next_ms"]
        print(
            f"photo of {waits['photo']}, {waits['photo_kilobytes']:,} KB: "
            f"first task {first[0]} ms (longest {first[1]}), next task {following[0]} ms (longest {following[1]})"
        )


if __name__ == "__main__":
    main()
