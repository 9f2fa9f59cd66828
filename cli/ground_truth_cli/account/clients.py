"""The clients of AWS's services, each made when it is first used, as making one takes a while."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import boto3
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_ssm import SSMClient
    from mypy_boto3_stepfunctions import SFNClient


@dataclass(frozen=True)
class Clients:
    """The clients of one session, in its region."""

    session: boto3.Session

    @cached_property
    def cognito(self) -> CognitoIdentityProviderClient:
        """The directories of people."""
        return self.session.client("cognito-idp")

    @cached_property
    def iam(self) -> IAMClient:
        """Roles and their rights."""
        return self.session.client("iam")

    @cached_property
    def kms(self) -> KMSClient:
        """Keys."""
        return self.session.client("kms")

    @cached_property
    def functions(self) -> LambdaClient:
        """Lambda's functions."""
        return self.session.client("lambda")

    @cached_property
    def s3(self) -> S3Client:
        """Buckets and objects."""
        return self.session.client("s3")

    @cached_property
    def sagemaker(self) -> SageMakerClient:
        """Ground Truth."""
        return self.session.client("sagemaker")

    @cached_property
    def parameters(self) -> SSMClient:
        """What stacks publish."""
        return self.session.client("ssm")

    @cached_property
    def step_functions(self) -> SFNClient:
        """State machines and their runs."""
        return self.session.client("stepfunctions")
