"""The self-hosted engine: labeling jobs in your own account."""
