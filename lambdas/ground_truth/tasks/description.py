"""The parameter by which tools find a deployed task: its name and its content, one JSON object."""

import json
from dataclasses import asdict, dataclass

from ground_truth.contract.backends import WorkforceKind
from ground_truth.contract.errors import InputError
from ground_truth.contract.json_types import JsonObject
from ground_truth.contract.request import LabelingJobRequest
from ground_truth.tasks.request_parts import job_part, merge_parts

TASK_DESCRIPTION_VERSION = 1
# What the parameter calls otherwise.
_KEYS = {"label_category_config": "label_categories"}


@dataclass(frozen=True, kw_only=True)
class TaskDescription:
    """What a deployed task consists of.

    ``template``, ``label_category_config`` (None for a custom task without labels) and ``request`` are S3 URIs of
    published files; ``request`` holds the part of the CreateLabelingJob request that the task determines and
    ``deployment`` is the part that the deployment determines. ``workforce`` is who works on it,
    ``instruction_media`` what comes before a picture's path.
    """

    name: str
    type: str
    workforce: WorkforceKind
    template: str
    label_category_config: str | None
    request: str
    training_bucket: str
    instruction_media: str
    deployment: LabelingJobRequest

    def as_json(self) -> JsonObject:
        """The parameter's content."""
        content = {_KEYS.get(name, name): value for name, value in asdict(self).items()}
        return {"version": TASK_DESCRIPTION_VERSION} | content

    @classmethod
    def read(cls, text: str) -> "TaskDescription":
        """Reads a parameter's content.

        Raises InputError for another version.
        """
        content = json.loads(text)
        version = content.pop("version", None)
        if version != TASK_DESCRIPTION_VERSION:
            raise InputError(
                f"'version' of the task description should be {TASK_DESCRIPTION_VERSION}, got {version!r}: "
                "use the same release for the stack and for the tools"
            )
        fields = {name: content.pop(key) for name, key in _KEYS.items()}
        return cls(**content | fields | {"workforce": WorkforceKind(content["workforce"])})

    def job_request(self, task_part: LabelingJobRequest, job_name: str, manifest_uri: str) -> LabelingJobRequest:
        """The complete CreateLabelingJob request of a job; ``task_part`` is the content of ``request``."""
        return merge_parts(task_part, self.deployment, job_part(job_name, manifest_uri))
