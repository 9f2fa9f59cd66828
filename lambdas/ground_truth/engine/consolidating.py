"""The step after the work: answers become files as Ground Truth writes them, and labels (contract sections 6 and 8)."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeAlias

from ground_truth.answers.batch import read_batch
from ground_truth.aws.s3 import Files
from ground_truth.consolidation.by_type import consolidator
from ground_truth.consolidation.output_records import hook_response
from ground_truth.contract.hook_events import AnnotationData, ConsolidatedObject, PayloadAnnotation, PayloadObject
from ground_truth.contract.job_paths import JobPaths, moment_text
from ground_truth.contract.json_types import Json, JsonObject
from ground_truth.contract.task_types import CUSTOM, TASK_TYPES, TaskType
from ground_truth.engine.hooks import HookFailed, Hooks, built_in_type
from ground_truth.engine.model import EngineJob, LabelOutcome, ObjectResult, Status, StoredAnswer
from ground_truth.engine.opening import labels_of, lines_of
from ground_truth.engine.planning import ManifestBatch
from ground_truth.engine.store.store import EngineStore
from ground_truth.manifests.lines import format_line
from ground_truth.manifests.manifest_line import LabelRecord, ManifestLine
from ground_truth.manifests.records import failed_record, label_record

# Of each object label and metadata, or in words why it has none.
Contents: TypeAlias = dict[str, JsonObject | str]

_VERSION = "2018-10-06"
_NOBODY = "no worker answered before the tasks expired"
_MISSING = "the post-annotation hook returned no annotation for the object; its log says why"


def consolidate_batch(
    job: EngineJob, arn: str, batch: ManifestBatch, store: EngineStore, files: Files, hooks: Hooks
) -> int:
    """Writes a batch's answers, has them consolidated, and writes its lines; returns how many objects have labels.

    Doing it again writes the same files. An object that cannot be consolidated fails alone, and a hook that fails
    fails its batch only.
    """
    paths = JobPaths.of_request(job.request)
    lines = dict(lines_of(job, batch, files))
    results = {result.object_id: result for result in store.objects.results(job, lines)}
    answered = [result for result in results.values() if result.answers]
    responses = dict(_write_response(result, paths, files) for result in answered)
    contents = _Consolidation(job, arn, batch, files, hooks).contents(answered, lines, responses)
    moment = datetime.fromtimestamp(store.clock(), UTC)
    kind = _type_in(contents, job)
    attribute = job.attribute
    output = []
    failed = 0
    for object_id, line in lines.items():
        content = contents.get(object_id) or _reason(results.get(object_id), job)
        if isinstance(content, str):
            failed += 1
            content = failed_record(attribute, kind, content, job_arn=arn, moment=moment).content
        output.append(line if content is None else line.with_record(LabelRecord(attribute, content)))
    files.write(paths.intermediate(batch.number), b"".join(map(format_line, output)), "application/jsonlines")
    labeled = sum(isinstance(content, dict) for content in contents.values())
    store.jobs.set_outcome(job, batch.number, LabelOutcome(labeled=labeled, failed=failed))
    return labeled


class _Consolidation:
    def __init__(self, job: EngineJob, arn: str, batch: ManifestBatch, files: Files, hooks: Hooks) -> None:
        self._job, self._arn, self._batch = job, arn, batch
        self._files, self._hooks = files, hooks
        self._paths = JobPaths.of_request(job.request)
        self._attribute = job.attribute
        self._function = job.post_annotation
        self._built_in = built_in_type(self._function, "ACS")
        self._moment = datetime.fromtimestamp(job.created, UTC)

    def contents(
        self, answered: Sequence[ObjectResult], lines: Mapping[str, ManifestLine], responses: Mapping[str, str]
    ) -> Contents:
        """Label and metadata of each object, or in words why it has none."""
        if not answered:
            return {}
        if self._function is None:
            return {object_id: self._referring(response) for object_id, response in responses.items()}
        payload = [self._entry(result, lines[result.object_id]) for result in answered]
        uri = self._paths.consolidation_request(self._batch.number, self._job.created)
        self._files.write(uri, json.dumps(payload, ensure_ascii=False).encode(), "application/json")
        try:
            response = (
                self._consolidated(payload, self._built_in)
                if self._built_in
                else self._hooks.call(self._function, self._event(uri))
            )
            labels = dict(self._annotations(response))
        except HookFailed as error:
            return {object_id: str(error)[:1000] for object_id in responses}
        self._files.write(
            self._paths.consolidation_response(self._batch.number, self._job.created),
            json.dumps(response, ensure_ascii=False).encode(),
            "application/json",
        )
        return {object_id: labels.get(object_id, _MISSING) for object_id in responses}

    def _entry(self, result: ObjectResult, line: ManifestLine) -> PayloadObject:
        data: JsonObject = {"s3Uri" if "source-ref" in line.content else "content": line.source}
        annotations: list[PayloadAnnotation] = [
            {"workerId": answer.worker_id, "annotationData": self._annotation(answer)} for answer in result.answers
        ]
        return {"datasetObjectId": result.object_id, "dataObject": data, "annotations": annotations}

    def _annotation(self, answer: StoredAnswer) -> AnnotationData:
        if answer.content_uri:
            return {"s3Uri": answer.content_uri}
        return {"content": json.dumps(answer.content, ensure_ascii=False)}

    def _event(self, payload_uri: str) -> dict[str, object]:
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

    def _annotations(self, response: object) -> Iterator[tuple[str, JsonObject]]:
        """The objects that have an annotation in a hook's response, each with its label and metadata."""
        if not isinstance(response, list):
            raise HookFailed(f"the post-annotation hook should answer with a list, got {type(response).__name__}")
        for entry in response:
            annotation = entry.get("consolidatedAnnotation") if isinstance(entry, dict) else None
            content = annotation.get("content") if isinstance(annotation, dict) else None
            if isinstance(content, dict) and self._attribute in content and "datasetObjectId" in entry:
                yield str(entry["datasetObjectId"]), self._complete(content)

    def _complete(self, content: JsonObject) -> JsonObject:
        """What the hook gave, with the metadata that the service adds to what a custom hook returns (contract 6.4)."""
        own_type = LabelRecord(self._attribute, content).type
        if own_type in _RECORD_TYPES and own_type != CUSTOM.record_type:
            return content
        return {**content, **self._custom(content[self._attribute])}

    def _custom(self, label: Json, **details: str) -> JsonObject:
        record = label_record(self._attribute, CUSTOM, label, details, job_arn=self._arn, moment=self._moment)
        return record.content

    def _referring(self, response_uri: str) -> JsonObject:
        """What stands in the manifest where nothing is consolidated (contract section 6.5)."""
        return self._custom({}, **{"worker-response-ref": response_uri})

    def _consolidated(self, payload: Sequence[PayloadObject], kind: TaskType) -> list[ConsolidatedObject]:
        """What AWS's own function does, by ours of the same type."""

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


