"""A job from its request to its manifest, with the files that Ground Truth writes (contract sections 4 to 8)."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ground_truth.contract.errors import ContractError
from ground_truth.engine.model import JobExists, SentAnswer, Status
from ground_truth.engine.planning import BATCH_LINES, batches, plan
from ground_truth.engine.work import answer, claim, decline
from ground_truth.jobs.folder import S3Folder, find_job_folder
from ground_truth.manifests.lines import ManifestError
from tests.engine.conftest import Engine
from tests.engine.labeling_account import ARN, BUCKET, POST, PRE, LabelingAccount, failing

LINES = [{"source-ref": f"s3://{BUCKET}/{index}.jpg", "camera": index} for index in range(3)]
IDENTITY = {"identityProviderType": "Cognito", "issuer": "https://issuer", "sub": "1"}


@pytest.fixture
def account(engine: Engine) -> LabelingAccount:
    return LabelingAccount(engine)


def label(account: LabelingAccount, job, labels: dict[str, str]) -> None:
    """Each worker says of every object what is theirs to say."""
    for worker, words in labels.items():
        while lease := claim(account.store, job, worker):
            account.engine.clock.now += 5
            content = {"kind": {"label": words}}
            given = SentAnswer(content=content, seconds=4.5, identity=IDENTITY)
            answer(account.store, job, lease.object_id, worker, given)


def test_every_object_is_labeled_in_the_order_of_the_manifest(account: LabelingAccount) -> None:
    account.lines(*LINES)
    job, result = account.begin()
    label(account, job, {"w1": "pallet", "w2": "pallet"})
    lines = account.end("yard", result)
    assert [line["camera"] for line in lines] == [0, 1, 2]
    assert lines[0]["yard"] == {"label": "pallet", "votes": 2}
    assert lines[0]["yard-metadata"]["type"] == "groundtruth/custom"
    assert lines[0]["yard-metadata"]["job-name"] == "labeling-job/yard"


def test_the_files_lie_and_look_as_ground_truth_s_do(account: LabelingAccount) -> None:
    account.lines(*LINES)
    job, result = account.begin()
    label(account, job, {"w1": "pallet", "w2": "forklift"})
    account.end("yard", result)
    folders = {key.removeprefix("labeling-jobs/Yard/").rpartition("/")[0] for key in account.written()}
    assert folders == {
        "engine",
        "manifests/output",
        "annotations/intermediate/000000",
        "annotations/consolidated-annotation/consolidation-request/iteration-1",
        "annotations/consolidated-annotation/consolidation-response/iteration-1",
        *(f"annotations/worker-response/iteration-1/{index}" for index in range(3)),
    }
    read = find_job_folder(S3Folder(account.files, f"s3://{BUCKET}/labeling-jobs/Yard"))
    [name] = read.responses["0"]
    [first, _] = json.loads(read.root.read(name))["answers"]
    assert first["answerContent"] == {"kind": {"label": "pallet"}}
    assert (first["workerId"], first["timeSpentInSeconds"]) == ("w1", 4.5)
    assert first["workerMetadata"] == {"identityData": IDENTITY}
    assert first["acceptanceTime"].endswith("Z")


def test_the_hooks_get_the_documented_events_and_the_real_ones(account: LabelingAccount) -> None:
    account.lines(*LINES)
    job, result = account.begin()
    label(account, job, {"w1": "pallet", "w2": "pallet"})
    account.end("yard", result)
    pre = [event for function, event in account.events if function == PRE]
    assert {"version": "2018-10-16", "labelingJobArn": ARN, "dataObject": LINES[1]} in pre
    [post] = [event for function, event in account.events if function == POST]
    root = f"s3://{BUCKET}/labeling-jobs/Yard"
    assert post.pop("payload")["s3Uri"].startswith(
        f"{root}/annotations/consolidated-annotation/consolidation-request/iteration-1/"
    )
    assert post == {
        "version": "2018-10-06",
        "labelingJobArn": ARN,
        "labelCategories": ["forklift", "pallet"],
        "labelAttributeName": "yard",
        "roleArn": "arn:aws:iam::111122223333:role/labeling",
        "outputConfig": f"{root}/annotations",
        "maxHumanWorkersPerDataObject": 2,
    }


@pytest.mark.parametrize(
    ("said", "opened"),
    [
        ({"isHumanAnnotationRequired": False}, 0),
        ({"isHumanAnnotationRequired": "false"}, 0),
        ({"humanAnnotationRequired": "False"}, 0),
        ({"humanAnnotationRequired": "true"}, 3),
        ({"isHumanAnnotationRequired": True, "humanAnnotationRequired": "false"}, 3),
        ({}, 3),
    ],
)
def test_both_spellings_of_the_flag_are_taken(account: LabelingAccount, said, opened: int) -> None:
    account.functions[PRE] = lambda event: {"taskInput": {"taskObject": "x"}} | said
    account.lines(*LINES)
    job, result = account.begin()
    assert account.store.jobs.counts(job).total == opened
    if not opened:
        assert account.end("yard", result) == LINES, "what nobody needs to see goes through as it is"


def test_one_object_whose_hook_fails_fails_alone_with_the_reason(account: LabelingAccount) -> None:
    def hook(event: Any) -> Any:
        if event["dataObject"]["camera"] == 1:
            return failing("pre failed: no such camera")(event)
        return {"taskInput": {"taskObject": "x"}}

    account.functions[PRE] = hook
    account.lines(*LINES)
    job, result = account.begin()
    label(account, job, {"w1": "pallet", "w2": "pallet"})
    assert account.store.jobs.is_finished(job)
    lines = account.end("yard", result)
    assert lines[1]["yard-metadata"]["failure-reason"] == "pre failed: no such camera"
    assert "yard" in lines[0]
    assert "yard" in lines[2]


@pytest.mark.parametrize(
    "given_answer", [None, [], {"taskInput": "text"}, {}, "{", 7, {"taskInput": {"x": "y" * 130_000}}]
)
def test_a_hook_that_answers_otherwise_fails_the_object(account: LabelingAccount, given_answer: Any) -> None:
    account.functions[PRE] = lambda event: given_answer
    account.lines(*LINES)
    job, _ = account.begin()
    counts = account.store.jobs.counts(job)
    assert (counts.total, counts.failed) == (3, 3)


@pytest.mark.parametrize(("length", "failed"), [(100_000, 0), (130_000, 1)])
def test_a_task_input_is_as_long_as_its_characters_whatever_the_script(
    account: LabelingAccount, length: int, failed: int
) -> None:
    account.functions[PRE] = lambda event: {"taskInput": {"text": "駅" * length}}
    account.lines(LINES[0])
    job, _ = account.begin()
    assert account.store.jobs.counts(job).failed == failed


def test_a_post_annotation_hook_that_fails_fails_its_batch_and_the_job_ends(account: LabelingAccount) -> None:
    account.functions[POST] = failing("post failed: out of memory")
    account.lines(*LINES)
    job, result = account.begin()
    label(account, job, {"w1": "pallet", "w2": "pallet"})
    lines = account.end("yard", result)
    assert {line["yard-metadata"]["failure-reason"] for line in lines} == {"post failed: out of memory"}


@pytest.mark.parametrize("response", [None, {}, [None], [{"datasetObjectId": "0"}], [{"consolidatedAnnotation": 1}]])
def test_what_the_hook_does_not_return_fails_alone(account: LabelingAccount, response: Any) -> None:
    account.functions[POST] = lambda event: response
    account.lines(*LINES)
    job, result = account.begin()
    label(account, job, {"w1": "pallet", "w2": "pallet"})
    assert all("failure-reason" in line["yard-metadata"] for line in account.end("yard", result))


def test_what_nobody_answered_in_time_says_so_and_what_somebody_did_is_labeled(account: LabelingAccount) -> None:
    account.lines(*LINES)
    job, result = account.begin()
    lease = claim(account.store, job, "w1")
    assert lease
    answer(
        account.store,
        job,
        lease.object_id,
        "w1",
        SentAnswer(content={"kind": {"label": "pallet"}}, seconds=1, identity={}),
    )
    lines = account.end("yard", result)
    by_id = dict(enumerate(lines))
    assert by_id.pop(int(lease.object_id))["yard"] == {"label": "pallet", "votes": 1}
    for line in by_id.values():
        assert line["yard-metadata"]["failure-reason"] == "no worker answered before the tasks expired"


def test_a_stopped_job_leaves_unanswered_objects_as_they_were(account: LabelingAccount) -> None:
    account.lines(*LINES)
    job, result = account.begin()
    account.store.jobs.set_status(job.name, Status.STOPPING)
    assert account.end("yard", result) == LINES


def test_declined_objects_say_so(account: LabelingAccount) -> None:
    account.lines(LINES[0])
    job, result = account.begin()
    for worker in ("w1", "w2"):
        assert claim(account.store, job, worker)
        decline(account.store, job, "0", worker, "too dark")
    assert "too dark" in account.end("yard", result)[0]["yard-metadata"]["failure-reason"]


def test_without_hooks_the_line_is_the_input_and_the_answers_are_referred_to(account: LabelingAccount) -> None:
    account.lines(*LINES)
    job, result = account.begin(HumanTaskConfig={"PreHumanTaskLambdaArn": None, "AnnotationConsolidationConfig": None})
    lease = claim(account.store, job, "w1")
    assert lease
    assert lease.task_input == LINES[int(lease.object_id)]
    label(account, job, {"w1": "pallet", "w2": "pallet"})
    line = account.end("yard", result)[0]
    assert line["yard"] == {}
    assert account.read(line["yard-metadata"]["worker-response-ref"])["answers"]


def test_aws_s_own_functions_are_done_by_ours_of_the_same_type(account: LabelingAccount) -> None:
    arn = "arn:aws:lambda:eu-west-1:568282634449:function:{}-ImageMultiClass"
    account.lines(*LINES)
    config = {"AnnotationConsolidationLambdaArn": arn.format("ACS")}
    job, result = account.begin(
        HumanTaskConfig={"PreHumanTaskLambdaArn": arn.format("PRE"), "AnnotationConsolidationConfig": config}
    )
    lease = claim(account.store, job, "w1")
    assert lease
    assert lease.task_input["labels"] == ["forklift", "pallet"]
    label(account, job, {"w1": "pallet", "w2": "pallet"})
    line = account.end("yard", result)[0]
    assert (line["yard"], line["yard-metadata"]["class-name"]) == (1, "pallet")
    assert line["yard-metadata"]["type"] == "groundtruth/image-classification"
    assert account.events == []


def test_labeled_lines_and_those_behind_a_stopping_condition_go_through(account: LabelingAccount) -> None:
    labeled = LINES[0] | {"yard": {"label": "old"}, "yard-metadata": {"type": "groundtruth/custom"}}
    account.lines(labeled, *LINES[1:])
    job, result = account.begin(StoppingConditions={"MaxHumanLabeledObjectCount": 1})
    label(account, job, {"w1": "pallet", "w2": "pallet"})
    lines = account.end("yard", result)
    assert lines[0] == labeled
    assert lines[1]["yard"]["votes"] == 2
    assert lines[2] == LINES[2]


def test_every_step_may_be_done_again(account: LabelingAccount) -> None:
    account.lines(*LINES)
    account.begin()
    job, result = account.begin()
    label(account, job, {"w1": "pallet", "w2": "pallet"})
    first = account.end("yard", result)
    keys = account.written()
    assert account.end("yard", result) == first
    assert account.written() == keys
    assert account.store.jobs.counts(job).answers == 6


def test_a_name_is_used_once(account: LabelingAccount) -> None:
    account.lines(*LINES)
    account.begin()
    with pytest.raises(JobExists):
        account.begin(LabelingJobName="YARD", LabelAttributeName="other")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"LabelingJobName": "a_b"}, "LabelingJobName"),
        ({"InputConfig": {"DataSource": {"SnsDataSource": {"SnsTopicArn": "x"}}}}, "streaming jobs are Ground Truth's"),
        ({"LabelingJobAlgorithmsConfig": {}}, "automated labeling is Ground Truth's"),
        ({"HumanTaskConfig": {"PublicWorkforceTaskPrice": {"AmountInUsd": {}}}}, "the public crowd is closed"),
        ({"HumanTaskConfig": {"UiConfig": {"HumanTaskUiArn": "x"}}}, "text, video and 3D pages are AWS's"),
        ({"HumanTaskConfig": {"NumberOfHumanWorkersPerDataObject": 10}}, "a whole number from 1 to 9"),
        ({"HumanTaskConfig": {"TaskTimeLimitInSeconds": "600"}}, "a whole number from 30 to 28,800"),
        ({"HumanTaskConfig": {"TaskTitle": None}}, "HumanTaskConfig.TaskTitle"),
        ({"OutputConfig": "s3://bucket"}, "OutputConfig.S3OutputPath"),
    ],
)
def test_fails_by_name_for_what_no_job_can_be_made_of(account: LabelingAccount, changes, message: str) -> None:
    account.lines(*LINES)
    with pytest.raises(ContractError, match=message):
        account.begin(**changes)


def test_fails_for_a_manifest_that_is_none_with_the_line(account: LabelingAccount) -> None:
    account.put("input.manifest", '{"source-ref": "s3://b/1.jpg"}\n[1]\n')
    with pytest.raises(ManifestError, match="line 2"):
        plan(account.request(), account.store, account.files)


def test_an_empty_manifest_makes_a_job_that_ends_at_once(account: LabelingAccount) -> None:
    account.put("input.manifest", "")
    job, result = account.begin()
    assert account.store.jobs.is_finished(job)
    assert account.end("yard", result) == []


@settings(max_examples=60)
@given(texts=st.lists(st.text(max_size=40), max_size=250), ends=st.sampled_from([b"\n", b"\r\n"]), last=st.booleans())
def test_batches_hold_every_byte_once_and_in_order(texts: list[str], ends: bytes, last: bool) -> None:
    lines = [json.dumps({"source": text}, ensure_ascii=False).encode() + ends for text in texts]
    if lines and not last:
        lines[-1] = lines[-1].removesuffix(ends)
    content = b"".join(lines)
    read_batches = list(batches(iter(lines), "label", {}))
    assert b"".join(content[entry.start : entry.end] for entry in read_batches) == content
    assert [entry.first for entry in read_batches] == list(range(0, max(1, len(lines)), BATCH_LINES))
    assert sum(entry.lines for entry in read_batches) == len(lines)


@pytest.mark.parametrize(
    ("most", "until"),
    [
        ({}, 10),
        ({"MaxHumanLabeledObjectCount": 3}, 4),
        ({"MaxHumanLabeledObjectCount": 99}, 10),
        ({"MaxPercentageOfInputDatasetLabeled": 50}, 5),
        ({"MaxPercentageOfInputDatasetLabeled": 100}, 10),
        ({"MaxHumanLabeledObjectCount": 1, "MaxPercentageOfInputDatasetLabeled": 90}, 2),
    ],
)
def test_stopping_conditions_count_what_is_labeled_already_in_the_share_only(most, until: int) -> None:
    lines = [json.dumps({"source": "x"} | ({"label": 1} if index == 0 else {})).encode() + b"\n" for index in range(10)]
    assert {entry.until for entry in batches(iter(lines), "label", most)} == {until}
