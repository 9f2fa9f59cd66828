import io
import json
import struct
import zlib

import pytest
from PIL import Image

from ground_truth.contract.findings import Level
from ground_truth.manifests import faults
from ground_truth.manifests.manifest_line import ManifestLine
from ground_truth.templates import check as template_check
from ground_truth.templates import page_checks
from ground_truth.templates.generate import generate_template
from ground_truth_cli.doctor import images as doctor_images
from ground_truth_cli.doctor import manifest as doctor_manifest
from ground_truth_cli.doctor import task as doctor_task
from ground_truth_cli.doctor.manifest import ManifestSurvey
from tests.cli.conftest import ASSETS, MANIFEST, POST, PRE, STREET, TRAINING

PAGE = generate_template(STREET)
IMAGE = {"source-ref": f"s3://{TRAINING}/images/0.jpg"}


def test_a_manifest_that_is_not_there(account) -> None:
    account.s3.delete_object(Bucket=TRAINING, Key="input.manifest")
    assert account.problem(doctor_manifest.EXISTS).fact == "is not there"


def test_a_manifest_without_lines(account) -> None:
    account.put_lines()
    assert "0 objects" in account.problem(faults.OBJECTS).fact


def test_a_broken_line_is_told_with_its_number(account) -> None:
    account.put_lines(IMAGE, "{'source-ref': 's3://b/k'}", {"source_ref": "s3://b/k"}, {"source": "words"})
    assert account.problem(faults.JSON).where == f"{MANIFEST} line 2"
    assert account.problem(faults.SOURCE).where == f"{MANIFEST} line 3"
    assert "bounding-box labels source-ref" in account.problem(faults.MEDIA_KEY).fact


def test_the_sample_is_spread_over_the_manifest() -> None:
    lines = [ManifestLine({"source-ref": f"s3://b/{number}"}) for number in range(1_000)]
    manifest = ManifestSurvey(uri=MANIFEST, sample_size=100)
    for line in lines:
        manifest.note(line)
    numbers = [int(uri.rpartition("/")[2]) for uri in manifest.sample]
    assert len(set(numbers)) == 100
    assert 400 < sum(numbers) / 100 < 600


def test_an_object_that_is_listed_twice(account) -> None:
    account.put_lines(IMAGE, IMAGE)
    assert "line 2" in account.warning(faults.REPEATED_OBJECT).where


def test_more_objects_than_a_job_takes(account) -> None:
    account.publish(type="semantic-segmentation")
    account.deploy_with(LabelAttributeName="street-ref")
    account.put_lines(*({"source-ref": f"s3://{TRAINING}/{number}.jpg"} for number in range(20_001)))
    assert "20,001 objects" in account.problem(faults.OBJECTS, sample=0).fact


def test_lines_that_are_labeled_already(account) -> None:
    account.put_lines(IMAGE | {"street": {"annotations": []}, "street-metadata": {"class-map": {}}})
    assert "there is a 'street' already" in account.warning(faults.LABELED).fact


def adjust(account, **metadata) -> None:
    account.publish(type="bounding-box-adjustment")
    metadata |= {"type": "groundtruth/object-detection"}
    account.put_lines(IMAGE | {"first": {"annotations": []}, "first-metadata": metadata})


def test_a_review_of_unlabeled_objects(account) -> None:
    account.publish(type="bounding-box-adjustment")
    assert account.examine(faults.UNREVIEWABLE)


def test_a_review_of_objects_that_failed(account) -> None:
    adjust(account, **{"failure-reason": "expired"})
    assert "expired" in account.problem(faults.FAILED).fact


def test_an_adjustment_with_other_labels(account) -> None:
    adjust(account, **{"class-map": {"0": "bus", "1": "car"}})
    assert "labels that the task does not have: bus" in account.problem(doctor_manifest.REVIEW).fact


