"""Manifests, lines in and lines out, and the labels that they hold (contract sections 2 and 7)."""
