"""Consolidates verification and adjustment answers: is the label good, and was it changed."""

from collections.abc import Iterable
from dataclasses import dataclass

ADJUSTED, UNADJUSTED = "adjusted", "unadjusted"


@dataclass(frozen=True, kw_only=True)
class Comment:
    """What a worker wrote about an object; ``submitted`` is an ISO time."""

    worker_id: str
    text: str | None
    submitted: str = ""


def worker_feedback(comments: Iterable[Comment]) -> list[dict[str, str]]:
    """The ``worker-feedback`` of the contract, section 7.3: comments by time, worker and text.

    Empty comments are left out; when the list is empty the key is left out of the record. The
    verdict itself is a classification of one object (``consolidate_classification``).
    """
    written = [(c.submitted, c.worker_id, (c.text or "").strip()) for c in comments]
    return [{"comment": text} for _, _, text in sorted(written) if text]


def adjustment_status(modified: Iterable[bool | None]) -> str:
    """'adjusted' when at least one worker changed the label, else 'unadjusted'.

    Takes each worker's ``initialValueModified``; None, for an answer without it, is no change. The
    label itself is consolidated as in the base task. Source: contract section 7.3.
    """
    return ADJUSTED if any(modified) else UNADJUSTED
