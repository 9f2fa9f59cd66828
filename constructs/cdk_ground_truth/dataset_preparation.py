"""Preparing datasets in the account, for a hundred images or ten million."""

import dataclasses
from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_ssm as ssm
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from cdk_ground_truth import _permissions
from cdk_ground_truth._acknowledge import acknowledge
from cdk_ground_truth._function import LambdaFunction
from cdk_ground_truth._needs import Need, allow
from cdk_ground_truth._preparation_definition import MAP_LABEL, preparation_states
from cdk_ground_truth._state_machines import create_state_machine, grant_run
from cdk_ground_truth.function_settings import FunctionSettings
from cdk_ground_truth.imaging_layer import ImagingLayer
from cdk_ground_truth.raw_bucket import RawBucket
from ground_truth.contract.errors import ContractError, is_unresolved
from ground_truth.contract.parameters import preparation_parameter
from ground_truth.images.dataset import BATCH_PARTS, COMPLETE, DATASETS, IMAGES, MAPPINGS, UPLOADS, Preparation
from ground_truth.images.limits import FACES, MOST_PIXELS, PLATES, REDACTABLE

# A picture of the most pixels, decoded, turned and encoded, takes about 1.5 GB.
_MEMORY = 3_008
_BATCH_SIZES = range(1, 101)
_REKOGNITION = {FACES: "rekognition:DetectFaces", PLATES: "rekognition:DetectText"}


