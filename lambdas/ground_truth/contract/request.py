"""The CreateLabelingJob request by its own property names (contract section 4.1).

The shapes hold what jobs of this library use; the service knows more. None of the properties is promised: a request
comes in parts, known at different moments, and the service leaves many out where nothing was asked for. Which ones a
whole request cannot do without is checked where one comes in.
"""

from typing import TypedDict


class S3DataSource(TypedDict, total=False):
    """Where the input manifest lies."""

    ManifestS3Uri: str


class DataSource(TypedDict, total=False):
    """The input of a job: a manifest in S3."""

    S3DataSource: S3DataSource


class DataAttributes(TypedDict, total=False):
    """What the pictures show that not everybody may want to see."""

    ContentClassifiers: list[str]


class InputConfig(TypedDict, total=False):
    """What is labeled."""

    DataSource: DataSource
    DataAttributes: DataAttributes


class OutputConfig(TypedDict, total=False):
    """Where the results go, and the key that encrypts them."""

    S3OutputPath: str
    KmsKeyId: str


class StoppingConditions(TypedDict, total=False):
    """When a job ends before everything is labeled."""

    MaxHumanLabeledObjectCount: int
    MaxPercentageOfInputDatasetLabeled: int


class Tag(TypedDict, total=False):
    """A tag of the job."""

    Key: str
    Value: str


class UiConfig(TypedDict, total=False):
    """The worker's page: a template of one's own, or a page of AWS."""

    UiTemplateS3Uri: str
    HumanTaskUiArn: str


class AnnotationConsolidationConfig(TypedDict, total=False):
    """The post-annotation function."""

    AnnotationConsolidationLambdaArn: str


class AmountInUsd(TypedDict, total=False):
    """A price in parts."""

    Dollars: int
    Cents: int
    TenthFractionsOfACent: int


class PublicWorkforceTaskPrice(TypedDict, total=False):
    """What one answer of the former public crowd was paid."""

    AmountInUsd: AmountInUsd


class HumanTaskConfig(TypedDict, total=False):
    """Who is asked what, how often and for how long; times are in seconds."""

    WorkteamArn: str
    UiConfig: UiConfig
    PreHumanTaskLambdaArn: str
    AnnotationConsolidationConfig: AnnotationConsolidationConfig
    TaskKeywords: list[str]
    TaskTitle: str
    TaskDescription: str
    NumberOfHumanWorkersPerDataObject: int
    TaskTimeLimitInSeconds: int
    TaskAvailabilityLifetimeInSeconds: int
    MaxConcurrentTaskCount: int
    PublicWorkforceTaskPrice: PublicWorkforceTaskPrice


class LabelingJobRequest(TypedDict, total=False):
    """A CreateLabelingJob request, or the part of one that is known."""

    LabelingJobName: str
    LabelAttributeName: str
    InputConfig: InputConfig
    OutputConfig: OutputConfig
    RoleArn: str
    LabelCategoryConfigS3Uri: str
    StoppingConditions: StoppingConditions
    HumanTaskConfig: HumanTaskConfig
    Tags: list[Tag]
