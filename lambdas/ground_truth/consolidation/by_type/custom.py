"""Passes the answers to custom tasks through, as only their author knows what they mean."""

from collections.abc import Sequence

from ground_truth.answers.batch import AnnotatedObject
from ground_truth.consolidation.by_type.outcome import Consolidated, Consolidation, ReadObjects, WriteFile, read_each
from ground_truth.consolidation.counts import StoredCounts
from ground_truth.contract.json_types import Json


def pass_answers_on(
    objects: ReadObjects, labels: Sequence[str], *, history: StoredCounts, write_file: WriteFile
) -> Consolidation:
    """All answers side by side, sorted by worker."""
    return Consolidation(outcomes=dict(read_each(objects, _side_by_side)))


def _side_by_side(labeled: AnnotatedObject) -> Consolidated:
    answers: list[Json] = [
        {"workerId": answer.worker_id, "annotationData": {"content": dict(answer.content)}}
        for answer in sorted(labeled.answers, key=lambda answer: answer.worker_id)
    ]
    return Consolidated(label={"annotationsFromAllWorkers": answers})
