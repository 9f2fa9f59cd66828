"""AWS CDK constructs for labeling images with people."""

from cdk_ground_truth.annotation_hooks import AnnotationHooks, Hook
from cdk_ground_truth.dataset_preparation import DatasetPreparation
from cdk_ground_truth.execution_role import ExecutionRole
from cdk_ground_truth.function_settings import FunctionSettings
from cdk_ground_truth.imaging_layer import ImagingLayer
from cdk_ground_truth.instruction_media import InstructionMedia
from cdk_ground_truth.labeling import GroundTruthLabeling
from cdk_ground_truth.labeling_workflow import LabelingWorkflow
from cdk_ground_truth.monitoring import LabelingMonitoring
from cdk_ground_truth.private_work_team import PrivateWorkTeam
from cdk_ground_truth.published_task import PublishedTask
from cdk_ground_truth.raw_bucket import RawBucket
from cdk_ground_truth.rendering_layer import RenderingLayer
from cdk_ground_truth.self_hosted_engine import SelfHostedEngine
from cdk_ground_truth.training_bucket import LABELING_CORS_RULE, TrainingBucket
from cdk_ground_truth.workforce import Workforce
from ground_truth.contract.errors import ContractError
from ground_truth.tasks.instructions import Example, Instructions, Question
from ground_truth.tasks.reviews import EarlierLabels, LabelAdjustment, LabelVerification
from ground_truth.tasks.splitting import merge_split_labels, split_by_label
from ground_truth.tasks.task import (
    BoundingBox,
    CustomTask,
    ImageClassification,
    LabelingTask,
    MultiLabelClassification,
    SemanticSegmentation,
)

__all__ = [
    "LABELING_CORS_RULE",
    "AnnotationHooks",
    "BoundingBox",
    "ContractError",
    "CustomTask",
    "DatasetPreparation",
    "EarlierLabels",
    "Example",
    "ExecutionRole",
    "FunctionSettings",
    "GroundTruthLabeling",
    "Hook",
    "ImageClassification",
    "ImagingLayer",
    "InstructionMedia",
    "Instructions",
    "LabelAdjustment",
    "LabelVerification",
    "LabelingMonitoring",
    "LabelingTask",
    "LabelingWorkflow",
    "MultiLabelClassification",
    "PrivateWorkTeam",
    "PublishedTask",
    "Question",
    "RawBucket",
    "RenderingLayer",
    "SelfHostedEngine",
    "SemanticSegmentation",
    "TrainingBucket",
    "Workforce",
    "merge_split_labels",
    "split_by_label",
]
