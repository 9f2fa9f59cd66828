"""Failure reasons as people read them."""

from ground_truth.jobs.failure_reasons import explain_failure


def failure_text(reason: str) -> str:
    """A failure reason, with what it means and what to do where that is known."""
    explanation = explain_failure(reason)
    return f"{reason} ({explanation.meaning})\n           -> {explanation.fix}" if explanation else reason
