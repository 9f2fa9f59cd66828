"""The report in a browser: nothing blocked, nothing asked for, nothing cut off, nothing that axe finds."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from playwright.sync_api import Browser

from ground_truth_cli.main import main
from tests.browser.test_accessibility import AXE, RULES
from tests.cli.street_job import put, put_manifest, street_job

LONG = "x" * 10_000
HOSTILE = [f"<img src=x onerror=document.title='taken'>{LONG}", "\u202etfel ot thgir" + "e\u0301" * 300]


@pytest.fixture(scope="module")
def pages(tmp_path_factory) -> dict[str, Path]:
    """A report of street scenes with their pictures, and one of a job that is hostile throughout, without."""
    folder = tmp_path_factory.mktemp("reports")
    street_job(folder / "street-trial", folder / "photos", 6)
    hostile = folder / "hostile"
    for index in range(3):
        answers = [
            {
                "workerId": f"{HOSTILE[0]}{position}",
                "answerContent": {
                    "boundingBox": {
                        "boundingBoxes": [
                            {"label": HOSTILE[position % 2], "left": -9, "top": 5, "width": 1e6, "height": 9}
                        ],
                        "inputImageProperties": {"height": 300, "width": 400},
                    }
                },
            }
            for position in range(4)
        ]
        put(hostile, f"annotations/worker-response/iteration-1/{index}/a.json", {"answers": answers})
    metadata = {"type": "groundtruth/object-detection", "job-name": LONG}
    put_manifest(hostile, [{"source-ref": f"https://example.org/{HOSTILE[0]}", "a-metadata": metadata}] * 3)
    labels = folder / "labels.json"
    labels.write_text(json.dumps({"labels": [{"label": label} for label in HOSTILE]}))
    made = {
        "street": ["street-trial", "--images", str(folder / "photos")],
        "hostile": ["hostile", "--labels", str(labels)],
    }
    for name, (job, *options) in made.items():
        out = str(folder / f"report-{name}")
        done = CliRunner().invoke(main, ["report", str(folder / job), "--out", out, *options])
        assert done.exit_code == 0, done.output
    return {name: folder / f"report-{name}" / "report.html" for name in made}


@pytest.mark.parametrize("name", ["street", "hostile"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1200])
def test_the_report_is_whole_and_readable(browser: Browser, pages, name: str, scheme: str, width: int) -> None:
    # The policy forbids the page every script, also that of axe.
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True)
    try:
        page = context.new_page()
        page.goto(pages[name].as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.add_script_tag(path=str(AXE))
        audit = page.evaluate("rules => axe.run({runOnly: rules})", RULES)
        assert audit["passes"]
        assert [(entry["id"], entry["nodes"][0]["html"][:200]) for entry in audit["violations"]] == []
    finally:
        context.close()


@pytest.mark.parametrize("name", ["street", "hostile"])
def test_the_report_asks_for_nothing_and_its_policy_blocks_nothing_of_it(browser: Browser, pages, name: str) -> None:
    context = browser.new_context()
    try:
        page = context.new_page()
        told: list[str] = []
        requests_made: list[str] = []
        page.on("console", lambda message: told.append(message.text))
        page.on("request", lambda request: requests_made.append(request.url))
        page.goto(pages[name].as_uri())
        assert told == []
        assert [url for url in requests_made if not url.startswith("data:image/webp")] == [pages[name].as_uri()]
        assert page.title().startswith("Labeling job ")
        assert page.evaluate("getComputedStyle(document.querySelector('main').parentElement).margin") != "8px"
    finally:
        context.close()
