"""Preparing whole folders and buckets: where files lie, what was done, and doing it on all cores."""