def _write_response(result: ObjectResult, paths: JobPaths, files: Files) -> tuple[str, str]:
    """Writes an object's worker response; returns its id and where the file lies."""
    uri = paths.worker_response(result.object_id, result.answers[-1].submitted)
    answers = [_answer(answer, files) for answer in result.answers]
    files.write(uri, json.dumps({"answers": answers}, ensure_ascii=False).encode(), "application/json")
    return result.object_id, uri


def _answer(answer: StoredAnswer, files: Files) -> JsonObject:
    content = json.loads(files.read(answer.content_uri)) if answer.content_uri else answer.content
    return {
        "acceptanceTime": moment_text(answer.accepted),
        "answerContent": content,
        "submissionTime": moment_text(answer.submitted),
        "timeSpentInSeconds": answer.seconds,
        "workerId": answer.worker_id,
        "workerMetadata": {"identityData": dict(answer.identity)},
    }


def _type_in(contents: Contents, job: EngineJob) -> TaskType:
    """The type that the batch's labels have, for the objects that have none; requests do not tell it."""
    types = {LabelRecord(job.attribute, content).type for content in contents.values() if isinstance(content, dict)}
    return next((kind for kind in TASK_TYPES.values() if kind.record_type in types), CUSTOM)


def _reason(result: ObjectResult | None, job: EngineJob) -> str | None:
    """Why an object has no label; None for one that nobody was asked about, or whose job was stopped before."""
    if result is None or (job.status == Status.STOPPING and not result.failure):
        return None
    return result.failure or _NOBODY
