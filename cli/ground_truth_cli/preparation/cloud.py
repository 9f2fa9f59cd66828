"""Preparing in the account: upload what is missing, start the workflow, follow it."""

import contextlib
import itertools
import json
import re
import sys
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, TypedDict

from tqdm import tqdm

from ground_truth.contract.errors import InputError, ServiceError
from ground_truth.contract.parameters import preparation_parameter
from ground_truth.images.dataset import DatasetKeys, Preparation
from ground_truth_cli.preparation.storages import Entry, Folder, Prefix, Storage

if TYPE_CHECKING:
    import boto3
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_stepfunctions import SFNClient

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")
_THREADS = 16
_IN_HAND = 64
_SECONDS_BETWEEN_LOOKS = 2.0


class CloudSummary(TypedDict):
    """What became of a dataset, and where it is."""

    dataset: str
    uploaded: int
    images: int
    manifest: str
    rejected: str
    mapping: str


class _RunOutput(TypedDict):
    """What the workflow ends with."""

    images: int
    manifest: str


def prepare_in_account(session: "boto3.Session", source: Storage, name: str, environment: str) -> CloudSummary:
    """Uploads a folder as a dataset, has it prepared, and returns the summary.

    What an earlier call uploaded is not uploaded again. A source on S3 has to lie where the upload would put it.
    Raises InputError for a name or a source that cannot be, ServiceError if the workflow fails.
    """
    if not _NAME.fullmatch(name):
        raise InputError(f"with --cloud, 'destination' should be the name of a dataset such as street-1, got {name!r}")
    answer = session.client("ssm").get_parameter(Name=preparation_parameter(environment))
    preparation = Preparation(**json.loads(answer["Parameter"]["Value"]))
    dataset = DatasetKeys(name=name)
    target = Prefix(preparation.raw_bucket, dataset.uploads)
    uploaded = _upload(session, source, target) if isinstance(source, Folder) else 0
    if isinstance(source, Prefix) and source != target:
        raise InputError(f"'source' should be a folder or {target.uri}, got {source.uri}: copy the photos there first")
    output = _run(session.client("stepfunctions"), preparation.state_machine, dataset)
    return {
        "dataset": name,
        "uploaded": uploaded,
        "images": output["images"],
        "manifest": output["manifest"],
        "rejected": f"s3://{preparation.training_bucket}/{dataset.rejected}",
        "mapping": f"s3://{preparation.raw_bucket}/{dataset.mapping}",
    }


def _upload(session: "boto3.Session", source: Folder, target: Prefix) -> int:
    """Uploads the files that are not there in their size; returns how many that were."""
    client = session.client("s3")

    def put(entry: Entry) -> int:
        if _is_there(client, target, entry):
            return 0
        client.upload_file(str(source.root / entry.name), target.bucket, target.key_prefix + entry.name)
        return 1

    total = sum(1 for _ in source.files())
    if not total:
        raise InputError(f"'source' should hold files, got none in {source.root}")
    files = source.files()
    count = 0
    with (
        ThreadPoolExecutor(_THREADS) as pool,
        tqdm(total=total, unit="file", desc="Uploading", disable=None, file=sys.stderr) as bar,
    ):
        running: set[Future[int]] = {pool.submit(put, entry) for entry in itertools.islice(files, _IN_HAND)}
        while running:
            done, running = wait(running, return_when=FIRST_COMPLETED)
            running |= {pool.submit(put, entry) for entry in itertools.islice(files, len(done))}
            count += sum(task.result() for task in done)
            bar.update(len(done))
    return count


def _is_there(client: "S3Client", target: Prefix, entry: Entry) -> bool:
    answer = client.list_objects_v2(Bucket=target.bucket, Prefix=target.key_prefix + entry.name, MaxKeys=1)
    objects = answer.get("Contents", [])
    return bool(objects) and (objects[0]["Key"], objects[0]["Size"]) == (target.key_prefix + entry.name, entry.size)


def _run(client: "SFNClient", machine: str, dataset: DatasetKeys) -> "_RunOutput":
    started = client.start_execution(stateMachineArn=machine, input=json.dumps({"key": dataset.marker}))
    execution = started["executionArn"]
    with tqdm(unit="file", desc="Preparing", disable=None, file=sys.stderr) as bar:
        while (state := client.describe_execution(executionArn=execution))["status"] == "RUNNING":
            for total, done in _counts(client, execution):
                bar.total, bar.n = total, done
                bar.refresh()
            time.sleep(_SECONDS_BETWEEN_LOOKS)
    if state["status"] != "SUCCEEDED":
        raise ServiceError(
            f"the preparation of {dataset.name} ended as {state['status']}: {state.get('cause', execution)}"
        )
    output: _RunOutput = json.loads(state["output"])
    return output


def _counts(client: "SFNClient", execution: str) -> Iterator[tuple[int, int]]:
    """How many files there are and how many are done, once the service has listed them."""
    with contextlib.suppress(IndexError):
        run = client.list_map_runs(executionArn=execution)["mapRuns"][0]["mapRunArn"]
        counts = client.describe_map_run(mapRunArn=run)["itemCounts"]
        yield counts["total"], counts["succeeded"] + counts["failed"]
