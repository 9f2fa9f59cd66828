"""The engine's table as ``ground_truth.engine.store.keys`` describes it."""

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from constructs import Construct

from cdk_ground_truth._needs import Need
from ground_truth.engine.store import keys

READ = ["dynamodb:GetItem", "dynamodb:BatchGetItem"]
# Transactions are allowed by what they consist of.
WRITE = ["dynamodb:PutItem", "dynamodb:UpdateItem"]
QUERY = ["dynamodb:Query"]


def create_table(scope: Construct, *, key: kms.IKey | None, removal_policy: cdk.RemovalPolicy) -> dynamodb.TableV2:
    """Defines the table: on demand, recoverable, encrypted with DynamoDB's own key or the one given."""
    text = dynamodb.AttributeType.STRING
    return dynamodb.TableV2(
        scope,
        "Table",
        partition_key=dynamodb.Attribute(name=keys.PARTITION_KEY, type=text),
        sort_key=dynamodb.Attribute(name=keys.SORT_KEY, type=text),
        billing=dynamodb.Billing.on_demand(),
        encryption=(
            dynamodb.TableEncryptionV2.customer_managed_key(key)
            if key
            else dynamodb.TableEncryptionV2.dynamo_owned_key()
        ),
        point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
            point_in_time_recovery_enabled=True
        ),
        time_to_live_attribute=keys.TIME_TO_LIVE,
        global_secondary_indexes=[
            dynamodb.GlobalSecondaryIndexPropsV2(
                index_name=keys.INDEX,
                partition_key=dynamodb.Attribute(name=keys.INDEX_PARTITION_KEY, type=text),
                sort_key=dynamodb.Attribute(name=keys.INDEX_SORT_KEY, type=text),
                projection_type=dynamodb.ProjectionType.KEYS_ONLY,
            )
        ],
        removal_policy=removal_policy,
    )


def to_use_table(engine_table: dynamodb.TableV2, key: kms.IKey | None, actions: list[str]) -> list[Need]:
    """Using the table and its index."""
    arn = engine_table.table_arn
    return [
        Need(actions=actions, resources=[arn, f"{arn}/index/{keys.INDEX}"]),
        *([Need(actions=["kms:Decrypt", "kms:GenerateDataKey"], resources=[key.key_arn])] if key else []),
    ]
