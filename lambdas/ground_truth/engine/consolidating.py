"""The step after the work: answers become files as Ground Truth writes them, and labels (contract sections 6 and 8)."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from ground_truth.answers.batch import read_batch
from ground_truth.aws.s3 import Files
from ground_truth.consolidation.by_type import consolidator
from ground_truth.consolidation.output_records import hook_response
from ground_truth.contract.hook_events import ConsolidatedObject
from ground_truth.contract.job_paths import JobPaths, moment_text
from ground_truth.contract.task_types import CUSTOM, TASK_TYPES, TaskType
from ground_truth.engine.hooks import HookFailed, Hooks, built_in_type
from ground_truth.engine.model import EngineJob, LabelOutcome, ObjectResult, Status, StoredAnswer
from ground_truth.engine.opening import labels_of, lines_of
from ground_truth.engine.planning import Batch
from ground_truth.engine.store.store import Store
from ground_truth.manifests.lines import format_line
from ground_truth.manifests.manifest_line import LabelRecord, ManifestLine
from ground_truth.manifests.records import failed_record, label_record

_VERSION = "2018-10-06"
_NOBODY = "no worker answered before the tasks expired"
_MISSING = "the post-annotation hook returned no annotation for the object; its log says why"


def consolidate_batch(job: EngineJob, arn: str, batch: Batch, store: Store, files: Files, hooks: Hooks) -> int:
    """Writes a batch's answers, has them consolidated, and writes its lines; returns how many objects have labels.

    Doing it again writes the same files. An object that cannot be consolidated fails alone, and a hook that fails
    fails its batch only.
    """
    paths = JobPaths.of_request(job.request)
    lines = dict(lines_of(job, batch, files))
    results = {one.object_id: one for one in store.objects.results(job, lines)}
    answered = [one for one in results.values() if one.answers]
    kept = [_written(one, job, paths, files) for one in answered]
    contents = _Consolidation(job, arn, batch, paths, files, hooks).contents(answered, lines, dict(kept))
    moment = datetime.fromtimestamp(store.clock(), UTC)
    kind = _type_in(contents, job)
    attribute = job.attribute
    out = []
    failed = 0
    for object_id, line in lines.items():
        content = contents.get(object_id) or _reason(results.get(object_id), job)
        if isinstance(content, str):
            failed += 1
            content = failed_record(attribute, kind, content, job_arn=arn, moment=moment).content
        out.append(line if content is None else line.with_record(LabelRecord(attribute, dict(content))))
    files.write(paths.intermediate(batch.number), b"".join(map(format_line, out)), "application/jsonlines")
    labeled = sum(isinstance(content, Mapping) for content in contents.values())
    store.jobs.set_outcome(job, batch.number, LabelOutcome(labeled=labeled, failed=failed))
    return labeled


class _Consolidation:
    def __init__(self, job: EngineJob, arn: str, batch: Batch, paths: JobPaths, files: Files, hooks: Hooks) -> None:
        self._job, self._arn, self._batch = job, arn, batch
        self._paths, self._files, self._hooks = paths, files, hooks
        self._attribute = job.attribute
        self._function = job.post_annotation
        self._built_in = built_in_type(self._function, "ACS")
        self._moment = datetime.fromtimestamp(job.created, UTC)

    def contents(
        self, answered: Sequence[ObjectResult], lines: Mapping[str, ManifestLine], responses: Mapping[str, str]
    ) -> dict[str, Mapping[str, Any] | str]:
        """Label and metadata of each object, or in words why it has none."""
        if not answered:
            return {}
        if self._function is None:
            return {one.object_id: self._referring(responses[one.object_id]) for one in answered}
        payload = [self._entry(one, lines[one.object_id]) for one in answered]
        uri = self._paths.consolidation_request(self._batch.number, self._job.created)
        self._files.write(uri, json.dumps(payload, ensure_ascii=False).encode(), "application/json")
        try:
            response = self._built(payload) if self._built_in else self._hooks.call(self._function, self._event(uri))
            found = dict(self._annotations(response))
        except HookFailed as error:
            return {one.object_id: str(error)[:1000] for one in answered}
        self._files.write(
            self._paths.consolidation_response(self._batch.number, self._job.created),
            json.dumps(response, ensure_ascii=False).encode(),
            "application/json",
        )
        return {one.object_id: found.get(one.object_id, _MISSING) for one in answered}

    def _entry(self, result: ObjectResult, line: ManifestLine) -> dict[str, Any]:
        data = {"s3Uri" if "source-ref" in line.content else "content": line.source}
        annotations = [
            {"workerId": answer.worker_id, "annotationData": self._annotation(answer)} for answer in result.answers
        ]
        return {"datasetObjectId": result.object_id, "dataObject": data, "annotations": annotations}

    def _annotation(self, answer: StoredAnswer) -> dict[str, str]:
        if answer.content_uri:
            return {"s3Uri": answer.content_uri}
        return {"content": json.dumps(answer.content, ensure_ascii=False)}

    def _event(self, payload_uri: str) -> dict[str, Any]:
        """The documented event and the one really sent, in one (contract sections 6.1 and 6.2)."""
        request = self._job.request
        key = request["OutputConfig"].get("KmsKeyId")
        labels = labels_of(request, self._files)
        return {
            "version": _VERSION,
            "labelingJobArn": self._arn,
            "labelAttributeName": self._attribute,
            "roleArn": request.get("RoleArn", ""),
            "payload": {"s3Uri": payload_uri},
            "outputConfig": self._paths.annotations,
            "maxHumanWorkersPerDataObject": self._job.workers,
            **({"labelCategories": labels} if labels else {}),
            **({"kmsKeyId": key} if key else {}),
        }

    def _annotations(self, response: Any) -> list[tuple[str, Mapping[str, Any]]]:
        if not isinstance(response, list):
            raise HookFailed(f"the post-annotation hook should answer with a list, got {type(response).__name__}")
        return [
            (str(entry["datasetObjectId"]), self._content(entry["consolidatedAnnotation"]["content"]))
            for entry in response
            if self._is_annotation(entry)
        ]

    def _is_annotation(self, entry: Any) -> bool:
        content = entry.get("consolidatedAnnotation") if isinstance(entry, Mapping) else None
        found = content.get("content") if isinstance(content, Mapping) else None
        return isinstance(found, Mapping) and self._attribute in found and "datasetObjectId" in entry

    def _content(self, content: Mapping[str, Any]) -> Mapping[str, Any]:
        """What the hook gave, with the metadata that the service adds to what a custom hook returns (contract 6.4)."""
        metadata = content.get(f"{self._attribute}-metadata")
        own = metadata.get("type") if isinstance(metadata, Mapping) else None
        if own in _RECORD_TYPES and own != CUSTOM.record_type:
            return content
        return {**content, **self._custom(content[self._attribute])}

    def _custom(self, label: Any, **details: str) -> dict[str, Any]:
        record = label_record(self._attribute, CUSTOM, label, details, job_arn=self._arn, moment=self._moment)
        return record.content

    def _referring(self, response_uri: str) -> dict[str, Any]:
        """What stands in the manifest where nothing is consolidated (contract section 6.5)."""
        return self._custom({}, **{"worker-response-ref": response_uri})

    def _built(self, payload: Sequence[Any]) -> list[ConsolidatedObject]:
        """What AWS's own function does, by ours of the same type."""
        kind = self._built_in or CUSTOM

        def write_mask(object_id: str, png: bytes) -> str:
            uri = self._paths.label_file(object_id, self._job.created, "png")
            self._files.write(uri, png, "image/png")
            return uri

        consolidation = consolidator(kind.key)(
            read_batch(payload, lambda uri: self._files.read(uri).decode()),
            labels_of(self._job.request, self._files),
            history={},
            write_file=write_mask,
        )
        return hook_response(consolidation, self._attribute, kind, job_arn=self._arn, moment=self._moment)


