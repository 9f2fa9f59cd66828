"""The post-annotation hook: workers' answers in, one annotation per object out (contract section 6)."""

import functools
import json
import logging
import os

from botocore.exceptions import BotoCoreError, ClientError

from ground_truth.answers.batch import ObjectError, read_batch
from ground_truth.answers.hook_event import ConsolidationRequest
from ground_truth.aws.s3 import Files
from ground_truth.consolidation.by_type import consolidator
from ground_truth.consolidation.output_records import hook_response
from ground_truth.consolidation.skill_store import SkillStore
from ground_truth.contract.hook_events import ConsolidatedObject, PostAnnotationEvent
from ground_truth.contract.label_category_config import read_labels
from ground_truth.contract.task_types import TASK_TYPES

log = logging.getLogger(__name__)
log.setLevel(logging.INFO)

# Loaded while the function starts, when it has more of a processor than later.
if "TASK_TYPE" in os.environ:
    consolidator(os.environ["TASK_TYPE"])


def handler(event: PostAnnotationEvent, context: object) -> list[ConsolidatedObject]:
    """Consolidates a batch; an object that cannot be is left out and named in the log with the reason.

    Running it again on the same batch overwrites the same files. It gives the same annotations, unless other
    batches of the job taught more about the workers since.
    """
    request = ConsolidationRequest.read(event)
    task_type = TASK_TYPES[os.environ["TASK_TYPE"]]
    skill = SkillStore(files=_files(), folder_uri=request.paths.worker_skill)
    learns = task_type.learns_from_batches

    def write_mask(object_id: str, png: bytes) -> str:
        uri = request.paths.label_file(object_id, "png")
        _files().write(uri, png, "image/png")
        return uri

    payload = json.loads(_files().read(request.payload_uri))
    consolidation = consolidator(task_type.key)(
        read_batch(payload, _read_answer),
        request.labels or _labels(),
        history=skill.of_other_batches(request.paths.batch) if learns else {},
        write_file=write_mask,
    )
    if learns:
        skill.put(request.paths.batch, consolidation.counts)
    for object_id, error in consolidation.failed.items():
        # Contract 6.4: what is missing from the response fails alone; raising would fail the batch.
        log.error(
            json.dumps({"labelingJobArn": request.labeling_job_arn, "datasetObjectId": object_id, "failed": str(error)})
        )
    return hook_response(
        consolidation,
        request.label_attribute_name,
        task_type,
        job_arn=request.labeling_job_arn,
        moment=request.moment,
    )


@functools.cache
def _files() -> Files:
    """One S3 client per environment of the function."""
    return Files()


@functools.cache
def _labels() -> tuple[str, ...]:
    """The task's labels, for events that do not name them."""
    uri = os.environ.get("LABEL_CATEGORY_CONFIG_S3_URI")
    return tuple(read_labels(_files().read(uri))) if uri else ()


def _read_answer(uri: str) -> str:
    try:
        return _files().read(uri).decode()
    except (ClientError, BotoCoreError) as error:
        raise ObjectError(f"the answer at {uri} cannot be read: {error}") from error
