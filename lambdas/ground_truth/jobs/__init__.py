"""Whole jobs from their folder: results, quality, failures and cost."""
