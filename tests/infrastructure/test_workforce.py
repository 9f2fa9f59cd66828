import json

import pytest
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_sns as sns

from cdk_ground_truth import ContractError, ImageClassification, SemanticSegmentation, Workforce
from ground_truth.contract.limits import PRICES
from tests.infrastructure.apps import label, new_stack, only, resources, statements, street, template_of, warnings


def turk(price_usd: str = "0.036", **changes) -> Workforce:
    return Workforce.mechanical_turk(
        price_usd=price_usd, **{"free_of_personally_identifiable_information": True} | changes
    )


def test_the_engine_s_workers_are_the_default_and_leave_the_work_team_open() -> None:
    stack = new_stack()
    labeling = label(stack)
    assert labeling.work_team_arn is None
    assert "WorkteamArn" not in str(only(template_of(stack), "AWS::SSM::Parameter")["Value"])


def test_an_existing_team_is_used_and_nothing_is_created() -> None:
    stack = new_stack()
    team = "arn:aws:sagemaker:eu-west-1:111122223333:workteam/private-crowd/mine"
    label(stack, workforce=Workforce.private(work_team_arn=team))
    template = template_of(stack)
    assert team in str(only(template, "AWS::SSM::Parameter")["Value"])
    assert not resources(template, "AWS::SageMaker::Workteam")


def created() -> tuple:
    stack = new_stack()
    topic = sns.Topic(stack, "Topic")
    labeling = label(stack, workforce=Workforce.private(create_workforce=True, notification_topic=topic))
    return labeling, template_of(stack)


def test_a_workforce_can_be_created_with_pool_domain_client_group_and_team() -> None:
    labeling, template = created()
    for kind in (
        "AWS::Cognito::UserPool",
        "AWS::Cognito::UserPoolDomain",
        "AWS::Cognito::UserPoolClient",
        "AWS::Cognito::UserPoolGroup",
        "AWS::SageMaker::Workforce",
        "AWS::SageMaker::Workteam",
    ):
        template.resource_count_is(kind, 1)
    assert labeling.portal_url is not None
    for part in ("user_pool", "user_pool_domain", "user_pool_client", "group", "workforce", "work_team"):
        assert getattr(labeling.work_team, part) is not None


def test_the_client_has_a_secret_and_the_code_flow() -> None:
    client = only(created()[1], "AWS::Cognito::UserPoolClient")
    assert client["GenerateSecret"] is True
    assert client["AllowedOAuthFlows"] == ["code"]


