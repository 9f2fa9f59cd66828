import base64
import io
import json
import threading
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from PIL import Image

from ground_truth.contract.errors import InputError, ServiceError
from ground_truth.contract.task_types import BOUNDING_BOX, SEMANTIC_SEGMENTATION, TASK_TYPES
from ground_truth_cli.commands.preview import _type_of
from ground_truth_cli.local_servers.preview import serve_preview
from ground_truth_cli.local_servers.preview_session import Preview
from ground_truth_cli.main import main

TEMPLATE = """<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>
<crowd-form><crowd-bounding-box name="boundingBox" header="Cars" src="{{ task.input.taskObject | grant_read_access }}"
labels="{{ task.input.labels | to_json | escape }}"></crowd-bounding-box></crowd-form>
"""
SIZE = {"height": 400, "width": 640}
Response = tuple[int, dict[str, str], bytes]


def box(left: int) -> dict[str, Any]:
    items = [{"label": "car", "left": left, "top": 20, "width": 100, "height": 50}]
    return {"boundingBox": {"boundingBoxes": items, "inputImageProperties": SIZE}}


def new_preview(folder: Path, **changes: Any) -> Preview:
    (folder / "page.liquid.html").write_text(TEMPLATE)
    (folder / "images").mkdir(exist_ok=True)
    Image.new("RGB", (640, 400), "gray").save(folder / "images" / "a b.jpg")
    options: dict[str, Any] = {
        "template": folder / "page.liquid.html",
        "line": {"source-ref": "images/a b.jpg", "camera": "north"},
        "folder": folder,
        "labels": ["car", "bus"],
        "task_type": BOUNDING_BOX,
        "sign": lambda uri: f"https://signed.example/{uri.removeprefix('s3://')}",
    }
    return Preview(**options | changes)


class Served:
    def __init__(self, preview: Preview) -> None:
        self.preview = preview
        self.server = serve_preview(preview)
        self.host = f"127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def ask(
        self, method: str, path: str, body: bytes | None = None, **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        connection = HTTPConnection(self.host, timeout=120)
        connection.request(method, path, body, {"Host": self.host} | headers)
        response = connection.getresponse()
        result = response.status, dict(response.getheaders()), response.read()
        connection.close()
        return result

    def answer(self, content: Any, **headers: str) -> Response:
        body = json.dumps({"answer": content, "seconds": 1.5}).encode()
        return self.ask("POST", "/answers", body, **{"Origin": f"http://{self.host}"} | headers)

    def state(self) -> dict[str, Any]:
        result: dict[str, Any] = json.loads(self.ask("GET", "/state")[2])
        return result


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    served = Served(new_preview(tmp_path))
    yield served
    served.server.shutdown()
    served.server.server_close()


def test_the_page_is_rendered_with_what_the_hook_gives(served: Served) -> None:
    page = served.ask("GET", "/task")[2].decode()
    assert 'src="/files/images/a%20b.jpg"' in page
    assert "[&#34;car&#34;, &#34;bus&#34;]" in page
    assert "assets.crowd.aws" not in page


def test_the_page_runs_in_an_origin_of_its_own_and_the_preview_under_a_strict_policy(served: Served) -> None:
    assert served.ask("GET", "/task")[1]["Content-Security-Policy"].startswith("sandbox ")
    assert "allow-same-origin" not in served.ask("GET", "/task")[1]["Content-Security-Policy"]
    assert served.ask("GET", "/")[1]["Content-Security-Policy"].startswith("default-src 'none'")


def test_the_picture_of_the_line_is_served_to_the_page(served: Served) -> None:
    status, headers, body = served.ask("GET", "/files/images/a%20b.jpg")
    assert (status, headers["Access-Control-Allow-Origin"]) == (200, "*")
    assert Image.open(io.BytesIO(body)).size == (640, 400)


@pytest.mark.parametrize(
    "path",
    [
        "/files/page.liquid.html",
        "/files/..%2f..%2fetc%2fpasswd",
        "/crowd/../preview/index.html",
        "/crowd/%2e%2e%2f%2e%2e%2fpyproject.toml",
        "/../pyproject.toml",
        "/no-such-file",
        "/mask.png",
    ],
)
def test_nothing_else_of_the_machine_is_served(served: Served, path: str) -> None:
    assert served.ask("GET", path)[0] == 404


