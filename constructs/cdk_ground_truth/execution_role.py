"""The role that Ground Truth works with."""

import aws_cdk as cdk
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_iam as iam
from constructs import Construct

from cdk_ground_truth import _permissions
from cdk_ground_truth._needs import allow


class ExecutionRole(iam.Role):
    """Defines the execution role of labeling jobs: trusted by SageMaker only, for this account only.

    It may write logs and metrics and, unless ``manage_workforce=False``, set up Cognito workers: in
    ``user_pool``, or in any pool of the account and region where none is given. What else it may do comes
    with the parts it is used with.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        manage_workforce: bool = True,
        user_pool: cognito.IUserPool | None = None,
    ) -> None:
        super().__init__(
            scope,
            id,
            description="Ground Truth reads images and writes labels with this role",
            assumed_by=iam.ServicePrincipal(
                "sagemaker.amazonaws.com",
                # No page says that labeling jobs send the key; where it is sent it must be ours.
                conditions={"StringEqualsIfExists": {"aws:SourceAccount": cdk.Aws.ACCOUNT_ID}},
            ),
        )
        stack = cdk.Stack.of(self)
        needs = _permissions.to_report(stack)
        if manage_workforce:
            needs += _permissions.to_manage_workforce(stack, user_pool.user_pool_arn if user_pool else None)
        allow(self, "OwnPermissions", self, needs)

    def grant_start(self, operator: iam.IGrantable) -> None:
        """Lets an operator start, watch and stop labeling jobs with this role."""
        for need in _permissions.to_start_jobs(self):
            operator.grant_principal.add_to_principal_policy(need.statement())
