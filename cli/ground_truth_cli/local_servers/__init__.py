"""Servers for the browser of this machine: the workers' page and the preview."""
