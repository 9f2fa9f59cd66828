"""Failure reasons as people read them."""

from ground_truth.jobs.failure_reasons import explain


def explained(reason: str) -> str:
    """A failure reason with what it means and what to do, as far as that is known."""
    known = explain(reason)
    return f"{reason} ({known.meaning})\n           -> {known.fix}" if known else reason
