"""What the worker's page asks for, without HTTP: jobs, the next object, and what becomes of it.

The worker is who signed in, never who a request says. A worker sees an object only while they have it in hand.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ground_truth.aws.s3 import Files, split_uri
from ground_truth.contract.errors import InputError
from ground_truth.contract.job_paths import JobPaths
from ground_truth.contract.json_text import json_text
from ground_truth.contract.json_types import JsonObject
from ground_truth.engine import work
from ground_truth.engine.bodies import RequestRefused
from ground_truth.engine.control import wake_job
from ground_truth.engine.model import EngineJob, Lease, NotHeld, SentAnswer, Status, Worker
from ground_truth.engine.store.answers import MOST_ANSWER_BYTES
from ground_truth.engine.store.store import EngineStore
from ground_truth.engine.strict_json import parse
from ground_truth.templates.rendering import render_page

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_stepfunctions import SFNClient

# A mask of 100 million pixels as PNG in base64 is shorter.
MOST_UPLOAD_BYTES = 100_000_000
MOST_DRAFT_BYTES = 300_000
_UPLOAD_SECONDS = 900


class WorkerApi:
    """Answers the requests of workers."""

    def __init__(self, store: EngineStore, files: Files, s3: S3Client, states: SFNClient) -> None:
        self._store = store
        self._files = files
        self._s3 = s3
        self._states = states

    def jobs(self) -> JsonObject:
        """The jobs that go on, newest first."""
        return {
            "jobs": [self._summary(job) for job in self._store.jobs.newest_first() if job.status == Status.IN_PROGRESS]
        }

    def claim(self, worker: Worker, job_name: str, after: str | None) -> JsonObject | None:
        """The next object with its page; None where there is none now."""
        job = self._store.jobs.get(job_name)
        done = _object_id(job, after) if after else None
        lease = work.claim(self._store, job, worker.worker_id, after=done)
        return self._page(job, lease) if lease else None

    def draft(self, worker: Worker, task_id: str, content: JsonObject) -> JsonObject:
        """Keeps what a worker has so far."""
        job, object_id = self._task(task_id)
        if len(json_text(content).encode()) > MOST_DRAFT_BYTES:
            raise RequestRefused(413, f"a draft has at most {MOST_DRAFT_BYTES:,} bytes; this one stays in your browser")
        try:
            work.save_draft(self._store, job, object_id, worker.worker_id, content)
        except NotHeld as error:
            raise RequestRefused(410, str(error)) from error
        return {}

    def upload(self, worker: Worker, task_id: str) -> JsonObject:
        """Where a long answer can be put, as JSON, before its address is handed in."""
        job, object_id = self._task(task_id)
        self._held(job, object_id, worker)
        uri = self._upload_uri(job, object_id, worker)
        bucket, key = split_uri(uri)
        parameters = {"Bucket": bucket, "Key": key, "ContentType": "application/json"}
        url = self._s3.generate_presigned_url("put_object", Params=parameters, ExpiresIn=_UPLOAD_SECONDS)
        return {"url": url, "answerUri": uri}

    def answer(self, worker: Worker, task_id: str, sent: SentAnswer) -> JsonObject:
        """Keeps a worker's answer; sent again it changes nothing."""
        job, object_id = self._task(task_id)
        sent = self._short(sent, self._upload_uri(job, object_id, worker))
        try:
            finished = work.answer(self._store, job, object_id, worker.worker_id, sent)
        except NotHeld as error:
            raise RequestRefused(410, str(error)) from error
        self._wake(job, object_id, finished)
        return {}

    def release(self, worker: Worker, task_id: str) -> JsonObject:
        """Gives an object back."""
        job, object_id = self._task(task_id)
        work.release(self._store, job, object_id, worker.worker_id)
        return {}

    def decline(self, worker: Worker, task_id: str, reason: str) -> JsonObject:
        """Gives an object back for good."""
        job, object_id = self._task(task_id)
        try:
            finished = work.decline(self._store, job, object_id, worker.worker_id, reason)
        except NotHeld as error:
            raise RequestRefused(410, str(error)) from error
        self._wake(job, object_id, finished)
        return {}

    def _wake(self, job: EngineJob, object_id: str, finished: bool) -> None:
        if finished and self._store.jobs.may_be_finished(job, object_id):
            # The token may have come while this answer did.
            wake_job(self._store, self._store.jobs.get(job.name), self._states)

    def _summary(self, job: EngineJob) -> JsonObject:
        counts = self._store.jobs.counts(job, exactly=False)
        config = job.request["HumanTaskConfig"]
        return {
            "job": job.name,
            "title": config["TaskTitle"],
            "description": config["TaskDescription"],
            "timeLimit": job.time_limit,
            "expiresAt": job.expires,
            "done": counts.finished,
            "left": counts.total - counts.finished,
        }

    def _page(self, job: EngineJob, lease: Lease) -> JsonObject:
        config = job.request["HumanTaskConfig"]
        template = self._files.read(config["UiConfig"]["UiTemplateS3Uri"]).decode()
        seconds = max(1, round(lease.expires - self._store.clock()))
        try:
            page = render_page(
                template, lease.task_input, lambda uri: self._signed(uri, seconds), title=config["TaskTitle"]
            )
        except (InputError, ValueError) as error:
            raise RequestRefused(500, f"the page of this job cannot be shown: {error}") from error
        summary = self._summary(job)
        return {
            "taskId": _task_id(job, lease.object_id),
            "html": page,
            "acceptedAt": lease.accepted,
            "expiresAt": lease.expires,
            # The clock of a worker's computer may be wrong.
            "now": self._store.clock(),
            "draft": lease.draft,
            **{name: summary[name] for name in ("job", "title", "description", "done", "left")},
        }

    def _signed(self, uri: str, seconds: int) -> str:
        bucket, key = split_uri(uri)
        return self._s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": key}, ExpiresIn=seconds)

    def _task(self, task_id: str) -> tuple[EngineJob, str]:
        name, _, object_id = task_id.rpartition(".")
        if not object_id.isdigit():
            raise RequestRefused(404, f"there is no task {task_id!r}")
        return self._store.jobs.get(name), object_id

    def _held(self, job: EngineJob, object_id: str, worker: Worker) -> None:
        if worker.worker_id not in self._store.objects.get(job, object_id).holds:
            raise RequestRefused(410, f"object {object_id} is not in your hands")

    def _short(self, sent: SentAnswer, own_uri: str) -> SentAnswer:
        """The answer, with its content only where that fits into the table: longer ones lie at ``own_uri``."""
        if sent.content_uri is not None:
            if sent.content_uri != own_uri:
                raise RequestRefused(400, "'answerUri' should be the one that was given for this task")
            self._check_upload(own_uri)
            return sent
        text = json_text(sent.content).encode()
        if len(text) <= MOST_ANSWER_BYTES:
            return sent
        self._files.write(own_uri, text, "application/json")
        return replace(sent, content=None, content_uri=own_uri)

    def _check_upload(self, uri: str) -> None:
        bucket, key = split_uri(uri)
        try:
            size = self._s3.head_object(Bucket=bucket, Key=key)["ContentLength"]
            if size > MOST_UPLOAD_BYTES:
                raise RequestRefused(413, f"an answer has at most {MOST_UPLOAD_BYTES:,} bytes, this one has {size:,}")
            content = parse(self._files.read(uri))
        except (self._s3.exceptions.ClientError, InputError) as error:
            raise RequestRefused(
                400, f"the answer was not uploaded as JSON that can be written again: {error}"
            ) from error
        if not isinstance(content, dict):
            raise RequestRefused(400, "the uploaded answer should be a JSON object")

    @staticmethod
    def _upload_uri(job: EngineJob, object_id: str, worker: Worker) -> str:
        return JobPaths.of_request(job.request).long_answer(object_id, worker.worker_id)


def _task_id(job: EngineJob, object_id: str) -> str:
    return f"{job.key}.{object_id}"


def _object_id(job: EngineJob, task_id: str) -> str | None:
    name, _, object_id = task_id.rpartition(".")
    return object_id if name.lower() == job.key else None
