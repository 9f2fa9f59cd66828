"""A worker's session on the deployed stack: signs in with his first password, labels three scenes, and is done."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from emulator import Emulator
from examples.street.deploy import Deployment, deploy
from examples.street.label import open_page
from examples.street.labeling import prepare_and_start, wait_until_ended
from examples.street.photos import write_scenes
from examples.street.portal_workers import find_engine
from ground_truth.aws.s3 import Files

JOB = "by-hand"
BOX = [(200, 150), (420, 330)]
# Where a pixel of the picture is within the frame.
PLACE = """([x, y]) => { const { stage } = document.querySelector('crowd-bounding-box');
    const { left, top } = stage.element.getBoundingClientRect();
    return [left + (x - stage.view.x) * stage.view.scale, top + (y - stage.view.y) * stage.view.scale] }"""
AT_REST = f"""async () => {{ const place = {PLACE}; const before = String(place([0, 0]));
    await new Promise(resolve => setTimeout(resolve, 200)); return before === String(place([0, 0])) }}"""
FIRST, OWN = "First-password-1!", "Own-password-of-ada-2!"


@pytest.fixture(scope="module")
def deployment() -> Iterator[Deployment]:
    with Emulator.start() as emulator:
        yield deploy(emulator)


@pytest.fixture(scope="module")
def address(deployment: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("by-hand")
    write_scenes(folder / "photos", 3)
    prepare_and_start(deployment, folder / "photos", folder, JOB, "--workers", "1")
    engine = find_engine(deployment)
    cognito = deployment.emulator.session().client("cognito-idp")
    # As an invitation does: the password is for one use.
    cognito.admin_create_user(
        UserPoolId=engine.user_pool, Username="ada@example.com", TemporaryPassword=FIRST, MessageAction="SUPPRESS"
    )
    cognito.admin_add_user_to_group(UserPoolId=engine.user_pool, Username="ada@example.com", GroupName=engine.group)
    with open_page(deployment) as result:
        yield result


def sign_in(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_label("User name").fill("ada@example.com")
    page.get_by_label("Password").fill(FIRST)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("New password").fill(OWN)
    page.get_by_role("button").get_by_text("Sign in").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def draw(page: Page, number: int) -> None:
    """Draws one box, hands it in, and waits until the task is off the page."""
    element = page.locator("iframe:not(.unseen)")
    expect(element).to_have_count(1)
    before = element.element_handle()
    frame = before.content_frame()
    assert frame
    frame.wait_for_function("() => document.querySelector('crowd-bounding-box')?.stage?.size")
    if number == 0:
        frame.get_by_role("dialog").get_by_role("button", name="Close").click()
    frame.wait_for_function(AT_REST)
    offset = before.bounding_box()
    assert offset
    for index, point in enumerate(BOX):
        x, y = frame.evaluate(PLACE, point)
        page.mouse.move(offset["x"] + x, offset["y"] + y, steps=4)
        (page.mouse.up if index else page.mouse.down)()
    frame.locator("crowd-button[form-action=submit]").click()
    page.wait_for_function("frame => !frame.isConnected", arg=before)


def test_a_worker_signs_in_labels_three_scenes_and_is_done(
    browser: Browser, deployment: Deployment, address: str
) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: message.type == "error" and errors.append(message.text))
    sign_in(page, address)
    expect(page.get_by_role("article")).to_contain_text("3 of 3 left")
    page.get_by_role("link", name="Start").click()
    for number in range(3):
        draw(page, number)
    expect(page.locator(".note")).to_contain_text("Nothing more for you in this job right now.")
    wait_until_ended(deployment, JOB)
    uri = f"s3://{deployment.bucket}/labeling-jobs/{JOB}/manifests/output/output.manifest"
    lines = [json.loads(line) for line in Files(deployment.emulator.session().client("s3")).read(uri).splitlines()]
    assert len(lines) == 3
    (left, top), (right, bottom) = BOX
    for line in lines:
        (box,) = line["street"]["annotations"]
        drawn = {"left": left, "top": top, "width": right - left, "height": bottom - top}
        assert {side: box[side] for side in drawn} == pytest.approx(drawn, abs=2)
    assert errors == []
    context.close()
