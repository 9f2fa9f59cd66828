"""The HTTP API of the workers' page: signed in by Cognito, limited in rate, logged."""

import json

import aws_cdk as cdk
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_apigatewayv2_authorizers as authorizers
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

# Those of lambdas/worker_api.py; a test holds them together.
ROUTES = (
    "GET /jobs",
    "POST /jobs/{job}/claim",
    "PUT /tasks/{id}/draft",
    "POST /tasks/{id}/upload",
    "POST /tasks/{id}/answer",
    "POST /tasks/{id}/release",
    "POST /tasks/{id}/decline",
)
# Of all workers together; an answer takes two or three requests.
REQUESTS_A_SECOND = 2_000
# Under this path of the page's own address, so that the page needs no other origin.
STAGE = "api"


class WorkerHttpApi(Construct):
    """Defines the API of the workers' page; ``url`` ends without a slash."""

    def __init__(self, scope: Construct, id: str, *, name: str, log_retention: logs.RetentionDays) -> None:
        super().__init__(scope, id)
        self.http_api = apigateway.HttpApi(
            self, "HttpApi", api_name=name, description="What the workers' page asks for", create_default_stage=False
        )
        log = logs.LogGroup(self, "Logs", retention=log_retention, removal_policy=cdk.RemovalPolicy.DESTROY)
        stage = apigateway.CfnStage(
            self,
            "Stage",
            api_id=self.http_api.http_api_id,
            stage_name=STAGE,
            auto_deploy=True,
            default_route_settings=apigateway.CfnStage.RouteSettingsProperty(
                throttling_rate_limit=REQUESTS_A_SECOND, throttling_burst_limit=REQUESTS_A_SECOND
            ),
            access_log_settings=apigateway.CfnStage.AccessLogSettingsProperty(
                destination_arn=log.log_group_arn, format=_LOG_LINE
            ),
        )
        self.url = f"{self.http_api.api_endpoint}/{stage.ref}"

    @property
    def host(self) -> str:
        """The API's own address, for what stands in front of it."""
        return cdk.Fn.select(2, cdk.Fn.split("/", self.http_api.api_endpoint))

    def answer_by(
        self, function: lambda_.IFunction, *, user_pool: cognito.IUserPool, client: cognito.IUserPoolClient
    ) -> None:
        """Has a function answer those who signed in, and nobody else."""
        stack = cdk.Stack.of(self)
        issuer = f"https://cognito-idp.{stack.region}.{stack.url_suffix}/{user_pool.user_pool_id}"
        workers = authorizers.HttpJwtAuthorizer("Workers", issuer, jwt_audience=[client.user_pool_client_id])
        integration = integrations.HttpLambdaIntegration("Function", function)
        for route in ROUTES:
            method, path = route.split(" ")
            self.http_api.add_routes(
                path=path,
                methods=[apigateway.HttpMethod[method]],
                integration=integration,
                authorizer=workers,
            )


# No address and no name: workers are known by their number in the pool.
_LOG_LINE = json.dumps(
    {
        "time": "$context.requestTime",
        "request": "$context.requestId",
        "route": "$context.routeKey",
        "status": "$context.status",
        "milliseconds": "$context.responseLatency",
        "worker": "$context.authorizer.claims.sub",
        "error": "$context.error.message",
    }
)
