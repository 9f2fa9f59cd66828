"""What the functions around the work are given and give back (contract sections 5 and 6)."""

from typing import NotRequired, TypedDict

from ground_truth.contract.json_types import Json, JsonObject


class PreAnnotationEvent(TypedDict):
    """What a pre-annotation function is given: one manifest line. ``labelAttributeName`` is left out at times."""

    version: str
    labelingJobArn: str
    labelAttributeName: NotRequired[str]
    dataObject: JsonObject


class PreAnnotationAnswer(TypedDict):
    """What it gives back: the page's ``task.input``, and whether people are asked at all."""

    taskInput: JsonObject
    isHumanAnnotationRequired: NotRequired[bool | str]


class Payload(TypedDict):
    """Where the answers of a batch lie."""

    s3Uri: str


class PostAnnotationEvent(TypedDict):
    """What a post-annotation function is given: a batch of answers, by its address."""

    version: str
    labelingJobArn: str
    labelAttributeName: str
    roleArn: NotRequired[str]
    labelCategories: NotRequired[list[str]]
    payload: Payload


class AnnotationContent(TypedDict):
    """One object's label and metadata under the names of its attributes."""

    content: JsonObject


class ConsolidatedObject(TypedDict):
    """What it gives back for one object; what is left out has failed."""

    datasetObjectId: str
    consolidatedAnnotation: AnnotationContent


class AnnotationData(TypedDict, total=False):
    """A worker's answer as the payload holds it: JSON in a text, or where that text lies."""

    content: str
    s3Uri: str


class PayloadAnnotation(TypedDict):
    """One worker's answer in the payload."""

    workerId: str
    annotationData: AnnotationData


class PayloadObject(TypedDict):
    """One object with its answers in the payload."""

    datasetObjectId: str
    dataObject: Json
    annotations: list[PayloadAnnotation]
