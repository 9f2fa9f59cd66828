"""The edges to AWS: reading and writing S3."""
