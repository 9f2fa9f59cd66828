import io
import json
import struct
import zlib

import pytest
from PIL import Image

from ground_truth.checks import Level
from ground_truth_cli import doctor_images, doctor_manifest, doctor_task
from ground_truth_cli.doctor_manifest import read_manifest
from tests.cli.conftest import ASSETS, MANIFEST, POST, PRE, TRAINING

IMAGE = {"source-ref": f"s3://{TRAINING}/images/0.jpg"}


def test_a_manifest_that_is_not_there(account) -> None:
    account.s3.delete_object(Bucket=TRAINING, Key="input.manifest")
    assert account.problem(doctor_manifest.EXISTS).found == "is not there"


def test_a_manifest_without_lines(account) -> None:
    account.put_lines()
    assert "no object" in account.problem(doctor_manifest.EXISTS).found


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("{'source-ref': 's3://b/k'}", "line 2 is not JSON"),
        ("", "line 2 is blank"),
        ("\ufeff{}", "line 2 begins with a byte order mark"),
        ("[]", "line 2 is not a JSON object"),
        ({"source_ref": "s3://b/k"}, "line 2 needs either 'source-ref' or 'source'"),
        (IMAGE | {"source": "text"}, "line 2 needs either 'source-ref' or 'source'"),
        ({"source-ref": "images/0.jpg"}, "line 2 'source-ref' should be like s3://bucket/key"),
        (IMAGE | {"$note": "x"}, "line 2 has the attribute '$note'"),
        (IMAGE | {"note": "x" * 20_001}, "line 2 has 20001 characters in 'note'"),
        (IMAGE | {"note": ["x" * 10_000] * 10}, "at most 100000 are allowed"),
    ],
)
def test_a_broken_line_is_told_with_its_number(line, text) -> None:
    content = "".join((part if isinstance(part, str) else json.dumps(part)) + "\n" for part in (IMAGE, line, IMAGE))
    manifest = read_manifest(MANIFEST, content.encode().splitlines(), sample_size=10)
    assert text in doctor_manifest._lines(manifest).found


def test_blank_lines_at_the_end_harm_nobody() -> None:
    manifest = read_manifest(MANIFEST, [json.dumps(IMAGE).encode(), b"", b" "], sample_size=10)
    assert doctor_manifest._lines(manifest).level is Level.OK


def test_the_sample_is_spread_over_the_manifest() -> None:
    lines = [json.dumps({"source-ref": f"s3://b/{number}"}).encode() for number in range(1_000)]
    sample = read_manifest(MANIFEST, lines, sample_size=100).sample
    numbers = [int(uri.rpartition("/")[2]) for uri in sample]
    assert len(set(numbers)) == 100
    assert 400 < sum(numbers) / 100 < 600


def test_text_for_a_task_of_images(account) -> None:
    account.put_lines(IMAGE, {"source": "words"})
    assert "1 lines have 'source'" in account.problem(doctor_manifest.LINES).found


def test_an_object_that_is_listed_twice(account) -> None:
    account.put_lines(IMAGE, IMAGE)
    assert "line 2" in account.warning(doctor_manifest.DUPLICATES).found


def test_more_objects_than_a_job_takes(account) -> None:
    account.publish(type="semantic-segmentation")
    account.put_lines(*({"source-ref": f"s3://{TRAINING}/{number}.jpg"} for number in range(20_001)))
    assert "has 20001 objects" in account.problem(doctor_manifest.COUNT, sample=0).found


def test_lines_that_are_labeled_already(account) -> None:
    labeled = IMAGE | {"street": {"annotations": []}, "street-metadata": {"class-map": {}}}
    account.put_lines(labeled, {"source-ref": f"s3://{TRAINING}/images/1.jpg"})
    assert "1 of 2 lines already have 'street'" in account.warning(doctor_manifest.ATTRIBUTE).found
    account.put_lines(labeled)
    assert account.problem(doctor_manifest.ATTRIBUTE)


def earlier(**metadata) -> dict:
    return IMAGE | {"first": {"annotations": []}, "first-metadata": metadata}


def test_objects_that_failed_in_an_earlier_job(account) -> None:
    account.put_lines(IMAGE | {"first-metadata": {"failure-reason": "expired"}})
    assert "line 1 (first)" in account.warning(doctor_manifest.REVIEW).found


def test_a_review_of_unlabeled_objects(account) -> None:
    account.publish(type="label-adjustment")
    assert "no labels of an earlier job" in account.problem(doctor_manifest.REVIEW).found


