import functools
import json
from typing import Any

from aws_cdk import aws_s3 as s3
from aws_cdk.assertions import Template

from cdk_ground_truth import Example, Instructions, SelfHostedEngine
from cdk_ground_truth._assets import portal_folder
from tests.infrastructure.apps import label, new_stack, only, resources, street, template_of

HEADERS: dict[str, dict[str, str]] = json.loads((portal_folder() / "headers.json").read_text())
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


def text(value: Any) -> str:
    """A value of the template as text, with the names of what it refers to."""
    if isinstance(value, str):
        return value
    (found,) = value.values()
    if isinstance(found, list) and isinstance(found[-1], list):
        return "".join(map(text, found[-1]))
    return f"<{'.'.join(found) if isinstance(found, list) else found}>"


def headers_of(found: Template, path: str) -> dict[str, Any]:
    """The settings of the headers that CloudFront sends for a path."""
    config = only(found, "AWS::CloudFront::Distribution")["DistributionConfig"]
    behaviors = {one["PathPattern"]: one for one in config["CacheBehaviors"]} | {"/*": config["DefaultCacheBehavior"]}
    name = behaviors[path]["ResponseHeadersPolicyId"]["Ref"]
    return resources(found, "AWS::CloudFront::ResponseHeadersPolicy")[name]["Properties"]["ResponseHeadersPolicyConfig"]


def policy_of(found: Template, path: str) -> dict[str, list[str]]:
    policy = headers_of(found, path)["SecurityHeadersConfig"]["ContentSecurityPolicy"]["ContentSecurityPolicy"]
    return {part.split()[0]: part.split()[1:] for part in text(policy).split(";")}


def test_every_path_sends_what_headers_json_says() -> None:
    for path, wanted in HEADERS.items():
        found = headers_of(template(), path)
        sent = {one["Header"] for one in found["CustomHeadersConfig"]["Items"]}
        security = found["SecurityHeadersConfig"]
        sent |= {"Strict-Transport-Security"} if "StrictTransportSecurity" in security else set()
        sent |= {"X-Content-Type-Options"} if "ContentTypeOptions" in security else set()
        sent |= {"Content-Security-Policy"} if "ContentSecurityPolicy" in security else set()
        sent |= {"X-Frame-Options"} if "FrameOptions" in security else set()
        sent |= {"Referrer-Policy"} if "ReferrerPolicy" in security else set()
        sent |= {"Access-Control-Allow-Origin"} if "CorsConfig" in found else set()
        assert sent == wanted.keys(), path


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
    (behavior,) = [one for one in config["CacheBehaviors"] if one["PathPattern"] == "/api/*"]
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
    given = s3.Bucket.from_bucket_name(stack, "Given", "given-bucket")
    SelfHostedEngine(stack, "Engine", labeling=label(stack, environment="dev", training_bucket=given))
    assert "given-bucket" in str(policy_of(template_of(stack), "/frame.html")["img-src"])


def test_an_engine_without_the_page_lets_workers_sign_in_by_password() -> None:
    stack = new_stack()
    SelfHostedEngine(stack, "Engine", labeling=label(stack, environment="dev"), host_portal=False)
    found = template_of(stack)
    assert not resources(found, "AWS::CloudFront::Distribution")
    assert "ALLOW_USER_PASSWORD_AUTH" in only(found, "AWS::Cognito::UserPoolClient")["ExplicitAuthFlows"]