_RECORD_TYPES = {kind.record_type for kind in TASK_TYPES.values()}


def _written(result: ObjectResult, job: EngineJob, paths: JobPaths, files: Files) -> tuple[str, str]:
    """Writes an object's worker response; returns its id and where the file lies."""
    uri = paths.worker_response(result.object_id, result.answers[-1].submitted)
    answers = [_answer(one, files) for one in result.answers]
    files.write(uri, json.dumps({"answers": answers}, ensure_ascii=False).encode(), "application/json")
    return result.object_id, uri


def _answer(answer: StoredAnswer, files: Files) -> dict[str, Any]:
    content = json.loads(files.read(answer.content_uri)) if answer.content_uri else answer.content
    return {
        "acceptanceTime": moment_text(answer.accepted),
        "answerContent": content,
        "submissionTime": moment_text(answer.submitted),
        "timeSpentInSeconds": answer.seconds,
        "workerId": answer.worker_id,
        "workerMetadata": {"identityData": dict(answer.identity)},
    }


def _type_in(contents: Mapping[str, Mapping[str, Any] | str], job: EngineJob) -> TaskType:
    """The type that the batch's labels have, for the objects that have none; requests do not tell it."""
    key = f"{job.attribute}-metadata"
    types = {content[key]["type"] for content in contents.values() if isinstance(content, Mapping) and key in content}
    return next((kind for kind in TASK_TYPES.values() if kind.record_type in types), CUSTOM)


def _reason(result: ObjectResult | None, job: EngineJob) -> str | None:
    """Why an object has no label; None for one that nobody was asked about, or whose job was stopped before."""
    if result is None or (job.status == Status.STOPPING and not result.failure):
        return None
    return result.failure or _NOBODY
