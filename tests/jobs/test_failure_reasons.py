"""Failure reasons in plain words: each text that the engine writes has an explanation."""

import pytest

from ground_truth.jobs.failure_reasons import explain_failure
from ground_truth.jobs.job_manifest import failed_objects
from ground_truth.manifests.lines import ManifestError
from ground_truth.manifests.manifest_line import ManifestLine

WRITTEN = [
    ("no worker answered before the tasks expired", "more time or more people"),
    ("2 workers declined it, the last because: too dark", "look at the object"),
    ("no worker chose a label", "let the form require a choice"),
    ("the post-annotation hook returned no annotation for the object; its log says why", "in the function's log"),
    ("an answer is not of the task's shape: KeyError('left')", "make the template and the task's type agree"),
    ("a box of worker ada is not readable: KeyError('left')", "make the template and the task's type agree"),
    ("an answer has no 'boundingBox', only ['label']", "make the template and the task's type agree"),
    ("the masks differ in size: [(3, 4), (4, 3)] (height, width)", "do not change images"),
    ("the task input has 130,000 characters, at most 128,000 fit", "leave out of the task input"),
    ("the pre-annotation hook should answer with {'taskInput': {...}}", "let the pre-annotation function give"),
    ("the pre-annotation hook answered with text that is not JSON", "let the pre-annotation function give"),
    ("pre cannot be called: AccessDeniedException when calling Invoke: not authorized", "run ground-truth doctor"),
    ("pre cannot be called: Read timeout on endpoint", "run ground-truth doctor"),
    ("post failed: 2026-11-27 Task timed out after 30.00 seconds", "more time or memory"),
    ("post failed: RequestId: 1 Error: Runtime exited with error: signal: killed", "more memory"),
    ("post failed: no such camera", "correct it, then retry"),
    ("ManifestError: line 3: a blank line: delete it", "ground-truth manifest check"),
    ("ContractError: 'HumanTaskConfig.TaskTitle' should be given, got None: add it", "correct the task"),
]
SEEN_ON_GROUND_TRUTH = [
    (
        "ClientError: Exception invoking the Lambda function arn:aws:lambda:x. LambdaErrorCode: Unhandled. Ensure the "
        "Lambda function exists, that the role arn:aws:iam::1:role/x has permissions to invoke it and try again.",
        "a function raised an error",
    ),
    ("ResourceLimitExceeded: the account-level limit is 10", "a quota of the account"),
    ("no hex-color for label car", "labels without a colour"),
]


@pytest.mark.parametrize(("reason", "fix"), WRITTEN)
def test_what_the_engine_writes_is_explained_with_what_to_do(reason: str, fix: str) -> None:
    explanation = explain_failure(reason)
    assert explanation
    assert fix in explanation.fix


@pytest.mark.parametrize(("reason", "meaning"), SEEN_ON_GROUND_TRUTH)
def test_what_users_of_ground_truth_saw_is_explained(reason: str, meaning: str) -> None:
    explanation = explain_failure(reason)
    assert explanation
    assert meaning in explanation.meaning


def test_what_is_not_known_is_not_guessed() -> None:
    assert explain_failure("the moon was in the wrong phase") is None


def test_only_what_failed_under_the_label_comes_back_and_without_it() -> None:
    manifest = [
        b'{"source-ref": "s3://b/0.jpg", "yard": {}, "yard-metadata": {"type": "groundtruth/custom"}}\n',
        b'{"source-ref": "s3://b/1.jpg", "old": 3, "yard-metadata": {"failure-reason": "too dark"}}\n',
        b'{"source-ref": "s3://b/2.jpg", "old-metadata": {"failure-reason": "other job"}}\n',
        b'{"source-ref": "s3://b/3.jpg"}\n',
    ]
    assert list(failed_objects(manifest, "yard")) == [
        (ManifestLine({"source-ref": "s3://b/1.jpg", "old": 3}), "too dark")
    ]


def test_fails_for_what_is_no_manifest() -> None:
    with pytest.raises(ManifestError, match="line 1"):
        list(failed_objects([b"[]\n"], "yard"))
