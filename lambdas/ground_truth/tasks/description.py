"""The parameter by which tools find a deployed task: its name and its content, one JSON object."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ground_truth.contract.backends import WorkforceKind
from ground_truth.contract.errors import InputError
from ground_truth.tasks.request_parts import Request, job_part, merge

VERSION = 1


@dataclass(frozen=True, kw_only=True)
class TaskDescription:
    """What a deployed task consists of.

    ``template``, ``label_categories`` (None for a custom task without labels) and ``request`` are S3 URIs of
    published files; ``request`` holds the part of the CreateLabelingJob request that the task determines and
    ``deployment`` is the part that the deployment determines. ``workforce`` is who works on it,
    ``instruction_media`` what comes before a picture's path.
    """

    name: str
    type: str
    workforce: WorkforceKind
    template: str
    label_categories: str | None
    request: str
    training_bucket: str
    instruction_media: str
    deployment: Request

    def as_json(self) -> dict[str, Any]:
        """The parameter's content."""
        return {"version": VERSION} | asdict(self)

    @classmethod
    def read(cls, text: str) -> "TaskDescription":
        """Reads a parameter's content.

        Raises InputError for another version.
        """
        content: dict[str, Any] = json.loads(text)
        version = content.pop("version", None)
        if version != VERSION:
            raise InputError(
                f"'version' of the task description should be {VERSION}, got {version!r}: "
                "use the same release for the stack and for the tools"
            )
        return cls(**content | {"workforce": WorkforceKind(content["workforce"])})

    def job_request(self, task_part: Mapping[str, Any], job_name: str, manifest_uri: str) -> Request:
        """The complete CreateLabelingJob request of a job; ``task_part`` is the content of ``request``."""
        return merge(task_part, self.deployment, job_part(job_name, manifest_uri))
