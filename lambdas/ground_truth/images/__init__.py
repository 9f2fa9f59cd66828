"""Photos made fit for strangers' eyes: no metadata, upright, renamed; pure functions on bytes (needs Pillow)."""
