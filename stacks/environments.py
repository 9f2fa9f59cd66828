"""The environments this app deploys to; edit account and region here."""

import platform
import sys
from dataclasses import dataclass, field

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs

from cdk_ground_truth import FunctionSettings


@dataclass(frozen=True, kw_only=True)
class Environment:
    """Where and how one copy of the labeling stack lives.

    ``account`` None takes the account of the credentials; give yours to have any other refused.
    ``deploy_content`` lets the deployment copy the instruction pictures; ``cli_credentials`` deploys with the
    credentials of the command line instead of the roles that bootstrapping made. ``host_portal`` serves the workers'
    page by CloudFront.
    """

    name: str
    region: str
    account: str | None = None
    removal_policy: cdk.RemovalPolicy = cdk.RemovalPolicy.RETAIN
    termination_protection: bool = False
    alarms: bool = False
    deploy_content: bool = True
    cli_credentials: bool = False
    host_portal: bool = True
    functions: FunctionSettings = field(default_factory=FunctionSettings)
    tags: dict[str, str] = field(default_factory=dict)


def _local_functions() -> FunctionSettings:
    """The emulator runs functions on the machine's own Python."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    arm = platform.machine() in ("arm64", "aarch64")
    return FunctionSettings(
        runtime=lambda_.Runtime(version, lambda_.RuntimeFamily.PYTHON),
        architecture=lambda_.Architecture.ARM_64 if arm else lambda_.Architecture.X86_64,
        host_wheels=True,
    )


ENVIRONMENTS = {
    environment.name: environment
    for environment in (
        Environment(
            name="dev",
            region="eu-west-1",
            functions=FunctionSettings(log_retention=logs.RetentionDays.TWO_WEEKS),
            tags={"environment": "dev"},
        ),
        Environment(
            name="prod",
            region="eu-west-1",
            termination_protection=True,
            alarms=True,
            tags={"environment": "prod"},
        ),
        Environment(
            name="local",
            region="us-east-1",
            account="000000000000",
            removal_policy=cdk.RemovalPolicy.DESTROY,
            # The emulator cannot run the CDK's copying function, and refuses the bootstrap roles their bucket.
            deploy_content=False,
            cli_credentials=True,
            # The emulator serves no page and has none to sign in.
            host_portal=False,
            functions=_local_functions(),
            tags={"environment": "local"},
        ),
    )
}


def find_environment(name: str) -> Environment:
    """Finds an environment by name.

    Raises ValueError with the list of those there are.
    """
    if name not in ENVIRONMENTS:
        raise ValueError(
            f"'env' should be one of {', '.join(ENVIRONMENTS)}, got {name!r}: "
            "choose with -c env=NAME or add it to stacks/environments.py"
        )
    return ENVIRONMENTS[name]
