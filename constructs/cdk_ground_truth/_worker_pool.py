"""The user pool of workers whom somebody invited."""

import hashlib

import aws_cdk as cdk
from aws_cdk import aws_cognito as cognito
from constructs import Construct

from cdk_ground_truth._acknowledge import acknowledge


def create_pool(scope: Construct, *, removal_policy: cdk.RemovalPolicy) -> cognito.UserPool:
    """Defines a pool that nobody enters uninvited; people sign in with their address."""
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


def add_domain(scope: Construct, pool: cognito.UserPool) -> cognito.UserPoolDomain:
    """Gives a pool Cognito's own sign-in pages."""
    # Unique in the whole region; a hash, as Cognito refuses prefixes with its own words such as "aws" in them.
    path = hashlib.sha256(scope.node.path.encode()).hexdigest()[:12]
    prefix = f"labeling-{path}-{cdk.Aws.ACCOUNT_ID}"
    return pool.add_domain("Domain", cognito_domain=cognito.CognitoDomainOptions(domain_prefix=prefix))


def create_page_client(pool: cognito.UserPool, page_url: str | None) -> cognito.UserPoolClient:
    """Defines the client of the workers' page, which comes back to ``page_url``; None lets it send passwords itself.

    A page in a browser keeps no secret: it proves itself by PKCE.
    """
    if page_url is None:
        return pool.add_client(
            "Page",
            generate_secret=False,
            auth_flows=cognito.AuthFlow(user_password=True),
            disable_o_auth=True,
            prevent_user_existence_errors=True,
        )
    return pool.add_client(
        "Page",
        generate_secret=False,
        o_auth=cognito.OAuthSettings(
            flows=cognito.OAuthFlows(authorization_code_grant=True),
            scopes=[cognito.OAuthScope.OPENID],
            callback_urls=[f"{page_url}/"],
            logout_urls=[f"{page_url}/"],
        ),
        supported_identity_providers=[cognito.UserPoolClientIdentityProvider.COGNITO],
        prevent_user_existence_errors=True,
        enable_token_revocation=True,
    )
