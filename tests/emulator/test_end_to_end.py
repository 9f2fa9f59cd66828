"""The deployed stack labels photos, with exactly the rights that the templates grant."""

import json
import urllib.error
import urllib.request

import pytest
from botocore.exceptions import ClientError

from examples.street.crowd import CROWD
from examples.street.photos import rendered_photos
from examples.street.task import STREET
from ground_truth.aws.s3 import Files
from ground_truth.jobs.folder import S3Folder, find_job_folder
from ground_truth.jobs.results import consolidate_job
from tests.box_overlap import iou
from tests.emulator.grants import LABELING, granted_actions, roles, used_actions
from tests.emulator.ground_truth_job import label
from tests.reviewed_grants import UNUSED

PHOTOS = list(rendered_photos(4))


@pytest.fixture(scope="session")
def manifest(deployment):
    return label(deployment, PHOTOS)


def job_of(manifest) -> str:
    """The name of the job that wrote a manifest."""
    return manifest[0]["street-metadata"]["job-name"].rpartition("/")[2]


def test_every_photo_comes_back_labeled_in_manifest_order(manifest) -> None:
    assert [line["source-ref"].rpartition("/")[2] for line in manifest] == [photo.name for photo in PHOTOS]
    for line in manifest:
        assert line["street-metadata"]["type"] == "groundtruth/object-detection"
        assert len(line["street"]["annotations"]) == len(line["street-metadata"]["objects"]) > 0


def test_the_consolidated_boxes_find_the_known_objects(manifest) -> None:
    result = total = 0
    for line, photo in zip(manifest, PHOTOS, strict=True):
        for expected_names in photo.objects:
            truth = {side: getattr(expected_names, side) for side in ("left", "top", "width", "height")}
            total += 1
            result += any(
                iou(truth, box) >= 0.5 and STREET.labels[box["class_id"]] == expected_names.label
                for box in line["street"]["annotations"]
            )
    assert result / total >= 0.8


def test_the_job_s_files_lie_where_the_contract_puts_them(deployment, manifest) -> None:
    s3 = deployment.emulator.session().client("s3")
    keys = [entry["Key"] for entry in s3.list_objects_v2(Bucket=deployment.bucket)["Contents"]]
    root = job_of(manifest)
    inside = {key.removeprefix(f"labeling-jobs/{root}/").rpartition("/")[0] for key in keys if f"/{root}/" in key}
    assert inside == {
        "manifests/output",
        *(f"annotations/worker-response/iteration-1/{index}" for index in range(len(PHOTOS))),
        "annotations/consolidated-annotation/consolidation-request/iteration-1",
        "annotations/consolidated-annotation/consolidation-response/iteration-1",
        "annotations/consolidated-annotation/worker-skill/iteration-1",
    }


def test_the_whole_job_consolidated_anew_gives_the_manifest_that_the_hook_gave(deployment, manifest) -> None:
    files = Files(deployment.emulator.session().client("s3"))
    job = find_job_folder(S3Folder(files, f"s3://{deployment.bucket}/labeling-jobs/{job_of(manifest)}"))
    results = consolidate_job(job, STREET.type, labels=STREET.labels, write_file=lambda object_id, png: object_id)
    # One batch was all of the job, so both had the same answers to go by.
    assert [line.record("street").label for line in results.lines] == [line["street"] for line in manifest]
    assert len(results.workers) == len(CROWD)
    assert not results.quality["failed"]


def test_the_execution_role_is_refused_what_it_was_not_granted(deployment) -> None:
    s3 = deployment.emulator.session_as(deployment.outputs["ExecutionRoleArn"]).client("s3")
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.put_object(Bucket=deployment.outputs["InstructionMediaBucketName"], Key="x.svg", Body=b"")
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.delete_object(Bucket=deployment.bucket, Key="images/none.jpg")


def test_anybody_may_see_an_instruction_picture_but_not_the_list(deployment) -> None:
    bucket = f"{deployment.emulator.endpoint}/{deployment.outputs['InstructionMediaBucketName']}"
    with urllib.request.urlopen(f"{bucket}/tight-box.svg") as answer:
        assert b"<svg" in answer.read()
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(f"{bucket}/")


def test_nobody_sees_training_data_without_signing_in(deployment, manifest) -> None:
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(f"{deployment.emulator.endpoint}/{deployment.bucket}/images/{PHOTOS[0].name}")


def test_pictures_are_refused_without_tls(deployment) -> None:
    address = f"{deployment.emulator.endpoint}/{deployment.outputs['InstructionMediaBucketName']}/tight-box.svg"
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(urllib.request.Request(address, headers={"X-Forwarded-Proto": "http"}))


def test_every_granted_action_is_used_or_reviewed(deployment, manifest, capsys) -> None:
    granted = granted_actions(deployment)
    used = used_actions(deployment)
    unused = {role: actions - used.get(role, set()) for role, actions in granted.items() if role in LABELING}
    with capsys.disabled():
        for role, actions in sorted(unused.items()):
            print(f"\n{role}: {len(granted[role])} actions granted, {len(actions)} not used here: {sorted(actions)}")
    unreviewed = {role: left for role, actions in unused.items() if (left := actions - UNUSED.get(role, {}).keys())}
    assert not unreviewed, json.dumps({role: sorted(actions) for role, actions in unreviewed.items()}, indent=2)


def test_no_hook_was_refused_anything(deployment, manifest) -> None:
    hooks = {name for name, role in roles(deployment).items() if role != "ExecutionRole"}
    calls = [call for call in deployment.emulator.calls() if hooks & set(call.principal.split("/"))]
    assert calls
    assert {call.decision for call in calls} == {"Allow"}


# Last, as what it is refused would count against the hook above.
def test_the_post_annotation_hook_may_list_what_it_learned_and_nothing_else(deployment, manifest) -> None:
    (name,) = [name for name, role in roles(deployment).items() if role == "PostAnnotationRole"]
    role = deployment.emulator.session().client("iam").get_role(RoleName=name)["Role"]["Arn"]
    s3 = deployment.emulator.session_as(role).client("s3")
    learned = "labeling-jobs/any/annotations/consolidated-annotation/worker-skill/"
    s3.list_objects_v2(Bucket=deployment.bucket, Prefix=learned)
    for prefix in ("", "images/", "labeling-jobs/"):
        with pytest.raises(ClientError, match="AccessDenied"):
            s3.list_objects_v2(Bucket=deployment.bucket, Prefix=prefix)
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.put_object(Bucket=deployment.bucket, Key="labeling-jobs/any/manifests/output/output.manifest", Body=b"")
