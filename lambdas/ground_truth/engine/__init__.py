"""The self-hosted engine: labeling jobs in the user's own account, with Ground Truth's files and events."""
