"""How large pictures may be, and what can be made unrecognizable (contract section 2.3); needs no Pillow."""

MOST_PIXELS = 100_000_000
MOST_BYTES = 40_000_000
# Larger sources are not even read: no camera writes them, and each would fill a small machine's memory.
MOST_SOURCE_BYTES = 250_000_000

FACES, PLATES = "faces", "plates"
REDACTABLE = (FACES, PLATES)