def test_an_adjustment_with_the_same_labels(account) -> None:
    adjust(account, **{"class-map": {"1": "car"}})
    assert [finding.level for finding in account.examine(doctor_manifest.REVIEW)] == [Level.OK]


def test_a_batch_that_cannot_be_done_in_time(account) -> None:
    account.deploy_with(HumanTaskConfig={"TaskAvailabilityLifetimeInSeconds": 60})
    assert "its tasks expire after 0.0 hours" in account.warning(doctor_manifest.WORKLOAD).fact


def test_the_cost_is_told(account) -> None:
    (finding,) = account.examine(doctor_manifest.COST)
    assert finding.fact.startswith("about USD 0.08 (self-hosted)")


def test_an_image_that_is_not_there(account) -> None:
    account.put_lines(IMAGE, {"source-ref": f"s3://{TRAINING}/images/gone.jpg"})
    finding = account.problem(doctor_images.EXIST)
    assert finding.where.endswith("gone.jpg")
    assert "1 of all 2 images" in finding.fact


@pytest.mark.parametrize("size", [(12_000, 9_000), (20_000, 10_000)])
def test_an_image_of_too_many_pixels(account, size) -> None:
    parts = (b"IHDR" + struct.pack(">IIBBBBB", *size, 8, 2, 0, 0, 0), b"IDAT")
    chunks = (struct.pack(">I", len(part) - 4) + part + struct.pack(">I", zlib.crc32(part)) for part in parts)
    account.s3.put_object(Bucket=TRAINING, Key="wide.png", Body=b"\x89PNG\r\n\x1a\n" + b"".join(chunks))
    account.put_lines({"source-ref": f"s3://{TRAINING}/wide.png"})
    assert account.problem(doctor_images.SIZE).where.endswith("wide.png")


def test_an_image_of_too_many_bytes(account) -> None:
    size = 40 * 1024 * 1024 + 1
    account.s3.put_object(Bucket=TRAINING, Key="images/0.jpg", Body=bytes(size))
    assert "1 of all 3 images" in account.problem(doctor_images.SIZE).fact


def test_a_custom_page_shows_what_it_can(account) -> None:
    account.publish(type="custom")
    account.put_lines({"source-ref": account.put_image("a.bmp", format="BMP")})
    assert [finding.level for finding in account.examine(doctor_images.FORMAT)] == [Level.OK]


def test_broken_metadata_turns_nothing(account) -> None:
    account.put_lines({"source-ref": account.put_image("odd.jpg", exif=b"Exif\x00\x00nonsense")})
    for check in doctor_images.CHECKS:
        assert [finding.level for finding in account.examine(check)] == [Level.OK]


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
    assert finding.fact == "a sample of 2 of 3 images are there"


@pytest.mark.parametrize("key", ["template.html", "request.json"])
def test_a_published_file_that_is_gone(account, key) -> None:
    account.s3.delete_object(Bucket=ASSETS, Key=key)
    assert account.problem(doctor_task.FILES, manifest_uri=None).where == f"s3://{ASSETS}/{key}"


@pytest.mark.parametrize("content", ["{}", '{"labels": []}'])
def test_a_label_file_that_says_nothing(account, content) -> None:
    account.s3.put_object(Bucket=ASSETS, Key="labels.json", Body=content.encode())
    assert account.problem(doctor_task.TASK_LABELS, manifest_uri=None)


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
    assert text in account.problem(doctor_task.HOOKS, manifest_uri=None).fact


def test_a_hook_of_ground_truth_itself(account) -> None:
    arn = "arn:aws:lambda:eu-west-1:568282634449:function:PRE-BoundingBox"
    account.deploy_with(HumanTaskConfig={"PreHumanTaskLambdaArn": arn})
    assert {finding.level for finding in account.examine(doctor_task.HOOKS, manifest_uri=None)} == {Level.OK}


