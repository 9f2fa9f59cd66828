"""Where the files of a job lie: spelled out here, as Ground Truth spells them (contract section 8)."""

from datetime import UTC, datetime

import pytest

from ground_truth.contract.job_paths import JobPaths, PayloadPaths, moment_text

CREATED = datetime(2026, 11, 28, 12, 0, 59, tzinfo=UTC).timestamp()
ROOT = "s3://bucket/labeling-jobs/Yard"
CONSOLIDATED = f"{ROOT}/annotations/consolidated-annotation"


@pytest.mark.parametrize("output_path", ["s3://bucket/labeling-jobs", "s3://bucket/labeling-jobs/"])
def test_a_job_lies_in_a_folder_of_its_name(output_path: str) -> None:
    assert JobPaths.of(output_path, "Yard") == JobPaths(ROOT)


def test_files_lie_as_ground_truth_s_do() -> None:
    paths = JobPaths(ROOT)
    assert paths.output_manifest == f"{ROOT}/manifests/output/output.manifest"
    assert paths.intermediate(7) == f"{ROOT}/annotations/intermediate/000007/output.manifest"
    response = f"{ROOT}/annotations/worker-response/iteration-1/12/2026-11-28_12:00:59.json"
    assert paths.worker_response("12", CREATED + 0.9) == response
    mask = f"{CONSOLIDATED}/output/12_2026-11-28T12:00:59.000000.png"
    assert paths.label_file("12", CREATED, "png") == mask


def test_every_batch_has_a_name_of_its_own_that_is_the_same_on_every_try() -> None:
    paths = JobPaths(ROOT)
    request = f"{CONSOLIDATED}/consolidation-request/iteration-1"
    assert paths.consolidation_request(0, CREATED) == f"{request}/2026-11-28_12:00:59.json"
    assert paths.consolidation_request(1, CREATED) == f"{request}/2026-11-28_12:01:00.json"
    assert paths.consolidation_response(1, CREATED) == paths.consolidation_request(1, CREATED).replace(
        "-request", "-response"
    )


def test_the_engine_s_own_files_lie_beside_the_contract_s() -> None:
    paths = JobPaths(ROOT)
    assert paths.batches == f"{ROOT}/engine/batches.json"
    assert paths.batch_results == f"{ROOT}/engine/results"
    assert paths.long_answer("12", "private.eu-west-1.ada") == f"{ROOT}/engine/answers/12/private.eu-west-1.ada.json"
    assert (paths.report_page, paths.report_summary) == (f"{ROOT}/report/report.html", f"{ROOT}/report/quality.json")


def test_what_lies_beside_a_payload_is_named_after_it() -> None:
    paths = PayloadPaths(JobPaths(ROOT).consolidation_request(0, CREATED))
    assert paths.batch == "iteration-1/2026-11-28_12:00:59"
    assert paths.moment == datetime(2026, 11, 28, 12, 0, 59, tzinfo=UTC)
    assert paths.label_file("12", "png") == f"{CONSOLIDATED}/output/12_2026-11-28_12:00:59.png"
    assert paths.worker_skill == f"{CONSOLIDATED}/worker-skill"


def test_a_payload_outside_the_layout_has_files_beside_it_and_no_moment() -> None:
    paths = PayloadPaths("s3://bucket/tests/payload.json")
    assert (paths.batch, paths.moment) == ("payload", None)
    assert paths.label_file("12", "png") == "s3://bucket/tests/output/12_payload.png"
    assert paths.worker_skill == "s3://bucket/tests/worker-skill"


def test_moments_have_milliseconds() -> None:
    assert moment_text(CREATED + 0.0129) == "2026-11-28T12:00:59.012Z"
