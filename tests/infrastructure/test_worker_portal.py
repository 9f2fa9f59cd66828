import functools
import http.client
import json
import subprocess
import threading
from pathlib import Path
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_s3 as s3
from aws_cdk.assertions import Template

from cdk_ground_truth import Example, Instructions, SelfHostedEngine
from cdk_ground_truth._assets import page_folder
from ground_truth_cli.local_servers.portal import PortalOrigins, serve_portal
from tests.infrastructure.apps import label, new_stack, only, resources, street, template_of

HEADERS: dict[str, dict[str, str]] = json.loads((page_folder() / "headers.json").read_text())
ELSEWHERE = Instructions(
    what_to_label="Each car.",
    box_fit="Tight.",
    partly_visible="Box what is visible.",
    good_examples=(Example(image="https://pictures.example.org/tight.png", text="Like this."),),
)


@functools.cache
def template() -> Template:
    stack = new_stack()
    SelfHostedEngine(stack, "Engine", labeling=label(stack, environment="dev"))
    return template_of(stack)


def test_only_what_workers_load_is_copied_to_the_bucket() -> None:
    stack = new_stack()
    SelfHostedEngine(stack, "Engine", labeling=label(stack, environment="dev"))
    template_of(stack)
    app = cdk.App.of(stack)
    assert app
    (folder,) = Path(app.outdir).glob("asset.*/page/..")
    copies = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    originals = {path.relative_to(page_folder()).as_posix() for path in page_folder().rglob("*") if path.is_file()}
    assert {"page/main.js", "crowd/index.js", "frame.html"} <= copies
    assert {path for path in originals - copies if not path.startswith("preview/")} == {
        "README.md",
        "crowd/README.md",
        "types.d.ts",
    }


def text(value: Any) -> str:
    """A value of the template as text, with the names of what it refers to."""
    if isinstance(value, str):
        return value
    (result,) = value.values()
    if isinstance(result, list) and isinstance(result[-1], list):
        return "".join(map(text, result[-1]))
    return f"<{'.'.join(result) if isinstance(result, list) else result}>"


def behavior_of(result: Template, path: str) -> dict[str, Any]:
    config = only(result, "AWS::CloudFront::Distribution")["DistributionConfig"]
    behaviors = {entry["PathPattern"]: entry for entry in config["CacheBehaviors"]} | {
        "/*": config["DefaultCacheBehavior"]
    }
    return behaviors[path]


def headers_of(result: Template, path: str) -> dict[str, Any]:
    """The settings of the headers that CloudFront sends for a path."""
    name = behavior_of(result, path)["ResponseHeadersPolicyId"]["Ref"]
    return resources(result, "AWS::CloudFront::ResponseHeadersPolicy")[name]["Properties"][
        "ResponseHeadersPolicyConfig"
    ]


def written_headers(result: Template, path: str, host: str) -> dict[str, str]:
    """The headers that a path's function adds to an answer, run as CloudFront would, or none without a function."""
    functions = behavior_of(result, path).get("FunctionAssociations", [])
    if not functions:
        return {}
    (function,) = functions
    assert function["EventType"] == "viewer-response"
    name = function["FunctionARN"]["Fn::GetAtt"][0]
    code = text(resources(result, "AWS::CloudFront::Function")[name]["Properties"]["FunctionCode"])
    headers = {"cache-control": {"value": "no-cache"}}
    event = {"request": {"headers": {"host": {"value": host}}}, "response": {"statusCode": 200, "headers": headers}}
    script = f"{code}\nconsole.log(JSON.stringify(handler({json.dumps(event)})))"
    answer = json.loads(subprocess.run(["node", "-e", script], check=True, capture_output=True, text=True).stdout)
    assert answer["statusCode"] == 200
    assert answer["headers"].pop("cache-control") == headers["cache-control"]
    return {name: header["value"] for name, header in answer["headers"].items()}


def policy_of(result: Template, path: str) -> dict[str, list[str]]:
    policy = written_headers(result, path, "d1.cloudfront.net").get("content-security-policy")
    if policy is None:
        security = headers_of(result, path)["SecurityHeadersConfig"]
        policy = text(security["ContentSecurityPolicy"]["ContentSecurityPolicy"])
    return {part.split()[0]: part.split()[1:] for part in policy.split(";")}


def test_every_path_sends_what_headers_json_says() -> None:
    for path, expected in HEADERS.items():
        headers = headers_of(template(), path)
        sent = {entry["Header"] for entry in headers["CustomHeadersConfig"]["Items"]}
        security = headers["SecurityHeadersConfig"]
        sent |= {"Strict-Transport-Security"} if "StrictTransportSecurity" in security else set()
        sent |= {"X-Content-Type-Options"} if "ContentTypeOptions" in security else set()
        by_policy = "ContentSecurityPolicy" in security
        by_function = "content-security-policy" in written_headers(template(), path, "d1.cloudfront.net")
        # Two policies would both hold, and a browser would keep the stricter of each.
        assert not (by_policy and by_function), path
        sent |= {"Content-Security-Policy"} if by_policy or by_function else set()
        sent |= {"X-Frame-Options"} if "FrameOptions" in security else set()
        sent |= {"Referrer-Policy"} if "ReferrerPolicy" in security else set()
        sent |= {"Access-Control-Allow-Origin"} if "CorsConfig" in headers else set()
        assert sent == expected.keys(), path


