"""Consolidation: merging what several workers answered, and what it says about them."""
