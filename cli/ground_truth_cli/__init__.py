"""The ``ground-truth`` command."""
