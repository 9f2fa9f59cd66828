"""The table of task types: every fact that differs from type to type, stated once."""

from dataclasses import dataclass

from ground_truth.limits import PRICES


@dataclass(frozen=True, kw_only=True)
class TaskType:
    """What the contract says about one kind of labeling task (contract sections 2.3, 4, 7).

    ``function_suffix`` completes AWS's own ``PRE-`` and ``ACS-`` function names.
    ``answer_field`` is the name of the element in the generated template, and so the top key of an answer.
    ``max_labels`` is None where the API sets no limit. Times are in seconds.
    """

    key: str
    function_suffix: str
    record_type: str
    element: str | None
    answer_field: str | None
    label_attribute_is_reference: bool
    min_labels: int
    max_labels: int | None
    max_objects: int
    default_workers: int
    default_time_limit_in_seconds: int
    lowest_price: int
    verb: str
    keywords: tuple[str, ...]

    @property
    def prices(self) -> tuple[int, ...]:
        """The public crowd's price list for this type, in tenths of a US cent (contract 4.5)."""
        return tuple(price for price in PRICES if price >= self.lowest_price)


BOUNDING_BOX = TaskType(
    key="bounding-box",
    function_suffix="BoundingBox",
    record_type="groundtruth/object-detection",
    element="crowd-bounding-box",
    answer_field="boundingBox",
    label_attribute_is_reference=False,
    min_labels=1,
    max_labels=50,
    max_objects=100_000,
    default_workers=5,
    default_time_limit_in_seconds=3_600,
    lowest_price=36,
    verb="Draw boxes",
    keywords=("image", "bounding box"),
)

IMAGE_CLASSIFICATION = TaskType(
    key="image-classification",
    function_suffix="ImageMultiClass",
    record_type="groundtruth/image-classification",
    element="crowd-image-classifier",
    answer_field="crowd-image-classifier",
    label_attribute_is_reference=False,
    min_labels=2,
    max_labels=None,
    max_objects=100_000,
    default_workers=3,
    default_time_limit_in_seconds=300,
    lowest_price=12,
    verb="Choose a category",
    keywords=("image", "classification"),
)

MULTI_LABEL_CLASSIFICATION = TaskType(
    key="multi-label-classification",
    function_suffix="ImageMultiClassMultiLabel",
    record_type="groundtruth/image-classification-multilabel",
    element="crowd-image-classifier-multi-select",
    answer_field="crowd-image-classifier-multi-select",
    label_attribute_is_reference=False,
    min_labels=2,
    max_labels=50,
    max_objects=100_000,
    default_workers=3,
    default_time_limit_in_seconds=300,
    lowest_price=12,
    verb="Choose all that apply",
    keywords=("image", "classification"),
)

SEMANTIC_SEGMENTATION = TaskType(
    key="semantic-segmentation",
    function_suffix="SemanticSegmentation",
    record_type="groundtruth/semantic-segmentation",
    element="crowd-semantic-segmentation",
    answer_field="crowd-semantic-segmentation",
    label_attribute_is_reference=True,
    min_labels=1,
    # The consolidated mask is an 8-bit palette picture whose value 0 is the background (contract 7.3).
    max_labels=255,
    max_objects=20_000,
    default_workers=3,
    default_time_limit_in_seconds=3_600,
    lowest_price=840,
    verb="Paint areas",
    keywords=("image", "segmentation"),
)

CUSTOM = TaskType(
    key="custom",
    function_suffix="PassThrough",
    record_type="groundtruth/custom",
    element=None,
    answer_field=None,
    label_attribute_is_reference=False,
    min_labels=0,
    max_labels=None,
    max_objects=100_000,
    default_workers=3,
    default_time_limit_in_seconds=3_600,
    lowest_price=12,
    verb="Work on images",
    keywords=("image",),
)

TASK_TYPES = {
    task_type.key: task_type
    for task_type in (
        BOUNDING_BOX,
        IMAGE_CLASSIFICATION,
        MULTI_LABEL_CLASSIFICATION,
        SEMANTIC_SEGMENTATION,
        CUSTOM,
    )
}