def test_pictures_of_the_instructions_are_served_from_their_folder(tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "good.svg").write_text("<svg/>")
    served = Served(new_preview(tmp_path, media=tmp_path / "pictures"))
    served.preview.template.write_text("<img alt='' src='{{ task.input.instructionMedia }}/good.svg'>")
    assert b"src='/instruction-media/good.svg'" in served.ask("GET", "/task")[2]
    assert served.ask("GET", "/instruction-media/good.svg")[1]["Content-Type"] == "image/svg+xml"
    assert served.ask("GET", "/instruction-media/../page.liquid.html")[0] == 404
    served.server.shutdown()
    served.server.server_close()


def test_a_line_cannot_name_a_file_outside_of_its_manifest_s_folder(tmp_path: Path) -> None:
    (tmp_path / "secret.jpg").write_bytes(b"x")
    (tmp_path / "set").mkdir()
    preview = new_preview(tmp_path / "set", line={"source-ref": "../secret.jpg"})
    assert preview.picture("../secret.jpg") is None


def test_only_the_preview_s_own_page_may_answer(served: Served) -> None:
    for origin in ("null", "https://evil.example", "http://localhost:1"):
        assert served.answer(box(10), Origin=origin)[0] == 403
    assert served.ask("DELETE", "/answers", Origin="null")[0] == 403
    assert served.state()["answers"] == []


def test_other_names_for_this_address_are_refused(served: Served) -> None:
    assert served.ask("GET", "/state", Host="evil.example:80")[0] == 403


def test_an_answer_is_kept_as_a_worker_response_has_it(served: Served) -> None:
    assert served.answer(box(10))[0] == 200
    [retained] = served.state()["answers"]
    assert retained["answerContent"] == box(10)
    assert retained["timeSpentInSeconds"] == 1.5
    assert retained["workerId"] == "private.preview.1"
    assert served.state()["merged"] is None, "one answer is not merged"


def test_from_the_second_answer_on_the_merged_record_is_shown(served: Served) -> None:
    served.answer(box(10))
    served.answer(box(14))
    merged = served.state()["merged"]
    assert merged["preview"]["annotations"] == [{"class_id": 0, "left": 12, "top": 20, "width": 100, "height": 50}]
    assert merged["preview-metadata"]["type"] == "groundtruth/object-detection"
    served.ask("DELETE", "/answers", Origin=f"http://{served.host}")
    assert served.state()["answers"] == []


def test_answers_that_cannot_be_merged_say_why(served: Served) -> None:
    served.answer(box(10))
    served.answer({"other": 1})
    assert "boundingBoxes" in served.state()["merged"]["preview-metadata"]["failure-reason"]


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"answer": [1], "seconds": 1}', b'{"answer": {}, "seconds": "x"}']
)
def test_what_is_no_answer_is_refused_in_words(served: Served, body: bytes) -> None:
    status, _, text = served.ask("POST", "/answers", body, Origin=f"http://{served.host}")
    assert status == 400
    assert json.loads(text)["message"].startswith("the answer cannot be taken")


def test_more_answers_than_an_object_takes_are_refused(served: Served) -> None:
    for number in range(9):
        assert served.answer(box(number))[0] == 200
    assert b"at most 9 workers" in served.answer(box(9))[2]


def test_a_mistake_in_the_template_is_shown_with_its_line(served: Served) -> None:
    served.preview.template.write_text("<p>\n{{ task.input.a | <b>nofilter }}")
    page = served.ask("GET", "/task")[2].decode()
    assert "page.liquid.html, line 2" in page
    assert "<b>" not in page


def test_saving_the_template_changes_the_version(served: Served) -> None:
    before = served.state()["version"]
    served.preview.template.write_text(TEMPLATE + "<p>More</p>")
    assert served.state()["version"] != before
    assert b"<p>More</p>" in served.ask("GET", "/task")[2]