def test_a_review_with_other_labels(account) -> None:
    account.publish(type="label-adjustment")
    account.put_lines(earlier(**{"class-map": {"0": "bus", "1": "car"}}))
    assert "labels that the task does not have: bus" in account.problem(doctor_manifest.REVIEW).found


def test_a_review_of_masks_without_colours(account) -> None:
    account.publish(type="label-verification")
    account.put_lines(earlier(**{"internal-color-map": {"1": {"class-name": "car"}}}))
    assert "no 'hex-color'" in account.problem(doctor_manifest.REVIEW).found


def test_a_batch_that_cannot_be_done_in_time(account) -> None:
    account.deploy_with(HumanTaskConfig={"TaskAvailabilityLifetimeInSeconds": 60})
    assert "its tasks expire after 0.0 hours" in account.warning(doctor_manifest.WORKLOAD).found


def test_the_cost_is_told(account) -> None:
    (finding,) = account.examine(doctor_manifest.COST)
    assert finding.found.startswith("about USD 0.08 (self-hosted)")


def test_an_image_that_is_not_there(account) -> None:
    account.put_lines(IMAGE, {"source-ref": f"s3://{TRAINING}/images/gone.jpg"})
    finding = account.problem(doctor_images.EXIST)
    assert finding.where.endswith("gone.jpg")
    assert "1 of all 2 images" in finding.found


@pytest.mark.parametrize("size", [(12_000, 9_000), (20_000, 10_000)])
def test_an_image_of_too_many_pixels(account, size) -> None:
    parts = (b"IHDR" + struct.pack(">IIBBBBB", *size, 8, 2, 0, 0, 0), b"IDAT")
    chunks = (struct.pack(">I", len(part) - 4) + part + struct.pack(">I", zlib.crc32(part)) for part in parts)
    account.s3.put_object(Bucket=TRAINING, Key="wide.png", Body=b"\x89PNG\r\n\x1a\n" + b"".join(chunks))
    account.put_lines({"source-ref": f"s3://{TRAINING}/wide.png"})
    assert account.problem(doctor_images.SIZE).where.endswith("wide.png")


def test_an_image_of_too_many_bytes(account, monkeypatch) -> None:
    monkeypatch.setattr(doctor_images, "MOST_BYTES", 100)
    assert "3 of all 3 images" in account.problem(doctor_images.SIZE).found


def test_an_image_that_is_turned_by_its_exif_flag(account) -> None:
    exif = Image.Exif()
    exif[274] = 6
    account.put_lines({"source-ref": account.put_image("turned.jpg", exif=exif)})
    assert account.warning(doctor_images.ORIENTATION).where.endswith("turned.jpg")


def test_a_png_whose_end_was_not_fetched(account) -> None:
    noise = Image.effect_noise((400, 400), 80).convert("RGB")
    content = io.BytesIO()
    noise.save(content, "PNG")
    assert len(content.getvalue()) > 2 * 64 * 1024
    account.s3.put_object(Bucket=TRAINING, Key="noise.png", Body=content.getvalue())
    account.put_lines({"source-ref": f"s3://{TRAINING}/noise.png"})
    for check in doctor_images.CHECKS:
        assert [finding.level for finding in account.examine(check)] == [Level.OK]


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"no image at all"])
def test_a_file_that_is_no_image(account, content) -> None:
    account.s3.put_object(Bucket=TRAINING, Key="images/0.jpg", Body=content)
    assert account.problem(doctor_images.FORMAT).where.endswith("0.jpg")


def test_an_image_of_another_format(account) -> None:
    account.put_lines({"source-ref": account.put_image("a.bmp", format="BMP")})
    assert account.problem(doctor_images.FORMAT).where.endswith("a.bmp")


def test_only_a_sample_of_the_images_is_looked_into(account) -> None:
    (finding,) = account.examine(doctor_images.EXIST, sample=2)
    assert finding.found == "a sample of 2 of 3 images are there"


@pytest.mark.parametrize("key", ["template.html", "request.json"])
def test_a_published_file_that_is_gone(account, key) -> None:
    account.s3.delete_object(Bucket=ASSETS, Key=key)
    assert account.problem(doctor_task.FILES, manifest_uri=None).where == f"s3://{ASSETS}/{key}"


@pytest.mark.parametrize("content", ["{}", '{"labels": []}'])
def test_a_label_file_that_says_nothing(account, content) -> None:
    account.s3.put_object(Bucket=ASSETS, Key="labels.json", Body=content.encode())
    assert account.problem(doctor_task.LABELS, manifest_uri=None)


def test_a_hook_that_is_gone(account) -> None:
    account.session.client("lambda").delete_function(FunctionName=POST.rpartition(":")[2])
    assert account.problem(doctor_task.HOOKS, manifest_uri=None).where == POST


