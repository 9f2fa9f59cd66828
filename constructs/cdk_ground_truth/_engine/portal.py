"""The page that workers open, served by CloudFront."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_assets as s3_assets
from aws_cdk import aws_s3_deployment as s3_deployment
from constructs import Construct

from cdk_ground_truth._acknowledge import acknowledge
from cdk_ground_truth._assets import page_folder
from cdk_ground_truth._copied_files import copy_files

_PREVIEW = "preview"
# Stands for the page's own origin, which only a request tells: the distribution's name is not to be had for its own
# policies, as each would wait for the other.
_PAGE = "{page}"
_WRITES_POLICY = """\
function handler(event) {
  var page = 'https://' + event.request.headers.host.value;
  event.response.headers['content-security-policy'] = { value: %(policy)s.split('%(placeholder)s').join(page) };
  return event.response;
}
"""
_EVERYTHING = "/*"
_SECONDS = 63_072_000
# Headers that CloudFront takes elsewhere than among the others.
_PLACED = {
    "Access-Control-Allow-Origin",
    "Content-Security-Policy",
    "Referrer-Policy",
    "Strict-Transport-Security",
    "X-Content-Type-Options",
    "X-Frame-Options",
}


class WorkerPortal(Construct):
    """Defines the workers' page: its files in a private bucket, a distribution in front, headers that forbid the rest.

    Below ``/<api_stage>/`` the distribution passes requests on to the API, so that the page talks to its own
    address only. ``files`` are the addresses, without a path, from which tasks may load images and to which long
    answers go; ``sign_in`` is that of Cognito's pages. ``url`` ends without a slash.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        api_host: str,
        api_stage: str,
        files: Sequence[str],
        sign_in: str,
    ) -> None:
        super().__init__(scope, id)
        self._policies = _headers(files=files, sign_in=sign_in)
        self.bucket = s3.Bucket(
            self,
            "Bucket",
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            # Everything in it comes with a deployment; S3 deletes a bucket only once it is empty.
            removal_policy=cdk.RemovalPolicy.DESTROY,
            auto_delete_objects=True,
        )
        acknowledge(self.bucket, "AwsSolutions-S1", "it holds the page's program only; the API logs who works")
        origin = origins.S3BucketOrigin.with_origin_access_control(self.bucket)
        behaviors = {path: self._behavior(origin, path) for path in self._policies if path != _EVERYTHING}
        behaviors[f"/{api_stage}/*"] = cloudfront.BehaviorOptions(
            origin=origins.HttpOrigin(api_host),
            viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
            allowed_methods=cloudfront.AllowedMethods.ALLOW_ALL,
            cache_policy=cloudfront.CachePolicy.CACHING_DISABLED,
            origin_request_policy=cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
        )
        self.distribution = cloudfront.Distribution(
            self,
            "Distribution",
            comment="The page of those who label",
            default_root_object="index.html",
            default_behavior=self._behavior(origin, _EVERYTHING),
            additional_behaviors=behaviors,
            http_version=cloudfront.HttpVersion.HTTP2_AND_3,
        )
        for rule, reason in (
            ("AwsSolutions-CFR1", "workers may live anywhere"),
            ("AwsSolutions-CFR2", "the page is public files; the API has sign-in and limits of its own"),
            ("AwsSolutions-CFR3", "the API logs who works; who loads the page's program is of no interest"),
            ("AwsSolutions-CFR4", "the address is CloudFront's own, whose certificate fixes the protocol"),
        ):
            acknowledge(self.distribution, rule, reason)
        self.url = f"https://{self.distribution.distribution_domain_name}"

    def deploy(self, config: Mapping[str, object]) -> None:
        """Has the deployment copy the page's files into the bucket, and ``config.json`` with them."""
        unserved = [_PREVIEW, f"{_PREVIEW}/**", "*.md", "*.d.ts"]
        files = s3_assets.Asset(self, "Files", path=str(page_folder()), exclude=unserved)
        copy_files(
            self,
            "Content",
            files=files,
            bucket=self.bucket,
            generated=[s3_deployment.Source.json_data("config.json", config)],
            # A page of yesterday with an API of today would fail.
            cache_control=[s3_deployment.CacheControl.no_cache()],
        )

    def _behavior(self, origin: cloudfront.IOrigin, path: str) -> cloudfront.BehaviorOptions:
        policy = self._policies[path].get("Content-Security-Policy", "")
        return cloudfront.BehaviorOptions(
            origin=origin,
            viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
            cache_policy=cloudfront.CachePolicy.CACHING_OPTIMIZED,
            compress=True,
            response_headers_policy=self._headers_policy(path),
            function_associations=[self._policy_writer(path, policy)] if _PAGE in policy else None,
        )

    def _policy_writer(self, path: str, policy: str) -> cloudfront.FunctionAssociation:
        """Writes the Content-Security-Policy of a path as it is sent, with the host that was asked for."""
        text = cdk.Stack.of(self).to_json_string(policy)
        return cloudfront.FunctionAssociation(
            event_type=cloudfront.FunctionEventType.VIEWER_RESPONSE,
            function=cloudfront.Function(
                self,
                f"Policy{_id(path)}",
                comment=f"The Content-Security-Policy of {path}",
                runtime=cloudfront.FunctionRuntime.JS_2_0,
                code=cloudfront.FunctionCode.from_inline(_WRITES_POLICY % {"policy": text, "placeholder": _PAGE}),
            ),
        )

    def _headers_policy(self, path: str) -> cloudfront.ResponseHeadersPolicy:
        """The headers of a path; those for security have places of their own in CloudFront's settings."""
        headers = self._policies[path]
        policy, frame = headers.get("Content-Security-Policy"), headers.get("X-Frame-Options")
        referrer, shared = headers.get("Referrer-Policy"), headers.get("Access-Control-Allow-Origin")
        return cloudfront.ResponseHeadersPolicy(
            self,
            f"Headers{_id(path)}",
            cors_behavior=_shared_with(shared) if shared else None,
            security_headers_behavior=cloudfront.ResponseSecurityHeadersBehavior(
                content_security_policy=cloudfront.ResponseHeadersContentSecurityPolicy(
                    content_security_policy=policy, override=True
                )
                if policy and _PAGE not in policy
                else None,
                # Every path has both; a test of headers.json says so.
                content_type_options=cloudfront.ResponseHeadersContentTypeOptions(override=True),
                strict_transport_security=cloudfront.ResponseHeadersStrictTransportSecurity(
                    access_control_max_age=cdk.Duration.seconds(_SECONDS), include_subdomains=True, override=True
                ),
                frame_options=cloudfront.ResponseHeadersFrameOptions(
                    frame_option=cloudfront.HeadersFrameOption[frame], override=True
                )
                if frame
                else None,
                referrer_policy=cloudfront.ResponseHeadersReferrerPolicy(
                    referrer_policy=cloudfront.HeadersReferrerPolicy[referrer.upper().replace("-", "_")], override=True
                )
                if referrer
                else None,
            ),
            custom_headers_behavior=cloudfront.ResponseCustomHeadersBehavior(
                custom_headers=[
                    cloudfront.ResponseCustomHeader(header=name, value=value, override=True)
                    for name, value in headers.items()
                    if name not in _PLACED
                ]
            ),
        )


def _headers(*, files: Sequence[str], sign_in: str) -> dict[str, dict[str, str]]:
    """The headers of each path, with the addresses of this deployment in them."""
    text = Path(page_folder(), "headers.json").read_text(encoding="utf-8")
    # The API has the page's own address.
    for name, value in (("{api}", ""), ("{sign-in}", sign_in), ("{files}", " ".join(files))):
        text = text.replace(name, value)
    headers: dict[str, dict[str, str]] = json.loads(text)
    return headers


def _id(path: str) -> str:
    return "".join(part.capitalize() for part in path.replace(".", "-").replace("/", "-").split("-")).replace("*", "")


def _shared_with(origin: str) -> cloudfront.ResponseHeadersCorsBehavior:
    return cloudfront.ResponseHeadersCorsBehavior(
        access_control_allow_credentials=False,
        access_control_allow_headers=["*"],
        access_control_allow_methods=["GET", "HEAD"],
        access_control_allow_origins=[origin],
        origin_override=True,
    )
