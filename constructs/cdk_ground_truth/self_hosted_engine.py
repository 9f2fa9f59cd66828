"""The engine that runs labeling jobs in your own account."""

from urllib.parse import urlsplit

import aws_cdk as cdk
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from cdk_ground_truth._engine.definition import LABELS, READABLE, WRITABLE, engine_states
from cdk_ground_truth._engine.functions import EngineParts, create_api_function, create_run_function
from cdk_ground_truth._engine.portal import WorkerPortal
from cdk_ground_truth._engine.table import QUERY, READ, WRITE, create_table, to_use_table
from cdk_ground_truth._engine.worker_api import STAGE, WorkerHttpApi
from cdk_ground_truth._needs import Need
from cdk_ground_truth._state_machines import create_state_machine, grant_run, state_machine_arn
from cdk_ground_truth._worker_pool import add_domain, create_page_client, create_pool
from cdk_ground_truth.function_settings import FunctionSettings
from cdk_ground_truth.labeling import GroundTruthLabeling
from ground_truth.contract.errors import ContractError, is_unresolved
from ground_truth.contract.parameters import engine_parameter
from ground_truth.engine.description import EngineDescription

_WORKERS = "workers"
# Inviting, listing and removing workers, as the command does it.
_PEOPLE = [
    *("AdminCreateUser", "AdminEnableUser", "AdminAddUserToGroup"),
    *("ListUsersInGroup", "AdminRemoveUserFromGroup", "AdminDisableUser"),
]
_CONCURRENCY = range(1, 10_001)


