"""The two backends that run labeling jobs, behind one interface."""
