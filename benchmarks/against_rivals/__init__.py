"""Consolidation beside truth, rivals and floors: one module a kind of answer, and one for the time it takes."""
