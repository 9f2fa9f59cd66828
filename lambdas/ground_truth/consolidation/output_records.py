"""From what came out of a consolidation to records: for the hook, the engine, a whole job and the preview alike."""

from collections.abc import Mapping
from datetime import datetime

from ground_truth.answers.batch import ObjectError
from ground_truth.consolidation.by_type.outcome import Consolidation
from ground_truth.contract.hook_events import ConsolidatedObject
from ground_truth.contract.task_types import TaskType
from ground_truth.manifests.lines import Record
from ground_truth.manifests.records import failed_record, record


def label_records(
    consolidation: Consolidation, attribute: str, task_type: TaskType, *, job_arn: str, moment: datetime
) -> dict[str, Record]:
    """Label and metadata of each object, or the reason why it has none, under the names of its attributes."""
    return {
        object_id: failed_record(attribute, task_type, str(outcome), job_arn=job_arn, moment=moment)
        if isinstance(outcome, ObjectError)
        else record(attribute, task_type, outcome.label, outcome.details, job_arn=job_arn, moment=moment)
        for object_id, outcome in consolidation.outcomes.items()
    }


def hook_response(
    consolidation: Consolidation, attribute: str, task_type: TaskType, *, job_arn: str, moment: datetime
) -> list[ConsolidatedObject]:
    """What the post-annotation hook answers: what is missing from it fails alone (contract section 6.4)."""
    records = label_records(consolidation, attribute, task_type, job_arn=job_arn, moment=moment)
    return [
        {"datasetObjectId": object_id, "consolidatedAnnotation": {"content": records[object_id]}}
        for object_id in consolidation.labeled
    ]


def labeled_line(line: Record, content: Mapping[str, object] | None, attribute: str) -> Record:
    """A manifest line with an object's label and metadata; without them the line as it is.

    An object that failed does not keep the label that an earlier job gave it.
    """
    if content is None:
        return line
    others = {key: value for key, value in line.items() if key not in (attribute, f"{attribute}-metadata")}
    return {**others, **content}
