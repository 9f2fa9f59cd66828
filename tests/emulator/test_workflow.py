"""The deployed workflow: from a task and a manifest to labels, a report and the news of it."""

import json

import pytest

from examples.street.portal_workers import label_all
from ground_truth.aws.s3 import Files
from ground_truth.contract.parameters import workflow_parameter
from tests.emulator.grants import WORKFLOW, granted_actions, roles, used_actions
from tests.emulator.test_engine import PHOTOS, Engine
from tests.emulator.waiting import wait_for
from tests.reviewed_grants import UNUSED


class Workflow(Engine):
    """The deployed workflow, and what its topic tells."""

    def __init__(self, deployment) -> None:
        super().__init__(deployment)
        session = deployment.emulator.session()
        parameter = session.client("ssm").get_parameter(Name=workflow_parameter("local"))["Parameter"]
        self.machine = json.loads(parameter["Value"])["state_machine"]
        self.told: list[dict] = []
        self.queues = session.client("sqs")
        self.queue = self.queues.create_queue(QueueName="news")["QueueUrl"]
        attributes = self.queues.get_queue_attributes(QueueUrl=self.queue, AttributeNames=["QueueArn"])["Attributes"]
        topic, arn = deployment.outputs["NewsTopicArn"], attributes["QueueArn"]
        allowed = {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn,
            "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
        self.queues.set_queue_attributes(QueueUrl=self.queue, Attributes={"Policy": policy})
        session.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)

    def run(self, execution: str, **options) -> str:
        return self.machines.start_execution(stateMachineArn=self.machine, name=execution, input=json.dumps(options))[
            "executionArn"
        ]

    def news(self, words: str) -> dict:
        """The news that says so; others are kept for whoever asks for them."""

        def look() -> dict | None:
            for message in self.queues.receive_message(QueueUrl=self.queue).get("Messages", ()):
                self.queues.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])
                self.told.append(json.loads(message["Body"]))
            return next((news for news in self.told if words in news["Message"]), None)

        return wait_for(look, f"news of {words}")


@pytest.fixture(scope="module")
def workflow(deployment) -> Workflow:
    return Workflow(deployment)


@pytest.fixture(scope="module")
def labeled(workflow) -> dict:
    """A dataset that was labeled, and two that cannot be, which fail, after some tries, meanwhile."""
    bucket, manifest = workflow.deployment.bucket, workflow.put_manifest()
    workflow.s3.put_object(Bucket=bucket, Key="datasets/bad.manifest", Body=b'{"source": "no image"}\n{broken\n')
    bad = workflow.run("bad", task="street", manifest=f"s3://{bucket}/datasets/bad.manifest")
    changes = {"HumanTaskConfig": {"NumberOfHumanWorkersPerDataObject": 2}}
    arn = workflow.run("first", task="street", manifest=manifest, name="by-workflow", request=changes)
    workflow.offered("by-workflow")
    answers = []
    label_all(workflow.workers, "by-workflow", PHOTOS.values(), answers.append)
    ended = workflow.ended(arn)
    assert ended["status"] == "SUCCEEDED", ended
    used = workflow.run("taken", task="street", manifest=manifest, name="by-workflow")
    return {"answers": len(answers), "bad": bad, "taken": used, **json.loads(ended["output"])}


def test_a_dataset_is_labeled_as_the_input_wants_it(workflow, labeled) -> None:
    assert labeled["answers"] == 2 * len(PHOTOS)
    (job,) = labeled["jobs"]
    assert len(workflow.lines(job["manifest"])) == len(PHOTOS)


def test_the_report_lies_beside_the_job_with_pictures_in_it(workflow, labeled) -> None:
    files = Files(workflow.s3)
    (page,) = labeled["report"]["reports"]
    html = files.read(page).decode()
    assert html.count("data:image/webp") >= 3
    quality = json.loads(files.read(page.replace("report.html", "quality.json")))
    assert (quality["objects"], quality["labeled"], quality["workers"]) == (len(PHOTOS), len(PHOTOS), 5)


def test_the_end_is_told_with_the_address_of_the_report(workflow, labeled) -> None:
    news = workflow.news("Labeling by-workflow has ended.")
    assert news["Subject"] == "Labeling has ended"
    assert f"{len(PHOTOS)} of {len(PHOTOS)} images labeled" in news["Message"]
    assert labeled["report"]["reports"][0] in news["Message"]


def test_a_bad_manifest_fails_in_the_first_state_in_the_library_s_words_and_is_told(workflow, labeled) -> None:
    ended = workflow.ended(labeled["bad"])
    assert ended["status"] == "FAILED"
    assert "the manifest cannot be labeled: line 1" in ended["cause"]
    assert "line 2" in ended["cause"]
    news = workflow.news("Labeling bad failed.")
    assert news["Subject"] == "Labeling has failed"
    assert "line 2" in news["Message"]


def test_a_name_that_is_taken_fails_and_is_told(workflow, labeled) -> None:
    assert workflow.ended(labeled["taken"])["status"] == "FAILED"
    assert "by-workflow" in workflow.news("Labeling taken failed.")["Message"]


# Last, as all that comes before uses what is granted.
def test_every_granted_action_of_the_workflow_is_used_or_reviewed(deployment, labeled) -> None:
    granted, used = granted_actions(deployment), used_actions(deployment)
    unused = {role: granted[role] - used.get(role, set()) - UNUSED.get(role, {}).keys() for role in WORKFLOW}
    assert not {role: actions for role, actions in unused.items() if actions}


def test_the_workflow_s_function_was_refused_nothing(deployment, labeled) -> None:
    (name,) = [name for name, role in roles(deployment).items() if role == "RunWorkflowRole"]
    calls = [call for call in deployment.emulator.calls() if name in call.principal.split("/")]
    assert calls
    assert {call.decision for call in calls} == {"Allow"}
