"""The doctor on a deployed stack: it finds it well, and finds what was broken."""

import json
import subprocess
import sys

import pytest

from examples.street.photos import rendered_photos

# The emulator has no host name with the account in it, which is where the account's own block is asked for.
NOT_SEEN = {"account.public-access"}


@pytest.fixture(scope="module")
def manifest(deployment) -> str:
    s3 = deployment.emulator.session().client("s3")
    lines = []
    for photo in rendered_photos(2):
        s3.put_object(Bucket=deployment.bucket, Key=f"doctor/{photo.name}", Body=photo.content)
        lines.append(json.dumps({"source-ref": f"s3://{deployment.bucket}/doctor/{photo.name}"}) + "\n")
    s3.put_object(Bucket=deployment.bucket, Key="doctor/input.manifest", Body="".join(lines).encode())
    return f"s3://{deployment.bucket}/doctor/input.manifest"


def ground_truth(deployment, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from ground_truth_cli.main import main; main()", *arguments]
    environment = deployment.emulator.environment()
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def examine(deployment, manifest: str) -> tuple[int, list[dict[str, str]]]:
    task = ("--env", "local", "--task", "street", "--manifest", manifest, "--invoke")
    done = ground_truth(deployment, "doctor", *task, "--json")
    return done.returncode, json.loads(done.stdout)


def test_a_fresh_deployment_is_well(deployment, manifest) -> None:
    status, result = examine(deployment, manifest)
    assert [finding for finding in result if finding["level"] != "ok" and finding["check"] not in NOT_SEEN] == []
    assert status == 0
    assert {"role.permissions", "task.page", "bucket.cors", "image.orientation"} <= {entry["check"] for entry in result}


def test_a_deployment_that_somebody_touched_is_not(deployment, manifest) -> None:
    session = deployment.emulator.session()
    s3, iam = session.client("s3"), session.client("iam")
    role = deployment.outputs["ExecutionRoleArn"].rpartition("/")[2]
    rules = s3.get_bucket_cors(Bucket=deployment.bucket)["CORSRules"]
    deny = {"Effect": "Deny", "Action": "lambda:InvokeFunction", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [deny]})
    s3.delete_bucket_cors(Bucket=deployment.bucket)
    iam.put_role_policy(RoleName=role, PolicyName="touched", PolicyDocument=document)
    try:
        status, result = examine(deployment, manifest)
    finally:
        s3.put_bucket_cors(Bucket=deployment.bucket, CORSConfiguration={"CORSRules": rules})
        iam.delete_role_policy(RoleName=role, PolicyName="touched")
    assert status == 1
    assert {entry["check"] for entry in result if entry["level"] == "problem"} == {"bucket.cors", "role.permissions"}


def test_the_request_of_a_job_is_printed(deployment, manifest) -> None:
    done = ground_truth(deployment, "request", "street", "--env", "local", "--manifest", manifest, "--name", "one")
    assert json.loads(done.stdout) == deployment.job_request("street", "one", manifest)