class SelfHostedEngine(Construct):
    """Defines the engine for the tasks of a labeling: it takes the requests and hooks of Ground Truth, unchanged.

    Start a job by starting ``state_machine`` with ``{"request": {...}}``, what boto3's ``create_labeling_job``
    takes. Workers are the group ``workers`` of ``user_pool``, whom somebody invites; they work through
    ``api.url``. Jobs and answers lie in ``table``, images and results in the labeling's training bucket.
    ``table`` and ``user_pool`` are retained when the stack is deleted, unless ``removal_policy`` says otherwise,
    and the table is encrypted with DynamoDB's own key, or with the ``encryption_key`` given.
    ``max_concurrency`` is how many batches of a hundred objects are opened or consolidated at once.
    Workers open ``portal.url``. ``host_portal=False`` leaves the page out and lets them sign in by password without
    Cognito's pages: for an emulator, which serves neither; ``ground-truth portal`` serves the page instead.
    Raises ContractError for a concurrency that Step Functions refuses.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        labeling: GroundTruthLabeling,
        encryption_key: kms.IKey | None = None,
        max_concurrency: int = 50,
        host_portal: bool = True,
        removal_policy: cdk.RemovalPolicy = cdk.RemovalPolicy.RETAIN,
        function_settings: FunctionSettings | None = None,
    ) -> None:
        super().__init__(scope, id)
        if not is_unresolved(max_concurrency) and max_concurrency not in _CONCURRENCY:
            raise ContractError(
                "max_concurrency",
                max_concurrency,
                f"between {_CONCURRENCY[0]} and {_CONCURRENCY[-1]:,}",
                "Step Functions runs no more batches at once",
            )
        self._labeling = labeling
        self._settings = function_settings or FunctionSettings()
        self._key = encryption_key
        self._name = f"{labeling.environment}-labeling-job"
        self.table = create_table(self, key=self._key, removal_policy=removal_policy)
        self.user_pool = create_pool(self, removal_policy=removal_policy)
        self.user_pool_domain = add_domain(self, self.user_pool)
        self.group = cognito.CfnUserPoolGroup(
            self,
            "Workers",
            user_pool_id=self.user_pool.user_pool_id,
            group_name=_WORKERS,
            description="Those who may label",
        )
        self.api = WorkerHttpApi(
            self, "Api", name=f"{labeling.environment}-worker-api", log_retention=self._settings.log_retention
        )
        self._allow_uploads(labeling.training_bucket)
        self.portal = self._create_portal() if host_portal else None
        self.client = create_page_client(self.user_pool, self.portal.url if self.portal else None)
        parts = EngineParts(
            labeling=labeling,
            variables=self._variables,
            needs=[*self._to_use_table([*READ, *WRITE, *QUERY]), self._to_wake()],
            settings=self._settings,
        )
        self.run_function = create_run_function(self, parts)
        self.api_function = create_api_function(self, parts, group=_WORKERS)
        self.api.answer_by(self.api_function, user_pool=self.user_pool, client=self.client)
        if self.portal:
            sign_in = {"domainUrl": self._sign_in_url, "clientId": self.client.user_pool_client_id}
            self.portal.deploy({"apiUrl": f"/{STAGE}", "signIn": sign_in})
        bucket = labeling.training_bucket
        self.state_machine = create_state_machine(
            self,
            name=self._name,
            comment="Has the objects of a labeling job labeled",
            states=engine_states(self, run_function=self.run_function, bucket=bucket, max_concurrency=max_concurrency),
            wildcards=[
                bucket.arn_for_objects(READABLE),
                bucket.arn_for_objects(WRITABLE),
                f"{self.run_function.function_arn}:*",
            ],
            map_labels=LABELS,
            log_retention=self._settings.log_retention,
        )
        self.parameter = ssm.StringParameter(
            self,
            "Parameter",
            parameter_name=engine_parameter(labeling.environment),
            description="The self-hosted engine: what starts jobs and where workers sign in",
            string_value=cdk.Stack.of(self).to_json_string(self._description().as_json()),
        )

    def grant_operate(self, operator: iam.IGrantable) -> None:
        """Lets an operator start, watch and stop jobs, and invite and remove workers."""
        grant_run(self.state_machine, operator)
        for need in (
            *self._to_use_table([*READ, *QUERY, "dynamodb:UpdateItem"]),
            Need(actions=["states:SendTaskSuccess"], resources=[self.state_machine.state_machine_arn]),
            Need(actions=["ssm:GetParameter"], resources=[self.parameter.parameter_arn]),
            Need(
                actions=[f"cognito-idp:{action}" for action in _PEOPLE],
                resources=[self.user_pool.user_pool_arn],
            ),
        ):
            operator.grant_principal.add_to_principal_policy(need.statement())

    def _description(self) -> EngineDescription:
        return EngineDescription(
            state_machine=self.state_machine.state_machine_arn,
            table=self.table.table_name,
            api_url=self.api.url,
            portal_url=self.portal.url if self.portal else None,
            user_pool=self.user_pool.user_pool_id,
            client=self.client.user_pool_client_id,
            group=_WORKERS,
        )

    @property
    def _sign_in_url(self) -> str:
        return self.user_pool_domain.base_url()

    def _create_portal(self) -> WorkerPortal:
        labeling = self._labeling
        buckets = (labeling.training_bucket, labeling.instruction_media.bucket)
        pictures = {
            address
            for task in labeling.tasks.values()
            for example in (task.task.instructions.examples if task.task.instructions else ())
            if (address := _address_of(example.image))
        }
        return WorkerPortal(
            self,
            "Portal",
            api_host=self.api.host,
            api_stage=STAGE,
            files=[*(f"https://{bucket.bucket_regional_domain_name}" for bucket in buckets), *sorted(pictures)],
            sign_in=self._sign_in_url,
        )

    @staticmethod
    def _allow_uploads(bucket: s3.IBucket) -> None:
        """Long answers are put into the bucket by the page, at an address that is signed for each."""
        if isinstance(bucket, s3.Bucket):
            # The page's own address would make bucket and page need each other; the signature is what protects.
            bucket.add_cors_rule(
                allowed_methods=[s3.HttpMethods.PUT], allowed_origins=["*"], allowed_headers=["content-type"]
            )

    @property
    def _variables(self) -> dict[str, str]:
        return {
            "ENGINE_TABLE": self.table.table_name,
            "ENGINE_ACCOUNT": cdk.Aws.ACCOUNT_ID,
            "ENGINE_PARTITION": cdk.Aws.PARTITION,
        }

    def _to_wake(self) -> Need:
        arn = state_machine_arn(cdk.Stack.of(self), self._name)
        return Need(actions=["states:SendTaskSuccess"], resources=[arn])

    def _to_use_table(self, actions: list[str]) -> list[Need]:
        return to_use_table(self.table, self._key, actions)


def _address_of(image: str) -> str | None:
    """The address, without a path, of a picture that lies elsewhere."""
    address = urlsplit(image)
    return f"https://{address.netloc}" if address.scheme == "https" else None