def test_pictures_in_the_bucket_are_signed_or_taken_from_a_folder(tmp_path: Path) -> None:
    line = {"source-ref": "s3://bucket/images/a b.jpg"}
    assert "https://signed.example/bucket/images/a b.jpg" in new_preview(tmp_path, line=line).page()
    local = new_preview(tmp_path, line=line, images=tmp_path / "images")
    assert 'src="/files/a%20b.jpg"' in local.page()
    assert local.picture("a b.jpg") == tmp_path / "images" / "a b.jpg"


def test_a_picture_that_cannot_be_signed_is_told_on_the_page(tmp_path: Path) -> None:
    def refuse(uri: str) -> str:
        raise InputError(f"{uri} cannot be shown: no credentials")

    served = Served(new_preview(tmp_path, line={"source-ref": "s3://bucket/a.jpg"}, sign=refuse))
    assert b"s3://bucket/a.jpg cannot be shown: no credentials" in served.ask("GET", "/task")[2]
    assert served.state()["picture"] is None
    served.server.shutdown()
    served.server.server_close()


@pytest.mark.parametrize("key", ["bounding-box", "image-classification", "semantic-segmentation", "custom"])
def test_the_type_is_that_of_the_template_s_element(key: str) -> None:
    element = TASK_TYPES[key].element or "crowd-polygon"
    assert _type_of(f"<crowd-form><{element} name='x'></{element}></crowd-form>").key == key


def mask() -> dict[str, Any]:
    picture = Image.new("RGBA", (64, 40))
    picture.paste("#2ca02c", (10, 10, 40, 30))
    file = io.BytesIO()
    picture.save(file, "PNG")
    return {
        "crowd-semantic-segmentation": {
            "inputImageProperties": {"height": 40, "width": 64},
            "labelMappings": {"car": {"color": "#2ca02c"}},
            "labeledImage": {"pngImageData": base64.b64encode(file.getvalue()).decode()},
        }
    }


def test_masks_are_merged_into_a_picture(tmp_path: Path) -> None:
    preview = new_preview(tmp_path, task_type=SEMANTIC_SEGMENTATION)
    for _ in range(2):
        preview.answer(mask(), 1)
    assert preview.state()["merged"]["preview-ref"] == "/mask.png"
    merged = Image.open(io.BytesIO(preview.mask))
    assert (merged.mode, merged.getpixel((20, 20)), merged.getpixel((2, 2))) == ("P", 1, 0)


def test_fails_for_a_line_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "input.manifest").write_text('{"source-ref": "a.jpg"}\n')
    (tmp_path / "page.html").write_text(TEMPLATE)
    arguments = ["preview", str(tmp_path / "page.html"), "--manifest", str(tmp_path / "input.manifest"), "--line", "2"]
    result = CliRunner().invoke(main, [*arguments, "--no-browser"])
    assert result.exit_code == 1
    assert "the manifest ends before" in result.output


HOOK = """def lambda_handler(event, context):
    source = event["dataObject"]["source-ref"]
    return {"taskInput": {"taskObject": source, "labels": ["made", "by hook"], "version": event["version"]},
            "humanAnnotationRequired": "true"}
"""


def test_the_author_s_own_pre_annotation_function_makes_the_task_input(tmp_path: Path) -> None:
    hook = tmp_path / "hook.py"
    hook.write_text(HOOK)
    preview = new_preview(tmp_path, hook=hook)
    before = preview.version
    assert "by hook" in preview.page()
    hook.write_text(HOOK.replace("by hook", "by another"))
    assert "by another" in preview.page()
    assert preview.version != before


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("def lambda_handler(event, context):\n    return event['nothing']", "hook.py raised KeyError: 'nothing'"),
        ("def lambda_handler(event, context):\n    return {}", "should answer with {'taskInput'"),
        ("x = 1", "hook.py has no function handler or lambda_handler"),
        ("def", "hook.py raised SyntaxError"),
    ],
)
def test_what_is_wrong_with_the_author_s_function_is_told(tmp_path: Path, code: str, message: str) -> None:
    hook = tmp_path / "hook.py"
    hook.write_text(code)
    with pytest.raises(ServiceError, match=message):
        new_preview(tmp_path, hook=hook).page()
