"""The CreateLabelingJob request by its own property names (contract section 4.1).

The shapes hold what jobs of this library use; the service knows more. The service leaves many of them out where
nothing was asked for, hence ``NotRequired``.
"""

from typing import NotRequired, TypedDict


class S3DataSource(TypedDict):
    """Where the input manifest lies."""

    ManifestS3Uri: str


class DataSource(TypedDict):
    """The input of a job: a manifest in S3."""

    S3DataSource: S3DataSource


class InputConfig(TypedDict):
    """What is labeled."""

    DataSource: DataSource


class OutputConfig(TypedDict):
    """Where the results go, and the key that encrypts them."""

    S3OutputPath: str
    KmsKeyId: NotRequired[str]


class StoppingConditions(TypedDict, total=False):
    """When a job ends before everything is labeled."""

    MaxHumanLabeledObjectCount: int
    MaxPercentageOfInputDatasetLabeled: int


class Tag(TypedDict):
    """A tag of the job."""

    Key: str
    Value: str


class UiConfig(TypedDict, total=False):
    """The worker's page: a template of one's own, or a page of AWS."""

    UiTemplateS3Uri: str
    HumanTaskUiArn: str


class AnnotationConsolidationConfig(TypedDict):
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


class HumanTaskConfig(TypedDict):
    """Who is asked what, how often and for how long; times are in seconds."""

    WorkteamArn: NotRequired[str]
    UiConfig: UiConfig
    PreHumanTaskLambdaArn: NotRequired[str]
    AnnotationConsolidationConfig: NotRequired[AnnotationConsolidationConfig]
    TaskKeywords: NotRequired[list[str]]
    TaskTitle: str
    TaskDescription: str
    NumberOfHumanWorkersPerDataObject: int
    TaskTimeLimitInSeconds: int
    TaskAvailabilityLifetimeInSeconds: NotRequired[int]
    MaxConcurrentTaskCount: NotRequired[int]
    PublicWorkforceTaskPrice: NotRequired[PublicWorkforceTaskPrice]


class LabelingJobRequest(TypedDict):
    """A whole CreateLabelingJob request."""

    LabelingJobName: str
    LabelAttributeName: str
    InputConfig: InputConfig
    OutputConfig: OutputConfig
    RoleArn: NotRequired[str]
    LabelCategoryConfigS3Uri: NotRequired[str]
    StoppingConditions: NotRequired[StoppingConditions]
    HumanTaskConfig: HumanTaskConfig
    Tags: NotRequired[list[Tag]]
