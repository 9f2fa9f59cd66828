"""The post-annotation hook: workers' answers in, one annotation per object out (contract section 6)."""

import functools
import json
import logging
import os
from collections.abc import Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from ground_truth.annotations import AnnotatedObject, ObjectError, read_batch
from ground_truth.consolidate import CONSOLIDATORS
from ground_truth.consolidation_request import ConsolidationRequest
from ground_truth.label_categories import read_labels
from ground_truth.records import record
from ground_truth.s3 import Files
from ground_truth.task_types import TASK_TYPES

log = logging.getLogger(__name__)
log.setLevel(logging.INFO)


def handler(event: Mapping[str, Any], context: object) -> list[dict[str, Any]]:
    """Consolidates a batch; an object that cannot be is left out and named in the log with the reason.

    Running it again on the same batch gives the same annotations and overwrites the same files.
    """
    request = ConsolidationRequest.read(event)
    labels = request.label_categories or _labels()
    payload = json.loads(_files().read(request.payload_uri))
    response = []
    for object_id, labeled in read_batch(payload, _read_answer):
        try:
            content = _consolidate(request, labels, labeled)
        except ObjectError as error:
            # Contract 6.4: what is missing from the response fails alone; raising would fail the batch.
            log.error(
                json.dumps(
                    {
                        "labelingJobArn": request.labeling_job_arn,
                        "datasetObjectId": object_id,
                        "failed": str(error),
                    }
                )
            )
        else:
            response.append({"datasetObjectId": object_id, "consolidatedAnnotation": {"content": content}})
    return response


def _consolidate(
    request: ConsolidationRequest, labels: Sequence[str], labeled: AnnotatedObject | ObjectError
) -> dict[str, Any]:
    if isinstance(labeled, ObjectError):
        raise labeled
    task_type = TASK_TYPES[os.environ["TASK_TYPE"]]
    try:
        label, details = CONSOLIDATORS[task_type.key](labeled, labels)
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError) as error:
        # Answers are whatever a template or a worker sent; what no check expected still fails one object only.
        raise ObjectError(f"an answer is not of the task's shape: {error!r}") from error
    if isinstance(label, bytes):
        uri = request.file_uri(labeled.dataset_object_id, "png")
        _files().write(uri, label, "image/png")
        label = uri
    return record(
        request.label_attribute_name,
        task_type,
        label,
        details,
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
    except ClientError as error:
        raise ObjectError(f"the answer at {uri} cannot be read: {error}") from error