@pytest.mark.parametrize(
    ("arn", "text"),
    [
        (PRE.replace("eu-west-1", "us-east-1"), "is in us-east-1, the job runs in eu-west-1"),
        ("arn:aws:lambda:eu-west-1:432418664414:function:PRE-BoundingBox", "Ground Truth's own are of 568282634449"),
    ],
)
def test_a_hook_of_another_place(account, arn, text) -> None:
    account.deploy_with(HumanTaskConfig={"PreHumanTaskLambdaArn": arn})
    assert text in account.problem(doctor_task.HOOKS, manifest_uri=None).found


def test_a_hook_of_ground_truth_itself(account) -> None:
    arn = "arn:aws:lambda:eu-west-1:568282634449:function:PRE-BoundingBox"
    account.deploy_with(HumanTaskConfig={"PreHumanTaskLambdaArn": arn})
    assert {finding.level for finding in account.examine(doctor_task.HOOKS, manifest_uri=None)} == {Level.OK}


@pytest.mark.parametrize(
    ("template", "level", "text"),
    [
        ("<crowd-form>{{ task.input.image | grant_read_access }}</crowd-form>", Level.PROBLEM, "uses task.input.image"),
        ("<crowd-form>{% if %}</crowd-form>", Level.PROBLEM, "cannot be rendered"),
        ("<crowd-form>{{ task.input.labels | sparkle }}</crowd-form>", Level.PROBLEM, "sparkle"),
        ("<crowd-form></crowd-form>", Level.WARNING, "images/0.jpg is nowhere in it"),
        ("{{ task.input.taskObject | grant_read_access }}", Level.WARNING, "no <crowd-form>"),
    ],
)
def test_a_template_that_will_not_show_the_image(account, template, level, text) -> None:
    account.s3.put_object(Bucket=ASSETS, Key="template.html", Body=template.encode())
    found = [finding for finding in account.examine(doctor_task.PAGE) if finding.level is level]
    assert any(text in finding.found for finding in found)


OTHERS = "<crowd-form>{{ task.input.image | grant_read_access }} 0.jpg</crowd-form>"


def test_what_a_function_of_the_user_s_own_gives_is_not_known(account) -> None:
    account.s3.put_object(Bucket=ASSETS, Key="template.html", Body=OTHERS.encode())
    arn = PRE.replace("dev-street-pre-annotation-LabelingFunction", "mine")
    account.deploy_with(HumanTaskConfig={"PreHumanTaskLambdaArn": arn})
    assert "--invoke" in account.warning(doctor_task.PAGE).fix


def test_without_a_function_the_page_is_given_the_line(account) -> None:
    account.s3.put_object(Bucket=ASSETS, Key="template.html", Body=OTHERS.replace(".image", ".source-ref").encode())
    account.deploy_with(HumanTaskConfig={"PreHumanTaskLambdaArn": None})
    assert [finding.level for finding in account.examine(doctor_task.PAGE)] == [Level.OK]


class Hook:
    """A Lambda client whose function answers with what it is told to."""

    def __init__(self, client, answer, **more) -> None:
        self.client, self.answer, self.more = client, answer, more

    def __getattr__(self, name):
        return getattr(self.client, name)

    def invoke(self, *, FunctionName, Payload):
        assert FunctionName == PRE
        assert json.loads(Payload)["dataObject"] == IMAGE
        return {"Payload": io.BytesIO(json.dumps(self.answer).encode())} | self.more


@pytest.mark.parametrize(
    ("answer", "more", "text"),
    [
        ({"taskInput": {"image": "s3://b/k"}}, {}, "uses task.input.taskObject"),
        ({"humanAnnotationRequired": "true"}, {}, "should return {'taskInput': {...}}"),
        ({"errorMessage": "no such key"}, {"FunctionError": "Unhandled"}, "failed: no such key"),
    ],
)
def test_a_pre_annotation_function_that_does_not_suit_the_template(account, answer, more, text) -> None:
    account.session.clients["lambda"] = Hook(account.session.client("lambda"), answer, **more)
    found = [finding for finding in account.examine(doctor_task.PAGE, invoke=True) if finding.level is Level.PROBLEM]
    assert any(text in finding.found for finding in found)


def test_the_function_is_not_called_unless_asked(account) -> None:
    account.session.clients["lambda"] = Hook(account.session.client("lambda"), "never read")
    account.session.clients["lambda"].invoke = None
    assert [finding.level for finding in account.examine(doctor_task.PAGE)] == [Level.OK]
