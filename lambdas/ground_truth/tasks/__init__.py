"""Labeling tasks: what is asked of workers, what is refused and warned of, and what is derived from it."""
