"""Label records of what was consolidated: for the hook, the engine, a whole job and the preview alike."""

from datetime import datetime

from ground_truth.answers.batch import ObjectError
from ground_truth.consolidation.by_type.outcome import Consolidation
from ground_truth.contract.hook_events import ConsolidatedObject
from ground_truth.contract.task_types import TaskType
from ground_truth.manifests.manifest_line import LabelRecord
from ground_truth.manifests.records import failed_record, label_record


def label_records(
    consolidation: Consolidation, attribute: str, task_type: TaskType, *, job_arn: str, moment: datetime
) -> dict[str, LabelRecord]:
    """The label record of each object: label and metadata, or the reason why it has none."""
    return {
        object_id: failed_record(attribute, task_type, str(outcome), job_arn=job_arn, moment=moment)
        if isinstance(outcome, ObjectError)
        else label_record(attribute, task_type, outcome.label, outcome.details, job_arn=job_arn, moment=moment)
        for object_id, outcome in consolidation.outcomes.items()
    }


def hook_response(
    consolidation: Consolidation, attribute: str, task_type: TaskType, *, job_arn: str, moment: datetime
) -> list[ConsolidatedObject]:
    """What the post-annotation hook answers: what is missing from it fails alone (contract section 6.4)."""
    records = label_records(consolidation, attribute, task_type, job_arn=job_arn, moment=moment)
    return [
        {"datasetObjectId": object_id, "consolidatedAnnotation": {"content": records[object_id].content}}
        for object_id in consolidation.labeled
    ]
