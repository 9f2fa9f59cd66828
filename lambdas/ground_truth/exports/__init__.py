"""Exports: the labels of an output manifest as the files that training tools read, one module a format."""
