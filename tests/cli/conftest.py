"""An account in which everything is right, so that each test breaks one thing."""

import functools
import io
import json
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from PIL import Image

from ground_truth.contract.findings import Check, Finding, Level
from ground_truth.contract.label_category_config import label_category_config
from ground_truth.contract.parameters import engine_parameter, parameter_name
from ground_truth.engine.description import EngineDescription
from ground_truth.tasks.description import TaskDescription
from ground_truth.tasks.request_parts import merge_parts, task_part
from ground_truth.tasks.task import BoundingBox
from ground_truth.templates.generate import generate_template
from ground_truth_cli.account.deployment import Deployment, find_deployment
from ground_truth_cli.doctor.examination import examine
from tests.engine.conftest import Engine
from tests.engine.labeling_account import BUCKET, LabelingAccount
from tests.memory_aws import memory_aws

REGION = "eu-west-1"
ACCOUNT = "123456789012"
TRAINING = "training-groundtruth"
ASSETS = "assets"
MEDIA = "media"
MANIFEST = f"s3://{TRAINING}/input.manifest"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/labeling"
PRE, POST = (
    f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:dev-street-{name}-annotation-LabelingFunction"
    for name in ("pre", "post")
)
TEAM = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:workteam/private-crowd/labelers"
ENGINE = EngineDescription(
    state_machine="arn:aws:states:eu-west-1:123456789012:stateMachine:engine",
    table="engine",
    api_url="https://api.example.com",
    portal_url="https://portal.example.com",
    user_pool="eu-west-1_pool",
    client="client",
    group="workers",
)
STREET = BoundingBox("street", labels=["car", "bike path"])
OPEN_CORS = {"AllowedMethods": ["GET"], "AllowedOrigins": ["*"], "ExposeHeaders": ["Access-Control-Allow-Origin"]}
CLOSED = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)


@dataclass
class Simulator:
    """An IAM client that simulates policies too: everything is allowed but what ``denied`` names."""

    client: Any
    denied: set[str] = field(default_factory=set)
    asked: set[tuple[str, str]] = field(default_factory=set)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.client, name)

    def simulate_principal_policy(self, *, ActionNames: list[str], ResourceArns: list[str], **_: Any) -> Any:
        self.asked |= {(action, resource) for action in ActionNames for resource in ResourceArns}
        results = [
            {"EvalActionName": action, "EvalDecision": "implicitDeny" if action in self.denied else "allowed"}
            for action in ActionNames
        ]
        return {"EvaluationResults": results}


class Forbidden:
    """A client whose every call is refused."""

    def __getattr__(self, name: str) -> Any:
        def refuse(**_: Any) -> Any:
            raise ClientError(
                {"Error": {"Code": "AccessDenied", "Message": f"you are not authorized to perform {name}"}}, name
            )

        if name == "get_paginator":
            return lambda _: type("Pages", (), {"paginate": staticmethod(refuse)})
        return refuse


@functools.cache
def make_client(service: str, region: str) -> Any:
    """A client of the emulated AWS, made once: making one takes longer than most tests."""
    return boto3.client(service, region_name=region)


@dataclass
class Session:
    """A boto3 session that gives out ``clients`` instead of its own, where there are any."""

    clients: dict[str, Any] = field(default_factory=dict)
    region_name: str = REGION

    def client(self, service: str, **options: Any) -> Any:
        return self.clients.get(service) or make_client(service, options.get("region_name", self.region_name))

    def resource(self, service: str) -> Any:
        return boto3.resource(service, region_name=self.region_name)


