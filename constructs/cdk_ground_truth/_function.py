"""A Lambda function as this project runs them."""

from collections.abc import Mapping, Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from cdk_ground_truth import _permissions
from cdk_ground_truth._acknowledge import acknowledge
from cdk_ground_truth._assets import lambdas_folder
from cdk_ground_truth._needs import Need, allow
from cdk_ground_truth.function_settings import FunctionSettings


class LambdaFunction(lambda_.Function):
    """Defines a function of ``lambdas/``: with a role and a log group of its own, allowed what it needs."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        function_name: str,
        module: str,
        description: str,
        environment: Mapping[str, str],
        needs: Sequence[Need],
        settings: FunctionSettings,
        layers: list[lambda_.ILayerVersion],
        timeout: cdk.Duration | None = None,
    ) -> None:
        log_group = logs.LogGroup(
            scope, f"{id}Logs", retention=settings.log_retention, removal_policy=cdk.RemovalPolicy.DESTROY
        )
        role = iam.Role(scope, f"{id}Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        allow(scope, f"{id}Permissions", role, [*_permissions.to_write_log(log_group), *needs])
        super().__init__(
            scope,
            id,
            function_name=function_name,
            description=description,
            runtime=settings.runtime,
            architecture=settings.architecture,
            memory_size=settings.memory_size,
            # The service names no limit of its own; AWS's tools allow hooks five minutes (contract section 5.3).
            timeout=timeout or cdk.Duration.minutes(5),
            handler=f"{module}.handler",
            code=lambda_.Code.from_asset(str(lambdas_folder()), exclude=["**/__pycache__"]),
            layers=layers,
            environment=dict(environment),
            log_group=log_group,
            role=role,
        )
        if settings.runtime.name != lambda_.Runtime.PYTHON_3_14.name:
            acknowledge(self, "AwsSolutions-L1", "the runtime was chosen to match the machine that runs it")
