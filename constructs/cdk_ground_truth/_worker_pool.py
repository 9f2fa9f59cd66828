"""The user pool of workers whom somebody invited."""

import aws_cdk as cdk
from aws_cdk import aws_cognito as cognito
from constructs import Construct

from cdk_ground_truth._acknowledge import acknowledge


def create_pool(scope: Construct, *, removal_policy: cdk.RemovalPolicy) -> cognito.UserPool:
    """Defines a pool that nobody enters by himself; people sign in with their address."""
    pool = cognito.UserPool(
        scope,
        "UserPool",
        self_sign_up_enabled=False,
        sign_in_aliases=cognito.SignInAliases(email=True),
        # Workers are invited by address; two spellings of one address must not be two workers.
        sign_in_case_sensitive=False,
        password_policy=cognito.PasswordPolicy(
            min_length=12,
            require_lowercase=True,
            require_uppercase=True,
            require_digits=True,
            require_symbols=True,
        ),
        account_recovery=cognito.AccountRecovery.EMAIL_ONLY,
        removal_policy=removal_policy,
    )
    for rule in ("AwsSolutions-COG2", "AwsSolutions-COG3", "AwsSolutions-COG8"):
        acknowledge(pool, rule, "workers see single images only; a second factor is the owner's choice")
    return pool