@dataclass
class Account:
    """A deployed environment 'dev' with the task 'street', and a manifest of three images."""

    session: Session
    simulator: Simulator
    description: TaskDescription

    @property
    def s3(self) -> Any:
        return self.session.client("s3")

    @property
    def deployment(self) -> Deployment:
        return find_deployment("dev", session=self.session)

    def publish(self, **changes: Any) -> None:
        """Publishes the task anew, with changes to its description."""
        self.description = replace(self.description, **changes)
        self.session.client("ssm").put_parameter(
            Name=parameter_name("dev", "street"),
            Value=json.dumps(self.description.as_json()),
            Type="String",
            Overwrite=True,
        )

    def deploy_with(self, **changes: Any) -> None:
        """Publishes the task anew, with changes to the deployment's part of the request."""
        self.publish(deployment=merge_parts(self.description.deployment, changes))

    def stub(self, service: str = "sagemaker") -> Stubber:
        """A stub of a service, which takes exactly the calls that a test announces, in their order."""
        client = boto3.client(service, region_name=REGION)
        self.session.clients[service] = client
        stubber = Stubber(client)
        stubber.activate()
        return stubber

    def put_lines(self, *lines: Any) -> None:
        """Writes the manifest; texts are written as they are."""
        text = "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)
        self.s3.put_object(Bucket=TRAINING, Key="input.manifest", Body=text.encode())

    def put_image(self, key: str, size: tuple[int, int] = (40, 30), **options: Any) -> str:
        """Puts a picture and returns its address."""
        content = io.BytesIO()
        Image.new("RGB", size).save(content, options.pop("format", "JPEG"), **options)
        self.s3.put_object(Bucket=TRAINING, Key=key, Body=content.getvalue())
        return f"s3://{TRAINING}/{key}"

    def examine(self, check: Check, **options: Any) -> list[Finding]:
        """What the doctor finds for one check, on the manifest."""
        findings = examine(self.deployment, "street", **{"manifest_uri": MANIFEST} | options)
        return [finding for finding in findings if finding.check == check]

    def problem(self, check: Check, **options: Any) -> Finding:
        """The one problem of a check."""
        return self._only(Level.PROBLEM, check, options)

    def warning(self, check: Check, **options: Any) -> Finding:
        """The one warning of a check."""
        return self._only(Level.WARNING, check, options)

    def _only(self, level: Level, check: Check, options: dict[str, Any]) -> Finding:
        (finding,) = [finding for finding in self.examine(check, **options) if finding.level is level]
        assert finding.fix
        return finding


@pytest.fixture
def account() -> Iterator[Account]:
    with memory_aws():
        session = Session()
        s3 = session.client("s3")
        for bucket in (TRAINING, ASSETS, MEDIA):
            s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        make_right(s3, TRAINING)
        made = Account(session, Simulator(session.client("iam")), _description())
        session.clients["iam"] = made.simulator
        s3.put_object(Bucket=ASSETS, Key="template.html", Body=generate_template(STREET).encode())
        s3.put_object(Bucket=ASSETS, Key="labels.json", Body=json.dumps(label_category_config(STREET.labels)).encode())
        s3.put_object(Bucket=ASSETS, Key="request.json", Body=json.dumps(task_part(STREET)).encode())
        made.simulator.create_role(RoleName="labeling", AssumeRolePolicyDocument=_trust("sagemaker.amazonaws.com"))
        made.simulator.create_role(RoleName="hooks", AssumeRolePolicyDocument=_trust("lambda.amazonaws.com"))
        for arn in (PRE, POST):
            _create_function(session, arn)
        made.publish()
        made.put_lines(*({"source-ref": made.put_image(f"images/{number}.jpg")} for number in range(3)))
        yield made


@pytest.fixture
def labeling_account(account) -> LabelingAccount:
    """The environment's engine with the job Yard of four objects, each for two workers."""
    labeling_account = LabelingAccount(Engine())
    labeling_account.engine.clock.now = time.time()
    engine = replace(ENGINE, table=labeling_account.engine.table.name)
    account.session.client("ssm").put_parameter(
        Name=engine_parameter("dev"), Value=json.dumps(engine.as_json()), Type="String"
    )
    labeling_account.lines(*({"source-ref": f"s3://{BUCKET}/{index}.jpg"} for index in range(4)))
    labeling_account.begin()
    return labeling_account


def make_right(s3: Any, bucket: str) -> None:
    """Sets a bucket up for images."""
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [OPEN_CORS]})
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=CLOSED)
    s3.put_bucket_ownership_controls(
        Bucket=bucket, OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    )


def _description() -> TaskDescription:
    return TaskDescription(
        name="street",
        type="bounding-box",
        workforce="self-hosted",
        template=f"s3://{ASSETS}/template.html",
        label_category_config=f"s3://{ASSETS}/labels.json",
        request=f"s3://{ASSETS}/request.json",
        training_bucket=TRAINING,
        instruction_media=f"https://{MEDIA}.s3.{REGION}.amazonaws.com",
        deployment={
            "RoleArn": ROLE,
            "OutputConfig": {"S3OutputPath": f"s3://{TRAINING}/labeling-jobs/"},
            "LabelCategoryConfigS3Uri": f"s3://{ASSETS}/labels.json",
            "HumanTaskConfig": {
                "UiConfig": {"UiTemplateS3Uri": f"s3://{ASSETS}/template.html"},
                "PreHumanTaskLambdaArn": PRE,
                "AnnotationConsolidationConfig": {"AnnotationConsolidationLambdaArn": POST},
            },
        },
    )


def _trust(service: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _create_function(session: Session, arn: str) -> None:
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("hook.py", "")
    session.client("lambda").create_function(
        FunctionName=arn.rpartition(":")[2],
        Role=f"arn:aws:iam::{ACCOUNT}:role/hooks",
        Runtime="python3.13",
        Handler="hook.handler",
        Code={"ZipFile": code.getvalue()},
    )
