"""A job as the service tells of it: what DescribeLabelingJob and ListLabelingJobs answer with."""

from datetime import datetime
from typing import NotRequired, TypedDict

from ground_truth.contract.request import HumanTaskConfig, InputConfig, OutputConfig, StoppingConditions, Tag


class LabelCounters(TypedDict, total=False):
    """How many objects have which label by now."""

    TotalLabeled: int
    HumanLabeled: int
    MachineLabeled: int
    FailedNonRetryableError: int
    Unlabeled: int


class LabelingJobOutput(TypedDict, total=False):
    """Where the labels are."""

    OutputDatasetS3Uri: str


class JobState(TypedDict):
    """What both tell of a job."""

    LabelingJobName: str
    LabelingJobArn: str
    LabelingJobStatus: str
    LabelCounters: LabelCounters
    CreationTime: datetime
    LastModifiedTime: datetime
    FailureReason: NotRequired[str]
    LabelingJobOutput: NotRequired[LabelingJobOutput]


class JobDescription(JobState):
    """What DescribeLabelingJob tells: the state, and what the job was started with."""

    JobReferenceCode: str
    LabelAttributeName: NotRequired[str]
    InputConfig: InputConfig
    OutputConfig: OutputConfig
    RoleArn: NotRequired[str]
    LabelCategoryConfigS3Uri: NotRequired[str]
    StoppingConditions: NotRequired[StoppingConditions]
    HumanTaskConfig: HumanTaskConfig
    Tags: NotRequired[list[Tag]]


class JobSummary(JobState):
    """What ListLabelingJobs tells of each job."""

    WorkteamArn: str
    PreHumanTaskLambdaArn: NotRequired[str]
    AnnotationConsolidationLambdaArn: NotRequired[str]
    InputConfig: NotRequired[InputConfig]