@pytest.mark.parametrize(
    ("template", "check", "text"),
    [
        (PAGE.replace("taskObject", "image"), template_check.UNDEFINED, "task.input.image is not what"),
        (PAGE.replace("</crowd-form>", "{% if %}</crowd-form>"), template_check.SYNTAX, ""),
        (PAGE.replace("grant_read_access", "sparkle"), template_check.FILTER, "no filter 'sparkle'"),
        (PAGE.replace("<crowd-form>", "").replace("</crowd-form>", ""), page_checks.FORM, "crowd-form"),
    ],
)
def test_a_template_that_workers_could_not_use(account, template, check, text) -> None:
    account.s3.put_object(Bucket=ASSETS, Key="template.html", Body=template.encode())
    (finding,) = account.examine(check)
    assert finding.level is not Level.OK
    assert finding.where.startswith(f"s3://{ASSETS}/template.html")
    assert text in finding.fact


def test_a_template_that_shows_another_image(account) -> None:
    template = PAGE.replace("{{ task.input.taskObject | grant_read_access }}", "https://example.com/a.jpg")
    account.s3.put_object(Bucket=ASSETS, Key="template.html", Body=template.encode())
    assert "images/0.jpg is nowhere in it" in account.warning(doctor_task.PAGE).fact


def test_what_a_function_of_the_user_s_own_gives_is_not_known(account) -> None:
    arn = PRE.replace("dev-street-pre-annotation-LabelingFunction", "mine")
    account.deploy_with(HumanTaskConfig={"PreHumanTaskLambdaArn": arn})
    assert "--invoke" in account.warning(doctor_task.PAGE).fix


def test_without_a_function_the_page_is_given_the_line(account) -> None:
    template = PAGE.replace("taskObject", "source-ref").replace("{{ task.input.labels | to_json | escape }}", "[]")
    account.s3.put_object(Bucket=ASSETS, Key="template.html", Body=template.encode())
    account.deploy_with(HumanTaskConfig={"PreHumanTaskLambdaArn": None})
    assert Level.OK in {finding.level for finding in account.examine(doctor_task.PAGE)}


class Hook:
    """A Lambda client whose function answers with what it is told to."""

    def __init__(self, client, answer, **extra) -> None:
        self.client, self.answer, self.more = client, answer, extra

    def __getattr__(self, name):
        return getattr(self.client, name)

    def invoke(self, *, FunctionName, Payload):
        assert FunctionName == PRE
        assert json.loads(Payload)["dataObject"] == IMAGE
        return {"Payload": io.BytesIO(json.dumps(self.answer).encode())} | self.more


@pytest.mark.parametrize(
    ("answer", "more", "text"),
    [
        ({"humanAnnotationRequired": "true"}, {}, "should return {'taskInput': {...}}"),
        ({"errorMessage": "no such key"}, {"FunctionError": "Unhandled"}, "failed: no such key"),
    ],
)
def test_a_pre_annotation_function_that_does_not_suit_the_template(account, answer, more, text) -> None:
    account.session.clients["lambda"] = Hook(account.session.client("lambda"), answer, **more)
    findings = [finding for finding in account.examine(doctor_task.PAGE, invoke=True) if finding.level is Level.PROBLEM]
    assert any(text in finding.fact for finding in findings)


def test_a_pre_annotation_function_that_gives_something_else(account) -> None:
    account.session.clients["lambda"] = Hook(account.session.client("lambda"), {"taskInput": {"image": "s3://b/k"}})
    findings = {finding.fact for finding in account.examine(template_check.UNDEFINED, invoke=True)}
    assert "task.input.taskObject is not what the pre-annotation hook gives" in findings


def test_the_function_is_not_called_unless_asked(account) -> None:
    account.session.clients["lambda"] = Hook(account.session.client("lambda"), "never read")
    account.session.clients["lambda"].invoke = None
    assert [finding.level for finding in account.examine(doctor_task.PAGE)] == [Level.OK]