def test_the_page_speaks_to_itself_to_cognito_and_to_the_buckets_only() -> None:
    policy = policy_of(template(), "/*")
    assert policy["script-src"] == ["'self'"]
    assert policy["default-src"] == ["'none'"]
    first, *others = policy["connect-src"]
    assert first == "'self'"
    assert [".amazoncognito.com" in other or ".RegionalDomainName>" in other for other in others] == [True] * 3


def test_tasks_load_images_of_the_buckets_and_of_addresses_that_instructions_name() -> None:
    stack = new_stack()
    labeling = label(stack, environment="dev", tasks=[street(instructions=ELSEWHERE)])
    SelfHostedEngine(stack, "Engine", labeling=labeling)
    images = policy_of(template_of(stack), "/frame.html")["img-src"]
    assert images[2:] == ["https://pictures.example.org", "data:", "blob:"]
    assert "TrainingBucket" in images[0]
    assert "InstructionMedia" in images[1]
    assert policy_of(template_of(stack), "/frame.html")["media-src"] == images[:3]


def test_the_frame_loads_scripts_of_the_address_that_was_asked_for_and_of_no_other() -> None:
    for host in ("d1.cloudfront.net", "labels.example.org"):
        policy = written_headers(template(), "/frame.html", host)["content-security-policy"]
        assert f"; script-src https://{host} 'unsafe-inline'; " in policy
        assert "{" not in policy


def test_the_frame_s_policy_in_the_cloud_and_on_this_machine_differ_by_their_addresses_alone() -> None:
    synthesized = template()
    files = policy_of(synthesized, "/frame.html")["media-src"]
    wrapped = PortalOrigins(api_url="", cognito_url="", client="", files=tuple(files))
    with serve_portal(wrapped) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        connection = http.client.HTTPConnection("localhost", server.server_port, timeout=120)
        connection.request("GET", "/frame.html")
        here = connection.getresponse().headers["Content-Security-Policy"]
        connection.close()
        server.shutdown()
    there = written_headers(synthesized, "/frame.html", "d1.cloudfront.net")["content-security-policy"]
    assert there.replace("https://d1.cloudfront.net", f"http://localhost:{server.server_port}") == here


def test_the_page_s_files_are_read_by_cloudfront_alone() -> None:
    (bucket,) = [b for name, b in resources(template(), "AWS::S3::Bucket").items() if "Portal" in name]
    assert set(bucket["Properties"]["PublicAccessBlockConfiguration"].values()) == {True}
    (policy,) = [p for name, p in resources(template(), "AWS::S3::BucketPolicy").items() if "Portal" in name]
    allowed = [s for s in policy["Properties"]["PolicyDocument"]["Statement"] if s["Effect"] == "Allow"]
    readers = [s for s in allowed if s["Action"] == "s3:GetObject"]
    assert [s["Principal"] for s in readers] == [{"Service": "cloudfront.amazonaws.com"}]
    assert "AWS:SourceArn" in str(readers[0]["Condition"])


def test_the_api_is_behind_the_page_s_own_address_and_never_cached() -> None:
    config = only(template(), "AWS::CloudFront::Distribution")["DistributionConfig"]
    (behavior,) = [entry for entry in config["CacheBehaviors"] if entry["PathPattern"] == "/api/*"]
    assert behavior["ViewerProtocolPolicy"] == "https-only"
    assert behavior["CachePolicyId"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"  # CachingDisabled
    assert "PUT" in behavior["AllowedMethods"]


def test_workers_sign_in_by_code_and_come_back_to_the_page() -> None:
    client = only(template(), "AWS::Cognito::UserPoolClient")
    assert client["AllowedOAuthFlows"] == ["code"]
    assert client["AllowedOAuthScopes"] == ["openid"]
    assert client["GenerateSecret"] is False
    assert "Distribution" in text(client["CallbackURLs"][0])


def test_long_answers_may_be_put_into_the_training_bucket_by_the_page() -> None:
    (bucket,) = [b for name, b in resources(template(), "AWS::S3::Bucket").items() if "TrainingBucket" in name]
    rules = bucket["Properties"]["CorsConfiguration"]["CorsRules"]
    assert [rule["AllowedMethods"] for rule in rules] == [["GET"], ["PUT"]]


def test_a_bucket_of_somebody_else_is_left_as_it_is() -> None:
    stack = new_stack()
    user_bucket = s3.Bucket.from_bucket_name(stack, "Given", "given-bucket")
    SelfHostedEngine(stack, "Engine", labeling=label(stack, environment="dev", training_bucket=user_bucket))
    assert "given-bucket" in str(policy_of(template_of(stack), "/frame.html")["img-src"])


def test_an_engine_without_the_page_lets_workers_sign_in_by_password() -> None:
    stack = new_stack()
    SelfHostedEngine(stack, "Engine", labeling=label(stack, environment="dev"), host_portal=False)
    synthesized = template_of(stack)
    assert not resources(synthesized, "AWS::CloudFront::Distribution")
    assert "ALLOW_USER_PASSWORD_AUTH" in only(synthesized, "AWS::Cognito::UserPoolClient")["ExplicitAuthFlows"]
