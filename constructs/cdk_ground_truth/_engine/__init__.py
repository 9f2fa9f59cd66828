"""The parts of the self-hosted engine."""