class DatasetPreparation(Construct):
    """Defines the preparation of datasets: photos go into the raw bucket, pictures come out in the training bucket.

    Upload photos below ``uploads/<dataset>/`` of ``raw_bucket`` and, when all are there, an empty object
    ``uploads/<dataset>/_COMPLETE``. The training bucket then gets ``images/<dataset>/...``,
    ``datasets/<dataset>/input.manifest`` and ``rejected.csv``; ``mappings/<dataset>/mapping.csv`` stays in the
    raw bucket. Starting it again prepares the dataset again and doubles nothing.

    ``environment`` is the name under which tools find it. ``keep`` is how long originals stay, 30 days by
    default. ``downscale`` shrinks what is over the limits, or over ``max_pixels``, instead of leaving it out;
    ``keep_format`` leaves out what is neither JPEG nor PNG. ``redact`` blurs "faces" and "plates" that Amazon
    Rekognition finds, for a price a picture; it misses some. A run fails when more than
    ``tolerated_failure_percentage`` of its files are in batches whose function failed; files that are merely
    unusable are listed in ``rejected.csv`` and fail nothing. ``name_key`` is the secret that names are made
    with: without it nobody can tell which pictures are in a dataset.
    Raises ContractError for values that the labeling contract or Step Functions refuses.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        training_bucket: s3.IBucket,
        environment: str,
        keep: cdk.Duration | None = None,
        keep_format: bool = False,
        downscale: bool = False,
        max_pixels: int = MOST_PIXELS,
        redact: Sequence[str] = (),
        tolerated_failure_percentage: int = 5,
        batch_size: int = 25,
        max_concurrency: int = 100,
        encryption_key: kms.IKey | None = None,
        removal_policy: cdk.RemovalPolicy = cdk.RemovalPolicy.RETAIN,
        function_settings: FunctionSettings | None = None,
    ) -> None:
        super().__init__(scope, id)
        _check(max_pixels, redact, tolerated_failure_percentage, batch_size)
        # First of all, as it checks the name that others are made of.
        parameter = preparation_parameter(environment)
        self.environment = environment
        self.training_bucket = training_bucket
        self._settings = function_settings or FunctionSettings()
        self.raw_bucket = RawBucket(
            self, "RawBucket", keep=keep, encryption_key=encryption_key, removal_policy=removal_policy
        )
        self.name_key = secretsmanager.Secret(
            self,
            "NameKey",
            description="The key that names of prepared pictures are made with",
            generate_secret_string=secretsmanager.SecretStringGenerator(password_length=64, exclude_punctuation=True),
            removal_policy=removal_policy,
        )
        acknowledge(self.name_key, "AwsSolutions-SMG4", "another key would give every picture another name")
        options = {
            "KEEP_FORMAT": "yes" if keep_format else "",
            "DOWNSCALE": "yes" if downscale else "",
            "MAX_PIXELS": str(max_pixels) if max_pixels != MOST_PIXELS else "",
            "REDACT": " ".join(redact),
        }
        self.prepare_function = self._create_prepare_function({k: v for k, v in options.items() if v}, redact)
        self.assemble_function = self._create_assemble_function()
        self.state_machine = self._create_state_machine(tolerated_failure_percentage, batch_size, max_concurrency)
        self._start_by_marker()
        self.parameter = ssm.StringParameter(
            self,
            "Parameter",
            parameter_name=parameter,
            description="Preparation of datasets: where photos go and what prepares them",
            string_value=cdk.Stack.of(self).to_json_string(
                Preparation(
                    state_machine=self.state_machine.state_machine_arn,
                    raw_bucket=self.raw_bucket.bucket_name,
                    training_bucket=training_bucket.bucket_name,
                ).as_json()
            ),
        )

    def grant_prepare(self, operator: iam.IGrantable) -> None:
        """Lets an operator upload photos, prepare datasets, follow the runs and read the mapping."""
        grant_run(self.state_machine, operator)
        for need in (
            *_permissions.to_write_objects(self.raw_bucket, f"{UPLOADS}/*"),
            *_permissions.to_read_objects(self.raw_bucket, f"{MAPPINGS}/*"),
            Need(actions=["ssm:GetParameter"], resources=[self.parameter.parameter_arn]),
        ):
            operator.grant_principal.add_to_principal_policy(need.statement())

    def _create_prepare_function(self, options: dict[str, str], redact: Sequence[str]) -> LambdaFunction:
        resource = self.name_key.node.default_child
        # Both are the ARN on AWS; an emulator may give the name for the one that the CDK takes.
        secret = resource.attr_id if isinstance(resource, secretsmanager.CfnSecret) else self.name_key.secret_arn
        needs = [
            *_permissions.to_read_objects(self.raw_bucket, f"{UPLOADS}/*"),
            *_permissions.to_write_objects(self.raw_bucket, f"{BATCH_PARTS}/*"),
            *_permissions.to_write_objects(self.training_bucket, f"{IMAGES}/*"),
            Need(actions=["secretsmanager:GetSecretValue"], resources=[secret]),
        ]
        if redact:
            actions = [_REKOGNITION[kind] for kind in sorted(redact)]
            needs.append(Need(actions=actions, resources=["*"], why_wildcard="the actions have no resource"))
        settings = dataclasses.replace(self._settings, memory_size=max(_MEMORY, self._settings.memory_size))
        return LambdaFunction(
            self,
            "PrepareImages",
            function_name=f"{self.environment}-prepare-images",
            module="prepare_images",
            description="Removes metadata from photos, turns them upright and renames them",
            environment={
                "RAW_BUCKET": self.raw_bucket.bucket_name,
                "TRAINING_BUCKET": self.training_bucket.bucket_name,
                "NAME_KEY": secret,
            }
            | options,
            needs=needs,
            settings=settings,
            layers=[ImagingLayer.of(self, self._settings)],
            timeout=cdk.Duration.minutes(15),
        )

    def _create_assemble_function(self) -> LambdaFunction:
        return LambdaFunction(
            self,
            "AssembleDataset",
            function_name=f"{self.environment}-assemble-dataset",
            module="assemble_dataset",
            description="Writes the manifest and the tables of a prepared dataset",
            environment={
                "RAW_BUCKET": self.raw_bucket.bucket_name,
                "TRAINING_BUCKET": self.training_bucket.bucket_name,
            },
            needs=[
                _to_list(self.raw_bucket, BATCH_PARTS),
                _to_list(self.training_bucket, IMAGES),
                *_permissions.to_read_objects(self.raw_bucket, f"{BATCH_PARTS}/*"),
                *_permissions.to_write_objects(self.raw_bucket, f"{MAPPINGS}/*"),
                *_permissions.to_write_objects(self.training_bucket, f"{DATASETS}/*"),
            ],
            settings=self._settings,
            layers=[],
            timeout=cdk.Duration.minutes(15),
        )

    def _create_state_machine(self, tolerated: int, batch_size: int, concurrency: int) -> sfn.StateMachine:
        functions = (self.prepare_function, self.assemble_function)
        return create_state_machine(
            self,
            name=f"{self.environment}-prepare-dataset",
            comment="Prepares a dataset for labeling",
            states=preparation_states(
                self,
                raw_bucket=self.raw_bucket,
                prepare_function=self.prepare_function,
                assemble_function=self.assemble_function,
                batch_size=batch_size,
                max_concurrency=concurrency,
                tolerated_failure_percentage=tolerated,
            ),
            wildcards=[
                self.raw_bucket.arn_for_objects(f"{BATCH_PARTS}/*"),
                *(f"{function.function_arn}:*" for function in functions),
            ],
            map_labels=[MAP_LABEL],
            log_retention=self._settings.log_retention,
        )

    def _start_by_marker(self) -> None:
        role = iam.Role(self, "MarkerRole", assumed_by=iam.ServicePrincipal("events.amazonaws.com"))
        need = Need(actions=["states:StartExecution"], resources=[self.state_machine.state_machine_arn])
        allow(self, "MarkerPermissions", role, [need])
        events.CfnRule(
            self,
            "Marker",
            description="Starts the preparation of a dataset when its completion marker is uploaded",
            event_pattern={
                "source": ["aws.s3"],
                "detail-type": ["Object Created"],
                "detail": {
                    "bucket": {"name": [self.raw_bucket.bucket_name]},
                    "object": {"key": [{"wildcard": f"{UPLOADS}/*/{COMPLETE}"}]},
                },
            },
            targets=[
                events.CfnRule.TargetProperty(
                    id="Prepare",
                    arn=self.state_machine.state_machine_arn,
                    role_arn=role.role_arn,
                    input_path="$.detail.object",
                )
            ],
        )


def _check(max_pixels: int, redact: Sequence[str], tolerated: int, batch_size: int) -> None:
    checks = (
        ("max_pixels", max_pixels, range(1, MOST_PIXELS + 1), "labeling takes no larger pictures"),
        ("tolerated_failure_percentage", tolerated, range(101), "0 fails a run with any batch that fails"),
        ("batch_size", batch_size, _BATCH_SIZES, "a batch has to end within a function's fifteen minutes"),
    )
    for name, value, allowed, fix in checks:
        if not is_unresolved(value) and value not in allowed:
            raise ContractError(name, value, f"between {allowed[0]} and {allowed[-1]:,}", fix)
    if isinstance(redact, str) or set(redact) - set(REDACTABLE):
        raise ContractError("redact", redact, f"some of {', '.join(REDACTABLE)}", "write redact=['faces'], say")


def _to_list(bucket: s3.IBucket, prefix: str) -> Need:
    return Need(
        actions=["s3:ListBucket"],
        resources=[bucket.bucket_arn],
        conditions={"StringLike": {"s3:prefix": [f"{prefix}/*"]}},
    )
