"""A private work team, and the workforce around it where there is none yet."""

import aws_cdk as cdk
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sagemaker as sagemaker
from aws_cdk import aws_sns as sns
from constructs import Construct

from cdk_ground_truth._worker_pool import add_domain, create_pool
from ground_truth.contract.errors import ContractError


class PrivateWorkTeam(Construct):
    """Defines a work team: a group of a Cognito user pool (contract section 11).

    With ``user_pool`` and ``user_pool_client`` the team joins the workforce that exists with them. Without,
    pool, domain, client and workforce are created, which fails where the account already has a workforce in
    the region. The pool is retained when the stack is deleted: without it the workforce is broken for good.
    ``user_pool_domain`` and ``workforce`` are None where they exist already.
    Raises ContractError for a pool without its client, or a client without its pool.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        user_pool: cognito.IUserPool | None = None,
        user_pool_client: cognito.IUserPoolClient | None = None,
        notification_topic: sns.ITopic | None = None,
    ) -> None:
        super().__init__(scope, id)
        if (user_pool is None) is not (user_pool_client is None):
            raise ContractError(
                "user_pool", "one of both", "given together with user_pool_client", "a team joins a workforce by both"
            )
        self.user_pool_domain: cognito.UserPoolDomain | None = None
        self.workforce: sagemaker.CfnWorkforce | None = None
        if user_pool and user_pool_client:
            self.user_pool, self.user_pool_client = user_pool, user_pool_client
        else:
            self.user_pool = create_pool(self, removal_policy=cdk.RemovalPolicy.RETAIN)
            self.user_pool_domain = add_domain(self, self.user_pool)
            self.user_pool_client = self._create_client()
            self.workforce = self._create_workforce(self.user_pool_domain)
        self.group = cognito.CfnUserPoolGroup(
            self,
            "Group",
            user_pool_id=self.user_pool.user_pool_id,
            description="Workers of the labeling team",
        )
        self.work_team = self._create_work_team(notification_topic)

    @property
    def work_team_arn(self) -> str:
        """The ARN that a labeling job names."""
        return self.work_team.attr_workteam_arn

    @property
    def portal_url(self) -> str | None:
        """Where workers sign in; None where the workforce existed before."""
        return f"https://{self.workforce.attr_sub_domain}" if self.workforce else None

    def _create_client(self) -> cognito.UserPoolClient:
        return cognito.UserPoolClient(
            self,
            "Client",
            user_pool=self.user_pool,
            generate_secret=True,
            o_auth=cognito.OAuthSettings(
                flows=cognito.OAuthFlows(authorization_code_grant=True),
                scopes=[cognito.OAuthScope.EMAIL, cognito.OAuthScope.OPENID, cognito.OAuthScope.PROFILE],
                # A client with this flow must have some address; the portal's own is known only once the
                # workforce exists. UNVERIFIED: that the service then enters it by itself.
                callback_urls=["https://localhost/oauth2/idpresponse"],
            ),
            supported_identity_providers=[cognito.UserPoolClientIdentityProvider.COGNITO],
        )

    def _create_workforce(self, domain: cognito.UserPoolDomain) -> sagemaker.CfnWorkforce:
        workforce = sagemaker.CfnWorkforce(
            self,
            "Workforce",
            workforce_name=cdk.Names.unique_resource_name(self, max_length=63, separator="-"),
            cognito_config=sagemaker.CfnWorkforce.CognitoConfigProperty(
                client_id=self.user_pool_client.user_pool_client_id, user_pool=self.user_pool.user_pool_id
            ),
        )
        workforce.node.add_dependency(domain)
        return workforce

    def _create_work_team(self, topic: sns.ITopic | None) -> sagemaker.CfnWorkteam:
        team = sagemaker.CfnWorkteam(
            self,
            "WorkTeam",
            workteam_name=cdk.Names.unique_resource_name(self, max_length=63, separator="-"),
            workforce_name=self.workforce.workforce_name if self.workforce else None,
            description="Labels images",
            member_definitions=[
                sagemaker.CfnWorkteam.MemberDefinitionProperty(
                    cognito_member_definition=sagemaker.CfnWorkteam.CognitoMemberDefinitionProperty(
                        cognito_user_pool=self.user_pool.user_pool_id,
                        cognito_user_group=self.group.ref,
                        cognito_client_id=self.user_pool_client.user_pool_client_id,
                    )
                )
            ],
            notification_configuration=(
                sagemaker.CfnWorkteam.NotificationConfigurationProperty(notification_topic_arn=topic.topic_arn)
                if topic
                else None
            ),
        )
        # Deleting the pool before its teams breaks the workforce (contract section 11).
        for needed in (self.user_pool, self.group, self.workforce):
            if needed:
                team.node.add_dependency(needed)
        if topic:
            self._allow_publishing(topic, team)
        return team

    def _allow_publishing(self, topic: sns.ITopic, team: sagemaker.CfnWorkteam) -> None:
        stack = cdk.Stack.of(self)
        teams = stack.format_arn(service="sagemaker", resource="workteam", resource_name="*")
        added = topic.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("sagemaker.amazonaws.com")],
                actions=["sns:Publish"],
                resources=[topic.topic_arn],
                conditions={
                    "ArnLike": {"aws:SourceArn": teams},
                    "StringEquals": {"aws:SourceAccount": stack.account},
                },
            )
        )
        if added.policy_dependable:
            team.node.add_dependency(added.policy_dependable)
