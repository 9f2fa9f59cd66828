"""Consolidates image classifications, and verdicts on labels, which are classifications with comments."""

from collections.abc import Sequence

from ground_truth.answers.batch import AnnotatedObject, Answer, ObjectError, answer_field
from ground_truth.consolidation.by_type.outcome import (
    Consolidated,
    Consolidation,
    ReadObjects,
    WorkerQuality,
    WriteFile,
    known_label,
    read_each,
)
from ground_truth.consolidation.classification import Decision, consolidate_classification
from ground_truth.consolidation.confusion import label_confusions
from ground_truth.consolidation.counts import StoredCounts
from ground_truth.consolidation.verification import Comment, worker_feedback
from ground_truth.consolidation.votes import Votes, votes_from
from ground_truth.consolidation.workers import leave_one_out_agreement, outliers, skills
from ground_truth.contract.json_types import Json
from ground_truth.manifests import records

_Choices = list[tuple[str, str, Comment]]


def merge_choices(
    objects: ReadObjects, labels: Sequence[str], *, history: StoredCounts, write_file: WriteFile
) -> Consolidation:
    """One class for each object, as in contract section 7.3, ImageMultiClass.

    Beside the confidence stand ``alternatives``, the likelier classes with their probability, and ``margin``,
    the distance of the first two; with one worker they mean nothing and are left out.
    """
    read = dict(read_each(objects, lambda labeled: _choices(labeled, labels)))
    chosen = {object_id: choices for object_id, choices in read.items() if not isinstance(choices, ObjectError)}
    rows = [(object_id, worker, label) for object_id, choices in chosen.items() for worker, label, _ in choices]
    votes = votes_from([row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows], labels=labels)
    classification = consolidate_classification(votes, history=history)
    decided = {decision.object_id: _label(decision, chosen[decision.object_id]) for decision in classification}
    return Consolidation(
        outcomes={
            object_id: choices if isinstance(choices, ObjectError) else decided[object_id]
            for object_id, choices in read.items()
        },
        counts=classification.counts,
        workers=lambda: _workers(votes, classification.counts),
        confusions=lambda: label_confusions(votes),
    )


def _choices(labeled: AnnotatedObject, labels: Sequence[str]) -> _Choices:
    choices = [_choice(answer, labels) for answer in labeled.answers]
    if not any(label for _, label, _ in choices):
        raise ObjectError("no worker chose a label")
    return choices


def _choice(answer: Answer, labels: Sequence[str]) -> tuple[str, str, Comment]:
    part = answer_field(answer.content, "label")
    # A form that was sent without a choice is an answer, but no vote.
    label = known_label(part["label"], labels, answer) if part["label"] not in (None, "") else ""
    comment = part.get("workerComment")
    text = comment if isinstance(comment, str) else None
    return answer.worker_id, label, Comment(worker_id=answer.worker_id, text=text, submitted=answer.submitted)


def _label(decision: Decision, choices: _Choices) -> Consolidated:
    label, confidence = str(decision.label), round(decision.confidence, 2)
    details: dict[str, Json] = records.classification_details(label, confidence)
    if decision.answers > 1:
        details |= records.alternatives(decision.alternatives, decision.margin)
    feedback = worker_feedback(comment for _, _, comment in choices)
    if feedback:
        details["worker-feedback"] = [{**comment} for comment in feedback]
    return Consolidated(
        label=decision.class_id,
        details=details,
        names=(label,),
        confidences=(confidence,),
        ambiguous=_why_ambiguous(decision),
    )


def _why_ambiguous(decision: Decision) -> str:
    if decision.ambiguous:
        (first, first_share), (second, second_share), *_ = decision.alternatives
        return f"{first!r} ({first_share:.0%}) or {second!r} ({second_share:.0%})"
    if decision.answers > 1 and decision.label != decision.majority:
        return f"{decision.label!r}, though most workers say {decision.majority!r}"
    return ""


def _workers(votes: Votes, counts: StoredCounts) -> list[WorkerQuality]:
    skill = skills(counts)
    odd = outliers(counts, labels=len(votes.labels))
    agreement = leave_one_out_agreement(votes)
    return [
        WorkerQuality(
            worker_id=worker,
            answers=answers,
            skill=skill[worker].skill if worker in skill else None,
            low=skill[worker].low if worker in skill else None,
            high=skill[worker].high if worker in skill else None,
            agreement=agreement.get(worker),
            outlier=odd[worker].reason if worker in odd else "",
        )
        for worker, answers in zip(votes.workers, votes.answers_per_worker.tolist(), strict=True)
    ]
