"""The labeling contract as code: tasks, templates, requests, hooks and records; no aws_cdk anywhere."""
