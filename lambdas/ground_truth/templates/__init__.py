"""Worker templates: generated, checked and rendered (contract section 10)."""
