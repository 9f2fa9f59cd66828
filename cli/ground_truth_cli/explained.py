"""Failure reasons as people read them."""

from ground_truth.jobs.failure_reasons import explain_failure


def explained(reason: str) -> str:
    """A failure reason with what it means and what to do, as far as that is known."""
    known = explain_failure(reason)
    return f"{reason} ({known.meaning})\n           -> {known.fix}" if known else reason