def test_nobody_signs_up_unasked_and_addresses_ignore_case() -> None:
    pool = only(created()[1], "AWS::Cognito::UserPool")
    assert pool["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is True
    assert pool["UsernameConfiguration"] == {"CaseSensitive": False}


def test_the_pool_outlives_the_stack_as_the_workforce_breaks_without_it() -> None:
    (pool,) = resources(created()[1], "AWS::Cognito::UserPool").values()
    assert pool["DeletionPolicy"] == "Retain"


def test_the_team_is_deleted_before_its_pool_and_made_after_the_topic_allows_it() -> None:
    (team,) = resources(created()[1], "AWS::SageMaker::Workteam").values()
    needed = " ".join(team["DependsOn"])
    assert "UserPool" in needed
    assert "TopicPolicy" in needed


def test_sagemaker_may_tell_the_topic_of_new_work_for_teams_of_this_account() -> None:
    (publishing,) = [s for name, s in statements(created()[1]) if name.startswith("TopicPolicy")]
    assert publishing["Principal"] == {"Service": "sagemaker.amazonaws.com"}
    assert publishing["Condition"]["StringEquals"] == {"aws:SourceAccount": "111122223333"}
    assert "workteam/*" in str(publishing["Condition"]["ArnLike"])


def test_a_team_joins_the_workforce_there_is() -> None:
    stack = new_stack()
    pool = cognito.UserPool.from_user_pool_id(stack, "Pool", "eu-west-1_abc")
    client = cognito.UserPoolClient.from_user_pool_client_id(stack, "Client", "xyz")
    label(stack, workforce=Workforce.private(user_pool=pool, user_pool_client=client))
    template = template_of(stack)
    assert not resources(template, "AWS::SageMaker::Workforce")
    member = only(template, "AWS::SageMaker::Workteam")["MemberDefinitions"][0]["CognitoMemberDefinition"]
    assert member["CognitoUserPool"] == "eu-west-1_abc"
    assert member["CognitoClientId"] == "xyz"


def test_fails_when_a_private_workforce_is_not_said_to_be_joined_or_created() -> None:
    with pytest.raises(ContractError, match="exactly one of work_team_arn, user_pool with user_pool_client"):
        Workforce.private()


def test_fails_when_a_pool_comes_without_its_client() -> None:
    pool = cognito.UserPool.from_user_pool_id(new_stack(), "Pool", "eu-west-1_abc")
    with pytest.raises(ContractError, match="exactly one of"):
        Workforce.private(user_pool=pool, create_workforce=True)


def test_a_vendor_s_team_is_named_by_its_arn() -> None:
    stack = new_stack()
    team = "arn:aws:sagemaker:eu-west-1:394669845002:workteam/vendor-crowd/acme"
    assert label(stack, workforce=Workforce.vendor(team)).work_team_arn == team


def test_the_public_crowd_is_asked_at_its_price_with_the_stated_content() -> None:
    stack = new_stack()
    label(stack, workforce=turk("0.036"))
    request = str(only(template_of(stack), "AWS::SSM::Parameter")["Value"])
    assert "394669845002:workteam/public-crowd/default" in request
    assert '"AmountInUsd":{"Dollars":0,"Cents":3,"TenthFractionsOfACent":6}' in request
    assert '"ContentClassifiers":["FreeOfPersonallyIdentifiableInformation"]' in request


def test_warns_loudly_that_mechanical_turk_closed() -> None:
    stack = new_stack()
    label(stack, workforce=turk())
    assert any("MECHANICAL TURK CLOSED ON 2026-09-30" in text for text in warnings(stack))


def test_fails_when_nobody_states_that_images_are_free_of_personal_information() -> None:
    with pytest.raises(
        ContractError, match="'free_of_personally_identifiable_information' should be True, stated by you"
    ):
        turk(free_of_personally_identifiable_information=False)


@pytest.mark.parametrize("price", ["0.012", "0.05", "1.5", "0", "0.0361", "-0.036"])
def test_fails_at_a_price_the_crowd_is_not_paid_for_boxes(price: str) -> None:
    with pytest.raises(ContractError, match=rf"'price_usd' should be one of 0.036, .*1.200 .*got '{price}'"):
        label(new_stack(), workforce=turk(price))


def test_fails_at_a_price_that_is_no_number() -> None:
    with pytest.raises(ContractError, match="'price_usd'"):
        label(new_stack(), workforce=turk("three cents"))


@pytest.mark.parametrize("price", PRICES)
def test_every_listed_price_is_encoded_exactly(price: int) -> None:
    amount = turk(f"{price / 1000:.3f}").request_part()["HumanTaskConfig"]["PublicWorkforceTaskPrice"]["AmountInUsd"]
    assert 1000 * amount["Dollars"] + 10 * amount["Cents"] + amount["TenthFractionsOfACent"] == price


def test_segmentation_has_a_price_floor_of_its_own() -> None:
    tasks = [SemanticSegmentation("areas", labels=["road"])]
    with pytest.raises(ContractError, match="0.840, 0.960, 1.080, 1.200 for semantic-segmentation"):
        label(new_stack(), tasks=tasks, workforce=turk("0.036"))


def test_fails_when_tasks_stay_longer_with_the_crowd_than_twelve_hours() -> None:
    tasks = [ImageClassification("kind", labels=["a", "b"], task_availability_lifetime_in_seconds=43_201)]
    with pytest.raises(ContractError, match="60 to 43200 for the public crowd"):
        label(new_stack(), tasks=tasks, workforce=turk())


def test_no_price_is_sent_to_private_workers() -> None:
    stack = new_stack()
    team = "arn:aws:sagemaker:eu-west-1:111122223333:workteam/private-crowd/mine"
    labeling = label(stack, tasks=[street()], workforce=Workforce.private(work_team_arn=team))
    assert json.dumps(labeling.workforce.request_part()) == "{}"


@pytest.mark.parametrize(
    "team",
    [
        "",
        "nonsense",
        "arn:aws:sagemaker:eu-west-1:111122223333:workteam/private-crowd/mine",
        "arn:aws:sagemaker:eu-west-1:394669845002:workteam/public-crowd/default",
    ],
)
def test_fails_when_a_vendor_s_team_is_none(team: str) -> None:
    with pytest.raises(ContractError, match="'work_team_arn' should be like .*workteam/vendor-crowd/NAME"):
        Workforce.vendor(team)


def test_fails_when_the_team_lies_in_another_region() -> None:
    team = "arn:aws:sagemaker:us-east-1:111122223333:workteam/private-crowd/mine"
    with pytest.raises(ContractError, match="should be in eu-west-1, the region of the jobs, got 'us-east-1'"):
        label(new_stack(), workforce=Workforce.private(work_team_arn=team))


def test_the_domain_avoids_the_words_that_cognito_reserves() -> None:
    prefix = str(only(created()[1], "AWS::Cognito::UserPoolDomain")["Domain"])
    assert not [word for word in ("aws", "amazon", "cognito") if word in prefix.lower().replace("aws::accountid", "")]
